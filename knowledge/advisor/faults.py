"""
What is wrong with a decision model, its texts or answers, in both languages; the sentences live in
`faults.yaml`.
"""

import difflib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from knowledge.errors import InvalidAnswers, InvalidModel
from knowledge.sentences import filled, read
from knowledge.values import Phrase

FILE = Path(__file__).with_name("faults.yaml")


def phrase(fault: str, /, **values: object) -> Phrase:
    """Return the sentence `fault` with its $values filled in."""
    return filled(_sentences()[fault], values)


def invalid(place: str, fault: str, /, **values: object) -> InvalidModel:
    """Return the refusal of what stands at `place`, which the sentence begins with."""
    return InvalidModel("invalid_model", phrase(fault, place=place, **values))


def unknown(name: str, fault: str, known: Sequence[str], /, **values: object) -> InvalidAnswers:
    """Return the refusal of a name that is none of `known`, which are not empty; one is nearest."""
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.0)[0]
    names = ", ".join(known)
    return InvalidAnswers(fault, phrase(fault, name=name, near=near, names=names, **values))


@cache
def _sentences() -> dict[str, Phrase]:
    return read(FILE)
