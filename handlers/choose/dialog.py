"""
One step of the dialog: what is asked next, what an answer changes, what was read from plain words.

A step is applied by compare-and-set on the run's revision, so that of two equal presses on two
machines one counts.
"""

from collections.abc import Mapping
from dataclasses import replace
from enum import Enum, auto
from typing import assert_never

from handlers.actions.choose import (
    AnswerQuestion,
    ConfirmReading,
    DescribeSituation,
    GoBack,
    GoExpress,
    OpenRun,
    SkipQuestion,
)
from handlers.choose.decision_models import DecisionModels
from handlers.choose.guidelines import GuidelineQuote, Guidelines
from handlers.choose.prefill import Hit, Prefill
from handlers.choose.question import EXPRESS, Setting, confirm, describe, nothing_read, question
from handlers.choose.result import ResultView
from handlers.choose.runs import Rule, Run, Runs
from handlers.choose.wording import Wording
from handlers.conversation import Message, Reply
from handlers.texts import Texts
from knowledge.advisor.engine import Advisor
from knowledge.advisor.values import UNKNOWN, Criterion

Change = AnswerQuestion | SkipQuestion | GoBack | GoExpress | OpenRun | ConfirmReading
Step = Change | DescribeSituation
Values = Mapping[str, str]


class NoChange(Enum):
    """Why a step changes nothing."""

    OLD = auto()  # another question is current by now
    EMPTY = auto()  # no answer was chosen


class Dialog:
    """Asks the questions of a run and takes their answers."""

    def __init__(
        self, models: DecisionModels, runs: Runs, texts: Texts, guidelines: Guidelines | None
    ) -> None:
        self._models = models
        self._runs = runs
        self._texts = texts
        self._guidelines = guidelines
        self._prefill = Prefill.load()

    async def begin(self, run: Run) -> Run:
        """
        Save a new run, on the current model where it names none; of two begun at once the first
        stays.
        """
        advisor = await self._models.of_run(run.model)
        await self._models.keep(advisor)
        return await self._runs.begin(replace(run, model=advisor.model.sha256))

    # ----------------------------------------------------------------- asking

    async def ask(self, message: Message, run: Run, note: str = "") -> Reply:
        """Return the next question, or the result when there is none."""
        say = Wording.to(message, self._texts)
        advisor = await self._models.of_run(run.model)
        criterion = None
        if not run.done:
            criterion = self._next(run, advisor)
        if criterion is None:
            reply = _noted(ResultView.of(run, advisor, say).full(), note, say)
            return replace(reply, private=not run.open)
        quote = await self._guideline(criterion, message)
        run = await self._ruled(run, criterion, quote)
        setting = Setting(quote, note, message.audience.private)
        reply = question(run, criterion, setting, advisor, say)
        return replace(reply, private=not run.open)

    async def _guideline(self, criterion: Criterion, message: Message) -> GuidelineQuote | None:
        if self._guidelines is None:
            return None
        return await self._guidelines.guide(criterion.id, message)

    async def _ruled(self, run: Run, criterion: Criterion, quote: GuidelineQuote | None) -> Run:
        """Return the run with what a guideline prescribes noted, the first time it is asked."""
        if quote is None or quote.option not in criterion.names or criterion.id in run.rules:
            return run
        rule = Rule(quote.option, quote.text, quote.source)
        changed = replace(run, rules={**run.rules, criterion.id: rule})
        return await self._runs.save(changed) or await self._runs.load(run.id) or run

    def _next(self, run: Run, advisor: Advisor) -> Criterion | None:
        """
        Return what to ask next: the engine's choice, at the very end the impact of mistakes, which
        scores nothing.
        """
        if run.express and len(run.asked) >= EXPRESS:
            return None
        scored = advisor.next_question(run.answers, run.asked)
        if scored is not None:
            return scored.criterion
        if run.express:
            return None
        for criterion in advisor.model.advisory:
            if criterion.id not in run.asked and criterion.id not in run.answers:
                return criterion
        return None

    # ----------------------------------------------------------------- answering

    async def edit(self, message: Message, run: Run, step: Step, values: Values) -> Reply:
        """
        Apply one step, or show where the run stands when the step is not of now. `values` are what
        a form brought, empty for a button.
        """
        if step.revision != run.rev or run.done:
            return await self._again(message, run, step, values)
        if isinstance(step, DescribeSituation):
            return await self._described(message, run, values)
        advisor = await self._models.of_run(run.model)
        changed = self._changed(run, advisor, step, values)
        match changed:
            case NoChange.OLD:
                return await self._again(message, run, step, values)
            case NoChange.EMPTY:
                say = Wording.to(message, self._texts)
                return await self.ask(message, run, say("required"))
            case Run():
                return await self._saved(message, run, advisor, changed, step, values)
            case _:
                assert_never(changed)

    async def _saved(
        self,
        message: Message,
        run: Run,
        advisor: Advisor,
        changed: Run,
        step: Step,
        values: Values,
    ) -> Reply:
        changed = replace(changed, done=self._next(changed, advisor) is None)
        saved = await self._runs.save(changed)
        if saved is None:
            newer = await self._runs.load(run.id)
            return await self._again(message, newer or run, step, values)
        if saved.done:
            await self._runs.finished(saved)
        return await self.ask(message, saved)

    def _changed(self, run: Run, advisor: Advisor, step: Change, values: Values) -> Run | NoChange:
        """
        Return the run after a step, or why there is none.

        Raises:
            InvalidAnswers: an answer that the model does not know.
        """
        match step:
            case ConfirmReading():
                return replace(run, answers={**run.answers, **advisor.validate(values)})
            case GoExpress():
                return replace(run, express=True)
            case OpenRun():
                return replace(run, open=True)
            case GoBack():
                return run.stepped_back()
            case AnswerQuestion() | SkipQuestion():
                return self._answered(run, advisor, step, values)
            case _:
                assert_never(step)

    def _answered(
        self, run: Run, advisor: Advisor, step: AnswerQuestion | SkipQuestion, values: Values
    ) -> Run | NoChange:
        criterion = self._next(run, advisor)
        if criterion is None or step.criterion not in ("", criterion.id):
            return NoChange.OLD
        option = UNKNOWN
        if isinstance(step, AnswerQuestion):
            option = step.option or values.get(criterion.id, "")
        if not option:
            return NoChange.EMPTY
        advisor.validate({criterion.id: option})
        return run.answered(criterion.id, option)

    async def _again(self, message: Message, run: Run, step: Step, values: Values) -> Reply:
        """Show where the run stands; the same click twice is no reason to say anything."""
        note = ""
        if not _repeats(run, step, values):
            note = Wording.to(message, self._texts)("old_click")
        return await self.ask(message, run, note)

    # ----------------------------------------------------------------- plain words

    async def _described(self, message: Message, run: Run, values: Values) -> Reply:
        """Read the situation a form brought; ask for it where there is none."""
        if values:
            return await self.read(message, run, values.get("text", ""))
        reply = describe(run, Wording.to(message, self._texts))
        return replace(reply, private=not run.open)

    async def read(self, message: Message, run: Run, text: str, note: str = "") -> Reply:
        """
        Propose what was read from plain words; nothing of it counts before the person confirms it.
        """
        say = Wording.to(message, self._texts)
        advisor = await self._models.of_run(run.model)
        hits, torn = self._prefill.read(text)
        if torn:
            note = f"{note}\n{_torn(torn, advisor, say)}".strip()
        answers = _known(hits, advisor)
        reply = nothing_read(run, note or say("nothing_read"), say)
        if answers:
            reply = confirm(run, answers, advisor, say, note)
        return replace(reply, private=not run.open)


def _known(hits: Mapping[str, Hit], advisor: Advisor) -> dict[str, Hit]:
    """Return what was read as far as this model asks for it."""
    known = {criterion.id: criterion.names for criterion in advisor.model.questions}
    return {criterion: hit for criterion, hit in hits.items() if hit[0] in known.get(criterion, ())}


def _torn(torn: Mapping[str, tuple[str, ...]], advisor: Advisor, say: Wording) -> str:
    """Say where the text contradicts itself, with its words."""
    rows = []
    for criterion, words in torn.items():
        if criterion in advisor.guidance.criteria:
            name = advisor.guidance.criteria[criterion].to(say.language)
            between = say("torn_between").join(words)
            rows.append(say("torn_words", criterion=name, words=between))
    return say("torn", criteria=say.listed(rows))


def _repeats(run: Run, step: Step, values: Values) -> bool:
    """Report whether a step answers a question just as it is answered already."""
    if not isinstance(step, AnswerQuestion) or step.criterion not in run.asked:
        return False
    option = step.option or values.get(step.criterion, "")
    return run.answers.get(step.criterion, UNKNOWN) == option


def _noted(reply: Reply, note: str, say: Wording) -> Reply:
    if not note:
        return reply
    return replace(reply, text=f"{note}\n{reply.text}", blocks=(*say.note(note), *reply.blocks))
