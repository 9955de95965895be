"""Who types in kana gets the answer of who types in kanji, and the words of others stay theirs."""

from pathlib import Path

import pytest

from knowledge.retrieval.glossary import Glossary
from knowledge.text.analysis import Analysis
from knowledge.text.kana import Kana
from tests.shelving import shelved

RULES = """# 社員の手引き

## 退職金

退職金は支給しない。

## 慶弔休暇

結婚のときは、慶弔休暇を5日与える。

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


def test_two_words_in_one_run_are_both_written_out(kana):
    assert kana.written("けいちょうきゅうかのしんせい") == "慶弔休暇のしんせい"
    assert kana.written("ユウキュウキュウカ") == "有給休暇"
