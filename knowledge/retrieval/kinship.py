"""
How near words lie to one another in meaning, whatever their language: ボーナス to 賞与, quit to 退職.

Words are encoded one by one and kept, for a shelf says the same ones again and again.
"""

import threading
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

KEPT = 20_000  # words, 1 kB each
Encode = Callable[[Sequence[str]], npt.NDArray[np.float32]]


class Kinship:
    """
    Compares words by vectors of length 1 that `encode` makes, about 1 ms for a word not yet known.
    One object serves all threads.
    """

    def __init__(self, encode: Encode) -> None:
        self._encode = encode
        self._vectors: dict[str, npt.NDArray[np.float16]] = {}
        self._lock = threading.Lock()

    @property
    def usable(self) -> bool:
        """Whether the encoder makes vectors; a first word is tried where none was yet."""
        return self._known(["word"]) is not None

    def nearest(self, words: Sequence[str], among: Sequence[str]) -> list[float]:
        """
        Return for each word the cosine of the nearest one among others: about .4 for what has
        nothing to do with it, .6 for what may stand for it, 1 for itself; 0 where nothing can be
        compared.
        """
        known = self._known([*words, *among])
        if not words or not among or known is None:
            return [0.0] * len(words)
        cosines = known[: len(words)] @ known[len(words) :].T
        return [float(cosine) for cosine in cosines.max(axis=1)]

    def _known(self, words: Sequence[str]) -> npt.NDArray[np.float32] | None:
        """Return the vector of each word; None where the encoder makes none."""
        with self._lock:
            new = [word for word in dict.fromkeys(words) if word not in self._vectors]
            if len(self._vectors) + len(new) > KEPT:
                self._vectors.clear()
                new = list(dict.fromkeys(words))
            if new:
                vectors = self._encode(new)
                if len(vectors) != len(new):
                    return None
                self._vectors.update(zip(new, vectors.astype(np.float16), strict=True))
            rows = [self._vectors[word] for word in words]
        return np.asarray(rows, np.float32)
