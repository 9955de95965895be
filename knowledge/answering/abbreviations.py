"""
Abbreviations in a question written out as the documents write them: 有休 as 有給休暇, and phrases for
one of a kind as the kind: お客さんの名前 as 個人情報.

The glossary knows what means the same, but counts another word for half of the one that was typed;
an abbreviation is the same word, and is searched as if it had been written out.
"""

from collections.abc import Sequence

from knowledge.retrieval.query import Query
from knowledge.retrieval.source import PassageSource
from knowledge.text.analysis import normalise

ABSENT = "ゑゐゑゐ"  # a word that no document holds, as rare as a word can be


async def written_out(query: Query, *, source: PassageSource, readers: frozenset[str]) -> str:
    """
    Return a question with its abbreviations written out, each only where nothing that `readers` may
    read holds it, and something holds what it stands for; a phrase for one of a kind only where
    something holds the kind.
    """
    text = query.question
    shelf = _Shelf(source, readers)
    for short, others in query.glossary.alternatives(normalise(text)):
        in_full = _in_full(short, others)
        if not in_full or short not in text:
            continue
        if not await shelf.holds(short) and await shelf.holds(in_full):
            text = text.replace(short, in_full)
    for one, kind in query.glossary.phrases_of_a_kind(normalise(text)):
        if one in text and await shelf.holds(kind):
            text = text.replace(one, kind)
    return text


class _Shelf:
    """What `readers` may read; how rare a word is that it does not hold is looked up once."""

    def __init__(self, source: PassageSource, readers: frozenset[str]) -> None:
        self._source = source
        self._readers = readers
        self._absent: float | None = None

    async def holds(self, word: str) -> bool:
        """Report whether anything there holds a word."""
        if self._absent is None:
            self._absent = await self._rarity(ABSENT)
        return await self._rarity(word) < self._absent

    async def _rarity(self, word: str) -> float:
        return _rarest(await self._source.query(word, readers=self._readers))


def _in_full(short: str, others: Sequence[str]) -> str:
    """Return the shortest word that a word abbreviates, "" for none."""
    for other in sorted(others, key=len):
        if abbreviates(short, other):
            return other
    return ""


def abbreviates(short: str, other: str) -> bool:
    """
    Whether a word is made of letters of another, its first among them, and is no part of it: 育休 of
    育児休業, but 担当 is no abbreviation of 担当者.
    """
    if short.isascii() or not 1 < len(short) < len(other) or short in other:
        return False
    if short[0] != other[0]:
        return False
    at = -1
    for letter in short:
        at = other.find(letter, at + 1)
        if at < 0:
            return False
    return True


def _rarest(query: Query) -> float:
    """Return the rarity of a query's rarest word."""
    return float(query.weights.max(initial=0.0))
