"""What holds for every set of answers: no silent contradiction, points move one way, relaxing never harms."""

import random
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.choosing import advisor

ADVISOR = advisor()
MODEL = ADVISOR.model
TABLES = ADVISOR.tables
SINGLE = [criterion for criterion in MODEL.single if criterion.id != "personal"]
ANSWERS = st.fixed_dictionaries({}, optional={c.id: st.sampled_from(list(c.names)) for c in SINGLE})
SCORED = st.fixed_dictionaries(
    {}, optional={c.id: st.sampled_from(list(c.names)) for c in MODEL.criteria}
)
FORWARD = {"budget": 1, "time": 1, "team": 1, "partner": 1}
PROFILES = 10_000


def profiles(count: int, seed: int) -> list[dict[str, str]]:
    chance = random.Random(seed)
    return [{c.id: chance.choice(c.names) for c in SINGLE} for _ in range(count)]


def test_ten_thousand_people_are_never_told_what_their_own_limits_forbid() -> None:
    rows = np.array([TABLES.row(answers) for answers in profiles(PROFILES, 7)])
    beside = TABLES.beside({})
    verdicts = ADVISOR.judge.verdicts(rows, beside)
    violated = ADVISOR.feasibility.violated(rows, beside)
    done = verdicts.now >= 0
    forbidden = violated[np.arange(len(rows)), np.maximum(verdicts.now, 0)]
    plain = TABLES.alone[np.maximum(verdicts.now, 0)]
    assert not (forbidden & done & ~plain).any()
    assert 0.1 < done.mean() < 0.9, "some have a way and some have none, or nothing was tried"


@given(ANSWERS)
@settings(max_examples=60)
def test_a_contradiction_always_has_its_sentence(answers: dict[str, str]) -> None:
    result = ADVISOR.evaluate(answers)
    if result.fit.violations and result.fit.base not in MODEL.alone:
        assert result.headline in ("first", "none_fits", "fits", "weak")
        if result.now is not None and result.now.core == result.fit.core:
            assert not result.now.violations
        else:
            assert result.headline in ("first", "none_fits")


@given(SCORED)
@settings(max_examples=60)
def test_points_move_one_way_along_each_ordered_list(answers: dict[str, str]) -> None:
    for criterion in MODEL.criteria:
        if not criterion.ordered:
            continue
        moot = {c.id for c in MODEL.criteria if criterion.id in c.unless}
        plain = {name: value for name, value in answers.items() if name not in moot}
        rows = np.array([TABLES.row({**plain, criterion.id: o}) for o in criterion.names])
        points = TABLES.points(TABLES.effective(rows), TABLES.beside({}))
        for block, column in zip(MODEL.blocks, points.T, strict=True):
            excluded = [block.id in option.excludes for option in criterion.options]
            left = [p for p, out in zip(column, excluded, strict=True) if not out]
            steps = [round(b - a, 6) for a, b in pairwise(left)]
            one_way = not steps or min(steps) >= 0 or max(steps) <= 0
            assert one_way or block.id in criterion.peak, (criterion.id, block.id)


def test_relaxing_a_limit_never_lowers_the_score_of_what_is_advised() -> None:
    chance = random.Random(11)
    for answers in profiles(400, 9):
        limit = chance.choice(list(FORWARD))
        options = MODEL.criterion(limit).names
        at = options.index(answers[limit])
        if at + 1 == len(options):
            continue
        wider = ADVISOR.evaluate({**answers, limit: options[at + 1]})
        now = ADVISOR.evaluate(answers).now
        if now is not None and wider.now is not None and now.base not in MODEL.alone:
            assert wider.now.score >= now.score - 1e-9
        assert now is None or wider.now is not None


@pytest.mark.parametrize("block", [block.id for block in MODEL.blocks])
def test_every_option_wins_for_somebody(block: str) -> None:
    chance = random.Random(4)
    sets = [{c.id: chance.choice(c.names) for c in MODEL.criteria} for _ in range(4000)]
    assert any(block in ADVISOR.blocks(winner) for winner in ADVISOR.winners(sets))


@given(ANSWERS)
@settings(max_examples=40)
def test_each_flip_and_each_way_out_leads_where_it_says(answers: dict[str, str]) -> None:
    result = ADVISOR.evaluate(answers)
    for flip in result.flips[:5]:
        changed = ADVISOR.winner({**result.answers, flip.criterion: flip.option})
        assert changed == flip.advice
        assert ADVISOR.approach(changed) != result.advice.approach
    for way in result.ways:
        assert ADVISOR.evaluate({**answers, **dict(way.changes)}).now.id == way.opens


@given(ANSWERS)
@settings(max_examples=40)
def test_a_dialog_ends_and_never_asks_twice(answers: dict[str, str]) -> None:
    given_ = {name: value for name, value in answers.items() if name in MODEL.rules.page}
    asked = list(MODEL.rules.page)
    while (step := ADVISOR.step(given_, asked)).question is not None:
        criterion = step.question.id
        assert criterion not in asked
        asked.append(criterion)
        if criterion in answers:
            given_[criterion] = answers[criterion]
    assert step.stop in ("settled", "all")
    assert len(asked) <= len(MODEL.questions)
