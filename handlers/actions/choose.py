"""
The actions of the guided dialog, its results, its teams and its decision model.

Whatever belongs to a run carries its id and its revision: an old, double or foreign press changes
nothing.
"""

from dataclasses import dataclass
from typing import Literal

from handlers.actions.action import Action, action

# --------------------------------------------------------------------------- ways in


@action("choose.start")
class StartChoice(Action):
    """
    Begin the dialog; `answer` is the one under which it was offered, `situation` what was told of
    the company in plain words.
    """

    answer: str = ""
    situation: str = ""


@action("choose.history")
class ShowHistory(Action):
    """List the person's finished runs."""


# --------------------------------------------------------------------------- one run


@dataclass(frozen=True, slots=True)
class OfRun(Action):
    """
    Something that is done with one run; `revision` is the one it was drawn at, 0 where any will do.
    """

    run: str
    revision: int = 0


@dataclass(frozen=True, slots=True)
class OfQuestion(OfRun):
    """Something that is done at the question about `criterion`."""

    criterion: str = ""


@action("choose.answer")
class AnswerQuestion(OfQuestion):
    """Answer a question: by the form's choice, or by an `option` that is a button itself."""

    option: str = ""


@action("choose.page")
class AnswerPage(OfRun):
    """Answer the page about the goal and the organisation's limits, by its form."""


@action("choose.later")
class SkipPage(OfRun):
    """Leave the page about goal and limits unanswered for now."""


@action("choose.skip")
class SkipQuestion(OfQuestion):
    """Leave the question open."""


@action("choose.back")
class GoBack(OfQuestion):
    """Open the question before again."""


@action("choose.express")
class GoExpress(OfQuestion):
    """Ask only the few questions that matter most."""


@action("choose.open")
class OpenRun(OfQuestion):
    """Let the channel watch."""


@action("choose.describe")
class DescribeSituation(OfQuestion):
    """Ask for the situation in plain words, or read them."""


@action("choose.prefill")
class ConfirmReading(OfRun):
    """Take over what was read from plain words, as the person left it."""


@action("choose.preview")
class PreviewResult(OfRun):
    """Show the result so far."""


@action("choose.finish")
class FinishRun(OfRun):
    """End asking here: the result rests on what was answered so far."""


@action("choose.delete")
class DeleteRun(OfRun):
    """Delete a run for good."""


@action("choose.stop")
class StopRun(OfRun):
    """Leave the dialog for now."""


@action("choose.resume")
class ResumeRun(OfRun):
    """Go on where the run stands."""


@action("choose.view")
class ViewRun(OfRun):
    """Show where the run stands, on the person's own copy of what a channel watches."""


@action("choose.restart")
class RestartRun(OfRun):
    """Begin anew, once."""


@action("choose.rest")
class AnswerRest(OfRun):
    """Go on with the questions that asking ended without."""


@action("choose.keep")
class KeepAnswers(OfRun):
    """Put other answers into a run: "budget=m", several with commas between."""

    changes: str = ""


@action("choose.whynot")
class AskWhyNot(OfRun):
    """Say why an option is not advised: first which, where none is named."""

    block: str = ""


@action("choose.memo")
class ExportMemo(OfRun):
    """Return the memo, in the person's own language where none is named."""

    language: Literal["", "ja", "en"] = ""


@action("choose.frame")
class FrameMemo(OfRun):
    """Ask for a memo's title, decider, objections and day of review, or keep what was said."""


@action("choose.whatif")
class TryAnswer(OfRun):
    """Try another answer: first to which criterion, then which."""

    criterion: str = ""


@action("choose.trial")
class TryAnswers(OfRun):
    """Try several other answers at once and keep none: "budget=m", with commas between."""

    changes: str = ""


@action("choose.compare")
class CompareTwo(OfRun):
    """Set two configurations side by side; `first` is empty until it is chosen."""

    first: str = ""


@action("choose.question")
class AskAboutResult(OfRun):
    """Ask something about the result in one's own words."""


@action("choose.source")
class OpenGuideline(OfRun):
    """Open the passage a guideline was quoted from."""

    guideline: str = ""


@action("choose.share")
class ShareResult(Action):
    """Show the channel the result of a run, or where a team stands."""

    run: str = ""
    revision: int = 0
    team: str = ""


# --------------------------------------------------------------------------- teams


@action("choose.team")
class OpenTeam(Action):
    """Show where a team stands; without one, begin one."""

    team: str = ""


@action("choose.join")
class JoinTeam(Action):
    """Answer in a team; `anew` leaves an unfinished run of one's own behind."""

    team: str
    anew: bool = False


# --------------------------------------------------------------------------- the decision model


@action("model.show")
class ShowModel(Action):
    """Show which decision model is current, and those before it."""


@action("model.file")
class TakeModel(Action):
    """Return the current decision model as a file."""


@dataclass(frozen=True, slots=True)
class ChangeModel(Action):
    """A change of what is current; `model` is the hash of a decision model's content."""

    model: str


@action("model.publish")
class PublishModel(ChangeModel):
    """Let new runs begin with a decision model."""


@action("model.rollback")
class RollBackModel(ChangeModel):
    """Go back to the decision model before this one."""


@action("model.discard")
class DiscardModel(ChangeModel):
    """Forget a decision model that was never current."""
