"""
What one can do with a run without changing its answers: look, share, take away, try other answers,
compare, ask.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import assert_never

from handlers.actions.choose import (
    AskAboutResult,
    AskWhyNot,
    CompareTwo,
    ExportMemo,
    FrameMemo,
    OpenGuideline,
    PreviewResult,
    ResumeRun,
    ShareResult,
    StartChoice,
    StopRun,
    TryAnswer,
    TryAnswers,
)
from handlers.choose import figures, trial, whatif
from handlers.choose.asking import Asking
from handlers.choose.decision_models import DecisionModels
from handlers.choose.explaining import not_advised
from handlers.choose.guidelines import Guidelines
from handlers.choose.memo import attachments
from handlers.choose.question import about, ways_on
from handlers.choose.result import ResultView
from handlers.choose.reviews import review_day
from handlers.choose.runs import Run, Runs
from handlers.choose.wording import Wording
from handlers.conversation import (
    Block,
    Button,
    Buttons,
    Column,
    Field,
    Heading,
    Message,
    Option,
    Paragraph,
    Reply,
    Table,
    Tone,
)
from handlers.texts import Texts
from knowledge.advisor.engine import Advisor
from knowledge.advisor.questions import OPTION
from knowledge.errors import KnowledgeError
from knowledge.values import Language

ADDRESS = "https://"  # begins what an answer may link to
OPEN = 5  # runs of a history that have a button
OTHER: dict[Language, Language] = {"ja": "en", "en": "ja"}
Use = (
    PreviewResult
    | StopRun
    | ShareResult
    | ExportMemo
    | TryAnswer
    | TryAnswers
    | CompareTwo
    | AskWhyNot
    | OpenGuideline
    | AskAboutResult
)
Values = Mapping[str, str]


class Outcome:
    """Does what leaves the answers as they are."""

    def __init__(
        self, models: DecisionModels, runs: Runs, texts: Texts, guidelines: Guidelines | None
    ) -> None:
        self._models = models
        self._runs = runs
        self._texts = texts
        self._guidelines = guidelines
        self._asking = Asking.load()

    async def use(
        self, message: Message, run: Run, advisor: Advisor, action: Use, values: Values
    ) -> Reply:
        """
        Do one of `Use`; what is shown is for the person alone unless the run is open or the result
        is shared. `values` are what a form brought, empty for a button.
        """
        say = Wording.to(message, self._texts)
        match action:
            case OpenGuideline():
                return await self._passage(message, action.guideline, say)
            case ShareResult():
                return ResultView.of(run, advisor, say).shared()
            case ExportMemo():
                reply = _memo(run, advisor, action.language, say)
            case StopRun():
                reply = ways_on(run, say("stopped"), say)
            case TryAnswer() | TryAnswers():
                reply = _tried(run, advisor, say, action, values)
            case CompareTwo():
                first = values.get("first") or action.first
                reply = whatif.pair(run, advisor, say, first, values.get("second", ""))
            case AskWhyNot():
                block = values.get("block") or action.block
                reply = why_not(run, advisor, say, block)
            case AskAboutResult():
                reply = about(run, say)
            case PreviewResult():
                reply = ResultView.of(run, advisor, say).preview()
            case _:
                assert_never(action)
        return replace(reply, private=not run.open)

    async def delete(self, message: Message, run: Run) -> Reply:
        """Delete a run for good, and show what is left."""
        await self._runs.remove(run)
        note = Wording.to(message, self._texts)("deleted")
        return await self.history(message, note=note)

    def topic(self, run: Run, advisor: Advisor, language: Language) -> tuple[str, str]:
        """
        Return the run as something that was talked about: its subject, and the result with the
        answers behind it.
        """
        say = Wording(self._texts, language)
        view = ResultView.of(run, advisor, say)
        rows = [view.words.headline()]
        for criterion in advisor.model.questions:
            option = view.result.answers.get(criterion.id)
            if option is not None:
                rows.append(f"- {figures.answer(advisor, criterion.id, option, language)}")
        name = view.words.name(view.result.advice.id)
        return say("topic", name=name), "\n".join(rows)

    def told(self, run: Run, advisor: Advisor, language: Language, text: str) -> Reply | None:
        """Return what the result itself says to a question; None where it does not hold it."""
        say = Wording(self._texts, language)
        answer = self._asking.answer(ResultView.of(run, advisor, say), text)
        if not answer:
            return None
        again = Button(say("do_question"), AskAboutResult(run.id, run.rev))
        back = Button(say("to_result"), ResumeRun(run.id, run.rev))
        tone: Tone = "linked" if ADDRESS in answer else "answer"
        blocks = (Paragraph(answer, tone), Buttons((again, back)))
        return Reply(answer, blocks, private=True)

    async def history(self, message: Message, wanted: str = "", note: str = "") -> Reply:
        """
        List the person's finished runs, latest first, each with what its own model recommended;
        `wanted` words stand in the goal or the advice, all runs where there are none.
        """
        say = Wording.to(message, self._texts)
        rows, buttons = [], []
        for run in await self._runs.history(message.person.id):
            advisor = await self._models.of(run.model)
            if advisor is None:
                continue
            row = _row(run, advisor, say)
            if wanted.casefold() not in " ".join(row).casefold():
                continue
            rows.append(row)
            label = say("open_run", date=run.began[:10], name=row[1])
            buttons.append(Button(label, ResumeRun(run.id)))
        begin = Button(say("begin"), StartChoice(), "primary")
        if not rows:
            text = f"{note}\n{say('no_history')}".strip()
            if wanted:
                text = say("no_such_history", words=wanted)
            return Reply(text, (Paragraph(text), Buttons((begin,))), private=True)
        title = say("history", count=len(rows))
        lines = [f"- {date} {name}" for date, name, *_ in rows]
        blocks: tuple[Block, ...] = (
            *say.note(note),
            Heading(title),
            Table(title, _columns(say), tuple(rows)),
            Buttons((*buttons[:OPEN], begin)),
        )
        return Reply("\n".join((title, *lines)), blocks, private=True)

    async def _passage(self, message: Message, id_: str, say: Wording) -> Reply:
        """Open the passage behind a guideline; the rights are checked again."""
        if self._guidelines is None or not id_:
            return say.reply("no_source")
        try:
            passage, source = await self._guidelines.open(id_, message)
        except KnowledgeError:
            return say.reply("no_source")
        blocks = (Paragraph(passage.text, "quote"), Paragraph(source, "quiet"))
        return Reply(f"{source}\n{passage.text}", blocks, private=True, title=source)


def why_not(run: Run, advisor: Advisor, say: Wording, block: str) -> Reply:
    """Ask which option is meant, or say why it is not advised."""
    view = ResultView.of(run, advisor, say)
    known = [one.id for one in advisor.model.blocks if one.id not in view.result.advice.blocks]
    if block not in known:
        options = []
        for id_ in known:
            label = advisor.model.block(id_).name.to(say.language)
            options.append(Option(id_, label[:OPTION]))
        label = say("whynot_ask")
        field = Field("block", "choice", label, options=tuple(options))
        return whatif.form_about(AskWhyNot(run.id, run.rev), (field,), label, say)
    text = not_advised(view, block)
    again = Button(say("do_whynot"), AskWhyNot(run.id, run.rev))
    back = Button(say("to_result"), ResumeRun(run.id, run.rev))
    return Reply(text, (Paragraph(text, "answer"), Buttons((again, back))))


def _row(run: Run, advisor: Advisor, say: Wording) -> tuple[str, ...]:
    """Return a finished run as a row of the history."""
    view = ResultView.of(run, advisor, say)
    return (
        run.began[:10] or "–",
        view.words.title(bare=True),
        run.title or run.goal or "–",
        view.say(f"word_{view.result.confidence.word}"),
        review_day(run).isoformat(),
        str(len(view.result.answers)),
        advisor.model.version,
    )


def _columns(say: Wording) -> tuple[Column, ...]:
    return (
        Column(say("date")),
        Column(say("recommendation")),
        Column(say("goal_column")),
        Column(say("certainty")),
        Column(say("review_day")),
        Column(say("answered"), "number"),
        Column(say("model")),
    )


def _tried(
    run: Run, advisor: Advisor, say: Wording, action: TryAnswer | TryAnswers, values: Values
) -> Reply:
    """Try one other answer, asked for step by step, or several at once."""
    if isinstance(action, TryAnswers):
        return trial.tried(run, advisor, say, action.changes)
    criterion = values.get("criterion") or action.criterion
    return whatif.change(run, advisor, say, criterion, values.get("option", ""))


def _memo(run: Run, advisor: Advisor, language: Language | str, say: Wording) -> Reply:
    """Return the memo in the person's language unless the other one is asked for."""
    other = OTHER[say.language]
    written = other if language == other else say.language
    offered = OTHER[written]
    again = Button(say(f"memo_{offered}"), ExportMemo(run.id, run.rev, offered))
    files = attachments(ResultView.of(run, advisor, Wording(say.texts, written)))
    text = say("memo_ready")
    back = Button(say("to_result"), ResumeRun(run.id, run.rev))
    frame = Button(say("do_frame"), FrameMemo(run.id, run.rev))
    return Reply(text, (Paragraph(text), Buttons((frame, again, back))), attachments=files)
