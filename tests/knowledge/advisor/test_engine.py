"""Advice is held against the person's own limits, says what stays open, and names the ways out."""

import random

import pytest

from knowledge.advisor.record import record
from knowledge.advisor.whynot import Barred, Behind, Chosen, RuledOut, why_not
from knowledge.errors import InvalidAnswers
from tests.choosing import advisor

ADVISOR = advisor()
MODEL = ADVISOR.model
# a hospital that may send nothing out, has nobody, 5M yen and a month
STUCK = {
    "docs": "core",
    "cite": "must",
    "boundary": "inside",
    "team": "none",
    "partner": "no",
    "budget": "s",
    "time": "m1",
}
PLAIN = {"task": "office", "docs": "none", "boundary": "contract", "users": "u2", "team": "none"}


def test_nobody_and_one_month_get_no_project_of_several_people() -> None:
    result = ADVISOR.evaluate(STUCK)
    assert result.headline == "none_fits"
    assert result.now is None
    resources = {violation.resource for violation in result.fit.violations}
    assert {"skill", "people", "months"} <= resources
    for violation in result.fit.violations:
        assert violation.needed > violation.allowed


def test_each_way_out_opens_what_it_says() -> None:
    result = ADVISOR.evaluate(STUCK)
    assert result.ways
    for way in result.ways:
        changed = ADVISOR.evaluate({**STUCK, **dict(way.changes)})
        assert changed.now is not None
        assert changed.now.id == way.opens


def test_what_fits_better_but_costs_too_much_comes_second() -> None:
    answers = {"task": "office", "boundary": "ok", "users": "u4", "budget": "m", "team": "app"}
    result = ADVISOR.evaluate(answers)
    assert result.headline == "first"
    assert [v.resource for v in result.fit.violations] == ["year"]
    now, following, _ = result.route
    assert now.name == "now"
    assert following.violations == result.fit.violations


def test_a_need_that_no_part_of_the_advice_meets_is_named() -> None:
    answers = {"gap": "proven", "traindata": "none", "docs": "none", "boundary": "ok"}
    result = ADVISOR.evaluate(answers)
    assert ("gap", "proven") in result.unsolved


def test_work_with_fixed_rules_gets_no_generative_ai() -> None:
    result = ADVISOR.evaluate({"task": "rule", "docs": "none", "gap": "untried"})
    assert result.headline == "dont"
    assert result.advice.base == "none"


def test_what_was_tried_in_vain_is_not_advised_again() -> None:
    before = ADVISOR.evaluate(PLAIN)
    after = ADVISOR.evaluate({**PLAIN, "team": "app", "tried": ["product"]})
    assert before.advice.base == "product"
    assert after.advice.base != "product"


def test_the_number_of_people_moves_the_cost_of_seats_and_not_of_requests() -> None:
    few = ADVISOR.estimate(ADVISOR.validate({**PLAIN, "users_n": 40}), "product")
    many = ADVISOR.estimate(ADVISOR.validate({**PLAIN, "users_n": 3000}), "product")
    assert many.seats.low == pytest.approx(75 * few.seats.low)
    assert many.usage == few.usage
    assert many.year.low > few.year.low


def test_a_partner_lifts_the_skill_and_costs_something() -> None:
    alone = {"docs": "core", "boundary": "inside", "team": "none", "partner": "no"}
    helped = {**alone, "partner": "yes"}
    assert ADVISOR.evaluate(alone).now is None
    result = ADVISOR.evaluate(helped)
    assert result.now is not None
    fee = MODEL.allows.partner.build
    cost = ADVISOR.estimate(helped, result.now.id).build.low
    assert cost == pytest.approx(ADVISOR.estimate(alone, result.now.id).build.low + fee)


def test_every_part_of_the_model_can_be_asked_why_it_is_not_advised() -> None:
    chance = random.Random(3)
    kinds = set()
    for _ in range(25):
        answers = {c.id: chance.choice(c.names) for c in MODEL.criteria if chance.random() < 0.7}
        answers |= {c.id: chance.choice(c.names) for c in MODEL.limits}
        result = ADVISOR.evaluate(answers)
        for block in MODEL.blocks:
            told = why_not(ADVISOR, result, block.id)
            kinds.add(type(told))
            match told:
                case Chosen():
                    assert block.id in result.advice.blocks
                case RuledOut(criterion, option, other):
                    assert answers[criterion] == option
                    if other:
                        excluded = MODEL.criterion(criterion).option(other).excludes
                        assert block.id not in excluded
                case Barred(standing):
                    assert standing.violations
                case Behind(standing, _, _, flip):
                    assert block.id in standing.blocks
                    if flip is not None:
                        changed = ADVISOR.winner(ADVISOR.validate({**answers, flip[0]: flip[1]}))
                        assert block.id in ADVISOR.blocks(changed)
    assert kinds == {Chosen, RuledOut, Barred, Behind}


def test_the_record_holds_what_anybody_needs_to_check_it() -> None:
    document = record(ADVISOR.evaluate(STUCK))
    assert document["now"] is None
    assert document["headline"] == "none_fits"
    assert document["model"]["sha256"] == MODEL.sha256
    assert len(document["options"]) == len(MODEL.layer("base"))
    assert document["answers"] == STUCK


def test_organisations_alike_include_one_that_did_not_end_well() -> None:
    answers = {"task": "answer", "docs": "core", "boundary": "contract", "ownership": "tool"}
    twins = ADVISOR.evaluate(answers).twins
    assert len(twins) == 3
    assert twins[2].end in ("bad", "mixed")
    assert ADVISOR.evaluate({}).twins == ()


def test_an_open_key_question_takes_a_word_off() -> None:
    full = {"docs": "none", "boundary": "ok", "gap": "untried", "task": "office", "tool": "fits"}
    words = [ADVISOR.evaluate(full).confidence.word]
    for key in ("gap", "boundary"):
        full = {name: value for name, value in full.items() if name != key}
        words.append(ADVISOR.evaluate(full).confidence.word)
    assert words == ["clear", "likely", "split"]


@pytest.mark.parametrize(
    ("answers", "named"),
    [
        ({"budgte": "s"}, "budget"),
        ({"budget": "z"}, "xs"),
        ({"tried": "rag,magic"}, "magic"),
        ({"users_n": "many"}, "many"),
        ({"users_n": 0}, "0"),
    ],
)
def test_what_the_model_does_not_know_is_named_with_what_it_knows(
    answers: dict[str, object], named: str
) -> None:
    with pytest.raises(InvalidAnswers, match=named):
        ADVISOR.evaluate(answers)


def test_several_options_may_come_as_a_list_or_as_one_text() -> None:
    assert ADVISOR.validate({"tried": ["rag", "prompt"]}) == {"tried": "prompt,rag"}
    assert ADVISOR.validate({"tried": "rag, prompt"}) == {"tried": "prompt,rag"}
    assert ADVISOR.validate({"tried": "ns", "act": False}) == {"act": "no"}
