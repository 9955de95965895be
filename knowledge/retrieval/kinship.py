"""
How near words lie to one another in meaning, whatever their language: ボーナス to 賞与, quit to 退職.

Words are encoded one by one and kept, for a shelf says the same ones again and again.
"""

import threading
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

KEPT = 20_000  # words, 1 kB each
Cosines = npt.NDArray[np.float32]
Encode = Callable[[Sequence[str]], npt.NDArray[np.float32]]


class Kinship:
    """
    Compares words by vectors of length 1 that `encode` makes, about 0.5 ms for a word not yet
    known. One object serves all threads.
    """

    def __init__(self, encode: Encode) -> None:
        self._encode = encode
        self._rows: dict[str, int] = {}
        self._vectors: npt.NDArray[np.float16] = np.empty((0, 0), np.float16)
        self._lock = threading.Lock()

    @property
    def usable(self) -> bool:
        """Whether the encoder makes vectors; a first word is tried where none was yet."""
        return self._known(["word"]) is not None

    def learn(self, words: Sequence[str]) -> bool:
        """Encode words ahead of the questions; report whether there is room for more."""
        with self._lock:
            room = KEPT - len(self._rows)
        return self._known(words[:room]) is not None and len(words) < room

    def nearest(self, words: Sequence[str], among: Sequence[str]) -> list[float]:
        """
        Return for each word the cosine of the nearest one among others: about .4 for what has
        nothing to do with it, .6 for what may stand for it, 1 for itself; 0 where nothing can be
        compared.
        """
        cosines = self.cosines(words, among)
        if cosines is None:
            return [0.0] * len(words)
        return [float(cosine) for cosine in cosines.max(axis=1)]

    def cosines(self, words: Sequence[str], among: Sequence[str]) -> Cosines | None:
        """Return words × others; None where nothing can be compared."""
        known = self._known([*words, *among])
        if not words or not among or known is None:
            return None
        return known[: len(words)] @ known[len(words) :].T

    def _known(self, words: Sequence[str]) -> npt.NDArray[np.float32] | None:
        """Return the vector of each word; None where the encoder makes none."""
        with self._lock:
            new = [word for word in dict.fromkeys(words) if word not in self._rows]
            if len(self._rows) + len(new) > KEPT:
                self._rows.clear()
                new = list(dict.fromkeys(words))
            if new and not self._add(new):
                return None
            rows = [self._rows[word] for word in words]
            return self._vectors[rows].astype(np.float32)

    def _add(self, words: Sequence[str]) -> bool:
        """Encode words that are not known; report whether the encoder could."""
        vectors = self._encode(words)
        if len(vectors) != len(words):
            return False
        first = len(self._rows)
        last = first + len(words)
        if last > len(self._vectors):
            room = np.empty((max(2 * len(self._vectors), last), vectors.shape[1]), np.float16)
            if first:
                room[:first] = self._vectors[:first]
            self._vectors = room
        self._vectors[first:last] = vectors
        self._rows.update(zip(words, range(first, last), strict=True))
        return True
