"""
What a question and a handful of passages share, unit by unit, as a few small matrices.

All passages are compared at once: thirty of them take about a millisecond.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from knowledge.retrieval.encoder import FIELDS, SATURATION
from knowledge.retrieval.query import Floats, Query
from knowledge.retrieval.terms import Terms
from knowledge.text.analysis import NAME, NOUN, NUMBER, PERSON, PLACE
from knowledge.text.answer_types import bits

Bools = npt.NDArray[np.bool_]
_PERSON, _PLACE, _NUMBER = ord(PERSON), ord(PLACE), ord(NUMBER)
_NOUNS = np.zeros(128, np.bool_)
_NOUNS[[ord(kind) for kind in (NOUN, PERSON, PLACE, NAME, NUMBER)]] = True


class Features:
    """
    `units` is units × slots: which of the question's words each unit holds; `passage` tells the
    passage of each unit. `counts` is passages × slots; `titles` and `held` (text or title)
    likewise.
    """

    def __init__(self, asked: Query, passages: Sequence[Terms]) -> None:
        self.asked = asked
        self._passages = passages
        slots = len(asked.forms)
        per_unit = np.concatenate([t.sizes for t in passages]).astype(np.int64)
        self.length = per_unit
        self.passage = np.repeat(np.arange(len(passages)), [len(t.sizes) for t in passages])
        words = np.concatenate([t.words for t in passages])
        self._kinds = np.concatenate([t.kinds for t in passages])
        self._unit = np.repeat(np.arange(len(per_unit)), per_unit)
        self._slot = self._slots(words)
        at = np.flatnonzero(self._slot >= 0)
        self._matched = at
        self.units: Bools = np.zeros((len(per_unit), slots), np.bool_)
        self.units[self._unit[at], self._slot[at]] = True
        self.counts = np.zeros((len(passages), slots))
        np.add.at(self.counts, (self.passage[self._unit[at]], self._slot[at]), 1)
        self.titles = np.zeros((len(passages), slots))
        named = np.concatenate([t.title for t in passages])
        owner = np.repeat(np.arange(len(passages)), [len(t.title) for t in passages])
        title_slot = self._slots(named)
        found = title_slot >= 0
        np.add.at(self.titles, (owner[found], title_slot[found]), 1)
        self.held: Bools = (self.counts > 0) | (self.titles > 0)
        self.words = np.array([len(t.words) for t in passages])
        self.title_words = np.array([len(t.title) for t in passages])

    def share(self) -> Floats:
        """Return for each unit the share of all the question's words it holds."""
        return self.units @ self.asked.all

    def content(self, *, titled: bool) -> Floats:
        """
        Return for each unit the share of the content words that it, or it and its title, hold.
        """
        held = self.units | (self.titles[self.passage] > 0) if titled else self.units
        return held @ self.asked.content

    def pairs(self) -> Floats:
        """
        Return for each unit the share of the question's neighbouring words that are neighbours
        there, too.
        """
        shares = np.zeros(len(self.units))
        at = self._matched[:-1][np.diff(self._matched) == 1]
        at = at[self._unit[at] == self._unit[at + 1]]
        pairs = self.asked.pairs
        columns = (self._unit[at], self._slot[at], self._slot[at + 1])
        for unit, first, second in set(zip(*(column.tolist() for column in columns), strict=True)):
            shares[unit] += pairs.get((first, second), 0.0)
        return shares

    def sequence(self, units: Sequence[int]) -> Floats:
        """
        Return for these units the share of the question's words that come in the same order (LCS,
        by rarity).
        """
        starts = np.searchsorted(self._unit[self._matched], units)
        ends = np.searchsorted(self._unit[self._matched], units, side="right")
        weights = self.asked.all.tolist()
        slots, order = self._slot[self._matched].tolist(), self.asked.order
        return np.array(
            [
                _sequence(order, slots[a:b], weights)
                for a, b in zip(starts.tolist(), ends.tolist(), strict=True)
            ]
        )

    def cues(self) -> Floats:
        """
        Return 1.0 for each unit that shows a thing of the kind asked for: a person, a place, a
        date, an amount, a reason.
        """
        asked = self.asked
        found = np.zeros(len(self.units), np.bool_)
        if asked.cue_bits:
            found |= (np.concatenate([t.cues for t in self._passages]) & asked.cue_bits) > 0
        new = self._slot < 0
        for name, kind in (("who", _PERSON), ("where", _PLACE)):
            if asked.wants(name):
                found[self._unit[new & (self._kinds == kind)]] = True
        if asked.counter >= 0:
            at = np.flatnonzero(self._slot[1:] == asked.counter)
            found[
                self._unit[
                    at[(self._kinds[at] == _NUMBER) & (self._unit[at] == self._unit[at + 1])]
                ]
            ] = True
        return found.astype(float)

    def shows(self, cue: str) -> Bools:
        """Return for each unit whether it shows the cue of that name, whatever is asked."""
        return (np.concatenate([t.cues for t in self._passages]) & bits(cue)) > 0

    def fresh(self) -> Floats:
        """
        Return for each unit how many of its nouns the question does not name, up to 8, as 0..1.
        """
        fresh = _NOUNS[self._kinds] & (self._slot < 0)
        return np.minimum(np.bincount(self._unit[fresh], minlength=len(self.units)), 8) / 8

    def bm25(self) -> tuple[Floats, Floats]:
        """Return for each passage its first-stage score from words and from title words."""
        weights = self.asked.weights
        words = (
            _saturated(self.counts + self.titles, self.words + self.title_words, "words") @ weights
        )
        return words, _saturated(self.titles, self.title_words, "title") @ weights

    def exact(self) -> Floats:
        """
        Return for each passage the share of the question's amounts and references it holds; 0 when
        there are none.
        """
        asked = self.asked.exact
        if not len(asked):
            return np.zeros(len(self._passages))
        owner = np.repeat(np.arange(len(self._passages)), [len(t.exact) for t in self._passages])
        found = owner[np.isin(np.concatenate([t.exact for t in self._passages]), asked)]
        return np.bincount(found, minlength=len(self._passages)) / len(asked)

    def _slots(self, words: npt.NDArray[np.uint32]) -> npt.NDArray[np.int64]:
        """Return the slot of each word, -1 for words the question does not have."""
        ids = np.array(sorted(self.asked.ids), np.uint32)
        if not len(ids):
            return np.full(len(words), -1, np.int64)
        slots = np.array([self.asked.ids[d] for d in ids.tolist()], np.int64)
        at = np.minimum(np.searchsorted(ids, words), len(ids) - 1)
        return np.where(ids[at] == words, slots[at], -1)


def _saturated(counts: Floats, lengths: npt.NDArray[np.int64], family: str) -> Floats:
    field = FIELDS[family]
    norm = SATURATION * (1 - field.length_share + field.length_share * lengths / field.average)
    return field.weight * counts * (SATURATION + 1) / (counts + norm[:, None])


def _sequence(question: Sequence[int], unit: Sequence[int], weights: Sequence[float]) -> float:
    """Weighted longest common subsequence of two sequences of slots."""
    there = set(unit)
    row = [0.0] * (len(unit) + 1)
    for slot in question:
        if slot in there:
            before, last, weight = 0.0, 0.0, weights[slot]
            for at, other in enumerate(unit, 1):
                kept = row[at]
                last = row[at] = before + weight if other == slot else kept if kept > last else last  # noqa: FURB136 - max is slow
                before = kept
    return row[-1]
