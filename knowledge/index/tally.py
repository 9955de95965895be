"""
How many passages hold each term: counted once for a version, added up over versions, and kept as
text in a payload.
"""

import base64
import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log
from typing import Self

import numpy as np
import numpy.typing as npt

Dimensions = npt.NDArray[np.uint32]
Counts = npt.NDArray[np.int64]
_HEAD = struct.Struct("<I")


@dataclass(frozen=True, eq=False)  # no slots: the text is made once
class Tally:
    """
    `counts` tells for each of `dimensions`, ascending, how many of `passages` hold it; at least one
    does.
    """

    passages: int
    dimensions: Dimensions
    counts: Counts

    @classmethod
    def nothing(cls) -> Self:
        """Return the tally of no passage."""
        return cls(0, np.empty(0, np.uint32), np.empty(0, np.int64))

    @classmethod
    def of(cls, passages: Iterable[Sequence[int]]) -> Self:
        """Count passages, each given as its vector's dimensions without repeats."""
        vectors = [np.asarray(dimensions, np.uint32) for dimensions in passages]
        if not vectors:
            return cls.nothing()
        dimensions, counts = np.unique(np.concatenate(vectors), return_counts=True)
        return cls(len(vectors), dimensions, counts.astype(np.int64))

    def changed(self, added: Iterable["Tally"], removed: Iterable["Tally"]) -> "Tally":
        """
        Return the sum with what is added and without what is removed, all of which must be in it.
        60 ms for a million.
        """
        passages = self.passages
        dimensions, counts = [self.dimensions], [self.counts]
        for tally in added:
            passages += tally.passages
            dimensions.append(tally.dimensions)
            counts.append(tally.counts)
        for tally in removed:
            passages -= tally.passages
            dimensions.append(tally.dimensions)
            counts.append(-tally.counts)

        distinct, place = np.unique(np.concatenate(dimensions), return_inverse=True)
        sums = np.bincount(place, np.concatenate(counts), len(distinct)).astype(np.int64)
        remaining = sums > 0
        return Tally(passages, distinct[remaining], sums[remaining])

    def holding(self, dimensions: Dimensions) -> Counts:
        """Return how many passages hold each of `dimensions`, in their order."""
        if not len(self.dimensions):
            return np.zeros(len(dimensions), np.int64)
        place = np.minimum(np.searchsorted(self.dimensions, dimensions), len(self.dimensions) - 1)
        return np.where(self.dimensions[place] == dimensions, self.counts[place], 0)

    @cached_property
    def packed(self) -> str:
        """The tally as text, about 0.6 kB a passage."""
        gaps = np.diff(self.dimensions, prepend=np.uint32(0)).astype("<u4")
        body = zlib.compress(gaps.tobytes() + self.counts.astype("<u4").tobytes(), 1)
        return base64.b64encode(_HEAD.pack(self.passages) + body).decode("ascii")

    @classmethod
    def unpack(cls, packed: str) -> Self:
        """Return what `packed` was."""
        raw = base64.b64decode(packed)
        body = np.frombuffer(zlib.decompress(raw[_HEAD.size :]), "<u4")
        gaps, counts = np.split(body, 2)
        return cls(
            _HEAD.unpack_from(raw)[0], np.cumsum(gaps, dtype=np.uint32), counts.astype(np.int64)
        )


def rarity(passages: int, holding: int) -> float:
    """
    Return a term's inverse document frequency as BM25 has it; the rarest term is one that no
    passage holds.
    """
    return log((passages - holding + 0.5) / (holding + 0.5) + 1)
