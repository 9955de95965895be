"""What one run concluded, as values and as the JSON document anyone can recompute it from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from knowledge.advisor.confidence import Confidence
from knowledge.advisor.values import DecisionModel

DECIMALS = 6  # of points in the document


@dataclass(frozen=True, slots=True)
class Reason:
    """What one answer is worth to a configuration, or to one over another, in points."""

    criterion: str
    option: str
    points: float
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """
    A configuration's place. `score` is in points, counted for excluded ones too; `excluded_by` are
    (criterion, option).
    """

    id: str
    score: float
    excluded_by: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Flip:
    """
    One other answer and what would then be recommended. `step` is how many options away it is; 0.5
    for open points.
    """

    criterion: str
    option: str
    recommendation: str
    step: float = 0.5


@dataclass(frozen=True, slots=True)
class Comparison:
    """
    Two configurations side by side; `reasons` hold the difference each answer makes, largest first.
    """

    first: Standing
    second: Standing
    offset: float
    reasons: tuple[Reason, ...]


Weights = Literal["", "required", "preferred"]


@dataclass(frozen=True, slots=True)
class Result:
    """
    What the answers lead to.

    `standings` run from best to worst, excluded ones last. `runner_up` is None when nothing else is
    possible. `open_points` are criteria without an answer that still apply, `unconfirmed` those of
    them the recommendation leans on. `levers` are the flips an organisation can bring about.
    `open_weights` says whether a tuned model must, or had better, run in-house.
    """

    model: DecisionModel
    answers: Mapping[str, str]
    recommendation: str
    runner_up: str | None
    standings: tuple[Standing, ...]
    reasons: tuple[Reason, ...]
    confidence: Confidence
    flips: tuple[Flip, ...]
    levers: tuple[Flip, ...]
    open_points: tuple[str, ...]
    unconfirmed: tuple[str, ...]
    open_weights: Weights = ""

    def standing(self, id_: str) -> Standing:
        """Return a configuration's place. Raises StopIteration when the model has none such."""
        return next(standing for standing in self.standings if standing.id == id_)

    @property
    def margin(self) -> float | None:
        """Return the points between winner and runner-up."""
        if self.runner_up is None:
            return None
        return self.standing(self.recommendation).score - self.standing(self.runner_up).score


def record(result: Result) -> dict[str, Any]:
    """Return the run as a JSON document. Points carry six decimals, shares are from 0 to 1."""
    model = result.model
    confidence = result.confidence
    return {
        "recommendation": result.recommendation,
        "runner_up": result.runner_up,
        "configurations": [_standing(standing) for standing in result.standings],
        "reasons": [_reason(reason) for reason in result.reasons],
        "confidence": {
            "weights": confidence.weights,
            "overall": confidence.overall,
            "base": confidence.base,
            "rag": confidence.rag,
        },
        "flips": [_flip(flip) for flip in result.flips],
        "open_points": list(result.open_points),
        "answers": dict(result.answers),
        "model": {"id": model.id, "version": model.version, "sha256": model.sha256},
    }


def _standing(standing: Standing) -> dict[str, Any]:
    excluded_by = [_answer(criterion, option) for criterion, option in standing.excluded_by]
    return {
        "id": standing.id,
        "score": round(standing.score, DECIMALS),
        "excluded_by": excluded_by,
    }


def _reason(reason: Reason) -> dict[str, Any]:
    return {
        **_answer(reason.criterion, reason.option),
        "points": round(reason.points, DECIMALS),
        "sources": list(reason.sources),
    }


def _flip(flip: Flip) -> dict[str, Any]:
    return {**_answer(flip.criterion, flip.option), "recommendation": flip.recommendation}


def _answer(criterion: str, option: str) -> dict[str, str]:
    return {"criterion": criterion, "option": option}
