"""What Slack wraps words in never reaches the search."""

import pytest

from bot.slack import parse
from bot.slack.decode import decode
from handlers.conversation import Command, Person
from knowledge.text.courtesy import asking

PLAIN = "RAGの短所は?"
PERSON = Person("slack:T1:U1", "花子", "ja")


async def fetch(name, address):
    return b""


AROUND = [
    *(
        "<@UB> RAGの短所は?",
        "<@U4A849D572> RAGの短所は?",
        "cc <@U4A849D572|taro> RAGの短所は?",
        "RAGの短所は? cc <@U4A849D572>",
    ),
    *(
        "<@UB> <@U1>さん、RAGの短所は?",
        "<#C123|general> RAGの短所は?",
        "RAGの短所は? <#C123>",
        "<!here> RAGの短所は?",
    ),
    *(
        "<!subteam^S12|@kanri> RAGの短所は?",
        "<!subteam^S12> RAGの短所は?",
        "<!channel> RAGの短所は?",
        ":thinking_face: RAGの短所は?",
    ),
    *(
        "RAGの短所は?:pray::pray:",
        ":wave::skin-tone-2: RAGの短所は?",
        "RAGの短所は? <https://example.com/>",
        "_RAGの短所は?_",
    ),
    *(
        "*RAGの短所は?*",
        "~*RAGの短所は?*~",
        "&gt; 昨日の話です\nRAGの短所は?",
        "```import openai\nclient.chat()```\nRAGの短所は?",
    ),
    *(
        "`RAG`の短所は?",
        "お疲れ様です :bow: RAGの短所は? よろしくお願いします :pray:",
        "RAGの短所は?\n-- 山田",
        "RAGの短所は? 🤔",
    ),
]


@pytest.mark.parametrize("text", AROUND)
def test_a_question_beside_markup_is_the_question_alone(text):
    said = parse.typed(text, "UB")

    assert asking(said) == PLAIN
    assert "<" not in said


KEPT = [
    ("<@U2|田中>さんの承認は必要?", "田中さんの承認は必要?"),
    ("10:30:00 に始まる会議は?", "10:30:00 に始まる会議は?"),
    ("std::vector::size とは", "std::vector::size とは"),
    ("snake_case_name と __init__ は?", "snake_case_name と __init__ は?"),
    ("5 * 3 * 2 は?", "5 * 3 * 2 は?"),
    ("~/.bashrc と ~/.profile", "~/.bashrc と ~/.profile"),
    ("比率は 3:2:1 ?", "比率は 3:2:1 ?"),
    ("A &amp; B &lt;C&gt;", "A & B <C>"),
    ("<#C1|help-it> は何のチャンネル?", "help-it は何のチャンネル?"),
    ("What is posted in <#C1|general>?", "What is posted in general?"),
    ("<!date^1392734382^{date_num}|2014-02-18> の会議は?", "2014-02-18 の会議は?"),
    ("<!date^1392734382^{date_num}> の会議は?", "2014-02-18 の会議は?"),
    ("<https://example.com/a|出張規程> の対象は?", "出張規程 の対象は?"),
    ("<mailto:a@b.example|a@b.example> に送る?", "a@b.example に送る?"),
    (":+1:", "👍"),
    (":pray::skin-tone-3:", "🙏"),
]


@pytest.mark.parametrize(("text", "said"), KEPT)
def test_what_only_looks_like_markup_stays_and_names_are_named(text, said):
    assert parse.typed(text, "UB") == said


@pytest.mark.parametrize(
    "text",
    [
        "<@UB>",
        "<@UB> <@U1>",
        "<@UB> :thinking_face:",
        "<@UB> <!here>",
        "<@UB> <#C1|general>",
        "<@UB> , :",
    ],
)
def test_a_call_without_words_is_welcomed(text):
    event = {"type": "app_mention", "user": "U1", "channel": "C1", "ts": "1.2", "text": text}
    message = parse.message(decode({"team_id": "T1", "event": event}), PERSON, "UB", fetch)

    assert message.content == Command("welcome")


def test_a_link_or_code_alone_is_what_was_said():
    assert parse.typed("<https://example.com/a>", "UB") == "https://example.com/a"
    assert parse.typed("```x = 1```", "UB") == "```x = 1```"


@pytest.mark.parametrize(
    "text",
    [
        "<@" * 20_000,
        ":" * 40_000,
        "*" * 40_000,
        "`" * 40_000,
        "_a" * 20_000,
        "<!" * 20_000,
        ":a" * 20_000,
    ],
)
def test_forty_thousand_signs_are_read(text):
    assert isinstance(parse.typed(text, "UB"), str)


def test_a_slash_command_is_read_alike():
    typed = {
        "command": "/llm-choose",
        "text": "<@U1> RAGの短所は? :pray:",
        "team_id": "T1",
        "user_id": "U1",
        "channel_id": "C1",
    }

    assert asking(parse.message(decode(typed), PERSON, "UB", fetch).content.argument) == PLAIN
