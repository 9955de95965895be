"""What people ask for besides an answer: something done with the last one, with a document, by somebody."""

import re

import pytest
import pytest_asyncio

from bot.service.application import Application
from bot.settings import load
from handlers.conversation import Audience, Buttons, Message, Person, Sources, Steps
from knowledge.reading.reading import read
from knowledge.values import Metadata
from tests.faces import FACES, drawn, heard
from tests.sheet import Sheet

pytestmark = pytest.mark.asyncio(loop_scope="module")
NAMELESS = ("U7", "1a2b_x-y")  # ends of ids of experts whom no platform knows
QUESTION = "制服のクリーニング代は会社が払いますか?"
RULE = "第3条 制服のクリーニング代は、月2,000円まで会社が負担する。"
UNIFORM = f"""# 制服規程

## 第1条 目的

第1条 この規程は、制服の貸与について定める。

## 第3条 クリーニング

{RULE}
領収書は、月末までに総務課へ提出する。

## 第4条 返却

第4条 退職する人は、制服を最終出勤日に返す。
"""
UNIFORM_BEFORE = UNIFORM.replace("2,000円", "1,000円").partition("## 第4条")[0]
ACCIDENTS = """# 情報機器の取扱い

## 第7条 紛失したとき

会社の携帯電話やパソコンを紛失した人は、直ちに情報管理課(内線5500)へ連絡する。
連絡したことを理由に不利益を受けない。

## 第8条 保管

機器は、鍵のかかる引き出しに保管する。
"""
SAFETY = """# Workshop safety

## Accidents at work

Whoever is injured at work must immediately report the injury to the safety officer, extension 300.
The officer fills in the accident form.
"""


async def shelve(application, name, text, **metadata):
    library = await application.library()
    reading = await read(name, text.encode())
    document, version, _ = await library.stage(reading, Metadata(**metadata), by="a test")
    await library.publish(document.id, version.id)
    return document


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def application(tmp_path_factory):
    data = tmp_path_factory.mktemp("data")
    async with Application(load({"EXPERTS": f"U7, 29:{NAMELESS[1]}"}, data=str(data))) as opened:
        first = await shelve(opened, "uniform.md", UNIFORM_BEFORE, title="制服規程")
        await shelve(opened, "uniform.md", UNIFORM, title="制服規程", supersedes=first.id)
        await shelve(opened, "devices.md", ACCIDENTS, title="情報機器の取扱い")
        await shelve(opened, "safety.md", SAFETY, title="Workshop safety")
        yield opened


@pytest.fixture
def place(request):
    return f"p{abs(hash(request.node.nodeid))}"


def actions(reply):
    return [b.press.action for row in reply.blocks if isinstance(row, Buttons) for b in row.items]


def searched(shown):
    return any(isinstance(block, Steps) for reply in shown for block in reply.blocks)


async def after_an_answer(application, face, place, *texts):
    """Ask about uniforms, say the texts in the same talk, and return what the last one led to."""
    shown = await heard(application, face, QUESTION, place=place)
    for text in texts:
        shown = await heard(application, face, text, place=place)
    assert not searched(shown)
    return shown[-1]


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("text", ["もう一度", "さっきの答え何だっけ", "say that again please"])
async def test_the_last_answer_is_repeated_with_its_sources(application, texts, place, face, text):
    reply = await after_an_answer(application, face, place, text)

    assert "月2,000円まで会社が負担する。" in reply.text
    assert "制服規程" in drawn(face, reply, texts)


@pytest.mark.parametrize(
    "text", ["もっと短く", "一言で言うと?", "要約して", "shorter please", "TL;DR"]
)
async def test_the_last_answer_is_made_shorter(application, place, text):
    whole = await heard(application, "slack", QUESTION, place=place)

    shown = await heard(application, "slack", text, place=place)

    assert 0 < len(shown[-1].text) < len(whole[-1].text)
    assert not searched(shown)


@pytest.mark.parametrize(
    "text", ["箇条書きで", "要点を2つ、箇条書きにして", "as bullet points please"]
)
async def test_the_last_answer_becomes_bullets(application, texts, place, text):
    reply = await after_an_answer(application, "teams", place, text)

    rows = [line for line in reply.text.split("\n") if line.startswith("- ")]
    assert any("2,000円" in row for row in rows)
    assert len(rows) <= 2 or "2つ" not in text


@pytest.mark.parametrize(
    "text", ["今の答えを上司に送るメールにして", "Turn that into an email to my boss"]
)
async def test_the_last_answer_becomes_a_mail(application, place, text):
    reply = await after_an_answer(application, "web", place, text)

    subject, _, body = reply.text.partition("\n\n")[2].partition("\n")
    assert subject.startswith("件名: ")
    assert "様" in body
    assert "2,000円" in body
    assert "- 制服規程" in body
    assert body.rstrip().endswith("よろしくお願いいたします。")
    assert "[1]" not in body


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize(
    "text", ["1番を見せて", "出典1を開いて", "ひとつ目の出典を見せて", "open source 1"]
)
async def test_a_source_is_opened_by_its_number(application, texts, place, face, text):
    reply = await after_an_answer(application, face, place, text)

    assert reply.title in ("出典 [1]", "Source [1]")
    assert "領収書は、月末までに総務課へ提出する。" in drawn(face, reply, texts)


@pytest.mark.parametrize(
    "text", ["さっきの答え、どこに書いてありますか", "それは本当ですか?", "where does it say that?"]
)
async def test_who_asks_where_it_stands_is_shown_the_sources(application, place, text):
    reply = await after_an_answer(application, "slack", place, text)

    assert any(isinstance(block, Sources) for block in reply.blocks)
    assert "制服規程" in reply.text


@pytest.mark.parametrize("text", ["全文を見せて", "続けて", "show me the whole article"])
async def test_the_whole_of_the_only_source_is_opened(application, place, text):
    await heard(application, "slack", "会社の機器はどこに保管しますか?", place=place)

    shown = await heard(application, "slack", text, place=place)

    assert "情報機器の取扱い" in shown[-1].text
    assert not searched(shown)


async def test_a_source_that_is_not_there_is_said_to_be_not_there(application, place):
    reply = await after_an_answer(application, "slack", place, "9番の出典を見せて")

    assert reply.text.startswith("前の答えに出典[9]はありません。")


async def test_the_words_of_the_document_are_shown_in_the_other_language(application, place):
    """The digest of the deck stands on the shelf in both languages."""
    await heard(application, "slack", "既存LLMの活用の短所は?", place=place)

    shown = await heard(application, "slack", "英語でお願いします", place=place)

    assert shown[-1].text.startswith("In English, the documents say:")
    assert "adoption" in shown[-1].text
    assert not searched(shown)


async def test_what_is_not_there_in_the_other_language_is_not_made_up(application, place):
    reply = await after_an_answer(application, "slack", place, "in English please")

    assert reply.text.startswith("I cannot translate without a language model.")
    assert "2,000円" in reply.text


async def test_a_request_works_on_what_the_last_one_made(application, place):
    reply = await after_an_answer(application, "teams", place, "箇条書きで", "もう一度")

    assert "- " in reply.text
    assert "2,000円" in reply.text


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize(
    ("text", "says"),
    [
        *(
            (text, "まだ答えをお示ししていません")
            for text in ("もっと短く", "英語で", "メールにして")
        ),
        *((text, "not given an answer") for text in ("shorter please", "as bullet points")),
    ],
)
async def test_without_an_answer_that_is_said_and_help_offered(
    application, texts, place, face, text, says
):
    shown = await heard(application, face, text, place=place)

    assert says in drawn(face, shown[-1], texts)
    assert actions(shown[-1]) == ["choose.start", "demo.tour", "document.list"]
    assert not searched(shown)


async def test_the_talk_is_told_back(application, place):
    await heard(application, "slack", QUESTION, place=place)
    await heard(application, "slack", "退職する人は制服をいつ返しますか?", place=place)

    asked = await heard(application, "slack", "さっき何を聞いたっけ?", place=place)
    summary = await heard(application, "slack", "ここまでの話をまとめて", place=place)
    first = await heard(application, "slack", "最初の質問に戻って", place=place)

    assert QUESTION in asked[-1].text
    assert "退職する人は制服をいつ返しますか?" in asked[-1].text
    assert summary[-1].text.startswith("ここまでの答えをまとめると")
    assert "2,000円" in first[-1].text


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("text", ["いや違う", "違います", "それは間違ってる", "that's wrong"])
async def test_who_says_it_is_wrong_can_say_why_or_ask_a_person(
    application, texts, place, face, text
):
    reply = await after_an_answer(application, face, place, text)

    assert actions(reply) == ["feedback.reason", "human.ask"]
    sorry = reply.text.startswith(("失礼しました。", "I am sorry"))
    assert sorry


@pytest.mark.parametrize(
    "text",
    ["担当者に聞きたい", "人と話したいです", "誰に聞けばいい?", "I'd like to talk to a human"],
)
async def test_a_person_is_asked_for_the_last_question(application, place, text):
    reply = await after_an_answer(application, "slack", place, text)

    assert re.search("担当者に直接お尋ねください|ask the person in charge directly", reply.text)
    assert not any(expert in reply.text for expert in NAMELESS)


async def test_without_a_question_nobody_is_named_by_an_id(application, place):
    shown = await heard(application, "slack", "担当者につないでください", place=place)

    assert "一文で送ってください" in shown[-1].text
    assert not any(expert in shown[-1].text for expert in NAMELESS)


@pytest.mark.parametrize("text", ["フィードバックを送りたい", "I want to give feedback"])
async def test_feedback_opens_its_form(application, place, text):
    reply = await after_an_answer(application, "slack", place, text)

    assert reply.ask is not None
    assert reply.ask.form == "feedback.reason"


@pytest.mark.parametrize(
    "text", ["制服規程を要約して", "制服規程には何が書いてある?", "制服規程の概要を教えて"]
)
async def test_a_document_is_outlined(application, place, text):
    shown = await heard(application, "teams", text, place=place)

    assert shown[-1].text.startswith("「制服規程」 v2の内容は")
    assert "クリーニング" in shown[-1].text
    assert len(shown[-1].text) < 700


async def test_this_document_is_the_one_that_was_quoted(application, place):
    reply = await after_an_answer(application, "teams", place, "この資料を要約して")

    assert reply.text.startswith("「制服規程」")


async def test_what_is_no_document_is_a_question(application, place):
    shown = await heard(application, "teams", "返却の流れをまとめて", place=place)

    assert searched(shown)


@pytest.mark.parametrize("text", ["制服規程は何が変わった?", "制服規程の変更点を教えて"])
async def test_what_a_new_version_changed_is_told(application, place, text):
    shown = await heard(application, "slack", text, place=place)

    assert shown[-1].text.startswith("「制服規程」のv1からv2までの変更点です。")
    assert "第3条 クリーニング" in shown[-1].text
    assert "第4条 返却" in shown[-1].text
    assert "答えが変わった質問" in shown[-1].text


@pytest.mark.parametrize(
    "text", ["新しい規程と前の規程、どこが変わりましたか", "What changed lately?"]
)
async def test_the_only_document_with_a_former_version_need_not_be_named(application, place, text):
    shown = await heard(application, "slack", text, place=place)

    assert "制服規程" in shown[-1].text
    assert re.search("v1.*v2", shown[-1].text)


async def test_one_version_alone_has_no_changes(application, place):
    shown = await heard(application, "slack", "情報機器の取扱いの変更点は?", place=place)

    assert "1つの版しかなく" in shown[-1].text


LOST = [
    "会社の携帯をなくしました",
    "やばい、会社のパソコンを電車に置き忘れたかも…どうしよう",
    "携帯電話を落としちゃった!!",
]


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("text", LOST)
async def test_an_accident_is_answered_by_whom_to_tell_first(application, texts, place, face, text):
    shown = await heard(application, face, text, place=place)

    desk, *_ = shown[-1].text.split("\n")
    assert desk.startswith("すぐに知らせてください: ")
    assert "情報管理課(内線5500)" in desk
    assert "直ちに" in desk
    assert "5500" in drawn(face, shown[-1], texts)


async def test_a_question_after_an_accident_is_about_it(application, place):
    await heard(application, "slack", "会社の携帯をなくしました", place=place)

    shown = await heard(application, "slack", "いつまでに連絡すればいい?", place=place)

    assert "直ちに情報管理課" in shown[-1].text


async def test_who_is_hurt_is_told_whom_to_call_before_anything_else(application, place):
    shown = await heard(application, "teams", "I cut my hand at work!", "en", place=place)

    first, desk, *_ = shown[-1].text.split("\n")
    assert "emergency services" in first
    assert "safety officer, extension 300" in desk


@pytest.mark.parametrize(
    "text", ["変なメールのリンクをクリックしてしまいました", "I think my PC has a virus, help!"]
)
async def test_an_accident_no_document_knows_is_never_refused(application, place, text):
    shown = await heard(application, "slack", text, place=place)

    assert re.search("総務の担当者|people in charge of IT", shown[-1].text)
    assert not any(expert in shown[-1].text for expert in NAMELESS)
    assert not searched(shown)


@pytest.mark.parametrize(
    "text",
    [
        "パソコンが壊れた。誰に連絡?",
        "会社のノートPCが水没して動きません。どこに連絡すればいいですか",
        "My laptop broke. Who do I contact?",
        "The printer is broken, who should I tell?",
    ],
)
async def test_what_is_broken_is_not_answered_by_the_rule_for_lost_things(application, place, text):
    shown = await heard(application, "slack", text, place=place)

    assert "5500" not in shown[-1].text
    assert re.search("総務の担当者|people in charge of IT", shown[-1].text)
    assert not re.search("119|emergency services", shown[-1].text)


async def test_an_accident_is_no_unanswered_question(application, place):
    before = await application.sessions.index_list("library", "wishes")

    for text in ("変なメールを開いてしまいました", "今日の天気は?", "詩を書いて", "もっと短く"):
        await heard(application, "slack", text, place=place)

    assert await application.sessions.index_list("library", "wishes") == before


@pytest.mark.parametrize(
    "text",
    ["大阪までの新幹線を予約して", "俳句を作って", "Book me a flight to Osaka", "write me a poem"],
)
async def test_what_it_cannot_do_is_said_in_one_sentence_or_two(application, place, text):
    shown = await heard(application, "slack", text, place=place)

    assert "できません" in shown[-1].text or "I cannot do that" in shown[-1].text
    assert application.router.leads(text) == "refused"


async def test_what_was_told_of_the_company_is_filled_in(application, place):
    text = "うちは社員40人で、機密の図面があります。予算は300万円です。どうすればいいですか?"
    (reply,) = await heard(application, "web", text, place=place)
    (row,) = [block for block in reply.blocks if isinstance(block, Buttons)]

    person = Person(f"paper:{place}", "Aoi", "ja")
    pressed = Message("m", person, place, Audience(person.id, private=True), row.items[0].press)
    sheet = Sheet()
    await application.turns.take(pressed, sheet)

    begun = sheet.shown[-1]
    assert begun.ask is not None
    assert "予算は300万円" in repr(begun) or "300万円" in repr(begun)


SEVERAL = [
    "お疲れ様です。①制服のクリーニング代は会社が払いますか?②退職する人は制服をいつ返しますか?",
    "制服のクリーニング代は会社が払いますか?\n退職する人は制服をいつ返しますか?\nよろしくお願いします。",
]


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("text", SEVERAL)
async def test_several_questions_are_answered_one_by_one(application, texts, place, face, text):
    shown = await heard(application, face, text, place=place)

    words = shown[-1].text
    assert words.startswith("ご質問2件に、順に答えます。")
    assert words.index("1. 制服の") < words.index("2,000円") < words.index("2. 退職する")
    assert words.index("2. 退職する") < words.rindex("最終出勤日")
    numbers = [s.number for b in shown[-1].blocks if isinstance(b, Sources) for s in b.items]
    assert numbers == list(range(1, len(numbers) + 1))
    assert "最終出勤日" in drawn(face, shown[-1], texts)


async def test_several_answers_are_one_for_machines(application, place):
    shown = await heard(application, "terminal", SEVERAL[0], place=place)
    answer = shown[-1].answer

    assert [citation.number for citation in answer.citations] == [1, 2]
    assert "2,000円" in answer.text
    assert "最終出勤日" in answer.text


async def test_the_talk_in_one_sentence_is_one(application, place):
    await heard(application, "slack", QUESTION, place=place)
    await heard(application, "slack", "退職する人は制服をいつ返しますか?", place=place)

    shown = await heard(application, "slack", "ここまでの話を一文でまとめて", place=place)

    assert "2,000円" in shown[-1].text.split("\n")[0]
    assert "最終出勤日" in shown[-1].text.split("\n")[0]


async def test_more_than_five_questions_are_named_to_be_sent_again(application, place):
    asked = [f"制服は{n}年で何枚もらえますか?" for n in range(1, 8)]
    shown = await heard(application, "web", "\n".join(asked), place=place)

    assert "一度に答えられるのは5件までです。" in shown[-1].text
    assert "- 制服は7年で何枚もらえますか?" in shown[-1].text


FOREIGN = [
    "Quelle est la différence entre RAG et fine-tuning ?",
    "Wie viele Urlaubstage habe ich im Jahr?",
    "请问制服的费用由公司报销吗？",
    "연차는 며칠인가요?",
    "Сколько дней отпуска?",
]


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("text", FOREIGN)
async def test_a_language_nobody_speaks_is_answered_in_english(
    application, texts, place, face, text
):
    before = await application.sessions.index_list("library", "wishes")

    shown = await heard(application, face, text, place=place)

    assert shown[-1].text.startswith("I understand questions in Japanese and English only.")
    assert "“" not in shown[-1].text
    assert await application.sessions.index_list("library", "wishes") == before


QUESTIONS = [
    "挨拶のルールは?",
    "Is a thank-you gift from a supplier allowed?",
    "まとめて有休を取れますか",
    "翻訳にAIを使っていい?",
    "メールの署名のルールは?",
    "出典は必要ですか?",
    "紛失した社員証の再発行手数料はいくら?",
    "けがをした場合の見舞金は?",
    "担当者の印鑑は必要?",
    "箇条書きの書き方は決まっている?",
    "会議室の予約はどうやるの?",
    "Who may book flights?",
    "How do I write an expense report?",
    "英語の資料は翻訳が必要?",
    "変更届はどこに出す?",
    "繰り返し使える容器は経費になる?",
]


@pytest.mark.parametrize("text", QUESTIONS)
async def test_a_question_with_such_words_reaches_the_search(application, place, text):
    await heard(application, "slack", QUESTION, place=place)

    shown = await heard(application, "slack", text, place=place)

    assert searched(shown)


@pytest.mark.parametrize("before", [(), ("もっと短く",)])
async def test_what_stands_in_both_languages_is_shown_by_its_own_counterpart(
    application, place, before
):
    await heard(application, "slack", "ハルシネーションって何のこと?", place=place)
    for text in before:
        await heard(application, "slack", text, place=place)

    shown = await heard(application, "slack", "英語で", place=place)

    assert "hallucination" in shown[-1].text.lower()
    assert "large language model" not in shown[-1].text
