"""What one run concluded, as values and as the JSON document anyone can recompute it from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from knowledge.advisor.confidence import Confidence
from knowledge.advisor.needs import Estimate, Violation
from knowledge.advisor.values import Block, DecisionModel, Range, Stage, Twin

DECIMALS = 6  # of points in the document
AMOUNT = 2  # decimals of money, months and people in the document

Headline = Literal["fits", "first", "none_fits", "weak", "dont", "dont_now"]


@dataclass(frozen=True, slots=True)
class Reason:
    """What one answer is worth to an option, or to one over another, in points."""

    criterion: str
    option: str
    points: float


@dataclass(frozen=True, slots=True)
class Standing:
    """
    An option's place. `score` is in points, counted for excluded ones too; `excluded_by` are
    (criterion, option); `violations` the limits it passes.
    """

    id: str
    blocks: tuple[str, ...]
    approach: str
    score: float
    estimate: Estimate
    violations: tuple[Violation, ...] = ()
    excluded_by: tuple[tuple[str, str], ...] = ()

    @property
    def base(self) -> str:
        """Return the base's id."""
        return self.blocks[0]

    @property
    def core(self) -> tuple[str, ...]:
        """Return the option without its routing, which is decided afterwards."""
        return self.blocks[:3]


@dataclass(frozen=True, slots=True)
class Flip:
    """One other answer and the option that would then be advised."""

    criterion: str
    option: str
    advice: str


@dataclass(frozen=True, slots=True)
class Way:
    """The smallest change of limits, (criterion, option) each, and the option it opens."""

    changes: tuple[tuple[str, str], ...]
    opens: str


@dataclass(frozen=True, slots=True)
class Leg:
    """
    One stage of the route and what it takes: money in 10,000 yen. `block` names the option whose
    stage it is, `also` the stages of what is added to it. `violations` are what it waits for.
    """

    name: Literal["now", "next", "only_if"]
    stage: Stage
    block: str
    money: Range
    months: Range
    people: Range
    slides: tuple[int, ...]
    also: tuple[tuple[str, Stage], ...] = ()
    violations: tuple[Violation, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """
    Two options side by side; `reasons` hold the difference each answer makes, largest first, and
    `offset` what simplicity and former trials make of it.
    """

    first: Standing
    second: Standing
    offset: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """
    What the answers lead to.

    `fit` is what the problem asks for, `now` the best the limits allow, None where they allow
    nothing; `headline` says how the two go together. `standings` hold the best option of every
    base, from best to worst, ruled out ones last. `unsolved` are (criterion, answer) of needs the
    advice does not meet; `against` the answers that count against it, heaviest first; `ways` what
    would open something better; `twin` another option of the same approach that is close, and the
    question that decides between them. `open_points` are scored questions without an answer.
    """

    model: DecisionModel
    answers: Mapping[str, str]
    headline: Headline
    fit: Standing
    now: Standing | None
    standings: tuple[Standing, ...]
    reasons: tuple[Reason, ...]
    against: tuple[Reason, ...]
    unsolved: tuple[tuple[str, str], ...]
    confidence: Confidence
    route: tuple[Leg, ...]
    flips: tuple[Flip, ...]
    ways: tuple[Way, ...]
    twin: tuple[str, str] | None
    twins: tuple[Twin, ...]
    open_points: tuple[str, ...]

    @property
    def advice(self) -> Standing:
        """Return what is recommended: what can be done now, else what would fit."""
        return self.now or self.fit

    @property
    def blocks(self) -> tuple[Block, ...]:
        """Return the blocks of the advice."""
        return tuple(self.model.block(block) for block in self.advice.blocks)

    @property
    def feasible(self) -> bool:
        """Report whether something can be done under the limits given."""
        return self.now is not None

    def standing(self, base: str) -> Standing:
        """Return the best option of a base. Raises StopIteration when the model has none such."""
        return next(standing for standing in self.standings if standing.base == base)


def record(result: Result) -> dict[str, Any]:
    """Return the run as a JSON document. Points carry six decimals, money is in 10,000 yen."""
    model = result.model
    now = None
    if result.now is not None:
        now = result.now.id
    confidence = result.confidence
    return {
        "recommendation": result.advice.id,
        "headline": result.headline,
        "now": now,
        "fit": result.fit.id,
        "options": [_standing(standing) for standing in result.standings],
        "reasons": [_reason(reason) for reason in result.reasons],
        "against": [_reason(reason) for reason in result.against],
        "unsolved": [_answer(*need) for need in result.unsolved],
        "confidence": {
            "word": confidence.word,
            "robust": confidence.robust,
            "margin": round(confidence.margin, DECIMALS),
            "open": list(confidence.open),
        },
        "route": [_leg(leg) for leg in result.route],
        "flips": [_flip(flip) for flip in result.flips],
        "ways": [_way(way) for way in result.ways],
        "twins": [twin.id for twin in result.twins],
        "open_points": list(result.open_points),
        "answers": dict(result.answers),
        "model": {"id": model.id, "version": model.version, "sha256": model.sha256},
    }


def _standing(standing: Standing) -> dict[str, Any]:
    estimate = standing.estimate
    return {
        "id": standing.id,
        "score": round(standing.score, DECIMALS),
        "excluded_by": [_answer(*answer) for answer in standing.excluded_by],
        "violations": [_violation(violation) for violation in standing.violations],
        "first_year": _range(estimate.year),
        "month": _range(estimate.month),
        "months": _range(estimate.months),
        "people": _range(estimate.people),
    }


def _leg(leg: Leg) -> dict[str, Any]:
    return {
        "stage": leg.name,
        "block": leg.block,
        "money": _range(leg.money),
        "months": _range(leg.months),
        "people": _range(leg.people),
        "waits_for": [_violation(violation) for violation in leg.violations],
    }


def _way(way: Way) -> dict[str, Any]:
    changes = [_answer(criterion, option) for criterion, option in way.changes]
    return {"changes": changes, "opens": way.opens}


def _range(span: Range) -> list[float]:
    return [round(span.low, AMOUNT), round(span.high, AMOUNT)]


def _violation(violation: Violation) -> dict[str, Any]:
    return {
        "limit": violation.limit,
        "resource": violation.resource,
        "needed": round(violation.needed, AMOUNT),
        "allowed": round(violation.allowed, AMOUNT),
    }


def _reason(reason: Reason) -> dict[str, Any]:
    points = round(reason.points, DECIMALS)
    return {**_answer(reason.criterion, reason.option), "points": points}


def _flip(flip: Flip) -> dict[str, Any]:
    return {**_answer(flip.criterion, flip.option), "recommendation": flip.advice}


def _answer(criterion: str, option: str) -> dict[str, str]:
    return {"criterion": criterion, "option": option}
