"""
What somebody means by a message that is no question to the documents. Pure.

Every sentence of it must be known small talk; a single other word makes it a question, so that no
question is swallowed.
"""

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple, get_args

import yaml

from knowledge.text.answer_types import recommends
from knowledge.text.courtesy import bare, introduces, opened
from knowledge.text.pieces import pieces

Greeting = Literal["hello", "morning", "evening", "work"]
Word = Literal["thanks", "bye", "sorry", "acknowledged", "wrong", "link"]
Ability = Literal["help", "documents", "choose"]
Intent = Ability | Greeting | Word
Mode = Literal["talk", "dialog", "documents"]
FILE = Path(__file__).with_name("phrases.yaml")
LONGEST = 200  # characters of a sentence
MESSAGE = 4000  # characters of a message
_WORD = re.compile(r"[^\W_]")
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_PLEASE = (
    r"(?:を|の|で)?(?:お願い(?:いた|致)?(?:し)?(?:ます)?|(?:くだ|下)さい(?:ませ)?|くれ(?:る|ます|ません)?|ちょうだい"
    r"|(?:もらえ|貰え|いただけ|頂け)(?:る|ます|ません|ない)?(?:でしょう)?|ほしい(?:です)?|欲しい(?:です)?)?"
    r"(?:です|でしょう|ます|なの|んです|のです)?(?:か)?(?:ね|よ|よね|な|わ|さ)?[ーっッw笑~〜]*|,? please"
)
_PARTS = re.compile(r"[、,]\s*")
_TRIM = " \t\n。.!！?？…、,:;()（）「」\"'~〜ー-*_"


class Phrases(NamedTuple):
    """The patterns of `phrases.yaml` in their order, and what emoji alone mean."""

    patterns: tuple[tuple[Intent, re.Pattern[str]], ...]
    signs: dict[str, Intent]

    @classmethod
    @cache
    def load(cls) -> "Phrases":
        rows = yaml.safe_load(FILE.read_text(encoding="utf-8"))
        signs: dict[str, Intent] = {}
        for name, row in rows.pop("signs").items():
            signs |= dict.fromkeys(row.split(), name)
        known = {*get_args(Ability), *get_args(Greeting), *get_args(Word)}
        unknown = sorted(set(rows) - known)
        if unknown:
            raise ValueError(f"{FILE.name}: {unknown} are no intents; name some of {sorted(known)}")
        patterns = []
        for name, row in rows.items():
            patterns.append((name, _pattern([*row["ja"], *row["en"]])))
        return cls(tuple(patterns), signs)


def hear(text: str) -> Intent | None:
    """
    Return what a whole message means besides asking the documents; None for a question, and for
    what has no words.
    """
    words = unicodedata.normalize("NFKC", text).strip()
    if not _WORD.search(words):
        return _signed(words)
    if not _WORD.search(_LINK.sub("", words)):
        return "link"
    if len(words) > MESSAGE:
        return None
    intents: list[Intent] = []
    sentences = dict.fromkeys(piece.text for piece in pieces(bare(words)))
    for sentence in sentences:
        meant = _meant(sentence)
        if meant is None:
            return None
        intents += meant
    order = [name for name, _ in Phrases.load().patterns]
    intent = min(intents, key=order.index, default=None)
    if intent == "choose" and recommends(words):
        return None
    return intent


def mode(intent: Intent) -> Mode:
    """Return where a message led, in the words machines read."""
    match intent:
        case "choose":
            return "dialog"
        case "documents":
            return "documents"
        case _:
            return "talk"


def _meant(sentence: str) -> list[Intent] | None:
    """
    Return what one sentence means, or each of its parts; [] for mere courtesy, None for anything
    else.
    """
    text = sentence.strip(_TRIM)
    if len(text) > LONGEST:
        return None
    if not _WORD.search(text):
        return []
    intent = _known(text)
    return [intent] if intent else _meant_beside_courtesy(text)


def _meant_beside_courtesy(text: str) -> list[Intent] | None:
    """Return what a sentence means without its courtesy, or each of its parts."""
    rest = opened(text).strip(_TRIM)
    if not rest or introduces(rest):
        return ["hello"]
    if rest != text:
        return _meant(rest)
    parts = [part for part in _PARTS.split(text) if part.strip(_TRIM)]
    if len(parts) < 2:  # one part is the sentence itself
        return None
    meant = []
    for part in parts:
        known = _known(part.strip(_TRIM))
        if known is None:
            return None
        meant.append(known)
    return meant


def _known(text: str) -> Intent | None:
    for name, pattern in Phrases.load().patterns:
        if pattern.fullmatch(text):
            return name
    return None


def _signed(text: str) -> Intent | None:
    """Return what emoji alone mean: the first that says something."""
    places: dict[int, Intent] = {}
    for sign, intent in Phrases.load().signs.items():
        if sign in text:
            places[text.find(sign)] = intent
    return places[min(places)] if places else None


def _pattern(phrases: list[str]) -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(phrases)})(?:{_PLEASE})", re.IGNORECASE)
