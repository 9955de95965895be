"""Organisations that answered alike, and how it ended for them."""

from collections.abc import Iterator, Mapping

from knowledge.advisor.values import DecisionModel, Twin

ENOUGH = 6.0  # points of agreement from which somebody is alike
UNLIKE = 0.5  # of a question's weight is taken off where answers differ
NEAREST = 2  # shown however it ended
WARNINGS = ("bad", "mixed")  # of these the nearest further one is shown, too


def alike(model: DecisionModel, answers: Mapping[str, str]) -> tuple[Twin, ...]:
    """Return the two nearest, and the nearest further one that ended badly or mixed; maybe none."""
    ranked = sorted(_near(model, answers), key=_nearness)
    twins = [twin for _, twin in ranked]
    shown = twins[:NEAREST]
    for twin in twins[NEAREST:]:
        if twin.end in WARNINGS:
            return (*shown, twin)
    return tuple(shown)


def _near(model: DecisionModel, answers: Mapping[str, str]) -> Iterator[tuple[float, Twin]]:
    for twin in model.twins:
        points = _agreement(model, answers, twin)
        if points >= ENOUGH:
            yield points, twin


def _agreement(model: DecisionModel, answers: Mapping[str, str], twin: Twin) -> float:
    """Return the weight of equal answers less half that of others; open ones do not count."""
    points = 0.0
    for criterion in model.criteria:
        own, other = answers.get(criterion.id), twin.answers.get(criterion.id)
        if own is None or other is None:
            continue
        if own == other:
            points += criterion.weight
        else:
            points -= criterion.weight * UNLIKE
    return points


def _nearness(row: tuple[float, Twin]) -> float:
    return -row[0]
