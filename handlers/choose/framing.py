"""
What only people can say of a decision: its title, who decides, who objects, and when to look
again. It changes no answer and no advice.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from handlers.actions.choose import ExportMemo, FrameMemo, ResumeRun
from handlers.choose.reviews import later, review_day, utc_today
from handlers.choose.runs import Run, Runs
from handlers.choose.wording import Wording
from handlers.conversation import Ask, Button, Buttons, Field, Message, Paragraph, Reply
from handlers.texts import Texts

TITLE = 120  # characters of a title, and of a decider
DISSENT = 600  # characters of objections, one a line
MOST = 60  # months a review may be put off


class Framing:
    """Asks for the frame of a memo and keeps it with the run."""

    def __init__(self, runs: Runs, texts: Texts) -> None:
        self._runs = runs
        self._texts = texts

    async def frame(self, message: Message, run: Run, values: Mapping[str, str]) -> Reply:
        """Ask for the frame, or keep what a form brought; a day that cannot be is asked again."""
        say = Wording.to(message, self._texts)
        if not run.done:
            return Reply(say("frame_unfinished"), private=True)
        if not values:
            return _asked(run, say)
        framed = replace(
            run,
            title=values.get("title", "").strip()[:TITLE],
            decider=values.get("decider", "").strip()[:TITLE],
            dissent=values.get("dissent", "").strip()[:DISSENT],
        )
        day = values.get("review", "").strip()
        if day and not _possible(day):
            first, last = _bounds()
            return _asked(framed, say, say("frame_day", first=first, last=last))
        framed = replace(framed, review=day or run.review)
        saved = await self._runs.save(framed)
        if saved is None:
            return Reply(say("frame_again"), private=True)
        after = review_day(saved).isoformat()
        await self._runs.review_on(saved, after)
        return _kept(saved, after, say)


def _possible(text: str) -> bool:
    """Report whether a text is a day that lies ahead, and not further than one can promise."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return False
    first, last = _bounds()
    return first <= day <= last


def _bounds() -> tuple[date, date]:
    """Return the first and the last day that may be set, both included."""
    today = utc_today()
    tomorrow = date.fromordinal(today.toordinal() + 1)
    return tomorrow, later(today, MOST)


def _asked(run: Run, say: Wording, note: str = "") -> Reply:
    text = say("frame")
    fields = (
        _text("title", say("frame_title"), run.title or run.goal[:TITLE], TITLE),
        _text("decider", say("frame_decider"), run.decider, TITLE),
        Field(
            "review",
            "date",
            say("frame_review"),
            required=False,
            initial=review_day(run).isoformat(),
            hint=say("frame_review_hint"),
        ),
        Field(
            "dissent",
            "text",
            say("frame_dissent"),
            required=False,
            initial=run.dissent,
            hint=say("frame_dissent_hint"),
            max=DISSENT,
        ),
    )
    form = FrameMemo(run.id, run.rev)
    ask = Ask(
        form=form.name,
        title=say("do_frame"),
        text=text,
        fields=fields,
        submit=say("frame_keep"),
        stop=say("cancel"),
        state=form.data,
        notes=say.note(note),
        buttons=(Button(say("to_result"), ResumeRun(run.id, run.rev)),),
        required_error=say("required"),
    )
    return Reply(f"{note}\n{text}".strip(), ask=ask, private=True)


def _text(id_: str, label: str, initial: str, most: int) -> Field:
    return Field(id_, "text", label, required=False, initial=initial, max=most)


def _kept(run: Run, day: str, say: Wording) -> Reply:
    text = say("frame_kept", date=day)
    memo = Button(say("do_memo"), ExportMemo(run.id, run.rev), "primary")
    back = Button(say("to_result"), ResumeRun(run.id, run.rev))
    return Reply(text, (Paragraph(text), Buttons((memo, back))), private=True)
