"""Why an option is not advised, worked out from the result alone; pure."""

from dataclasses import dataclass

from knowledge.advisor.engine import Advisor
from knowledge.advisor.record import Result, Standing


@dataclass(frozen=True, slots=True)
class Chosen:
    """It is part of the advice."""


@dataclass(frozen=True, slots=True)
class RuledOut:
    """An answer excludes it; with `other` it would return, "" where no other answer helps."""

    criterion: str
    option: str
    other: str


@dataclass(frozen=True, slots=True)
class Barred:
    """It has more points, but limits forbid it."""

    standing: Standing


@dataclass(frozen=True, slots=True)
class Behind:
    """
    It has fewer points. `answer` weighs most against it, `flip` is a single other answer with
    which it would be advised; either may be None.
    """

    standing: Standing
    gap: float
    answer: tuple[str, str] | None
    flip: tuple[str, str] | None


WhyNot = Chosen | RuledOut | Barred | Behind


def why_not(advisor: Advisor, result: Result, block: str) -> WhyNot:
    """Return why a block of the model is not advised."""
    if block in result.advice.blocks:
        return Chosen()
    excluders = _excluders(advisor, result, block)
    if excluders:
        criterion, option = excluders[0]
        return RuledOut(criterion, option, _other(advisor, criterion, option, block))
    best = advisor.best_with(result.answers, block)
    compared = advisor.compare(result.answers, result.advice.id, best)
    standing = compared.second
    gap = round(compared.first.score - standing.score, 1)
    if standing.excluded_by:
        criterion, option = standing.excluded_by[0]
        return RuledOut(criterion, option, "")
    if standing.violations and gap <= 0:
        return Barred(standing)
    reasons = [reason for reason in compared.reasons if reason.points > 0]
    answer = None
    if reasons:
        answer = (reasons[0].criterion, reasons[0].option)
    return Behind(standing, gap, answer, _flip(advisor, result, block))


def _excluders(advisor: Advisor, result: Result, block: str) -> list[tuple[str, str]]:
    """Return the answers that rule a block out by itself."""
    found = []
    for criterion in advisor.model.criteria:
        answer = result.answers.get(criterion.id)
        if answer is None or not advisor.tables.applicable(criterion, result.answers):
            continue
        if block in criterion.option(answer).excludes:
            found.append((criterion.id, answer))
    return found


def _other(advisor: Advisor, criterion_id: str, given: str, block: str) -> str:
    """Return the nearest other answer that does not rule a block out; "" where each does."""
    criterion = advisor.model.criterion(criterion_id)
    at = criterion.names.index(given)
    nearest, distance = "", len(criterion.names)
    for number, option in enumerate(criterion.options):
        if block not in option.excludes and abs(number - at) < distance:
            nearest, distance = option.id, abs(number - at)
    return nearest


def _flip(advisor: Advisor, result: Result, block: str) -> tuple[str, str] | None:
    """Return the nearest single other answer with which a block would be advised."""
    changes = advisor.changes(result.answers)
    winners = advisor.winners([{**result.answers, q: option} for q, option in changes])
    for change, winner in zip(changes, winners, strict=True):
        if block in advisor.blocks(winner):
            return change
    return None
