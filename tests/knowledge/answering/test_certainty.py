"""Questions of a small house, asked as people ask: what its documents hold is answered, what they do not hold is refused."""

from dataclasses import replace

import pytest

from knowledge.answering.answers import Answers
from knowledge.answering.defining import defines
from knowledge.documents.library import Library
from knowledge.index.opening import open_index
from knowledge.models.sentence_encoder import SentenceEncoder
from knowledge.reading.reading import Reading
from knowledge.retrieval.encoder import VERSION
from knowledge.values import Metadata, Page, Place

ALL = frozenset({"all"})
LIBRARY_JA = (
    ("第2条(開館時間)", "図書室は、平日の午前10時から午後6時まで開く。"),
    ("第3条(貸出)", "本は、一人につき5冊まで、2週間借りることができる。"),
    ("第4条(延滞)", "返却期限を過ぎた者には、1週間の貸出停止を行う。"),
    ("第5条(複写)", "図書室の資料の複写は、1枚10円とする。"),
    ("第6条(飲食)", "図書室での飲食は禁止する。ただし、ふた付きの飲み物は持ち込むことができる。"),
    ("第7条(予約)", "貸出中の本は、受付で予約することができる。"),
    ("第9条(用語)", "ブックトラックとは、本を運ぶ台車のことをいう。"),
    ("第8条(紛失)", "本を紛失した者は、同じ本を弁償しなければならない。"),
)
WORKSHOP_EN = (
    ("Opening hours", "The workshop is open from 9 am to 5 pm on weekdays."),
    ("Tools", "Power tools may only be used after the safety course."),
    ("Safety course", "The safety course takes two hours and is held every Tuesday."),
    ("Damage", "Report damaged tools to the workshop manager within one day."),
    ("Materials", "Wood is free of charge. Metal is charged at 12 euros a kilogram."),
    ("Passwords", "The password of the booking screen is changed every month."),
)
SENTENCES = SentenceEncoder()


async def shelve(library: Library) -> None:
    for title, sections, language in (
        ("図書室規程", LIBRARY_JA, "ja"),
        ("Workshop rules", WORKSHOP_EN, "en"),
    ):
        pages = tuple(
            Page(n, Place("section", n, heading), text, heading)
            for n, (heading, text) in enumerate(sections, 1)
        )
        sha256 = {"ja": "1", "en": "2"}[language] * 64
        reading = Reading(f"{title}.md", sha256, 9, title, "text", pages, (), language)
        document, version, _ = await library.stage(reading, Metadata(title=title), by="test")
        await library.publish(document.id, version.id)


@pytest.fixture(params=["words", "meaning"])
async def answers(request, tmp_path):
    """Answers over the shelf, by words alone and by what words mean."""
    sentences = SENTENCES if request.param == "meaning" else None
    async with Library(open_index(None, tmp_path, version=VERSION), sentences=sentences) as library:
        await shelve(library)
        await library.followed()
        yield Answers(library, likeness=library.likeness)


STANDS = (
    ("図書室は何時まで開いていますか", "ja", "午後6時"),
    ("本は何冊まで借りられる?", "ja", "5冊"),
    ("お疲れ様です。総務の田中です。図書室の資料の複写は1枚いくらですか?", "ja", "10円"),
    ("図書室で飲食してもいい?", "ja", "禁止"),
    ("本を紛失したらどうなりますか", "ja", "弁償"),
    ("When is the safety course held?", "en", "Tuesday"),
    ("Hi team, how much is metal per kilogram? Thanks!", "en", "12 euros"),
    ("Who do I report damaged tools to?", "en", "workshop manager"),
)


@pytest.mark.parametrize(("question", "language", "fact"), STANDS)
async def test_what_stands_there_is_answered(answers, question, language, fact):
    answer = await answers.answer(question, readers=ALL, language=language)

    assert answer.mode == "extractive"
    assert fact in answer.text


@pytest.mark.parametrize("answers", ["meaning"], indirect=True)
async def test_most_of_what_plainly_stands_there_is_sure(answers):
    given = [
        await answers.answer(question, readers=ALL, language=language)
        for question, language, _ in STANDS
    ]

    sure = [answer for answer in given if answer.certainty == "sure"]
    assert len(sure) >= len(STANDS) // 2


ABSENT = (
    ("社長の年齢は何歳ですか", "ja"),
    ("火星の天気はどうですか", "ja"),
    ("住宅手当の支給額はいくらですか", "ja"),
    ("What is the dress code on Fridays?", "en"),
    ("How many parking lots does the head office have?", "en"),
)


async def test_most_of_what_does_not_stand_there_is_refused_and_nothing_of_it_sure(answers):
    given = [
        await answers.answer(question, readers=ALL, language=language)
        for question, language in ABSENT
    ]

    refused = [answer for answer in given if answer.mode == "refused"]
    assert len(refused) >= 3
    assert "sure" not in [answer.certainty for answer in given]


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("What is the wifi password?", "en"),
        ("図書室の館長の名前は?", "ja"),
        ("図書室のコピー機の暗証番号は何番?", "ja"),
    ],
)
async def test_what_is_only_near_is_never_sure(answers, question, language):
    answer = await answers.answer(question, readers=ALL, language=language)

    assert answer.certainty != "sure"


class Unmeasured:
    """A library whose vectors are still being made."""

    def __init__(self, library):
        self._library = library

    def __getattr__(self, name):
        return getattr(self._library, name)

    async def search(self, *words, **more):
        hits = await self._library.search(*words, **more)
        return [replace(hit, near=()) for hit in hits]


async def test_what_was_just_published_is_answered_before_its_vectors_are_made(tmp_path):
    index = open_index(None, tmp_path, version=VERSION)
    async with Library(index, sentences=SENTENCES) as library:
        await shelve(library)
        await library.followed()
        answers = Answers(Unmeasured(library), likeness=library.likeness)
        trolley = await answers.answer("ブックトラックについて教えて", readers=ALL, language="ja")
        said = await answers.answer(
            "図書室での飲食はどうなっていますか", readers=ALL, language="ja"
        )
        absent = await answers.answer("出張の日当はいくらですか", readers=ALL, language="ja")

    assert "本を運ぶ台車" in trolley.text
    assert "飲食は禁止" in said.text
    assert absent.mode == "refused"


NEAR = (
    ("図書室長のメールアドレスは?", "ja"),
    ("図書室の年間予算はいくらですか", "ja"),
    ("英国図書館では何冊まで借りられますか", "ja"),
    ("How much does the safety course cost?", "en"),
    ("What is the phone number of the workshop manager?", "en"),
    ("What is the password of the router?", "en"),
)


@pytest.mark.parametrize("answers", ["meaning"], indirect=True)
async def test_what_speaks_of_the_thing_but_not_of_what_is_asked_is_refused(answers):
    given = [
        await answers.answer(question, readers=ALL, language=language)
        for question, language in NEAR
    ]

    refused = [answer for answer in given if answer.mode == "refused"]
    assert len(refused) >= 5


@pytest.mark.parametrize(
    ("question", "sentence", "defined"),
    [
        ("RAGとは", "RAG(検索拡張生成)とは、資料を検索して答える方法のことです。", True),
        ("ハルシネーションって何?", "ハルシネーションとは、AIの誤りのことです。", True),
        ("What is RAG?", "RAG (retrieval-augmented generation) is a method of answering.", True),
        ("RAGとは", "RAGは、資料の更新が要ります。", False),
        ("RAGの費用って何ですか", "RAGとは、資料を検索して答える方法のことです。", False),
        ("What is the dress code?", "The code is changed every month.", False),
    ],
)
def test_the_sentence_that_defines_the_term_asked_is_known(question, sentence, defined):
    assert defines(question, sentence) is defined


@pytest.mark.parametrize("answers", ["meaning"], indirect=True)
async def test_a_definition_of_the_very_term_is_sure(answers):
    answer = await answers.answer("ブックトラックとは", readers=ALL, language="ja")

    assert answer.certainty == "sure"
    assert "本を運ぶ台車" in answer.sentences[0].text


@pytest.mark.parametrize("answers", ["meaning"], indirect=True)
async def test_a_sure_answer_leaves_the_talk_about_what_was_asked(answers):
    answer = await answers.answer("コピーは1枚いくらですか", readers=ALL, language="ja")

    assert answer.certainty == "sure"
    assert answer.topic == ("コピー",)
