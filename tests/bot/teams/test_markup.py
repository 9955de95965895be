"""What Teams wraps words in never reaches the search; what only looks like a tag stays."""

import pytest

from bot.teams import frame, parse
from handlers.conversation import Command
from knowledge.text.courtesy import asking
from tests.bot.teams.test_parse import US, activity, nothing

PLAIN = "RAGの短所は?"
AROUND = [
    *(
        "<p>RAGの短所は?</p>",
        "<ul><li>RAGの短所は?</li></ul>",
        "<ol start='2'><li>RAGの短所は?</li></ol>",
        "<h1>RAGの短所は?</h1>",
    ),
    *(
        "<code>RAG</code>の短所は?",
        '<a href="https://x.example/y" title="z">RAG</a>の短所は?',
        "<u>RAG</u>の<strike>短所</strike>は?",
    ),
    *(
        "RAG<i>の</i><s>短所</s>は?",
        "<table><tbody><tr><td>RAGの短所は?</td></tr></table>",
        "&lt;ul&gt;&lt;li&gt;RAGの短所は?&lt;/li&gt;&lt;/ul&gt;",
    ),
    *(
        'RAGの短所は?<emoji id="smile" alt="🙂" title="Smile"></emoji>',
        '<img alt="thinking" src="https://x.example/i.png">RAGの短所は?',
    ),
    *(
        '<attachment id="1"></attachment>RAGの短所は?',
        "<blockquote itemscope>昨日の話</blockquote>RAGの短所は?",
    ),
    *(
        "<pre>import x\ny()</pre><p>RAGの短所は?</p>",
        '<codeblock class="python"><code>x()<br>y()</code></codeblock>RAGの短所は?',
    ),
    *(
        "<p>RAGの短所は?</p><p>https://x.example/y</p>",
        "<p>お疲れ様です。</p><p>RAGの短所は?</p><p>よろしくお願いします。</p>",
    ),
]


def said(text):
    return parse.typed(frame.checked(activity(text)))


@pytest.mark.parametrize("text", AROUND)
def test_a_question_in_markup_is_the_question_alone(text):
    assert asking(said(text)) == PLAIN


@pytest.mark.parametrize(
    "text",
    ["List<String> とは?", "a < b && c", "<data> とは?", "<T extends U>", "5 > 3 なら?", "x<y>z"],
)
def test_what_only_looks_like_a_tag_stays(text):
    assert said(text) == text


MEGAN = {"type": "mention", "mentioned": {"id": "29:x", "name": "Megan"}, "text": "<at>Megan</at>"}
CALLED = [
    *(
        "<at>LLM Choose</at> <at>Megan</at> RAGの短所は?",
        "<at>Megan</at>さん、RAGの短所は?",
        "<p>RAGの短所は?</p><p>cc <at>Megan</at></p>",
    ),
    *("RAGの短所は? <at>Megan</at>", "<at>Megan</at> <at>LLM Choose</at>&nbsp;RAGの短所は?"),
]


@pytest.mark.parametrize("text", CALLED)
def test_whoever_is_called_beside_a_question_is_no_part_of_it(text):
    assert parse.typed(frame.checked(activity(text, entities=[US, MEGAN]))) == PLAIN


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<at>Megan</at> は何の担当?", "Megan は何の担当?"),
        ("Who is <at>Megan</at>", "Who is Megan"),
        ("ask <at>Megan</at> about R&amp;D", "ask Megan about R&D"),
    ],
)
def test_whoever_is_asked_about_is_named(text, words):
    assert parse.typed(frame.checked(activity(text, entities=[US, MEGAN]))) == words


def test_the_cells_of_a_table_are_words_apart():
    assert said("<table><tr><td>RAG</td><td>短所は?</td></tr></table>").split() == [
        "RAG",
        "短所は?",
    ]


def test_an_emoji_is_what_it_shows():
    assert said('<p><emoji id="yes" alt="👍" title="Yes"></emoji></p>') == "👍"
    assert said('<img alt="👍" itemtype="http://schema.skype.com/Emoji" src="x">') == "👍"


@pytest.mark.parametrize(
    "text",
    ["<at>LLM Choose</at>", "<p><at>LLM Choose</at>&nbsp;</p>", '<at>LLM Choose</at><img src="x">'],
)
def test_a_call_without_words_is_welcomed(text):
    message = parse.message(frame.checked(activity(text, entities=[US])), nothing)

    assert message.content == Command("welcome")


@pytest.mark.parametrize(
    "text",
    [
        "<p>" * 9_000,
        "<" * 30_000,
        "<img " * 6_000,
        "<pre>" * 6_000,
        "&lt;" * 9_000,
        "<attachment " * 3_000,
    ],
)
def test_endless_markup_is_read(text):
    assert isinstance(said(text), str)
