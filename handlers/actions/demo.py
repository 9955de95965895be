"""The actions of the demo room."""

from dataclasses import dataclass
from typing import Literal

from handlers.actions.action import Action, action


@action("demo.tour")
class TakeTour(Action):
    """Take one stop of the tour, from 1."""

    number: int = 1


@action("demo.open")
class OpenTrace(Action):
    """Show how an answer was made; without one, take the tour. A result names its `run`."""

    answer: str = ""
    run: str = ""


@action("demo.rerun")
class RunAgain(Action):
    """Answer again with `limit` passages at most, found by this kind of `search`."""

    answer: str
    limit: int
    search: Literal["whole", "words", "first"]


@dataclass(frozen=True, slots=True)
class OfTrace(Action):
    """Something that is done with the trace of one answer."""

    answer: str


@action("demo.stop")
class StopAsking(OfTrace):
    """Leave the question why a document is missing, and go back to the trace."""


@action("demo.why")
class AskWhyMissing(OfTrace):
    """Ask why a document is not in the answer."""


@action("demo.alone")
class AnswerAlone(OfTrace):
    """Let the language model answer without documents."""


@action("demo.share")
class ShareTrace(OfTrace):
    """Show the channel how the answer was made, as far as everybody there may read it."""
