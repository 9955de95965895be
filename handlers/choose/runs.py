"""
Runs of the guided dialog: what one person has answered so far, kept for a week and changed only by
compare-and-set.
"""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import Any

from handlers.lifetimes import DAY
from handlers.sessions import Sessions
from knowledge.advisor.values import UNKNOWN

WEEK = 7 * DAY  # seconds a run can be taken up again
HISTORY = 90 * DAY  # seconds a finished run is kept
SHOWN = 10  # runs listed in a history


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
class Run:
    """
    One run. `asked` are criteria in the order they were put, open ones included; `answers` hold
    only known ones.

    `proposed` are answers suggested but not yet given (criterion → option), `rules` what a company
    rule settled before the person was asked. `model` is the content hash of the decision model the
    run began with; `rev` counts saved changes. `open` says that a channel may watch, `team` names
    the group that answers together, or is empty. `began` is an ISO time.
    """

    id: str
    person: str
    name: str
    model: str
    rev: int = 0
    answers: Mapping[str, str] = field(default_factory=dict)
    asked: tuple[str, ...] = ()
    express: bool = False
    done: bool = False
    proposed: Mapping[str, str] = field(default_factory=dict)
    rules: Mapping[str, Rule] = field(default_factory=dict)
    open: bool = False
    team: str = ""
    began: str = ""

    @property
    def blank(self) -> bool:
        """Report whether nothing was asked or answered yet."""
        return not (self.asked or self.answers)

    @property
    def objections(self) -> tuple[str, ...]:
        """Return the criteria whose answer is not the one a rule asks for; "not sure" is none."""
        return tuple(
            c for c, rule in self.rules.items() if self.answers.get(c, rule.option) != rule.option
        )

    def answered(self, criterion: str, option: str) -> "Run":
        """Return the run with one question behind it; "not sure" leaves it open."""
        answers = {k: v for k, v in self.answers.items() if k != criterion}
        if option != UNKNOWN:
            answers[criterion] = option
        asked = (*(c for c in self.asked if c != criterion), criterion)
        return replace(self, answers=answers, asked=asked)

    def stepped_back(self) -> "Run":
        """Return the run with its latest question open again, its answer kept as a proposal."""
        if not self.asked:
            return self
        last = self.asked[-1]
        proposed = {**self.proposed, last: self.answers.get(last, UNKNOWN)}
        answers = {k: v for k, v in self.answers.items() if k != last}
        return replace(self, answers=answers, asked=self.asked[:-1], proposed=proposed, done=False)


class Runs:
    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def load(self, id_: str) -> Run | None:
        """Return the run, or None when it has expired or never was."""
        state = await self._sessions.load("choose", id_)
        return None if state is None else _run(state)

    async def save(self, run: Run) -> Run | None:
        """
        Save a changed run and return it with its new revision; None when somebody else was first.
        """
        seconds = HISTORY if run.done else WEEK
        state = asdict(run)
        if not await self._sessions.save(
            "choose", run.id, state, expected=run.rev, seconds=seconds
        ):
            return None
        return replace(run, rev=run.rev + 1)

    async def active(self, person: str) -> Run | None:
        """Return the person's unfinished run, if there is one."""
        pointer = await self._sessions.load("choose.active", person)
        run = await self.load(str(pointer["rid"])) if pointer else None
        return run if run is not None and not run.done else None

    async def begin(self, run: Run) -> Run:
        """Save a new run and make it the person's own; of two started at once the first stays."""
        pointer = await self._sessions.load("choose.active", run.person)
        revision = int(pointer["rev"]) if pointer else 0
        now = datetime.now(UTC).isoformat(timespec="seconds")
        saved = await self.save(replace(run, id=f"r_{secrets.token_urlsafe(12)}", began=now))
        first = saved is not None and await self._sessions.save(
            "choose.active", run.person, {"rid": saved.id}, expected=revision, seconds=WEEK
        )
        if saved is not None and first:
            return saved
        return await self.active(run.person) or saved or run

    async def finished(self, run: Run) -> None:
        """List a finished run in the person's history."""
        await self._sessions.index_add(run.person, "choose", run.id)

    async def history(self, person: str) -> list[Run]:
        """Return the person's finished runs that are still kept, latest first."""
        ids = await self._sessions.index_list(person, "choose")
        runs = [await self.load(id_) for id_ in ids[:SHOWN]]
        return [run for run in runs if run is not None]


def _run(state: dict[str, Any]) -> Run:
    """Read a stored run; what a newer release added to it is left aside."""
    known = {f.name: state[f.name] for f in fields(Run) if f.name in state}
    rules = {criterion: Rule(**rule) for criterion, rule in known.get("rules", {}).items()}
    return Run(**{**known, "asked": tuple(known["asked"]), "rules": rules})
