"""Which texts tell the language of whoever writes them, and which could be anybody's."""

import pytest

from knowledge.text.language import told_language

ANYBODYS = (
    "",
    "2",
    "👍",
    "RAG",
    "rag",
    "GPT-4o, LLM",
    "OpenAI API",
    "ok",
    "choose express",
    "99,9%",
)
ENGLISH = ("What is RAG?", "the price", "how much", "please compare hosting costs", "is RAG safe")
JAPANESE = ("RAGとは?", "料金", "ヘルプ", "はい", "手当", "LLM の費用")
OTHERS = ("Quelle est la différence ?", "휴가는 며칠입니까", "请问可以报销吗", "Wie ist die Regel")


@pytest.mark.parametrize("text", ANYBODYS)
def test_names_and_single_words_tell_nothing(text):
    assert told_language(text) is None


@pytest.mark.parametrize("text", ENGLISH + OTHERS)
def test_english_and_third_languages_are_answered_in_english(text):
    assert told_language(text) == "en"


@pytest.mark.parametrize("text", JAPANESE)
def test_japanese_is_answered_in_japanese(text):
    assert told_language(text) == "ja"
