"""
What an option takes, and which of the organisation's limits forbid it.

Low ends are held against limits; a limit nobody named forbids nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from knowledge.advisor.tables import Beside, Combination, Flags, Numbers, Rows, Tables
from knowledge.advisor.values import NOTHING, Block, Needs, Range

YEN = 1e4  # of one unit of money
YEAR = 12  # months
CLOSE = 1e-9  # by so much a need may pass a limit of months or people: figures are not exact
LOW, HIGH = 0, 1
ENDS = (LOW, HIGH)
SOLD = "product"  # the base inside which additions need less

Resource = Literal["year", "months", "people", "skill"]


@dataclass(frozen=True, slots=True)
class Amounts:
    """One end of what options take, by row and combination; money in 10,000 yen."""

    build: Numbers
    month: Numbers
    year: Numbers
    months: Numbers
    people: Numbers


@dataclass(frozen=True, slots=True)
class Estimate:
    """
    What one option takes for the people and requests given. Money in 10,000 yen: `seats` and
    `usage` are the parts of `month` that go by people and by requests.
    """

    build: Range
    month: Range
    seats: Range
    usage: Range
    year: Range
    months: Range
    people: Range
    skill: int
    users: Range
    requests: Range

    @property
    def middle(self) -> float:
        """Return the geometric middle of the first year, in 10,000 yen."""
        return float((max(self.year.low, 1.0) * self.year.high) ** 0.5)


@dataclass(frozen=True, slots=True)
class Violation:
    """What an option needs at least, and what the answer to `limit` allows."""

    limit: str
    resource: Resource
    needed: float
    allowed: float


class Feasibility:
    """Works out needs and holds them against limits, many rows at once."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        model = tables.model
        parts = [_parts(tables, combination) for combination in tables.combinations]
        self._build = _ends(parts, "build")
        self._month = _ends(parts, "month")
        self._seat = _ends(parts, "seat")
        self._request = _ends(parts, "request")
        self._months = _ends(parts, "months")
        self._people = _ends(parts, "people")
        self.skill = np.zeros(len(parts))
        self._machines: Flags = np.zeros(len(parts), dtype=bool)
        for number, combination in enumerate(tables.combinations):
            skills = [need.skill for need in parts[number]]
            self.skill[number] = max(skills)
            self._machines[number] = combination.base in model.hardware.bases
        cleaned = [tables.block[block] for block in model.cleaned]
        self._reads: Flags = np.asarray(tables.members[cleaned].any(axis=0))
        allows = model.allows
        self._budget = self._column("budget", allows.budget, np.inf)
        self._time = self._column("time", allows.time, np.inf)
        self._skill = self._column("team", allows.skill, np.inf)
        self._people_limit = self._column("team", allows.people, np.inf)
        self._users = self._bands("users", model.use.users)
        self._requests = self._bands("volume", model.use.requests)
        self._clean_build = self._cleaning("build")
        self._clean_months = self._cleaning("months")

    def _column(self, criterion: str, amounts: Mapping[str, float], unknown: float) -> Numbers:
        """Return the amount of each option number of a question."""
        column = np.full(self._tables.blank + 1, unknown)
        for option, number in self._tables.options[self._tables.number[criterion]].items():
            if option in amounts:
                column[number] = amounts[option]
        return column

    def _bands(self, criterion: str, bands: Mapping[str, Range]) -> tuple[Numbers, Numbers]:
        """Return low and high of each option number; unanswered counts as the first band."""
        first = next(iter(bands.values()))
        low, high = {}, {}
        for option, band in bands.items():
            low[option], high[option] = band.low, band.high
        return self._column(criterion, low, first.low), self._column(criterion, high, first.high)

    def _cleaning(self, part: Literal["build", "months"]) -> tuple[Numbers, Numbers]:
        low, high = {}, {}
        for state, adds in self._tables.model.cleaning.items():
            span: Range = getattr(adds, part)
            low[state], high[state] = span.low, span.high
        if not low:
            return np.zeros(self._tables.blank + 1), np.zeros(self._tables.blank + 1)
        return self._column("docstate", low, 0.0), self._column("docstate", high, 0.0)

    def _answer(self, rows: Rows, criterion: str) -> Rows:
        """Return the option numbers of one question; blank where the model has no such question."""
        number = self._tables.number.get(criterion)
        if number is None:
            return np.full(len(rows), self._tables.blank)
        return np.asarray(rows[:, number])

    # ----------------------------------------------------------------- needs

    def amounts(self, rows: Rows, beside: Beside, end: int) -> Amounts:
        """Return one end of what every option takes, by row."""
        users, requests = self._counts(rows, beside, end)
        state = self._answer(rows, "docstate")
        build = self._build[end] + np.outer(self._clean_build[end][state], self._reads)
        month = self._month[end] + np.outer(users, self._seat[end]) / YEN
        month = month + np.outer(requests, self._request[end]) / YEN
        year = build + YEAR * month
        months = self._months[end] + np.outer(self._clean_months[end][state], self._reads)

        hardware = self._tables.model.hardware
        machines = np.outer(self._inside(rows), self._machines)
        bought, kept = _end(hardware.build, end), _end(hardware.month, end)
        build = build + machines * bought
        month = month + machines * kept
        year = year + machines * (bought + YEAR * kept)

        helped = self._partner(rows)[:, None] & (self.skill > self._own_skill(rows)[:, None])
        fee = helped * self._tables.model.allows.partner.build
        people = np.broadcast_to(self._people[end], build.shape)
        return Amounts(build + fee, month, year + fee, months, people)

    def _counts(self, rows: Rows, beside: Beside, end: int) -> tuple[Numbers, Numbers]:
        """Return by row how many people use it and how many requests they make a month."""
        users = self._users[end][self._answer(rows, "users")]
        if beside.users:
            users = np.full(len(rows), float(beside.users))
        return users, self._requests[end][self._answer(rows, "volume")]

    def _inside(self, rows: Rows) -> Flags:
        """Report by row whether what is trained must run on machines of one's own."""
        inside: Flags = np.zeros(len(rows), dtype=bool)
        for criterion, answers in self._tables.model.hardware.when.items():
            number = self._tables.number[criterion]
            inside |= self._tables.among(number, answers)[rows[:, number]]
        return inside

    def _partner(self, rows: Rows) -> Flags:
        """Report by row whether a partner helps a team whose skill is known."""
        number = self._tables.number["partner"]
        helps = self._tables.among(number, ("yes",))[rows[:, number]]
        return np.asarray(helps & (self._answer(rows, "team") != self._tables.blank))

    def _own_skill(self, rows: Rows) -> Numbers:
        return np.asarray(self._skill[self._answer(rows, "team")])

    def estimates(self, row: Rows, beside: Beside, numbers: Sequence[int]) -> list[Estimate]:
        """Return what each of some combinations takes under one row of answers."""
        rows = row[None, :]
        ends, users, requests = [], [], []
        for end in ENDS:
            ends.append(self.amounts(rows, beside, end))
            people, calls = self._counts(rows, beside, end)
            users.append(float(people[0]))
            requests.append(float(calls[0]))
        estimates = []
        for number in numbers:
            seats, usage = [], []
            for end in ENDS:
                seats.append(users[end] * float(self._seat[end][number]) / YEN)
                usage.append(requests[end] * float(self._request[end][number]) / YEN)
            estimates.append(
                Estimate(
                    build=_span(ends, "build", number),
                    month=_span(ends, "month", number),
                    seats=Range(*seats),
                    usage=Range(*usage),
                    year=_span(ends, "year", number),
                    months=_span(ends, "months", number),
                    people=_span(ends, "people", number),
                    skill=int(self.skill[number]),
                    users=Range(*users),
                    requests=Range(*requests),
                )
            )
        return estimates

    # ----------------------------------------------------------------- limits

    def violated(self, rows: Rows, beside: Beside) -> Flags:
        """Report by row and combination whether it passes a limit."""
        low = self.amounts(rows, beside, LOW)
        skill, people = self._team(rows)
        return np.asarray(
            (self.skill > skill[:, None])
            | (low.people > people[:, None] + CLOSE)
            | (low.year > self._budget[self._answer(rows, "budget")][:, None])
            | (low.months > self._time[self._answer(rows, "time")][:, None] + CLOSE)
        )

    def _team(self, rows: Rows) -> tuple[Numbers, Numbers]:
        """Return by row the skill and the people there are, a partner's included."""
        partner = self._tables.model.allows.partner
        helped = self._partner(rows)
        skill = self._own_skill(rows)
        skill = np.where(helped, np.maximum(skill, partner.skill), skill)
        people = self._people_limit[self._answer(rows, "team")] + helped * partner.people
        return skill, people

    def violations(
        self, row: Rows, beside: Beside, numbers: Sequence[int]
    ) -> list[tuple[Violation, ...]]:
        """Return by combination which limits it passes and by what; empty where it can be done."""
        rows = row[None, :]
        low = self.amounts(rows, beside, LOW)
        skill, people = self._team(rows)
        budget = float(self._budget[self._answer(rows, "budget")][0])
        time = float(self._time[self._answer(rows, "time")][0])
        found = []
        for number in numbers:
            held: tuple[tuple[str, Resource, float, float, float], ...] = (
                ("team", "skill", float(self.skill[number]), float(skill[0]), 0.0),
                ("team", "people", float(low.people[0, number]), float(people[0]), CLOSE),
                ("budget", "year", float(low.year[0, number]), budget, 0.0),
                ("time", "months", float(low.months[0, number]), time, CLOSE),
            )
            passed = []
            for limit, resource, needed, allowed, slack in held:
                if needed > allowed + slack:
                    passed.append(Violation(limit, resource, needed, allowed))
            found.append(tuple(passed))
        return found


def _span(ends: list[Amounts], name: str, number: int) -> Range:
    """Return both ends of one amount of a combination."""
    low: Numbers = getattr(ends[LOW], name)
    high: Numbers = getattr(ends[HIGH], name)
    return Range(float(low[0, number]), float(high[0, number]))


def _parts(tables: Tables, combination: Combination) -> list[Needs]:
    """Return the needs of each block of a combination; inside a product additions need less."""
    sold = combination.base == SOLD
    return [_needs(tables.model.block(id_), sold=sold) for id_ in combination.blocks]


def _needs(block: Block, *, sold: bool) -> Needs:
    if sold and block.needs_in_product is not None:
        return block.needs_in_product
    return block.needs


def _ends(parts: list[list[Needs]], name: str) -> tuple[Numbers, Numbers]:
    """Return low and high of one need by combination, added up in the order of the blocks."""
    low, high = [], []
    for needs in parts:
        total = NOTHING
        for need in needs:
            total = total + getattr(need, name)
        low.append(float(total.low))
        high.append(float(total.high))
    return np.array(low), np.array(high)


def _end(span: Range, end: int) -> float:
    if end == LOW:
        return span.low
    return span.high
