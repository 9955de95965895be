"""What the doctor found of one thing it tried."""

from dataclasses import dataclass
from typing import Literal

from knowledge.values import Phrase

Mark = Literal["good", "neutral", "bad"]


@dataclass(frozen=True, slots=True)
class Finding:
    """
    One thing that was tried. `state` is for the eyes of operators, in a few words of English;
    `repair` says the way out where it is bad.
    """

    part: str
    mark: Mark
    state: str
    repair: Phrase | None = None


def bad(part: str, state: str, repair: Phrase) -> Finding:
    return Finding(part, "bad", state, repair)
