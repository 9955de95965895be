"""Two decision models side by side: what the file says anew, and whom it recommends something else."""

import pytest

from knowledge.advisor.changes import SAMPLES, Change, compare
from knowledge.advisor.engine import Advisor
from tests.choosing import as_yaml


@pytest.fixture(scope="module")
def advisor() -> Advisor:
    return Advisor.load()


def load(raw: dict) -> Advisor:
    return Advisor.load(as_yaml(raw))


def test_a_model_changes_nothing_beside_itself(advisor: Advisor) -> None:
    changes = compare(advisor, Advisor.load())
    assert (changes.rows, changes.moves, changes.moved) == ((), (), 0)


def test_each_value_that_differs_is_named_with_its_place(advisor: Advisor) -> None:
    raw = {"meta": {"version": "2.1.0"}, "criteria": {"gap": {"weight": 13}, "docs": {"weight": 7}}}
    changes = compare(advisor, load({"model": raw}))
    places = {change.place: change for change in changes.rows}
    assert places["model.meta.version"].after == "2.1.0"
    assert places["model.criteria.gap.weight"] == Change("model.criteria.gap.weight", "10", "13")
    assert len(changes.rows) == 3
    assert 0 < changes.moved < SAMPLES


def test_other_prices_move_what_can_be_done(advisor: Advisor) -> None:
    dear = {"bases": {"product": {"seat": [90_000, 100_000]}}}
    changes = compare(advisor, load({"model": dear}))
    assert changes.moved > 0
    assert all("product" in before for before, _, _ in changes.moves)


def test_sentences_alone_move_nothing(advisor: Advisor) -> None:
    help_ = {
        "ja": "社内ポータルの資料は「多くの資料から探す」です。",
        "en": "Files on the portal are many.",
    }
    changes = compare(advisor, load({"texts": {"questions": {"docs": {"help": help_}}}}))
    assert {change.place for change in changes.rows} == {
        "texts.questions.docs.help.ja",
        "texts.questions.docs.help.en",
    }
    assert changes.moves == ()
