"""The advisor against the reference engine and the public cases, and what it refuses."""

import importlib.util
import random
from pathlib import Path

import pytest
import yaml

from knowledge.advisor.engine import Advisor
from knowledge.advisor.record import record
from knowledge.errors import InvalidAnswers


@pytest.fixture(scope="module")
def advisor() -> Advisor:
    return Advisor.load()


@pytest.fixture(scope="module")
def oracle(shared: Path):
    spec = importlib.util.spec_from_file_location(
        "oracle", shared / "reference/decision/decision_eval.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Model(shared / "decision/model.yaml")


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # the reference leaves its files open
def test_results_equal_the_reference_engine(advisor: Advisor, oracle) -> None:
    chance = random.Random(11)
    for number in range(200):
        answers = {q: chance.choice(oracle.opts[q]) for q in oracle.cid if chance.random() < 0.75}
        ranking, scores = oracle.ranking(answers)
        result = advisor.evaluate(answers)
        assert [s.id for s in result.standings if not s.excluded_by] == ranking
        assert [result.standing(c).score for c in ranking] == pytest.approx(
            [scores[c] for c in ranking], abs=1e-6
        )
        flips = [(f.step, f.criterion, f.option, f.recommendation) for f in result.flips]
        assert flips == [(step, q, o, w) for step, q, _, o, w in oracle.flips(answers)]
        if number % 100 == 0:
            expected, found = oracle.confidence(answers), record(result)["confidence"]
            assert all(found[k] == pytest.approx(expected[k], abs=1 / 2000 + 1e-9) for k in found)


def test_every_public_case_is_accepted(advisor: Advisor, shared: Path) -> None:
    for case in yaml.safe_load((shared / "decision/cases-dev.yaml").read_text())["cases"]:
        assert (
            advisor.winner({q: str(v) for q, (v, _) in case["answers"].items()}) in case["accepted"]
        ), case["id"]


def test_a_typo_names_the_nearest_key(advisor: Advisor) -> None:
    with pytest.raises(InvalidAnswers, match="budget"):
        advisor.evaluate({"budgte": "s"})


def test_a_lever_is_a_step_forward_on_what_an_organisation_can_work_on(advisor: Advisor) -> None:
    chance = random.Random(4)
    seen = set()
    for _ in range(60):
        answers = {c.id: chance.choice(c.names) for c in advisor.model.criteria}
        result = advisor.evaluate(answers)
        for flip in result.flips:
            names = advisor.model.criterion(flip.criterion).names
            forward = names.index(flip.option) > names.index(answers[flip.criterion])
            workable = flip.criterion in advisor.guidance.levers
            assert (flip in result.levers) == (workable and forward)
            seen.add((workable, forward))
    assert seen == {(True, True), (True, False), (False, True), (False, False)}


def test_what_is_not_answered_has_no_lever(advisor: Advisor) -> None:
    assert advisor.evaluate({}).flips
    assert advisor.evaluate({}).levers == ()
