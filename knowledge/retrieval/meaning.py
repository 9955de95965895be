"""
What passages mean, as numbers: one small vector for each unit of a passage, and the search in them.

A unit (a sentence, a list, a row; those of `Terms`) is encoded by itself and leaned towards its
title and headings, since a clause seldom says what it is about. Vectors are kept as 512 signed
bytes. A search first compares signs alone, 64 bytes a unit, and then the best of them exactly: a
question to 100,000 passages takes milliseconds, and no index has to be built.
"""

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from knowledge.models.sentence_encoder import SIZE, SentenceEncoder, Vectors
from knowledge.reading.chunks import passage_title
from knowledge.retrieval.terms import Terms
from knowledge.values import Passage

Codes = npt.NDArray[np.int8]
Numbers = npt.NDArray[np.int32]

TITLE = 0.4  # weight of the title's vector beside a unit's own
SCALE = 1 / 600  # of a code; the largest number seen in a vector is .17, a code holds .21
WORD = 64  # signs that are compared at once
EXACT = 1_000  # units that are compared exactly
STRIDE = 16_384  # units whose signs are compared at once, so that they stay in the cache
VERSION = 1  # raised whenever other numbers are made of the same text


@dataclass(frozen=True, slots=True, eq=False)
class Meaning:
    """
    Some passages of one version: their `positions` there, ascending, how many units each has
    (`sizes`, at least 1), and the `codes` of all units in order, units × `SIZE`.
    """

    version: str
    positions: Numbers
    sizes: Numbers
    codes: Codes

    def packed(self) -> dict[str, str]:
        """Return it as texts for a payload, about 0.7 kB a unit."""
        return {
            "positions": _text(self.positions.astype("<i4")),
            "sizes": _text(self.sizes.astype("<i4")),
            "codes": _text(self.codes),
        }

    @classmethod
    def unpack(cls, version: str, texts: Mapping[str, str]) -> "Meaning":
        """Return what `packed` gave."""
        codes = np.frombuffer(base64.b64decode(texts["codes"]), np.int8)
        positions, sizes = _numbers(texts["positions"]), _numbers(texts["sizes"])
        return cls(version, positions, sizes, codes.reshape(-1, SIZE))


@dataclass(frozen=True, slots=True)
class Near:
    """
    A passage whose unit number `unit`, from 0, lies nearest to a question. `score` is the cosine,
    about .2 for what has nothing to do with it, .6 and more for what says the same; `units` are
    those of all its units, in order.
    """

    version: str
    position: int
    score: float
    unit: int
    units: tuple[float, ...] = ()


def meaning(
    version: str, passages: Sequence[tuple[Passage, Terms]], by: SentenceEncoder
) -> Meaning:
    """
    Return what passages of one version mean, about 6 ms of work each; in the order of `passages`.

    Empty where the encoder cannot be used.
    """
    texts: list[str] = []
    sizes: list[int] = []
    for passage, terms in passages:
        units = _unit_texts(passage, terms)
        texts += units
        sizes.append(len(units))

    row_of_title: dict[str, int] = {}
    for passage, _ in passages:
        row_of_title.setdefault(passage_title(passage), len(row_of_title))
    title_vectors = by.encode(list(row_of_title))
    vectors = by.encode(texts)
    if not len(vectors):
        return joined(version, [])

    rows: list[int] = []
    positions: list[int] = []
    for passage, _ in passages:
        rows.append(row_of_title[passage_title(passage)])
        positions.append(passage.position)
    leaning = vectors + TITLE * title_vectors[np.repeat(rows, sizes)]
    leaning /= np.linalg.norm(leaning, axis=1, keepdims=True)
    return Meaning(
        version, np.array(positions, np.int32), np.array(sizes, np.int32), _codes(leaning)
    )


def joined(version: str, parts: Sequence[Meaning]) -> Meaning:
    """Return parts of one version, in order, as one; that of no passage for none."""
    return Meaning(
        version,
        _all_numbers([part.positions for part in parts]),
        _all_numbers([part.sizes for part in parts]),
        _all_codes([part.codes for part in parts]),
    )


class Block:
    """
    The passages of many versions that are searched together. Immutable: `changed` makes another.
    """

    def __init__(self, parts: Sequence[Meaning]) -> None:
        """About a second for a million units."""
        self._versions: list[str] = []
        counts: list[int] = []
        for part in parts:
            self._versions.append(part.version)
            counts.append(len(part.positions))
        self._part_of = np.repeat(np.arange(len(parts)), counts)
        self._first = np.cumsum([0, *counts])  # of each part, among all passages
        self._positions = _all_numbers([part.positions for part in parts])
        self._sizes = _all_numbers([part.sizes for part in parts])
        self._starts = np.cumsum([0, *self._sizes.tolist()])  # of each passage, among all units
        self._owner = np.repeat(np.arange(len(self._sizes), dtype=np.int32), self._sizes)
        self._codes = _all_codes([part.codes for part in parts])
        self._signs = _signs(self._codes)
        self._parts_of: dict[str, list[int]] = {}
        for number, name in enumerate(self._versions):
            self._parts_of.setdefault(name, []).append(number)

    def __len__(self) -> int:
        """How many units there are."""
        return len(self._codes)

    def parts(self) -> Iterator[Meaning]:
        """Yield what it was made of, as views."""
        for number, name in enumerate(self._versions):
            first, end = self._first[number], self._first[number + 1]
            units = slice(self._starts[first], self._starts[end])
            yield Meaning(
                name, self._positions[first:end], self._sizes[first:end], self._codes[units]
            )

    def changed(self, added: Sequence[Meaning], removed: frozenset[str]) -> "Block":
        """Return one with other parts and without those of the versions that are removed."""
        remaining = [part for part in self.parts() if part.version not in removed]
        return Block([*remaining, *added])

    def nearest(self, vector: Vectors, limit: int) -> list[Near]:
        """Return at most `limit` passages by their nearest units, best first."""
        asked = _codes(vector)
        rows = self._likely(asked)
        scores = _cosines(self._codes[rows], asked)
        order = np.argsort(-scores, kind="stable")
        owners = self._owner[rows[order]]
        _, firsts = np.unique(owners, return_index=True)
        best = order[np.sort(firsts)[:limit]]
        owning = [int(self._owner[row]) for row in rows[best].tolist()]
        return [self._near(at, asked) for at in owning]

    def of(self, vector: Vectors, version: str, position: int) -> Near | None:
        """Return how near one passage lies; None where it is not known."""
        for number in self._parts_of.get(version, ()):
            first, end = int(self._first[number]), int(self._first[number + 1])
            at = first + int(np.searchsorted(self._positions[first:end], position))
            if at == end or self._positions[at] != position:
                continue
            return self._near(at, _codes(vector))
        return None

    def _near(self, at: int, asked: Codes) -> Near:
        """Return how near the passage at index `at` among all lies."""
        start, stop = int(self._starts[at]), int(self._starts[at + 1])
        units: list[float] = _cosines(self._codes[start:stop], asked).tolist()
        unit = int(np.argmax(units))
        name = self._versions[int(self._part_of[at])]
        return Near(name, int(self._positions[at]), units[unit], unit, tuple(units))

    def _likely(self, asked: Codes) -> npt.NDArray[np.int64]:
        """Return the units that share the most signs with a question, a few more than `EXACT`."""
        count = len(self._codes)
        if count <= EXACT:
            return np.arange(count)
        differing = np.empty(count, np.uint16)
        question = _signs(asked[None, :])[:, 0]
        for start in range(0, count, STRIDE):
            some = differing[start : start + STRIDE]
            some[:] = 0
            for signs, wanted in zip(self._signs, question, strict=True):
                some += np.bitwise_count(signs[start : start + STRIDE] ^ wanted)
        by_distance = np.cumsum(np.bincount(differing, minlength=SIZE + 1))
        farthest = int(np.searchsorted(by_distance, EXACT))
        return np.flatnonzero(differing <= farthest)


def _unit_texts(passage: Passage, terms: Terms) -> list[str]:
    """Return the text of each unit; the whole text where there is none."""
    texts = []
    for number in range(len(terms.sizes)):
        lines = [passage.text[start:end] for start, end in terms.unit(number)]
        texts.append("\n".join(lines))
    return texts or [passage.text]


def _codes(vectors: Vectors) -> Codes:
    return np.clip(np.round(vectors / SCALE), -127, 127).astype(np.int8)


def _cosines(codes: Codes, asked: Codes) -> Vectors:
    """
    Return the cosine of each unit with a question.

    Sums of 512 products of two codes are exact in 32 bits, so that a figure is the same whatever
    else is compared.
    """
    sums: Vectors = codes.astype(np.float32) @ asked.astype(np.float32)
    return sums * np.float32(SCALE * SCALE)


def _signs(codes: Codes) -> npt.NDArray[np.uint64]:
    """Return the signs of codes as bits, `SIZE` / `WORD` × units."""
    bits = np.packbits(codes > 0, axis=1)
    return np.ascontiguousarray(bits.view(np.uint64).T)


def _all_numbers(parts: Sequence[Numbers]) -> Numbers:
    return np.concatenate([np.empty(0, np.int32), *parts])


def _all_codes(parts: Sequence[Codes]) -> Codes:
    return np.concatenate([np.empty((0, SIZE), np.int8), *parts])


def _text(numbers: npt.NDArray[Any]) -> str:
    return base64.b64encode(numbers.tobytes()).decode("ascii")


def _numbers(text: str) -> Numbers:
    return np.frombuffer(base64.b64decode(text), "<i4").astype(np.int32)
