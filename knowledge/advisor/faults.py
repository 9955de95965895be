"""
What is wrong with a decision model, its texts or answers, in both languages; the sentences live in
`faults.yaml`.
"""

import difflib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Self

from knowledge.errors import InvalidAnswers, InvalidModel
from knowledge.sentences import filled, read
from knowledge.values import Phrase

FILE = Path(__file__).with_name("faults.yaml")


class InvalidPlace(InvalidModel):
    """The refusal of a model, with the place in its file that it is about."""

    def __init__(self, place: str, reason: Phrase) -> None:
        super().__init__("invalid_model", reason)
        self.place = place

    @classmethod
    def at_line(cls, line: int, error: Self) -> Self:
        """Return the same refusal with a line of the file, counted from 1, in front."""
        return cls(error.place, phrase("line", line=line, reason=error.reason))


def phrase(fault: str, /, **values: object) -> Phrase:
    """Return the sentence `fault` with its $values filled in."""
    return filled(_sentences()[fault], values)


def invalid(place: str, fault: str, /, **values: object) -> InvalidPlace:
    """Return the refusal of what stands at `place`, which the sentence begins with."""
    return InvalidPlace(place, phrase(fault, place=place, **values))


def unknown(name: str, fault: str, known: Sequence[str], /, **values: object) -> InvalidAnswers:
    """Return the refusal of a name that is none of `known`, which are not empty; one is nearest."""
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.0)[0]
    names = ", ".join(known)
    return InvalidAnswers(fault, phrase(fault, name=name, near=near, names=names, **values))


@cache
def _sentences() -> dict[str, Phrase]:
    return read(FILE)
