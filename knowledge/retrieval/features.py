"""
What a question and a handful of passages share, unit by unit, as a few small matrices.

All passages are compared at once: thirty of them take about a millisecond.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from knowledge.retrieval.encoder import FIELDS, SATURATION
from knowledge.retrieval.query import Floats, Query
from knowledge.retrieval.terms import Terms, Words
from knowledge.text.analysis import NAME, NOUN, NUMBER, PERSON, PLACE
from knowledge.text.answer_types import bits

Bools = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int64]
NEW_NOUNS = 8  # nouns of a unit, new to the question, that count; more say no more
_PERSON, _PLACE, _NUMBER = ord(PERSON), ord(PLACE), ord(NUMBER)
_NOUNS = np.zeros(128, np.bool_)
for _kind in (NOUN, PERSON, PLACE, NAME, NUMBER):
    _NOUNS[ord(_kind)] = True


class Features:
    """
    `terms` are the passages' words. `units` is units × slots: which of the question's words each
    unit holds; `passage` tells the passage of each unit and `length` how many words it has.
    `counts` is passages × slots: how often each passage's text holds a word; `titles` and `held`
    (text or title) likewise.
    """

    def __init__(self, query: Query, passages: Sequence[Terms]) -> None:
        self.query = query
        self.terms = passages
        slots = len(query.forms)
        sizes = [terms.sizes for terms in passages]
        self.length = np.concatenate(sizes).astype(np.int64)
        self.passage = _owners(sizes)

        # one entry for each word of all passages, in reading order
        words = [terms.words for terms in passages]
        self._kinds = np.concatenate([terms.kinds for terms in passages])
        self._unit = np.repeat(np.arange(len(self.length)), self.length)
        every_word = np.concatenate(words)
        self._slot = _columns(every_word, query.ids)
        self._matched = np.flatnonzero(self._slot >= 0)  # where the question's words stand

        unit, slot = self._unit[self._matched], self._slot[self._matched]
        self.units: Bools = np.zeros((len(self.length), slots), np.bool_)
        self.units[unit, slot] = True
        self.counts = np.zeros((len(passages), slots))
        np.add.at(self.counts, (self.passage[unit], slot), 1)

        titles = [terms.title for terms in passages]
        self.titles = self._count_titles(titles)
        if query.phrases:
            self._hold_phrases(every_word)
        self.held: Bools = (self.counts > 0) | (self.titles > 0)
        self.words = _lengths(words)
        self.title_words = _lengths(titles)

    def share(self) -> Floats:
        """Return for each unit the share of all the question's words it holds."""
        return self.units @ self.query.all

    def content(self, *, titled: bool) -> Floats:
        """
        Return for each unit the share of the content words that it, or it and its title, hold.
        """
        if not titled:
            return self.units @ self.query.content

        in_title = self.titles[self.passage] > 0
        return (self.units | in_title) @ self.query.content

    def neighbours(self) -> set[tuple[int, int, int]]:
        """Return the pairs of slots whose words are neighbours, each with its unit first."""
        next_is_matched = np.diff(self._matched) == 1
        left = self._matched[:-1][next_is_matched]
        same_unit = self._unit[left] == self._unit[left + 1]
        left = left[same_unit]

        units = self._unit[left].tolist()
        first_slots = self._slot[left].tolist()
        second_slots = self._slot[left + 1].tolist()
        return set(zip(units, first_slots, second_slots, strict=True))

    def pairs(self) -> Floats:
        """
        Return for each unit the share of the question's neighbouring words that are neighbours
        there, too.
        """
        weights = self.query.pairs
        shares = np.zeros(len(self.units))
        for unit, first, second in self.neighbours():  # each pair counts once in a unit
            shares[unit] += weights.get((first, second), 0.0)
        return shares

    def sequence(self, units: Sequence[int]) -> Floats:
        """
        Return for these units the share of the question's words that come in the same order (LCS,
        by rarity).
        """
        unit_of_match = self._unit[self._matched]
        starts = np.searchsorted(unit_of_match, units).tolist()
        ends = np.searchsorted(unit_of_match, units, side="right").tolist()

        slots = self._slot[self._matched].tolist()
        weights = self.query.all.tolist()
        shares = []
        for start, end in zip(starts, ends, strict=True):
            shares.append(_sequence(self.query.order, slots[start:end], weights))
        return np.array(shares)

    def cues(self) -> Floats:
        """
        Return 1.0 for each unit that shows a thing of the kind asked for: a person, a place, a
        date, an amount, a reason.
        """
        query = self.query
        shown = np.zeros(len(self.units), np.bool_)
        if query.cue_bits:
            shown |= (self._cue_bits() & query.cue_bits) > 0

        new = self._slot < 0
        for name, kind in (("who", _PERSON), ("where", _PLACE)):
            if query.wants(name):
                shown[self._unit[new & (self._kinds == kind)]] = True

        if query.counter >= 0:  # a number right before the thing that is counted
            before = np.flatnonzero(self._slot[1:] == query.counter)
            is_number = self._kinds[before] == _NUMBER
            same_unit = self._unit[before] == self._unit[before + 1]
            shown[self._unit[before[is_number & same_unit]]] = True
        return shown.astype(float)

    def shows(self, cue: str) -> Bools:
        """Return for each unit whether it shows the cue of that name, whatever is asked."""
        return (self._cue_bits() & bits(cue)) > 0

    def shown(self, cue_bits: int) -> bool:
        """Report whether any unit shows one of the cues with these bits."""
        return bool((self._cue_bits() & cue_bits).any())

    def fresh(self) -> Floats:
        """
        Return for each unit how many of its nouns the question does not name, up to 8, as 0..1.
        """
        new_noun = _NOUNS[self._kinds] & (self._slot < 0)
        count = np.bincount(self._unit[new_noun], minlength=len(self.units))
        return np.minimum(count, NEW_NOUNS) / NEW_NOUNS

    def bm25(self) -> tuple[Floats, Floats]:
        """Return for each passage its first-stage score from words and from title words."""
        both = _saturated(self.counts + self.titles, self.words + self.title_words, "words")
        titles = _saturated(self.titles, self.title_words, "title")
        return both @ self.query.weights, titles @ self.query.weights

    def exact(self) -> Floats:
        """
        Return for each passage the share of the question's amounts and references it holds; 0 when
        there are none.
        """
        wanted = self.query.exact
        count = len(self.terms)
        if not len(wanted):
            return np.zeros(count)

        stored = [terms.exact for terms in self.terms]
        present = np.isin(np.concatenate(stored), wanted)
        return np.bincount(_owners(stored)[present], minlength=count) / len(wanted)

    def _count_titles(self, titles: Sequence[Words]) -> Floats:
        """Return passages × slots: how often each passage's title holds a word."""
        slot = _columns(np.concatenate(titles), self.query.ids)
        matched = slot >= 0
        counts = np.zeros((len(titles), len(self.query.forms)))
        np.add.at(counts, (_owners(titles)[matched], slot[matched]), 1)
        return counts

    def _cue_bits(self) -> npt.NDArray[np.uint8]:
        """Return the bits of the cues each unit shows."""
        return np.concatenate([terms.cues for terms in self.terms])

    def _hold_phrases(self, words: Words) -> None:
        """Let a unit that holds all words of a phrase hold the slot it stands for."""
        parts: dict[int, int] = {}
        for _, dimensions in self.query.phrases:
            for one in dimensions:
                parts.setdefault(one, len(parts))
        column = _columns(words, parts)
        matched = np.flatnonzero(column >= 0)
        held = np.zeros((len(self.length), len(parts)), np.bool_)
        held[self._unit[matched], column[matched]] = True
        for slot, dimensions in self.query.phrases:
            columns = [parts[one] for one in dimensions]
            whole = held[:, columns].all(axis=1)
            self.units[:, slot] |= whole
            np.add.at(self.counts[:, slot], self.passage[whole], 1)


def _columns(words: Words, columns: Mapping[int, int]) -> Rows:
    """Return the column of each word by its dimension, -1 for words that have none."""
    ids = np.array(sorted(columns), np.uint32)
    if not len(ids):
        return np.full(len(words), -1, np.int64)

    numbers = np.array([columns[dimension] for dimension in ids.tolist()], np.int64)
    nearest = np.minimum(np.searchsorted(ids, words), len(ids) - 1)
    return np.where(ids[nearest] == words, numbers[nearest], -1)


def _lengths(parts: Sequence[Words]) -> Rows:
    return np.array([len(part) for part in parts])


def _owners(parts: Sequence[Words]) -> Rows:
    """Return for each element of all parts, joined, the index of the part it comes from."""
    return np.repeat(np.arange(len(parts)), _lengths(parts))


def _saturated(counts: Floats, lengths: Rows, family: str) -> Floats:
    """Return BM25's weight of each count in a passage of that many words, rarity apart."""
    field = FIELDS[family]
    norm = SATURATION * (1 - field.length_share + field.length_share * lengths / field.average)
    return field.weight * counts * (SATURATION + 1) / (counts + norm[:, None])


def _sequence(question: Sequence[int], unit: Sequence[int], weights: Sequence[float]) -> float:
    """
    Return the weight of the heaviest common subsequence of two sequences of slots.

    `row[n]` is the weight that the question so far and the first `n` words of the unit share.
    """
    in_unit = set(unit)
    row = [0.0] * (len(unit) + 1)
    for slot in question:
        if slot not in in_unit:
            continue
        weight = weights[slot]
        diagonal = 0.0  # the value before this word of the question, one place to the left
        left = 0.0
        for at, other in enumerate(unit, 1):
            above = row[at]
            if other == slot:
                left = diagonal + weight
            elif above > left:
                left = above
            row[at] = left
            diagonal = above
    return row[-1]
