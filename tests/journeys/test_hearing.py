"""What people say besides questions, on every face, through the real house: a word back, and never a search."""

import json
import re

import pytest
import pytest_asyncio

from bot.service.application import Application
from bot.settings import load
from handlers.conversation import Audience, Buttons, Edited, Message, Person, Sources, Steps, Text
from knowledge.reading.reading import read
from knowledge.values import Metadata
from tests.faces import FACES, drawn, heard
from tests.sheet import Sheet

pytestmark = pytest.mark.asyncio(loop_scope="module")
QUESTION = "RAGって社内文書を全部覚えてるの?"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def application(tmp_path_factory):
    data = tmp_path_factory.mktemp("data")
    async with Application(load({"ADMINS": "slack:T1:U9"}, data=str(data))) as opened:
        yield opened


@pytest.fixture
def place(request):
    return f"p{abs(hash(request.node.nodeid))}"


def actions(reply):
    return [b.press.action for row in reply.blocks if isinstance(row, Buttons) for b in row.items]


def searched(shown):
    return any(isinstance(block, Sources | Steps) for reply in shown for block in reply.blocks)


WORDS = [
    ("ありがとう", "どういたしまして。"),
    ("ありがとうございます、助かりました🙏", "どういたしまして。"),
    ("thanks a lot!", "You are welcome."),
    ("great, thank you", "You are welcome."),
    ("🙏", "どういたしまして。"),
    ("了解です", "承知しました。"),
    ("なるほどですね", "承知しました。"),
    ("ok", "承知しました。"),
    ("👍", "承知しました。"),
    ("お先に失礼します", "お疲れ様でした。"),
    ("https://example.com/a", "リンクの先は読めません。知りたいことを文で書いてください。"),
]


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize(("text", "word"), WORDS)
async def test_thanks_and_the_like_get_one_sentence_and_never_the_answer_again(
    application, texts, place, face, text, word
):
    await heard(application, face, QUESTION, place=place)

    shown = await heard(application, face, text, place=place)

    assert [(reply.text, reply.blocks) for reply in shown] == [(word, ())]
    assert word in drawn(face, shown[-1], texts)


@pytest.mark.parametrize("text", ["🙏", "👍"])
async def test_signs_of_a_stranger_are_answered_in_the_language_of_the_documents(
    application, place, text
):
    library = await application.library()
    reading = await read("rules.md", "# 社内規程\n\n第1条 社員は名札を付ける。".encode())
    document, version, _ = await library.stage(reading, Metadata(title="社内規程"), by="a test")
    await library.publish(document.id, version.id)

    shown = await heard(application, "slack", text, "en", place=place)
    await library.remove(document.id)

    assert shown[-1].text in ("どういたしまして。", "承知しました。")


async def test_help_is_given_in_the_language_of_the_thread(application, place):
    await heard(application, "teams", QUESTION, "en", place=place)

    shown = await heard(application, "teams", "help", "en", place=place)

    assert shown[-1].text.startswith("資料への質問に出典つきで答え")


GREETINGS = [
    ("こんにちは", "こんにちは。"),
    ("おはようございます！", "おはようございます。"),
    ("お疲れ様です。営業2課の佐藤です。", "お疲れ様です。"),
    ("よろしくお願いいたします", "こんにちは。"),
    ("hello", "こんにちは。"),
    ("hi there", "Hello."),
    ("Good morning, team!", "Good morning."),
    ("👋", "こんにちは。"),
]


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize(("text", "word"), GREETINGS)
async def test_a_greeting_is_returned_with_what_can_be_done(
    application, texts, place, face, text, word
):
    await heard(application, face, QUESTION, place=place)

    shown = await heard(application, face, text, place=place)

    assert shown[-1].text.startswith(word)
    assert actions(shown[-1]) == ["choose.start", "demo.tour", "document.list"]
    assert not searched(shown)
    assert word in drawn(face, shown[-1], texts)


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize(
    ("text", "first"),
    [
        *(
            (text, "資料への質問に出典つきで答え")
            for text in ("使い方", "ヘルプ", "何ができるの?", "あなたは誰?何ができるの?")
        ),
        *(
            (text, "資料への質問に出典つきで答え")
            for text in (
                "すみません、使い方を教えていただけますか?",
                "おはようございます！使い方を教えて",
            )
        ),
        *(
            (text, "I answer questions from your documents")
            for text in ("what can you do", "How do I use this?", "help me please")
        ),
    ],
)
async def test_whoever_asks_how_to_begin_is_shown(application, place, face, text, first):
    shown = await heard(application, face, text, place=place)

    assert shown[-1].text.startswith(first)
    assert not searched(shown)


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize(
    "text",
    [
        *(
            "どんな資料が入ってる?",
            "資料の一覧",
            "全部で何件の資料がある?",
            "which documents do you have?",
            "List documents",
        ),
        "お疲れ様です。資料の一覧を見せてもらえますか?よろしくお願いします。",
    ],
)
async def test_the_list_of_documents_is_there_for_the_asking(application, texts, place, face, text):
    shown = await heard(application, face, text, place=place)

    assert "生成AI導入の選択肢" in drawn(face, shown[-1], texts)
    assert not searched(shown)


@pytest.mark.parametrize(
    "text",
    [
        "ファイルを追加したい",
        "資料を登録するにはどうすればいいですか",
        "文書をアップロードしたいのですが、どうすればよいですか?",
        "How do I add a document?",
        "I'd like to upload a file",
    ],
)
async def test_who_wants_a_document_added_is_told_how(application, place, text):
    member = await heard(application, "slack", text, place=place)
    admin = await heard(application, "slack", text, place="U9")

    assert actions(member[-1]) == ["document.request", "document.list"]
    assert actions(admin[-1]) == ["document.add", "document.list"]
    assert not searched(member + admin)


@pytest.mark.parametrize(
    "text", ["違います、そうじゃなくて…", "いや、そうじゃなくて", "No, that's not it."]
)
async def test_a_correction_that_says_no_more_is_asked_what_is_meant(application, place, text):
    shown = await heard(application, "slack", text, place=place)

    assert re.match("失礼しました。|I am sorry", shown[-1].text)
    assert not searched(shown)


CHOICES = [
    *(
        "うちに合うのはどの方法?",
        "うちの会社に合うのはどの方式?",
        "何から始めればいい?",
        "おすすめは?",
        "予算が少ない場合は?",
    ),
    *(
        "自社でモデル作るべき?",
        "うちはどうすればいい?",
        "うちみたいな会社はどの方式がいい?",
        "どの方式がおすすめ?",
        "生成AIを導入したいけど何から始めればいい?",
    ),
    *(
        "what do you recommend?",
        "Should we build our own model?",
        "Which approach fits us?",
        "where should we start?",
    ),
    *("What is the best option for a small company?", "Which option should we choose?"),
]


@pytest.mark.parametrize("text", CHOICES)
async def test_whoever_asks_which_approach_fits_is_led_to_the_dialog(
    application, texts, place, text
):
    shown = await heard(application, "slack", text, place=place)

    assert ("「導入方式の診断」で" in shown[-1].text) or (
        "“Find your approach” asks" in shown[-1].text
    )
    assert "choose.start" in actions(shown[-1])


async def test_the_example_of_the_welcome_leads_where_it_says(application, place, texts):
    for language in ("ja", "en"):
        example = texts.say("welcome.example_which", language)
        shown = await heard(application, "teams", example, language, place=place)
        assert texts.say("ask.depends", language) in shown[-1].text


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize(
    ("label", "begins"),
    [
        ("RAGを5分で", "RAGを5分で(1/5)"),
        ("RAG in 5 minutes", "RAG in five minutes"),
        ("聞き方を変える", "知りたいことを一文で"),
        ("資料の追加を依頼", "どんな資料があれば助かりますか。"),
        ("この答えの作り方", "この答えの作り方: 「RAGって"),
        ("担当者に聞く", "担当者"),
    ],
)
async def test_the_label_of_a_button_typed_does_what_the_button_does(
    application, place, face, label, begins
):
    await heard(application, face, QUESTION, place=place)

    shown = await heard(application, face, label, place=place)

    assert shown[-1].text.startswith(begins)


@pytest.mark.parametrize(
    "text",
    [
        "やめる",
        "もういいです",
        "キャンセル",
        "stop",
        "never mind",
        "忘れて",
        "すみません、最初からやり直してください",
    ],
)
async def test_stop_forgets_politely(application, place, text):
    await heard(application, "teams", QUESTION, place=place)

    (said,) = await heard(application, "teams", text, place=place)

    assert "会話" in said.text or "conversation" in said.text
    assert await application.router.threads.history(f"teams:{place}") == ()


TRAPS = [
    *(
        "ありがとうの使い方を教えて規程",
        "help desk の番号は?",
        "Thanks clause",
        "hello world とは",
        "了解を得る手順は?",
    ),
    *(
        "おすすめの研修は?",
        "使い方のガイドラインは?",
        "資料の保存期間は?",
        "こんにちは、退職金は?",
        "ありがとう。では費用は?",
    ),
    *(
        "help me understand RAG",
        "documents required for onboarding",
        "stop words とは",
        "OKラインはどこ?",
        "what can you do with RAG?",
    ),
]


@pytest.mark.parametrize("text", TRAPS)
async def test_a_question_that_looks_like_talk_is_searched(application, place, text):
    shown = await heard(application, "slack", text, place=place)

    assert searched(shown)


async def test_talk_is_no_unanswered_question_and_no_case(application, place):
    before = await application.sessions.index_list("library", "wishes")

    for text in (
        "こんにちは",
        "ありがとう",
        "使い方",
        "おすすめは?",
        "thanks!",
        "👍",
        "やめる",
        "資料の一覧",
    ):
        await heard(application, "teams", text, place=place)

    assert await application.sessions.index_list("library", "wishes") == before
    assert await application.router.feedback.cases() == []
    assert await application.router.threads.history(f"teams:{place}") == ()


async def test_a_thread_without_a_mention_hears_no_all_right(application, place):
    async def say(text, *, direct):
        sheet = Sheet()
        person, channel = Person("paper:U1", "Aoi", "ja"), Audience("paper:channel", private=False)
        await application.turns.take(
            Message("m", person, place, channel, Text(text), direct=direct), sheet
        )
        return sheet.shown

    await say(QUESTION, direct=True)

    assert await say("了解です", direct=False) == []
    assert await say("なるほど", direct=False) == []
    assert len(await say("了解です", direct=True)) == 1
    assert len(await say("ありがとう", direct=False)) == 1


async def test_a_question_changed_into_thanks_is_not_answered_again(application):
    person, channel = Person("paper:U1", "Aoi", "ja"), Audience("paper:channel", private=False)
    await application.turns.take(Message("m1", person, "edits", channel, Text(QUESTION)), Sheet())

    sheet = Sheet()
    await application.turns.take(
        Message("m2", person, "edits", channel, Edited("ありがとう", "m1")), sheet
    )

    assert sheet.shown == []


@pytest.mark.parametrize("face", FACES)
async def test_a_mention_as_slack_writes_it_is_searched_for_on_no_face(
    application, texts, place, face
):
    plain = await heard(application, face, QUESTION, place=f"{place}1")

    shown = await heard(application, face, f"<@U07ABC123> {QUESTION} :pray:", place=f"{place}2")

    assert shown[-1].text == plain[-1].text
    assert "U07" not in drawn(face, shown[-1], texts)


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize(
    "text",
    [
        *(
            "?",
            "<@U07ABC123>",
            "🎉",
            "😭😭",
            "。。。",
            "...",
            "`",
            "よろしくお願いします。" * 360,
            "```\nimport x\n```",
        ),
        *("hi " * 1300, "ありがとう" * 700, "thanks はどうも hello 退職金 \U0001f916"),
    ],
)
async def test_odd_input_gets_an_answer_and_no_apology(application, texts, place, face, text):
    shown = await heard(application, face, text, place=place)

    assert shown[-1].text
    assert "番号" not in shown[-1].text
    assert json.dumps(drawn(face, shown[-1], texts))
