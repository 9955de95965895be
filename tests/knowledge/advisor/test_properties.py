"""What holds for every set of answers: somebody is left, points move one way, certainty is never contradicted."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.advisor.engine import Advisor
from knowledge.advisor.tables import Tables

ADVISOR = Advisor.load()
MODEL = ADVISOR.model
PARENTS = {parent for c in MODEL.criteria for parent in c.unless}
ANSWERS = st.fixed_dictionaries(
    {}, optional={c.id: st.sampled_from([o.id for o in c.options]) for c in MODEL.criteria}
)
USERS = st.fixed_dictionaries(
    {c.id: st.sampled_from([*(o.id for o in c.options), "ns"]) for c in MODEL.criteria}
)


@given(ANSWERS)
@settings(max_examples=200, deadline=None)
def test_something_is_always_feasible_and_wins(answers: dict[str, str]) -> None:
    result = ADVISOR.evaluate(answers)
    best = result.standings[0]
    assert best.id == result.recommendation
    assert not best.excluded_by
    assert all(s.excluded_by or s.score <= best.score for s in result.standings)


@given(ANSWERS)
@settings(max_examples=100, deadline=None)
def test_points_move_one_way_along_each_option_order(answers: dict[str, str]) -> None:
    tables = Tables(MODEL)
    for criterion in MODEL.criteria:
        moot = {c.id for c in MODEL.criteria if criterion.id in c.unless}
        plain = {k: v for k, v in answers.items() if k not in moot}
        rows = tables.effective(
            np.array([tables.row({**plain, criterion.id: o.id}) for o in criterion.options])
        )
        points = np.where(tables.feasible(rows), tables.scores(rows), -1e6)
        for column in points.T:
            steps = [round(b - a, 6) for a, b in pairwise(column)]
            assert min(steps) >= 0 or max(steps) <= 0, criterion.id


@given(USERS)
@settings(max_examples=60, deadline=None)
def test_a_stop_claimed_certain_is_never_contradicted(user: dict[str, str]) -> None:
    answers: dict[str, str] = {}
    asked: list[str] = []
    while (step := ADVISOR.step(answers, asked)).question:
        asked.append(step.question.criterion.id)
        if user[asked[-1]] != "ns":
            answers[asked[-1]] = user[asked[-1]]
    if step.stop == "certain":
        assert ADVISOR.winner(answers) == ADVISOR.winner(user)


@given(ANSWERS)
@settings(max_examples=60, deadline=None)
def test_every_reason_has_a_slide_or_a_public_source(answers: dict[str, str]) -> None:
    assert all(r.sources for r in ADVISOR.evaluate(answers).reasons)


@pytest.mark.parametrize("configuration", [c.id for c in MODEL.configurations])
def test_every_configuration_wins_for_somebody(configuration: str) -> None:
    """Found by climbing from the answers that favour it most, one change at a time."""
    answers = {
        c.id: max(c.options, key=lambda o: _favour(o, configuration)).id for c in MODEL.criteria
    }
    for _ in range(20):
        if ADVISOR.winner(answers) == configuration:
            return
        answers = max(_neighbours(answers), key=lambda a: _lead(a, configuration))
    assert ADVISOR.winner(answers) == configuration


def _favour(option: object, configuration: str) -> float:
    chosen = MODEL.configuration(configuration)
    if chosen.base in option.excludes:
        return -99.0
    rag = option.values.get("rag", 0.0) * (1 if chosen.rag else -1)
    return (
        option.values.get(chosen.base, 0.0)
        + rag
        - (99 if option.requires and not chosen.rag else 0)
    )


def _neighbours(answers: dict[str, str]) -> list[dict[str, str]]:
    return [{**answers, c.id: o.id} for c in MODEL.criteria for o in c.options]


def _lead(answers: dict[str, str], configuration: str) -> float:
    standings = ADVISOR.evaluate(answers).standings
    own = next(s for s in standings if s.id == configuration)
    return (
        -1e6
        if own.excluded_by
        else own.score
        - max(s.score for s in standings if s.id != configuration and not s.excluded_by)
    )
