"""A question is given the topic of the talk before it only when it lacks one, however short it is."""

import pytest

from knowledge.answering.answers import Answers
from knowledge.answering.question import Turn, rewrite
from knowledge.documents.library import Library
from knowledge.index.opening import open_index
from knowledge.reading.reading import read
from knowledge.retrieval.encoder import VERSION
from knowledge.values import Metadata

COMPLETE = [
    *(
        "副業していい?",
        "有休は何日?",
        "定年は?",
        "残業代は?",
        "健康診断はいつ?",
        "賞与はある?",
        "名刺は?",
        "タクシー使っていい?",
    ),
    *(
        "家で働ける?",
        "AIって何?",
        "RAGとは?",
        "社員食堂は?",
        "今日の天気は?",
        "社外秘は入れていい?",
        "じゃあ副業していい?",
    ),
    *(
        "Side job ok?",
        "Sick leave?",
        "Is a taxi allowed?",
        "How long does it take to get a laptop?",
    ),
]
LACKING = [
    *(
        "短所は?",
        "なぜ?",
        "それは禁止?",
        "じゃあ海外は?",
        "大阪は?",
        "パートの場合は?",
        "繰り越せる?",
        "極秘も同じ?",
        "費用はいくらですか?",
    ),
    *(
        "申請方法は?",
        "いつまでに申請すればいい?",
        "もっと詳しく",
        "では費用は?",
        "それぞれの費用は?",
        "なぜ",
        "他には?",
        "誰に申請するの?",
    ),
]
LACKING_EN = [
    "Why?",
    "And costs?",
    "What about trains?",
    "Is it forbidden?",
    "How long?",
    "Who approves it?",
    "Any exceptions?",
]
TOPICS = ["退職金はありますか?", "RAGの短所は?"]


@pytest.mark.parametrize("before", [*TOPICS, "Is there a retirement allowance?"])
@pytest.mark.parametrize("question", COMPLETE)
def test_a_short_complete_question_stands_alone(question, before):
    assert rewrite(question, (Turn(before, "…"),)) == question


@pytest.mark.parametrize("question", LACKING)
def test_a_question_without_a_topic_is_given_that_of_the_talk(question):
    assert "退職金" in rewrite(question, (Turn("退職金はありますか?", "…"),))


@pytest.mark.parametrize("question", LACKING_EN)
def test_an_english_question_without_a_topic_is_given_that_of_the_talk(question):
    assert "retirement" in rewrite(question, (Turn("Is there a retirement allowance?", "…"),))


def test_one_thing_takes_the_place_of_another_and_the_topic_stays():
    history = (Turn("東京の宿泊費は?", "…"), Turn("大阪は?", "…"))

    assert rewrite("じゃあ海外は?", history) == "宿泊費 じゃあ海外は?"


def test_a_topic_that_is_all_there_was_stays_beside_what_takes_its_place():
    assert (
        rewrite("極秘も同じ?", (Turn("社外秘はどこまで入れていいの?", "…"),))
        == "社外秘 極秘も同じ?"
    )


def test_without_talk_and_in_another_language_nothing_is_added():
    assert rewrite("短所は?", ()) == "短所は?"
    assert rewrite("Why?", (Turn("退職金はありますか?", "…"),)) == "Why?"
    talk = (Turn("Is there a retirement allowance?", "…"), Turn("退職金はありますか?", "…"))
    assert rewrite("Why?", talk) == "Why?"


RULES = """# 就業規則

## 第12条 副業
社員は、会社に届け出たうえで副業をすることができる。

## 第20条 定年
社員の定年は、満60歳とする。

## 第31条 賞与
賞与は、毎年7月と12月に支給する。

## 第38条 退職金
すべての社員について、退職金は支給しない。

## 第40条 健康診断
会社は、毎年10月に健康診断を行う。

## 第45条 残業
残業をした社員には、割増賃金を支払う。残業は所属長の許可を得て行う。
"""
SHORT = [
    "副業していい?",
    "副業は可能?",
    "定年は?",
    "定年は何歳?",
    "賞与は?",
    "賞与はいつ?",
    "健康診断は?",
    "健康診断はいつ?",
]
SHORT += ["残業は?", "残業していい?", "残業の許可は?", "副業の届け出は?"]


async def test_twelve_short_questions_are_answered_alike_after_any_topic(tmp_path):
    async with Library(open_index(None, tmp_path / "index", version=VERSION)) as library:
        reading = await read("就業規則.md", RULES.encode())
        document, version, _ = await library.stage(reading, Metadata(title="就業規則"), by="u")
        await library.publish(document.id, version.id)
        answers = Answers(library)
        everybody = frozenset({"all"})

        for question in SHORT:
            alone = await answers.answer(question, readers=everybody, language="ja")
            for before in ("退職金は?", "RAGの短所は?"):
                history = (Turn(before, "…"),)
                after = await answers.answer(
                    question, readers=everybody, language="ja", history=history
                )
                assert (after.text, after.certainty) == (alone.text, alone.certainty), (
                    question,
                    before,
                )
