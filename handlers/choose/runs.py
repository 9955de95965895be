"""
Runs of the guided dialog: what one person has answered so far, changed only by compare-and-set. One
that is not finished is kept for a week, one that is until its person deletes it.
"""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import Any, Literal

from handlers.lifetimes import FINISHED_RUN, REVIEW_TOLD, RUN
from handlers.sessions import Sessions
from handlers.sessions import State as Pointer
from knowledge.advisor.values import UNKNOWN
from knowledge.stored import stored

SHOWN = 100  # runs listed in a history
REVIEW = "choose.review"  # what is open: "DAY ID" of every finished run


@dataclass(frozen=True, slots=True)
class Rule:
    """
    A passage of a published guideline that settles a criterion: the option it asks for, its words
    and where they stand.
    """

    option: str
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Open:
    """
    A question of a run that is open, and the place where it was put; `after` is the id of the
    answer that was the last there, empty for none.
    """

    run: str
    place: str
    after: str


State = Literal["given", "not_sure", "skipped", "not_asked"]


@dataclass(frozen=True, slots=True)
class Run:
    """
    One run. `asked` are questions in the order they were put, open ones included; `answers` hold
    only known ones, `skipped` those that were left unanswered, which is not the same as not sure.

    `page` are the questions that stood on the page of limits, empty until it was answered; `goal`
    and `measure` are in the person's words, as is the `situation` that `words` were read from
    (question → the words). `proposed` are answers suggested but not yet given (question → option),
    `rules` what a company rule settled before the person was asked. `model` is the content hash of
    the decision model the run began with; `rev` counts saved changes. `rest` says that the person
    answers what asking ended without. `open` says that a channel may watch, `team` names the group
    that answers together, or is empty. `began` is an ISO time.

    `title`, `decider` and `dissent` (who objects to what, one a line) head a memo, and `review` is
    the ISO day set for it; each is empty until its person says so.
    """

    id: str
    person: str
    name: str
    model: str
    rev: int = 0
    answers: Mapping[str, str] = field(default_factory=dict)
    asked: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    page: tuple[str, ...] = ()
    goal: str = ""
    measure: str = ""
    situation: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    express: bool = False
    rest: bool = False
    done: bool = False
    proposed: Mapping[str, str] = field(default_factory=dict)
    rules: Mapping[str, Rule] = field(default_factory=dict)
    open: bool = False
    team: str = ""
    began: str = ""
    title: str = ""
    decider: str = ""
    review: str = ""
    dissent: str = ""

    @property
    def blank(self) -> bool:
        """Report whether nothing was asked or answered yet."""
        return not (self.asked or self.answers)

    @property
    def turns(self) -> tuple[str, ...]:
        """Return what was asked one by one, after the page."""
        return tuple(criterion for criterion in self.asked if criterion not in self.page)

    @property
    def objections(self) -> tuple[str, ...]:
        """Return the criteria whose answer is not the one a rule asks for; "not sure" is none."""
        objections = []
        for criterion, rule in self.rules.items():
            if self.answers.get(criterion, rule.option) != rule.option:
                objections.append(criterion)
        return tuple(objections)

    def state(self, criterion: str) -> State:
        """Return what became of a question."""
        if criterion in self.answers:
            return "given"
        if criterion in self.skipped:
            return "skipped"
        if criterion in self.asked:
            return "not_sure"
        return "not_asked"

    def answered(self, criterion: str, option: str) -> "Run":
        """Return the run with one question behind it: "not sure" leaves it open, "" skips it."""
        answers = dict(self.answers)
        answers.pop(criterion, None)
        skipped = [other for other in self.skipped if other != criterion]
        if not option:
            skipped.append(criterion)
        elif option != UNKNOWN:
            answers[criterion] = option
        asked = [other for other in self.asked if other != criterion]
        return replace(self, answers=answers, asked=(*asked, criterion), skipped=tuple(skipped))

    def paged(self, values: Mapping[str, str]) -> "Run":
        """Return the run with the page behind it: an option, "not sure" or "" by question."""
        run = self
        for criterion, option in values.items():
            run = run.answered(criterion, option)
        page = tuple(values)
        rest = tuple(criterion for criterion in run.asked if criterion not in page)
        return replace(run, page=page, asked=(*page, *rest))

    def stepped_back(self) -> "Run":
        """Return the run with its latest question open again, its answer kept as a proposal."""
        if not self.turns:
            return self._unpaged()
        last = self.turns[-1]
        answers = dict(self.answers)
        proposed = {**self.proposed, last: answers.pop(last, UNKNOWN)}
        asked = tuple(criterion for criterion in self.asked if criterion != last)
        skipped = tuple(criterion for criterion in self.skipped if criterion != last)
        return replace(
            self, answers=answers, asked=asked, skipped=skipped, proposed=proposed, done=False
        )

    def _unpaged(self) -> "Run":
        """Return the run with its page open again."""
        proposed = dict(self.proposed)
        answers = dict(self.answers)
        for criterion in self.page:
            if criterion in answers:
                proposed[criterion] = answers.pop(criterion)
        return replace(
            self, page=(), asked=(), skipped=(), answers=answers, proposed=proposed, done=False
        )


class Runs:
    """Where runs are kept. Every method may raise SessionsUnavailable."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def load(self, id_: str) -> Run | None:
        """Return the run, or None when it has expired or never was."""
        state = await self._sessions.load("choose", id_)
        if state is None:
            return None
        return _run(state)

    async def save(self, run: Run) -> Run | None:
        """
        Save a changed run and return it with its new revision; None when somebody else was first.
        """
        # a result that is answered further stays one, though asking goes on
        seconds = FINISHED_RUN if run.done or run.rest else RUN
        saved = await self._sessions.save(
            "choose", run.id, asdict(run), expected=run.rev, seconds=seconds
        )
        if not saved:
            return None
        return replace(run, rev=run.rev + 1)

    async def active(self, person: str) -> Run | None:
        """Return the person's unfinished run, if there is one."""
        pointer = await self._sessions.load("choose.active", person)
        if not pointer:
            return None
        run = await self.load(str(pointer["rid"]))
        if run is None or run.done:
            return None
        return run

    async def put(self, person: str, open_: Open) -> None:
        """Note where the question of the person's unfinished run was put to them."""

        def edit(pointer: Pointer | None) -> Pointer | None:
            if pointer is None or pointer["rid"] != open_.run:
                return None
            return pointer | {"place": open_.place, "after": open_.after}

        await self._sessions.change("choose.active", person, edit, seconds=RUN)

    async def open(self, person: str) -> Open | None:
        """Return where the person was last asked something one by one, None for nowhere."""
        pointer = await self._sessions.load("choose.active", person)
        if pointer is None or "place" not in pointer:
            return None
        return Open(str(pointer["rid"]), str(pointer["place"]), str(pointer["after"]))

    async def begin(self, run: Run) -> Run:
        """Save a new run and make it the person's own; of two started at once the first stays."""
        pointer = await self._sessions.load("choose.active", run.person)
        revision = int(pointer["rev"]) if pointer else 0
        now = datetime.now(UTC).isoformat(timespec="seconds")
        saved = await self.save(replace(run, id=f"r_{secrets.token_urlsafe(12)}", began=now))
        if saved is None:
            return await self.active(run.person) or run
        first = await self._sessions.save(
            "choose.active", run.person, {"rid": saved.id}, expected=revision, seconds=RUN
        )
        if first:
            return saved
        return await self.active(run.person) or saved

    async def finished(self, run: Run, review: str) -> None:
        """List a finished run in the person's history, to be looked at again on an ISO day."""
        await self._sessions.index_add(run.person, "choose", run.id, FINISHED_RUN)
        await self.review_on(run, review)

    async def review_on(self, run: Run, day: str) -> None:
        """Note the ISO day on which a finished run is to be looked at again."""
        await self._sessions.note(REVIEW, f"{day} {run.id}")

    async def due(self, today: str) -> list[tuple[str, str]]:
        """Return (id, day) of the runs to be looked at again by `today`, the oldest day first."""
        due = []
        for noted in sorted(await self._sessions.noted(REVIEW)):
            day, _, id_ = noted.partition(" ")
            if day <= today:
                due.append((id_, day))
        return due

    async def reviewed(self, id_: str, day: str) -> None:
        """Forget that a run was to be looked at again on a day."""
        await self._sessions.unnote(REVIEW, f"{day} {id_}")

    async def claim_review(self, id_: str, day: str) -> bool:
        """Report whether nobody has told of this run and day before; from now on somebody has."""
        return await self._sessions.save(
            REVIEW, f"{id_} {day}", {"day": day}, expected=0, seconds=REVIEW_TOLD
        )

    async def release_review(self, id_: str, day: str) -> None:
        """Let another one tell of a run and day."""
        await self._sessions.delete(REVIEW, f"{id_} {day}")

    async def remove(self, run: Run) -> None:
        """Forget a run for good."""
        await self._sessions.delete("choose", run.id)

    async def history(self, person: str) -> list[Run]:
        """Return the person's finished runs that are still kept, latest first."""
        ids = await self._sessions.index_list(person, "choose")
        runs = []
        for id_ in ids[:SHOWN]:
            run = await self.load(id_)
            if run is not None:
                runs.append(run)
        return runs


def _run(state: dict[str, Any]) -> Run:
    """Read a stored run; what a newer release added to it is left aside."""
    known = {field.name: state[field.name] for field in fields(Run) if field.name in state}
    rules = {criterion: stored(Rule, rule) for criterion, rule in known.get("rules", {}).items()}
    listed = {name: tuple(known.get(name, ())) for name in ("asked", "skipped", "page")}
    return Run(**{**known, **listed, "rules": rules})
