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
        if not self.size:
            return self.encoder
        return f"{self.encoder}-{self.model}-{self.size}"

    @classmethod
    def read(cls, name: str) -> "Format":
        """Return what `str` wrote; a name of another shape is an encoder's version alone."""
        encoder, *dense = name.split("-")
        if len(dense) != 2:
            return cls(encoder)
        return cls(encoder, dense[0], int(dense[1]))

    def today(self, encoder: str, model: str, size: int) -> "Format":
        """
        Return what an index of this format is to become; `size` 0, unknown, is the one it has of
        this model.
        """
        size = size or self.dense(model)
        if not model or not size:
            return Format(encoder)
        return Format(encoder, key(model), size)

    def dense(self, model: str) -> int:
        """Return the size of the vectors that `model` made, 0 without any."""
        if not model or self.model != key(model):
            return 0
        return self.size


class Formatted:
    """What both engines of an index say of their format: the one its points have, and today's."""

    def __init__(self, encoder: str, model: str, size: int) -> None:
        """
        `size` is that of `model`'s vectors, 0 while it is unknown; the formats are settled once the
        index is open.
        """
        self._encoder = encoder
        self._model = model
        self._size = size
        self._format = Format(encoder)
        self._todays_format = self._format

    def measured(self, size: int) -> None:
        """Take the size of the model's vectors, once it is known after the index was opened."""
        self._size = size
        self._todays_format = self._format.today(self._encoder, self._model, size)

    @property
    def outdated(self) -> bool:
        """Whether the points are of another format than today's."""
        return self._format != self._todays_format

    @property
    def dense(self) -> int:
        """How many numbers the dense vectors have that can be searched now, 0 without any."""
        return self._format.dense(self._model)

    @property
    def dense_wanted(self) -> int:
        """How many numbers the dense vectors of written points are to have, 0 for none."""
        return self._todays_format.dense(self._model)

    def _settle(self, stored: Format | None) -> None:
        """Tell both formats once the index is open; None stands for an index made just now."""
        before = stored or Format(self._encoder)
        self._todays_format = before.today(self._encoder, self._model, self._size)
        self._format = stored or self._todays_format


def key(model: str) -> str:
    """Return eight letters that stand for a model in a name."""
    return blake2b(model.encode(), digest_size=4).hexdigest()
