"""
Whether a message tells of an accident: something leaked, lost, infected or broken, or
somebody hurt.

Heard are those to whom it happened, and who asks whom to tell or what to do then. Who asks
anything else about such things asks the documents: "再発行の手数料は?".
"""

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

from knowledge.sentences import yaml_values
from knowledge.text.courtesy import asks_something, bare
from knowledge.text.pieces import pieces
from knowledge.values import Language

Kind = Literal["entered", "leak", "lost", "virus", "injury", "broken"]
FILE = Path(__file__).with_name("emergency.yaml")
LONGEST = 1000  # characters; a longer text is no cry for help
_SUPPOSED = re.compile(
    r"場合|とき|時|際|たら|なら|\b(?:if|when|case|whenever|should)\b|\bwho notices\b"
)
_WHOLE = re.compile(
    r"全部|すべて|全て|一覧|措置|会社が|会社は|\ball\b|\bthe company\b|\bcompany (?:do|has)\b"
)
_OTHERWISE = re.compile(
    r"しても(?:いい|よい|良い)|ても(?:いい|よい|大丈夫)|ていい|(?:いくら|何円|手数料|費用|見舞金|補償|保険|防ぐ|防止|対策|定義|とは)"
    r"|\b(?:may i|is it (?:ok|allowed)|how much|fee|prevent|avoid|definition|policy on)\b"
)


class Accidents(NamedTuple):
    """The patterns of `emergency.yaml`, either language in one; `desk` are words by kind."""

    distress: re.Pattern[str]
    asks_desk: re.Pattern[str]
    happened: dict[Kind, re.Pattern[str]]
    desk: dict[Kind, dict[Language, str]]

    @classmethod
    @cache
    def load(cls) -> "Accidents":
        rows = yaml_values(FILE.read_text(encoding="utf-8"))
        happened: dict[Kind, re.Pattern[str]] = {}
        desk: dict[Kind, dict[Language, str]] = {}
        for kind, row in rows["kinds"].items():
            happened[kind] = _either(row["happened"])
            desk[kind] = row["desk"]
        return cls(_either(rows["distress"]), _either(rows["asks_desk"]), happened, desk)


def emergency(text: str) -> Kind | None:
    """Return what kind of accident a message tells of, None for any other message."""
    if len(text) > LONGEST:
        return None
    accidents = Accidents.load()
    words = unicodedata.normalize("NFKC", text).lower()
    for kind, happened in accidents.happened.items():
        if happened.search(words) and _is_call(words, happened, accidents):
            return kind
    return None


def desk_words(kind: Kind, language: Language) -> str:
    """Return the words by which the documents are asked whom to tell, and by when."""
    return Accidents.load().desk[kind][language]


def _is_call(words: str, happened: re.Pattern[str], accidents: Accidents) -> bool:
    """Report whether it happened to the writer, or they ask what to do when it does."""
    if _WHOLE.search(words) or _OTHERWISE.search(words):
        return False
    if accidents.asks_desk.search(words):
        return True
    if _SUPPOSED.search(happened.sub(" ", words)):
        return False
    if accidents.distress.search(words):
        return True
    sentences = [piece.text for piece in pieces(bare(words))]
    telling = [sentence for sentence in sentences if happened.search(sentence)]
    return bool(telling) and not any(asks_something(sentence) for sentence in telling)


def _either(row: dict[Language, str]) -> re.Pattern[str]:
    return re.compile("|".join(row.values()))
