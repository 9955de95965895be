"""The actions of the questions room: an answer's own buttons, its sources and its feedback."""

from typing import Literal

from handlers.actions.action import Action, action


@action("ask.followup")
class AskFollowup(Action):
    """Ask the answer's suggestion with this number, from 1."""

    answer: str
    suggestion: int


@action("ask.meant")
class AskMeant(Action):
    """Ask what was meant by a question that could mean several things; numbers are from 1."""

    answer: str
    suggestion: int


@action("ask.example")
class AskExample(Action):
    """Ask one of the questions that a welcome shows."""

    example: Literal["example_rag", "example_which", "example_pros"]


@action("ask.topic")
class AskTopic(Action):
    """Ask about one of the topics of a document, as a welcome shows them."""

    document: str
    number: int


@action("talk.new")
class NewTopic(Action):
    """Forget the talk so far, so that the next question stands for itself."""


@action("ask.again")
class AskAgain(Action):
    """Ask a question again: the one of `answer`, else the message `changed` since."""

    answer: str = ""
    changed: str = ""


@action("ask.rephrase")
class Rephrase(Action):
    answer: str = ""


@action("private.ask")
class AskPrivately(Action):
    """Answer again for this person alone, from all that they may read."""

    answer: str


@action("private.publish")
class PublishAnswer(Action):
    """Answer once more for everybody in the channel the question was asked in."""

    answer: str


@action("human.ask")
class AskPerson(Action):
    answer: str = ""


@action("human.done")
class SettleHandover(Action):
    handover: str


@action("feedback.vote")
class Vote(Action):
    answer: str
    vote: Literal["up", "down"]


@action("feedback.reason")
class GiveReason(Action):
    """The form behind a thumb down."""

    answer: str


@action("feedback.stop")
class StopFeedback(Action):
    """Leave that form."""


@action("source.open")
class OpenSource(Action):
    """Open a passage; `number` is the citation's in `answer`, 0 when it has none."""

    passage: str
    number: int = 0
    answer: str = ""


@action("source.original")
class OpenOriginal(Action):
    """The button that opens a document's own address; nobody is told when it is pressed."""
