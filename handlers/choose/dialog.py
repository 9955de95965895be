"""
One step of the dialog: what is asked next, what an answer changes.

A step is applied by compare-and-set on the run's revision, so that of two equal presses on two
machines one counts.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from enum import Enum, auto
from typing import Literal, assert_never

from handlers.actions.choose import (
    AnswerPage,
    AnswerQuestion,
    AnswerRest,
    ConfirmReading,
    DescribeSituation,
    FinishRun,
    GoBack,
    GoExpress,
    KeepAnswers,
    OpenRun,
    SkipPage,
    SkipQuestion,
)
from handlers.choose.decision_models import DecisionModels
from handlers.choose.guidelines import GuidelineQuote, Guidelines, Quotes
from handlers.choose.page import page
from handlers.choose.page import values as page_values
from handlers.choose.question import Setting, question
from handlers.choose.reading import Reading, confirmed
from handlers.choose.result import ResultView
from handlers.choose.reviews import review_day
from handlers.choose.runs import Rule, Run, Runs
from handlers.choose.telling import Telling
from handlers.choose.wording import Wording
from handlers.conversation import Message, Reply
from handlers.texts import Texts
from knowledge.advisor.engine import Advisor
from knowledge.advisor.values import LIST, UNKNOWN, Criterion

Change = (
    AnswerPage
    | SkipPage
    | AnswerQuestion
    | SkipQuestion
    | GoBack
    | GoExpress
    | OpenRun
    | FinishRun
    | ConfirmReading
)
Step = Change | DescribeSituation
Later = AnswerRest | KeepAnswers  # what changes a finished run
Values = Mapping[str, str]
Next = Criterion | Literal["page"] | None  # what is asked next, None for the result


class NoChange(Enum):
    """Why a step changes nothing."""

    OLD = auto()  # another question is current by now
    EMPTY = auto()  # no answer was chosen


class Dialog:
    """Asks the questions of a run and takes their answers."""

    def __init__(
        self,
        models: DecisionModels,
        runs: Runs,
        texts: Texts,
        guidelines: Guidelines | None,
        reading: Reading,
    ) -> None:
        self._models = models
        self._runs = runs
        self._texts = texts
        self._guidelines = guidelines
        self.telling = Telling(models, runs, texts, reading, self.ask)
        self._changed_team: Callable[[str], Awaitable[None]] = _nothing_changes

    def follow(self, changed_team: Callable[[str], Awaitable[None]]) -> None:
        """Take what is told the id of a team whenever a run of it gets a result or another one."""
        self._changed_team = changed_team

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
        """Return what is asked next, or the result when there is nothing."""
        say = Wording.to(message, self._texts)
        advisor = await self._models.of_run(run.model)
        following: Next = None
        if not run.done:
            following = self.following(run, advisor)
        if following is None:
            reply = _noted(ResultView.of(run, advisor, say).full(), note, say)
            return replace(reply, private=not run.open)
        if following == "page":
            run, quote = await self._page_guidelines(run, advisor, message)
            setting = Setting(quote, note, message.audience.private)
            return replace(page(run, setting, advisor, say), private=not run.open)
        quotes = await self._quotes([following.id], message)
        run = await self._ruled(run, quotes, advisor)
        setting = Setting(quotes[following.id], note, message.audience.private)
        reply = question(run, following, setting, advisor, say)
        return replace(reply, private=not run.open)

    async def _quotes(self, criteria: Sequence[str], message: Message) -> Quotes:
        """Return what guidelines say about each of these questions."""
        if self._guidelines is None:
            return dict.fromkeys(criteria)
        return await self._guidelines.guide(criteria, message)

    async def _page_guidelines(
        self, run: Run, advisor: Advisor, message: Message
    ) -> tuple[Run, GuidelineQuote | None]:
        """
        Return the run with the rules that bear on the page noted, and the quote to show: of a rule
        where there is one, else what bears on the first question that has something.
        """
        quotes = await self._quotes(advisor.model.rules.page, message)
        run = await self._ruled(run, quotes, advisor)
        shown = [quote for quote in quotes.values() if quote is not None]
        marked = [quote for quote in shown if quote.marked]
        return run, next(iter(marked or shown), None)

    async def _ruled(
        self, run: Run, quotes: Mapping[str, GuidelineQuote | None], advisor: Advisor
    ) -> Run:
        """Return the run with what guidelines prescribe noted, the first time it is asked."""
        rules = dict(run.rules)
        for id_, quote in quotes.items():
            if quote is None or id_ in rules:
                continue
            if quote.option in advisor.model.criterion(id_).names:
                rules[id_] = Rule(quote.option, quote.text, quote.source)
        if rules == dict(run.rules):
            return run
        changed = replace(run, rules=rules)
        return await self._runs.save(changed) or await self._runs.load(run.id) or run

    def following(self, run: Run, advisor: Advisor) -> Next:
        """
        Return what to ask next: the page first, then the engine's choice; an express run has its
        few questions, one that answers the rest gets all of them.
        """
        if not run.page:
            return "page"
        behind = {*run.asked, *run.answers}
        if run.rest:
            left = advisor.left(run.answers, run.asked)
            return next(iter(left), None)
        if run.express:
            for id_ in advisor.model.rules.express:
                criterion = advisor.model.criterion(id_)
                if id_ not in behind and advisor.tables.applicable(criterion, run.answers):
                    return criterion
            return None
        return advisor.step(run.answers, run.asked).question

    # ----------------------------------------------------------------- answering

    async def edit(self, message: Message, run: Run, step: Step, values: Values) -> Reply:
        """
        Apply one step, or show where the run stands when the step is not of now. `values` are what
        a form brought, empty for a button.
        """
        if step.revision != run.rev or run.done:
            return await self._again(message, run, step, values)
        if isinstance(step, DescribeSituation):
            return await self.telling.described(message, run, values)
        if isinstance(step, AnswerPage) and not values:
            return await self.ask(message, run)  # a button that only opens the page
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
        ended = isinstance(step, FinishRun) or self.following(changed, advisor) is None
        changed = replace(changed, done=ended)
        saved = await self._runs.save(changed)
        if saved is None:
            newer = await self._runs.load(run.id)
            return await self._again(message, newer or run, step, values)
        if saved.done:
            await self._runs.finished(saved, review_day(saved).isoformat())
            if saved.team:
                await self._changed_team(saved.team)
        note = ""
        if isinstance(step, ConfirmReading):
            note = self.telling.left_out(message, advisor, values)
        return await self.ask(message, saved, note)

    def _changed(self, run: Run, advisor: Advisor, step: Change, values: Values) -> Run | NoChange:
        """
        Return the run after a step, or why there is none.

        Raises:
            InvalidAnswers: an answer that the model does not know.
        """
        match step:
            case ConfirmReading():
                return confirmed(run, advisor, values)
            case GoExpress() | OpenRun() | FinishRun():
                return _marked(run, step)
            case GoBack():
                return run.stepped_back()
            case AnswerPage() | SkipPage():
                return _paged(run, advisor, step, values)
            case AnswerQuestion() | SkipQuestion():
                return self._answered(run, advisor, step, values)
            case _:
                assert_never(step)

    def _answered(
        self, run: Run, advisor: Advisor, step: AnswerQuestion | SkipQuestion, values: Values
    ) -> Run | NoChange:
        criterion = self.following(run, advisor)
        if criterion is None or criterion == "page" or step.criterion not in ("", criterion.id):
            return NoChange.OLD
        if isinstance(step, SkipQuestion):
            return run.answered(criterion.id, "")
        option = step.option or values.get(criterion.id, "")
        if not option:
            return NoChange.EMPTY
        advisor.validate({criterion.id: option})
        return run.answered(criterion.id, option)

    async def change(self, message: Message, run: Run, step: Later) -> Reply:
        """
        Change a finished run: keep other answers, or go on with what was not asked. A button drawn
        before another change does nothing.
        """
        say = Wording.to(message, self._texts)
        if step.revision != run.rev or not run.done:
            return await self.ask(message, run, say("old_click"))
        advisor = await self._models.of_run(run.model)
        note = ""
        if isinstance(step, AnswerRest):
            changed = replace(run, done=False, rest=True)
            changed = replace(changed, done=self.following(changed, advisor) is None)
        else:
            changed = run
            given = dict(_changes(step.changes))
            for criterion, option in _valid(advisor, given):
                changed = changed.answered(criterion, option)
            note = say("kept")
        saved = await self._runs.save(changed)
        if saved is None:
            newer = await self._runs.load(run.id)
            return await self.ask(message, newer or run, say("old_click"))
        if saved.team:
            await self._changed_team(saved.team)
        return await self.ask(message, saved, note)

    async def _again(self, message: Message, run: Run, step: Step, values: Values) -> Reply:
        """Show where the run stands; the same click twice is no reason to say anything."""
        note = ""
        if not _repeats(run, step, values):
            note = Wording.to(message, self._texts)("old_click")
        return await self.ask(message, run, note)


async def _nothing_changes(_: str) -> None:
    pass


def _marked(run: Run, step: GoExpress | OpenRun | FinishRun) -> Run:
    """Return the run with its answers as they are; one that is finished is so once it is saved."""
    express = run.express or isinstance(step, GoExpress)
    return replace(run, express=express, open=run.open or isinstance(step, OpenRun))


def _paged(run: Run, advisor: Advisor, step: AnswerPage | SkipPage, values: Values) -> Run:
    """Return the run with its page behind it; a page that is skipped keeps what was answered."""
    rules = advisor.model.rules
    if isinstance(step, SkipPage):
        kept = {id_: run.answers.get(id_, "") for id_ in (*rules.page, *rules.optional)}
        return run.paged(kept)
    chosen = page_values(advisor, values)
    advisor.validate(chosen)
    run = replace(
        run, goal=values.get("goal", "").strip(), measure=values.get("measure", "").strip()
    )
    return run.paged(chosen)


def _changes(text: str) -> Iterator[tuple[str, str]]:
    """Yield (question, option) of what a button carries."""
    for change in text.split(LIST):
        criterion, _, option = change.partition("=")
        if criterion:
            yield criterion, option


def _valid(advisor: Advisor, given: Values) -> Iterator[tuple[str, str]]:
    """Yield answers the model knows, "not sure" among them."""
    valid = advisor.validate(given)
    for criterion in given:
        yield criterion, valid.get(criterion, UNKNOWN)


def _repeats(run: Run, step: Step, values: Values) -> bool:
    """Report whether a step answers a question just as it is answered already."""
    if isinstance(step, AnswerPage | SkipPage):
        return bool(run.page)
    if not isinstance(step, AnswerQuestion) or step.criterion not in run.asked:
        return False
    option = step.option or values.get(step.criterion, "")
    return run.answers.get(step.criterion, UNKNOWN) == option


def _noted(reply: Reply, note: str, say: Wording) -> Reply:
    if not note:
        return reply
    return replace(reply, text=f"{note}\n{reply.text}", blocks=(*say.note(note), *reply.blocks))
