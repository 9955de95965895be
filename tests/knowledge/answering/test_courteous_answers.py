"""A polite question gets the answer of the plain one, word for word and just as certain, over the samples and the deck."""

import pytest

from knowledge.answering.answers import Answers
from knowledge.answering.question import Turn
from knowledge.answering.trace import Trace
from knowledge.documents.library import Library
from knowledge.index.opening import open_index
from knowledge.retrieval.encoder import VERSION
from tests.benchmarks.courtesy import ALL, AROUND, answered, stock, wrapped

QUESTIONS = {
    "ja": [
        "RAGは社内文書を全部学習しますか?",
        "利用記録は何年保存しますか?",
        "社外秘を入力していいですか?",
        "育児休業は何日取れますか?",
    ],
    "en": [
        "Does RAG learn all of our documents?",
        "What are the pros and cons of using existing LLMs?",
    ],
}


@pytest.fixture
async def kept():
    return []


@pytest.fixture
async def answers(tmp_path, kept):
    async def keep(trace: Trace):
        kept.append(trace)

    empty = tmp_path / "documents"
    empty.mkdir()
    async with Library(open_index(None, tmp_path / "index", version=VERSION)) as library:
        await stock(library, empty)
        yield Answers(library, keep=keep)


async def test_courtesy_changes_no_answer(answers):
    for language, questions in QUESTIONS.items():
        for question in questions:
            alone = await answered(answers, question)
            for kind, message in wrapped(question, language):
                assert await answered(answers, message) == alone, (kind, message)


def test_there_are_eight_kinds_of_courtesy_in_both_languages():
    assert {len(kinds) >= 8 for kinds in AROUND.values()} == {True}


async def test_what_is_kept_of_a_polite_question_is_the_question(answers, kept):
    message = "お疲れ様です。営業2課の佐藤です。育児休業は何日取れますか?よろしくお願いいたします。"

    answer = await answers.answer(message, readers=ALL, language="ja")

    assert answer.question == kept[0].question == "育児休業は何日取れますか?"
    assert not [n for n in answer.nearest if {"お疲れ様", "佐藤", "願う"} & set(n.missing)]


async def test_a_story_before_a_question_is_not_searched_for(answers, kept):
    message = "先日、新しいパソコンを買ってもらいました。退職金は出ますか?"

    answer = await answers.answer(message, readers=ALL, language="ja")

    assert answer.question == message
    assert kept[0].rewritten == "退職金は出ますか?"


async def test_a_correction_is_searched_with_the_topic_of_the_talk(answers, kept):
    history = (Turn("利用記録の保存期間は?", "…"),)

    await answers.answer("違います、海外です", readers=ALL, language="ja", history=history)

    assert kept[0].rewritten.startswith("利用記録")
    assert "違い" not in kept[0].rewritten


async def test_the_language_is_that_of_the_question_and_not_of_its_courtesy(answers):
    answer = await answers.answer(
        "お疲れ様です。Does RAG learn all of our documents? よろしくお願いします。",
        readers=ALL,
        language="ja",
    )

    assert answer.language == "en"
