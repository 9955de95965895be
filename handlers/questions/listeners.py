"""Who hears what became of questions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from knowledge.answering.answers import Stage
from knowledge.values import Answer


class Missed(Protocol):
    """
    Notes a question that was not answered; with `person`, that they asked for a document.

    False when this person has done so before. Raises SessionsUnavailable.
    """

    async def __call__(self, text: str, person: str = "") -> bool: ...


class Noted(Protocol):
    """
    Notes what became of a question, and the stages it went through. Raises SessionsUnavailable.
    """

    async def __call__(self, answer: Answer, stages: Sequence[Stage]) -> None: ...


@dataclass(frozen=True, slots=True)
class Listeners:
    """
    Who hears what became of questions: `missed` of each that the documents do not answer, `noted`
    of every one.
    """

    missed: Missed
    noted: Noted
