"""A question that does not say what it is about: asked back on every face, with readings from the shelf, and answered by button or word."""

import pytest
import pytest_asyncio

from bot.service.application import Application
from bot.settings import load
from handlers.conversation import Buttons, Press, Sources
from knowledge.reading.reading import read
from knowledge.values import Metadata
from tests.faces import FACES, delivered, drawn, heard
from tests.sheet import Sheet

pytestmark = pytest.mark.asyncio(loop_scope="module")
RULES = """# 職員のしおり

## 第3条 図書カード
図書カードを希望する職員は、毎年5月10日までに総務係へ申請する。図書カードは5,000円分とする。

## 第4条 駐輪場
駐輪場を使う職員は、利用を始める日の7日前までに施設係へ申請する。利用料は月300円とする。

## 第5条 制服
制服は入職の日に貸与する。汚れた制服は施設係で洗濯する。

## 第6条 見学者
見学者を案内できるのは、広報係の職員だけとする。
"""
ENGLISH = """# Studio handbook

## Kiln
Firing requests must be submitted to the studio desk within 3 days of drying. The limit is 40 kg per load.

## Lockers
Locker requests must be submitted to the front desk no later than 12 March. The limit is one locker per member.
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def application(tmp_path_factory):
    data = tmp_path_factory.mktemp("data")
    async with Application(load({"ADMINS": "slack:T1:U9"}, data=str(data))) as opened:
        library = await opened.library()
        for name, text in (("職員のしおり.md", RULES), ("studio.md", ENGLISH)):
            reading = await read(name, text.encode())
            document, version, _ = await library.stage(reading, Metadata(), by="u")
            await library.publish(document.id, version.id)
        yield opened


@pytest.fixture
def place(request):
    return f"p{abs(hash(request.node.nodeid))}"


def buttons(reply, action):
    rows = [block for block in reply.blocks if isinstance(block, Buttons)]
    return [b for row in rows for b in row.items if b.press.action == action]


def article(answer):
    """Return the heading of the article that decided an answer."""
    passages = {c.passage.id: c.passage for c in answer.citations}
    return passages[answer.article].headings[-1]


async def pressed(application, face, button, place):
    """Press a drawn button in the same talk and return the last word."""
    sheet = Sheet()
    message = delivered(face, "?", place=place)
    object.__setattr__(message, "content", Press(button.press.action, dict(button.press.data)))
    await application.turns.take(message, sheet)
    return sheet.shown[-1]


JAPANESE = [
    "締切っていつ?",
    "いつまでに申請すればいい?",
    "申請先は?",
    "これって申請いる?",
    "誰に出すの?",
]


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("text", JAPANESE)
async def test_a_question_without_a_topic_is_asked_back(application, texts, place, face, text):
    reply = (await heard(application, face, text, place=place))[-1]

    assert reply.text.startswith("何についてのご質問ですか。")
    assert reply.answer.mode == "asked_back"
    assert reply.answer.certainty == "none"
    assert 2 <= len(buttons(reply, "ask.meant")) <= 4
    read = drawn(face, reply, texts)
    assert "図書カード" in read
    assert "駐輪場" in read


@pytest.mark.parametrize("face", FACES)
async def test_each_reading_leads_to_its_article(application, place, face):
    reply = (await heard(application, face, "申請の締切っていつ?", place=place))[-1]
    button = next(b for b in buttons(reply, "ask.meant") if "図書カード" in b.label)

    answered = await pressed(application, face, button, place)

    assert "5月10日" in answered.text
    assert article(answered.answer).endswith("図書カード")


@pytest.mark.parametrize(
    "word", ["{n}", "{n}番", "{n}番目", "{n}つ目のほう", "({n})", "駐輪場", "駐輪場です"]
)
async def test_a_number_or_its_words_pick_a_reading(application, place, word):
    reply = (await heard(application, "slack", "申請の締切っていつ?", place=place))[-1]
    choices = reply.answer.choices
    number = next(n for n, choice in enumerate(choices, 1) if "駐輪場" in choice)

    answered = (await heard(application, "slack", word.format(n=number), place=place))[-1]

    assert "7日前" in answered.text


@pytest.mark.parametrize(
    "text", ["What's the limit?", "what's the deadline?", "Who do I submit it to?"]
)
async def test_english_is_asked_back_too_and_answered(application, texts, place, text):
    reply = (await heard(application, "teams", text, "en", place))[-1]

    assert reply.text.startswith("Which of these do you mean?")
    kiln = next(n for n, choice in enumerate(reply.answer.choices, 1) if "Kiln" in choice)
    answered = (await heard(application, "teams", f"number {kiln}", "en", place))[-1]
    assert article(answered.answer) == "Kiln"


async def test_another_topic_fills_the_question_and_a_whole_one_stands_alone(application, place):
    await heard(application, "web", "いつまで?", place=place)
    filled = (await heard(application, "web", "駐輪場", place=place))[-1]
    assert "7日前" in filled.text

    await heard(application, "web", "新しい話", place=place)
    await heard(application, "web", "いつまで?", place=place)
    alone = (await heard(application, "web", "見学者を案内できるのは誰?", place=place))[-1]
    assert "広報係" in alone.text
    assert alone.answer.understood == ""


@pytest.mark.parametrize(
    "text", ["それって禁止?", "いくら?", "申請先は?", "なんで?", "それ以外は?"]
)
async def test_after_a_topic_nothing_is_asked_back(application, place, text):
    await heard(application, "slack", "図書カードはもらえますか?", place=place)

    reply = (await heard(application, "slack", text, place=place))[-1]

    assert reply.answer.mode != "asked_back"
    assert "図書カード" in reply.answer.understood


NOTHING = [
    "これって使っていいの?",
    "それって禁止?",
    "どうすればいい?",
    "Is it allowed?",
    "Can I use it?",
]


@pytest.mark.parametrize("text", NOTHING)
async def test_nothing_is_sure_that_was_not_asked(application, place, text):
    reply = (await heard(application, "slack", text, place=place))[-1]

    assert reply.answer.certainty != "sure"


@pytest.mark.parametrize("face", FACES)
async def test_a_follow_up_says_how_it_was_understood_and_offers_a_new_talk(
    application, texts, place, face
):
    await heard(application, face, "図書カードはもらえますか?", place=place)
    reply = (await heard(application, face, "いつまで?", place=place))[-1]
    assert "5月10日" in reply.text
    assert "新しい話を始める" in drawn(face, reply, texts)

    said = await pressed(application, face, buttons(reply, "talk.new")[0], place)

    assert "新しい会話を始めました" in said.text
    again = (await heard(application, face, "いつまで?", place=place))[-1]
    assert again.answer.mode == "asked_back"


@pytest.mark.parametrize("face", FACES)
async def test_a_button_under_an_answer_speaks_the_language_of_the_answer(
    application, texts, place, face
):
    reply = (await heard(application, face, "図書カードはもらえますか?", "en", place))[-1]
    source = next(block for block in reply.blocks if isinstance(block, Sources))
    message = delivered(face, "?", "en", place)
    data = {"aid": source.answer, "s": source.items[0].id, "n": 1}
    object.__setattr__(message, "content", Press("source.open", data))
    sheet = Sheet()

    await application.turns.take(message, sheet)

    assert "この出典で支えた文" in str(sheet.shown[-1].blocks)
    assert "Supports" not in str(sheet.shown[-1].blocks)


@pytest.mark.parametrize(
    "text", ["新しい話", "別の話にします", "話題を変えて", "new topic", "let's change the subject"]
)
async def test_a_new_talk_can_be_asked_for(application, place, text):
    await heard(application, "slack", "図書カードはもらえますか?", place=place)
    await heard(application, "slack", text, place=place)

    reply = (await heard(application, "slack", "いつまで?", place=place))[-1]

    assert reply.answer.mode == "asked_back"


async def test_what_was_asked_is_asked_of_the_other_thing(application, place):
    await heard(application, "slack", "図書カードはいつまでに申請すればいい?", place=place)

    reply = (await heard(application, "slack", "駐輪場のほうは?", place=place))[-1]

    assert "7日前" in reply.text
    assert reply.answer.understood.startswith("駐輪場")


async def test_what_one_heading_asks_in_the_same_words_is_answered(application, place):
    shown = await heard(application, "slack", "選ぶときの基準は何?", place=place)

    assert "方式を選ぶときの基準" in shown[-1].text
    assert shown[-1].answer.mode in ("extractive", "answered")
