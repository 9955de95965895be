"""
Where options stand under one set of answers: their points, needs and limits, what speaks for and
against each, and how far apart they are.
"""

from collections.abc import Iterator, Mapping

import numpy as np

from knowledge.advisor.confidence import ALONE
from knowledge.advisor.needs import Feasibility
from knowledge.advisor.record import Comparison, Reason, Standing
from knowledge.advisor.tables import DIGITS, Rows, Tables

NEAR = 3.0  # points within which another option of the same approach is close
OUT = 1e6  # points by which what is ruled out ranks behind everything else


class Standings:
    """Ranks and explains the options of one model."""

    def __init__(self, tables: Tables, feasibility: Feasibility) -> None:
        self.tables = tables
        self.model = tables.model
        self.feasibility = feasibility

    # ----------------------------------------------------------------- standings

    def standing(self, given: Mapping[str, str], number: int) -> Standing:
        return self.places(given, [number])[0]

    def places(self, given: Mapping[str, str], numbers: list[int]) -> list[Standing]:
        """Return combinations with their points, needs and what stands in their way."""
        tables = self.tables
        row, beside = tables.row(given), tables.beside(given)
        effective = tables.effective(row[None, :])
        points = tables.points(effective, beside)[0]
        estimates = self.feasibility.estimates(row, beside, numbers)
        violations = self.feasibility.violations(row, beside, numbers)
        places = []
        for number, estimate, passed in zip(numbers, estimates, violations, strict=True):
            combination = tables.combinations[number]
            score = float(points[tables.members[:, number]].sum())
            excluded = tuple(self._excluders(effective[0], number))
            places.append(
                Standing(
                    id=combination.id,
                    blocks=combination.blocks,
                    approach=combination.approach,
                    score=round(score, DIGITS),
                    estimate=estimate,
                    violations=passed,
                    excluded_by=excluded,
                )
            )
        return places

    def ranked(self, given: Mapping[str, str]) -> tuple[Standing, ...]:
        """Return the best option of each base, from best to worst, ruled out ones last."""
        tables = self.tables
        effective = tables.effective(tables.row(given)[None, :])
        scores = tables.scores(tables.points(effective, tables.beside(given)))[0]
        allowed = tables.allowed(effective)[0]
        ranked = np.where(allowed, scores, scores - 1e6)
        numbers = []
        for block in self.model.layer("base"):
            own = np.flatnonzero(tables.base[: tables.count] == tables.block[block.id])
            numbers.append(int(own[ranked[own].argmax()]))
        places = self.places(given, numbers)
        places.sort(key=_place)
        return tuple(places)

    def _excluders(self, row: Rows, number: int) -> Iterator[tuple[str, str]]:
        """Yield the answers that rule a combination out, as (question, option)."""
        combination = self.tables.combinations[number]
        for q, criterion in enumerate(self.model.criteria):
            o = int(row[q])
            if o == self.tables.blank:
                continue
            option = criterion.options[o]
            lacks = option.requires and not option.requires.intersection(combination.blocks)
            if combination.base in self.model.alone:
                lacks = False
            if lacks or option.excludes.intersection(combination.blocks):
                yield criterion.id, option.id

    # ----------------------------------------------------------------- reasons

    def compare(self, answers: Mapping[str, str], first: str, second: str) -> Comparison:
        """Set two options side by side under these answers; positive points favour `first`."""
        given = answers
        one, two = (self.tables.position[option] for option in (first, second))
        places = self.places(given, [one, two])
        reasons = self.reasons(self.tables.row(given), one, two)
        explained = sum(reason.points for reason in reasons)
        rest = places[0].score - places[1].score - explained
        return Comparison(places[0], places[1], round(rest, DIGITS), reasons)

    def reasons(self, row: Rows, first: int, second: int = -1) -> tuple[Reason, ...]:
        """Return what each answer gives `first`, over `second` where one is named; not zeros."""
        tables = self.tables
        effective = tables.effective(row[None, :])[0]
        reasons = []
        for q, criterion in enumerate(self.model.criteria):
            o = int(effective[q])
            if o == tables.blank:
                continue
            values = tables.values[q, o]
            worth = values[tables.members[:, first]].sum()
            if second >= 0:
                worth -= values[tables.members[:, second]].sum()
            points = round(float(criterion.weight * worth), DIGITS)
            if points:
                reasons.append(Reason(criterion.id, criterion.options[o].id, points))
        reasons.sort(key=_strength)
        return tuple(reasons)

    def margin(self, row: Rows, given: Mapping[str, str], advised: int) -> float:
        """Return by how many points the advice leads the best option of another approach."""
        tables = self.tables
        effective = tables.effective(row[None, :])
        scores = tables.scores(tables.points(effective, tables.beside(given)))[0]
        others = tables.approach[: tables.count] != tables.approach[advised]
        others &= tables.allowed(effective)[0]
        if not others.any():
            return ALONE
        own = scores[tables.position[self.tables.unrouted(advised)]]
        return float(own - scores[others].max())

    def twin(self, row: Rows, given: Mapping[str, str], advised: int) -> tuple[str, str] | None:
        """
        Return another option of the same approach that is close and can be done, and the open
        question that would decide between the two; None where nothing is.
        """
        tables = self.tables
        effective = tables.effective(row[None, :])
        beside = tables.beside(given)
        scores = tables.scores(tables.points(effective, beside))[0]
        possible = tables.allowed(effective)[0]
        possible &= ~self.feasibility.violated(row[None, :], beside)[0, : tables.count]
        possible &= tables.approach[: tables.count] == tables.approach[advised]
        possible &= tables.base[: tables.count] != tables.base[advised]
        possible &= scores >= scores[tables.position[self.tables.unrouted(advised)]] - NEAR
        if not possible.any():
            return None
        other = int(np.where(possible, scores, -np.inf).argmax())
        question = self._deciding(given, advised, other)
        if not question:
            return None
        return tables.combinations[other].id, question

    def _deciding(self, given: Mapping[str, str], first: int, second: int) -> str:
        """Return the open question whose answers set two combinations furthest apart, or ""."""
        tables = self.tables
        best, question = 0.0, ""
        for q, criterion in enumerate(self.model.criteria):
            if criterion.id in given or not tables.applicable(criterion, given):
                continue
            values = tables.values[q, : len(criterion.options)]
            one = values[:, tables.members[:, first]].sum(axis=1)
            two = values[:, tables.members[:, second]].sum(axis=1)
            swing = float(np.ptp(one - two) * criterion.weight)
            if swing > best:
                best, question = swing, criterion.id
        return question

    def weak(self, row: Rows, given: Mapping[str, str], advised: int) -> bool:
        """Report whether the base alone has so few points that nothing fits well."""
        effective = self.tables.effective(row[None, :])
        points = self.tables.points(effective, self.tables.beside(given))[0]
        base = points[self.tables.base[advised]]
        return bool(round(float(base), DIGITS) < self.model.rules.weak_below)

    def unsolved(self, given: Mapping[str, str], advice: Standing) -> Iterator[tuple[str, str]]:
        """Yield (question, answer) of needs that no block of the advice meets."""
        for criterion, meets in self.model.solves.items():
            answer = given.get(criterion, "")
            if answer in meets and not meets[answer].intersection(advice.blocks):
                yield criterion, answer


def _strength(reason: Reason) -> float:
    """Order reasons by their points, the largest first whatever their sign."""
    return -abs(reason.points)


def _place(standing: Standing) -> tuple[bool, float]:
    return bool(standing.excluded_by), -standing.score
