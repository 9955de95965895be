"""The advisor beside the reference scorer: the same winners, limits and flips, on public cases and random answers."""

import importlib.util
import os
import random
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from knowledge.advisor.tables import Variation
from knowledge.sentences import yaml_values
from tests.choosing import advisor

ADVISOR = advisor()
# ADVISOR_PROFILES=3000 tries as many as the model was first held against the reference with
PROFILES = int(os.environ.get("ADVISOR_PROFILES", "600"))
FLIPPED = PROFILES // 10  # profiles whose every other answer is looked at
LIMITS = ("budget", "time", "team", "partner", "users")


@pytest.fixture(scope="module")
def reference(shared: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("reference", shared / "decision/v2/eval.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def scorer(reference: ModuleType, shared: Path):
    text = (shared / "decision/v2/model.yaml").read_text("utf-8")
    return reference.Engine(yaml_values(text))


@pytest.fixture(scope="module")
def cases(shared: Path) -> list[dict]:
    rows = []
    for name in ("cases-recoded.yaml", "cases-check.yaml"):
        text = (shared / "decision/v2" / name).read_text("utf-8")
        rows += yaml_values(text)["cases"]
    return rows


def worded(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value


def plain(reference: ModuleType, case: dict) -> dict:
    answers = reference.plain(case)
    return {name: worded(value) for name, value in answers.items()}


def joined(option: tuple | None) -> str | None:
    if option is None:
        return None
    return "+".join(block for block in option[0] if block)


def same(scorer, answers: dict) -> None:
    expected = scorer.decide(answers)
    result = ADVISOR.evaluate(answers)
    now = result.now.id if result.now else None
    assert result.fit.id == joined(expected["fit"]), answers
    assert now == joined(expected["now"]), answers
    for combination in ((result.fit, expected["fit"]), (result.now, expected["now"])):
        own, other = combination
        if own is None:
            continue
        found = [(v.limit, v.resource, v.needed, v.allowed) for v in own.violations]
        wanted = scorer.violations(other[0], answers)
        assert [row[:2] for row in found] == [tuple(row[:2]) for row in wanted], answers
        for mine, theirs in zip(found, wanted, strict=True):
            assert mine[2:] == pytest.approx(theirs[2:])


def flips(scorer, answers: dict) -> Iterator[tuple[str, str, str]]:
    """Yield every other answer that changes the approach, and what it leads to."""

    def advised(given: dict) -> tuple:
        decided = scorer.decide(given)
        return decided["now"] or decided["fit"]

    family = scorer.family(advised(answers)[0])
    for question, row in scorer.crit.items():
        for option in row["options"]:
            if option != answers.get(question) and scorer.applicable(question, answers):
                other = advised({**answers, question: option})
                if scorer.family(other[0]) != family:
                    yield question, option, joined(other)


def test_public_cases_get_the_same_advice(scorer, reference: ModuleType, cases: list[dict]) -> None:
    assert len(cases) == 139
    for case in cases:
        same(scorer, plain(reference, case))


def test_random_profiles_get_the_same_advice_and_the_same_limits(
    scorer, reference: ModuleType
) -> None:
    chance = random.Random(7)
    for number in range(PROFILES):
        answers = reference.profile(scorer, chance)
        if number % 3 == 0:  # a part stays open, and something was tried
            kept = [name for name in answers if chance.random() < 0.6]
            answers = {name: answers[name] for name in kept}
            answers["tried"] = [name for name in scorer.m["tried"] if chance.random() < 0.3]
        if number % 7 == 0:
            answers["users_n"] = chance.choice([3, 40, 700, 20_000])
        same(scorer, answers)


def test_every_single_change_of_an_answer_leads_to_the_same(scorer, reference: ModuleType) -> None:
    chance = random.Random(8)
    for _ in range(FLIPPED):
        answers = reference.profile(scorer, chance)
        if chance.random() < 0.5:
            answers = {name: value for name, value in answers.items() if chance.random() < 0.6}
        found = {(f.criterion, f.option, f.advice) for f in ADVISOR.evaluate(answers).flips}
        assert found == set(flips(scorer, answers)), answers


ACCEPTED = {  # what the accounts were coded as → the approaches of this model
    "api": "api",
    "rag_api": "api+rag",
    "open": "open",
    "rag_open": "open+rag",
    "ft": "ft",
    "ft_rag": "ft+rag",
    "scratch": "scratch",
    "scratch_rag": "scratch+rag",
    "none": "outside",
}


@pytest.fixture(scope="module")
def known(cases: list[dict]) -> list[dict]:
    return [case for case in cases if "set" in case]


def walked(answers: dict[str, str], *, express: bool = False) -> dict[str, str]:
    """Return what a person with these answers is asked; what they do not know stays open."""
    rules = ADVISOR.model.rules
    given = {name: answers[name] for name in (*rules.page, *rules.optional) if name in answers}
    asked = [*rules.page, *rules.optional]
    if express:
        few = {name: answers[name] for name in rules.express if name in answers}
        return given | few
    while (question := ADVISOR.step(given, asked).question) is not None:
        asked.append(question.id)
        if question.id in answers:
            given[question.id] = answers[question.id]
    return given


def right(case: dict, answers: dict[str, str]) -> bool:
    accepted = {ACCEPTED[name] for name in case["accepted_v1"]}
    return ADVISOR.approach(ADVISOR.winner(answers)) in accepted


def test_public_cases_are_advised_as_they_were_decided(
    reference: ModuleType, known: list[dict]
) -> None:
    full, dialog, express = 0, 0, 0
    for case in known:
        answers = ADVISOR.validate(plain(reference, case))
        full += right(case, answers)
        dialog += right(case, walked(answers))
        express += right(case, walked(answers, express=True))
    assert len(known) == 107
    assert full >= 101
    assert dialog >= 99
    assert express >= 89


def test_other_weights_hardly_ever_change_the_approach(
    reference: ModuleType, known: list[dict]
) -> None:
    chance = random.Random(1)
    tables = ADVISOR.tables
    draws = 40
    weights = [[w * chance.uniform(0.7, 1.3) for w in tables.weights] for _ in range(draws)]
    varied = Variation(np.array(weights), np.ones(draws))
    changed = 0
    for case in known:
        answers = ADVISOR.validate(plain(reference, case))
        row, beside = tables.row(answers)[None, :], tables.beside(answers)
        own = tables.approach[ADVISOR.judge.verdicts(row, beside).advice]
        others = tables.approach[ADVISOR.judge.verdicts(row, beside, varied).advice]
        changed += int((others != own).sum())
    assert changed / (draws * len(known)) <= 0.02
