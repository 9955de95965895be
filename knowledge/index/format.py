"""
What an index was made with: the encoder's version, and the embedding model with the size of its
vectors, if there is one.
"""

from dataclasses import dataclass
from hashlib import blake2b


@dataclass(frozen=True, slots=True)
class Format:
    """
    `str` and `read` carry it through a name: "VERSION" or "VERSION-MODEL-SIZE", MODEL being `key`
    of the model's address.
    """

    encoder: str
    model: str = ""
    size: int = 0

    def __str__(self) -> str:
        return f"{self.encoder}-{self.model}-{self.size}" if self.size else self.encoder

    @classmethod
    def read(cls, name: str) -> "Format":
        encoder, *dense = name.split("-")
        return cls(encoder, dense[0], int(dense[1])) if len(dense) == 2 else cls(encoder)

    def today(self, encoder: str, model: str, size: int) -> "Format":
        """
        Return what an index of this format is to become; `size` 0, unknown, is the one it has of
        this model.
        """
        size = size or self.dense(model)
        return Format(encoder, key(model), size) if model and size else Format(encoder)

    def dense(self, model: str) -> int:
        """Return the size of the vectors that `model` made, 0 without any."""
        return self.size if model and self.model == key(model) else 0


class Formatted:
    """What both houses of an index say of their format: the one its points have, and today's."""

    def __init__(self, encoder: str, model: str, size: int) -> None:
        """
        `size` is that of `model`'s vectors, 0 while it is unknown; the formats are settled once the
        index is open.
        """
        self._version = encoder
        self._model = model
        self._size = size
        self._made_by = self._wanted = Format(encoder)

    def measured(self, size: int) -> None:
        """Take the size of the model's vectors, once it is known after the index was opened."""
        self._size = size
        self._wanted = self._made_by.today(self._wanted.encoder, self._model, size)

    @property
    def outdated(self) -> bool:
        return self._made_by != self._wanted

    @property
    def dense(self) -> int:
        return self._made_by.dense(self._model)

    @property
    def dense_wanted(self) -> int:
        return self._wanted.dense(self._model)


def key(model: str) -> str:
    """Return eight letters that stand for a model in a name."""
    return blake2b(model.encode(), digest_size=4).hexdigest()
