"""The sentences are data; these tests are what keeps them whole."""

import re
from pathlib import Path

import pytest

from handlers.texts import Texts, _phrase
from knowledge.errors import InvalidModel

ROOMS = Path(__file__).resolve().parents[2]
NAMED = re.compile(r"""say\(\s*["']([a-z_]+\.[a-z0-9_]+)["']""")


def test_every_sentence_named_in_code_exists(texts):
    named = {
        name
        for room in ("bot", "handlers")
        for path in (ROOMS / room).rglob("*.py")
        for name in NAMED.findall(path.read_text())
    }

    assert len(named) > 50
    assert sorted(named - set(texts.names())) == []


def test_a_sentence_is_said_in_the_language_asked_for(texts):
    assert texts.say("turns.apology", "ja", incident="a1").count("a1") == 1
    assert "a1" in texts.say("turns.apology", "en", incident="a1")


def test_a_sentence_without_both_languages_is_refused():
    with pytest.raises(InvalidModel, match="needs exactly ja and en"):
        _phrase("ask.yaml: x", {"ja": "はい"})


def test_languages_that_take_different_values_are_refused():
    with pytest.raises(InvalidModel, match="different values"):
        _phrase("ask.yaml: x", {"ja": "$n件", "en": "many"})


def test_japanese_sentences_are_japanese():
    kana = re.compile(r"[ぁ-んァ-ヶ一-龠]")
    texts = Texts.load()
    bare = [
        n
        for n in texts.names()
        if not kana.search(texts._phrases[n].ja) and len(texts._phrases[n].ja) > 12
    ]

    assert bare == []
