"""Who types in kana gets the answer of who types in kanji, and the words of others stay theirs."""

from pathlib import Path

import pytest

from knowledge.answering.answers import Answers
from knowledge.retrieval.glossary import Glossary
from knowledge.text.analysis import Analysis
from knowledge.text.kana import Kana
from tests.shelving import shelved

RULES = """# 社員の手引き

## 退職金

退職金は支給しない。

## 慶弔休暇

結婚のときは、慶弔休暇を5日与える。

## 出張の日当

出張の日当は、1日につき2,300円とする。

## ハルシネーション

ハルシネーションとは、生成AIの作り話をいう。

## パスワード

パスワードは、15文字以上とする。
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shelved(tmp_path_factory.mktemp("shelf"), {"手引き.md": RULES})


@pytest.mark.parametrize(
    ("kana", "kanji"),
    [
        ("たいしょくきん ってでますか", "退職金ってでますか"),
        ("タイショクキンは出ますか?", "退職金は出ますか?"),
        ("けっこんしたときの、けいちょう休暇は何日?", "けっこんしたときの、慶弔休暇は何日?"),
        ("ぱすわーどは何文字?", "パスワードは何文字?"),
        ("退食金は出る?", "退職金は出る?"),
        ("しゅっちょう にっとう いくら?", "出張 日当 いくら?"),
        ("ハルシネーシヨンとは?", "ハルシネーションとは?"),
    ],
)
async def test_a_question_in_kana_is_answered_like_one_in_kanji(answers, kana, kanji):
    readers = frozenset({"all"})
    answer = await answers.answer(kana, readers=readers, language="ja")
    wanted = await answers.answer(kanji, readers=readers, language="ja")

    assert wanted.citations
    assert answer.text == wanted.text
    assert answer.question == kana


@pytest.fixture(scope="module")
def kana() -> Kana:
    words = [word for group in Glossary.load().groups for word in group]
    return Kana(words, Analysis())


@pytest.mark.parametrize(
    "question",
    [
        "ありがとうございます",
        "テレワークとパスワードについて",
        "このようなときはどうすればいいですか",
        "うちのかいしゃはどこですか",
        "Can I work remotely?",
        "",
    ],
)
def test_other_words_stay_as_they_were_typed(kana, question):
    assert kana.written(question) == question


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("会社やめたいときはどうすれば?", "会社辞めたいときはどうすれば?"),
        ("仕事をやめるときの手続き", "仕事を辞めるときの手続き"),
        ("会社の喫煙をやめたい", "会社の喫煙をやめたい"),
    ],
)
def test_to_leave_ones_work_is_not_to_stop_something(kana, typed, meant):
    assert kana.written(typed) == meant


def test_two_words_in_one_run_are_both_written_out(kana):
    assert kana.written("けいちょうきゅうかのしんせい") == "慶弔休暇のしんせい"
    assert kana.written("ユウキュウキュウカ") == "有給休暇"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("有級休暇は何日?", "有給休暇は何日?"),
        ("健康診段の費用", "健康診断の費用"),
        ("時間害労働の上限", "時間外労働の上限"),
        ("時間内労働の上限", "時間内労働の上限"),  # a word of its own
        ("第一次の審査", "第一次の審査"),
        ("社員旅行の行き先", "社員旅行の行き先"),
    ],
)
def test_a_sign_of_the_same_sound_is_mended(kana, typed, meant):
    assert kana.written(typed) == meant


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("パスワドは何文字?", "15文字"),
        ("パスワートは何文字?", "15文字"),
        ("ハスワードは?", "15文字"),
    ],
)
async def test_a_letter_typed_wrong_in_katakana_is_met(
    answers: Answers, typed: str, told: str
) -> None:
    answer = await answers.answer(typed, readers=frozenset({"all"}), language="ja")

    assert told in answer.text
