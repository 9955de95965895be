"""The table of promises leaves none out, names what exists, and says what ran and nothing else."""

import re

import pytest

from tests.soak import evidence
from tests.soak.all import ROOT, TABLE, Bound, Check, checks, judged, table
from tests.soak.evidence import Outcome, Run, Soak

ROOMS = {"S": 15, "T": 11, "R": 12, "Q": 12, "P": 18, "F": 8, "I": 13, "A": 12, "W": 6, "L": 12}
PASSED, FAILED, SKIPPED = Outcome(passed=3), Outcome(passed=2, failed=1), Outcome(skipped=1)
REPORT = """<testsuites><testsuite>
<testcase classname="tests.bot.test_a" name="test_one[x]" time="0.5"/>
<testcase classname="tests.bot.test_a" name="test_one[y]" time="0.25"><failure message="no"/></testcase>
<testcase classname="tests.bot.test_a" name="test_two" time="0"><skipped/></testcase>
</testsuite></testsuites>"""


def soak(size, **figures):
    return {"load": Soak("load", "python -m load", Run("today"), {"people": size}, figures)}


def test_every_check_is_there_once_and_what_it_names_exists():
    every = checks()
    expected = [f"{room}{number}" for room, most in ROOMS.items() for number in range(1, most + 1)]
    scripts = "".join(path.read_text("utf-8") for path in ROOT.glob("tests/[bs]*/*.py"))
    beginnings = tuple(re.findall(r'keep\(f"(\w+_)\{', scripts))
    missing = []
    for check in every:
        for test in check.tests:
            path, _, name = test.partition("::")
            if not re.search(rf"def {name}\(", (ROOT / path).read_text("utf-8")):
                missing.append(test)
        for bound in check.soaks:
            if f'"{bound.soak}"' not in scripts and not bound.soak.startswith(beginnings):
                missing.append(bound.soak)

    assert [check.id for check in every] == expected
    assert missing == []
    for check in every:
        assert check.tests or check.soaks or check.needs, check.id


@pytest.mark.parametrize(
    ("outcomes", "soaks", "state"),
    [
        ({"t": PASSED}, soak(20, lost=0, served=9), "proven"),
        ({"t": PASSED}, soak(5, lost=0, served=9), "partly"),  # smaller than asked
        ({"t": SKIPPED}, soak(20, lost=0, served=9), "partly"),
        ({"t": PASSED}, {}, "partly"),
        ({}, {}, "waits"),
        ({"t": FAILED}, soak(20, lost=0, served=9), "fails"),
        ({"t": PASSED}, soak(20, lost=1, served=9), "fails"),
        ({"t": PASSED}, soak(20, lost=0, served=1), "fails"),
        ({"t": PASSED}, soak(20, served=9), "fails"),  # a figure that was not taken
    ],
)
def test_a_state_is_what_ran(outcomes, soaks, state):
    bound = Bound("load", {"people": 20}, most={"lost": 0}, least={"served": 8})
    check = Check("X1", "all are served", ("t",), (bound,))

    verdict = judged(check, outcomes, soaks)

    assert verdict.state == state
    assert bool(verdict.lacking) == (state != "proven")


def test_what_words_say_is_missing_is_never_proven():
    verdict = judged(Check("X1", "all", ("t",), needs="a cluster"), {"t": PASSED}, {})

    assert verdict.state == "partly"
    assert verdict.lacking == ("a cluster",)


def test_the_cases_of_a_test_are_counted_together(tmp_path):
    report = tmp_path / "report.xml"
    report.write_text(REPORT)

    outcomes = evidence.tests_of(report)
    evidence.keep_tests(outcomes, tmp_path)

    assert outcomes["tests/bot/test_a.py::test_one"] == Outcome(1, 1, 0, 0.75)
    assert outcomes["tests/bot/test_a.py::test_two"] == Outcome(0, 0, 1, 0.0)
    assert evidence.kept_tests(tmp_path)[1] == outcomes


def test_a_soak_is_read_as_it_was_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("SOAK_EVIDENCE", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["/a/checkout/tests/benchmarks/load.py", "3"])

    evidence.keep("load", size={"people": 3}, figures={"lost": 0, "p95_s": 1.23456})

    kept = evidence.soaks(tmp_path)["load"]
    assert (kept.size, kept.figures) == ({"people": 3}, {"lost": 0, "p95_s": 1.235})
    assert kept.command == "python -m tests.benchmarks.load 3"
    assert kept.run.machine


def test_the_page_is_made_of_the_evidence():
    run, outcomes = evidence.kept_tests()

    assert TABLE.read_text("utf-8") == table(checks(), run, outcomes)
