"""Two decision models side by side: what the file says anew, and whom it recommends something else."""

import pytest
import yaml

from knowledge.advisor.changes import SAMPLES, Change, compare
from knowledge.advisor.engine import Advisor
from knowledge.advisor.model import builtin


@pytest.fixture(scope="module")
def advisor() -> Advisor:
    return Advisor.load()


def load(raw: dict) -> Advisor:
    return Advisor.load(yaml.safe_dump(raw, allow_unicode=True, sort_keys=False))


def test_a_model_changes_nothing_beside_itself(advisor: Advisor) -> None:
    changes = compare(advisor, Advisor.load())
    assert (changes.rows, changes.moves, changes.moved) == ((), (), 0)


def test_each_value_that_differs_is_named_with_its_place(advisor: Advisor) -> None:
    raw = yaml.safe_load(builtin())
    raw["meta"]["version"] = "2.0.0"
    first, second = raw["criteria"][:2]
    first["weight"] += 2
    second["weight"] -= 2
    del second["rationale"]

    changes = compare(advisor, load(raw))

    before = advisor.model.criteria
    places = {change.place: change for change in changes.rows}
    assert places["meta.version"].after == "2.0.0"
    heavier = places[f"criteria.{first['id']}.weight"]
    assert float(heavier.after) - float(heavier.before) == 2
    gone = Change(f"criteria.{second['id']}.rationale", before[1].rationale, "")
    assert gone in changes.rows
    assert len(changes.rows) == 4
    assert 0 < changes.moved < SAMPLES


def test_models_that_ask_nothing_in_common_are_compared_by_what_they_say_of_no_answers(
    advisor: Advisor,
) -> None:
    raw = yaml.safe_load(builtin())
    for criterion in (*raw["criteria"], *raw["advisory"]):
        own = advisor.guidance.criteria[criterion["id"]]
        criterion["label"] = {"ja": own.ja, "en": own.en}
        criterion["id"] = f"own_{criterion['id']}"
        parents = criterion.get("ask_if_not", {})
        criterion["ask_if_not"] = {f"own_{parent}": rows for parent, rows in parents.items()}
    for name in ("open_weights_required_if", "open_weights_preferred_if"):
        rows = raw["ft_variant"][name]
        raw["ft_variant"][name] = {f"own_{parent}": answers for parent, answers in rows.items()}

    changes = compare(advisor, load(raw))

    assert changes.rows
    assert changes.moves == ()
