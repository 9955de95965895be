"""
The promises under load and fault as one table, each state worked out from what ran.

    python -m tests.soak.all                     the table, from the evidence that is kept
    python -m tests.soak.all --junit FILE…       takes how tests went from reports of the suite
    python -m tests.soak.all --run               runs the tests it names, and takes their report
    python -m tests.soak.all --write             writes CHECKS.md, with any of the above

Figures of soaks lie in `evidence/`, one file each, written by the script that measured them. No
state is written by hand: a check is proven when every test it names passed and every figure stands
within its bound at the size that was asked for.
"""

import argparse
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import yaml

from tests.soak import evidence
from tests.soak.evidence import ROOT, Number, Outcome, Run, Soak

CHECKS = Path(__file__).with_name("checks.yaml")
TABLE = Path(__file__).with_name("CHECKS.md")
State = Literal["proven", "partly", "waits", "fails"]
STATES: tuple[State, ...] = ("proven", "partly", "waits", "fails")


@dataclass(frozen=True)
class Bound:
    """What a soak must have been and found: at least this size, at most or least these figures."""

    soak: str
    size: Mapping[str, Number] = field(default_factory=dict)
    most: Mapping[str, Number] = field(default_factory=dict)
    least: Mapping[str, Number] = field(default_factory=dict)

    def small(self, soak: Soak) -> list[str]:
        """Return in words where a soak was smaller than asked."""
        return [
            f"{name.replace('_', ' ')} {soak.size.get(name, 0):g} of {wanted:g}"
            for name, wanted in self.size.items()
            if soak.size.get(name, 0) < wanted
        ]

    def broken(self, soak: Soak) -> list[str]:
        """Return in words which figures do not stand within their bounds, or were not taken."""
        words = []
        for name, most in self.most.items():
            if soak.figures.get(name, float("inf")) > most:
                words.append(f"{name} {soak.figures.get(name, 'not measured')}, at most {most}")
        for name, least in self.least.items():
            if soak.figures.get(name, float("-inf")) < least:
                words.append(f"{name} {soak.figures.get(name, 'not measured')}, at least {least}")
        return words


@dataclass(frozen=True)
class Check:
    """One promise. `tests` and `soaks` show it; `needs` says what none of them shows."""

    id: str
    what: str
    tests: tuple[str, ...] = ()
    soaks: tuple[Bound, ...] = ()
    needs: str = ""


@dataclass(frozen=True)
class Verdict:
    """What the evidence says of one check, and the words for its row."""

    state: State
    shown: tuple[str, ...]
    lacking: tuple[str, ...]


def checks() -> list[Check]:
    """Return every check in the order of the file."""
    rows = yaml.safe_load(CHECKS.read_text("utf-8"))
    return [_check(id_, row) for id_, row in rows.items()]


def _check(id_: str, row: Mapping[str, Any]) -> Check:
    bounds = tuple(Bound(**bound) for bound in row.get("soaks", ()))
    return Check(id_, row["what"], tuple(row.get("tests", ())), bounds, row.get("needs", ""))


def judged(check: Check, tests: Mapping[str, Outcome], soaks: Mapping[str, Soak]) -> Verdict:
    """Return what ran for a check, and whether that proves it."""
    shown: list[str] = []
    lacking: list[str] = []
    failed: list[str] = []
    for test in check.tests:
        outcome = tests.get(test, Outcome())
        if outcome.failed:
            failed.append(f"{test}: {outcome.failed} failed")
        elif outcome.passed:
            shown.append(f"{test} ({_cases(outcome)})")
        else:
            lacking.append(f"{test}: {'skipped' if outcome.skipped else 'not run'}")
    for bound in check.soaks:
        soak = soaks.get(bound.soak)
        if soak is None:
            lacking.append(f"soak {bound.soak}: not run")
            continue
        shown.append(_figures(soak))
        failed += bound.broken(soak)
        lacking += bound.small(soak)
    if check.needs:
        lacking.append(check.needs)
    return Verdict(_state(shown, lacking, failed), tuple(shown), (*failed, *lacking))


def _state(shown: Sequence[str], lacking: Sequence[str], failed: Sequence[str]) -> State:
    if failed:
        return "fails"
    if not shown:
        return "waits"
    if lacking:
        return "partly"
    return "proven"


def _cases(outcome: Outcome) -> str:
    if outcome.passed == 1:
        return "1 case"
    return f"{outcome.passed} cases"


def _figures(soak: Soak) -> str:
    size = ", ".join(f"{name} {value:g}" for name, value in soak.size.items())
    figures = ", ".join(f"{name} {value:g}" for name, value in soak.figures.items())
    machine = f"{soak.run.machine}, load {soak.run.load:g}, {soak.run.at} UTC"
    return f"soak {soak.name} ({size}): {figures} · {machine}"


def table(table_checks: Sequence[Check], run: Run, tests: Mapping[str, Outcome]) -> str:
    """Return the whole page."""
    soaks = evidence.soaks()
    verdicts = {check.id: judged(check, tests, soaks) for check in table_checks}
    counts = Counter(verdict.state for verdict in verdicts.values())
    told = ", ".join(f"{counts[state]} {state}" for state in STATES)
    lines = [
        "# What is promised under load and fault, and what showed it",
        "",
        "Made by `python -m tests.soak.all --write` from `checks.yaml` and `evidence/`; no state is",
        "written by hand. *proven*: every test passed and every figure stands within its bound at",
        "the size asked for; *partly*: something of it was smaller or did not run, as said beside",
        "it; *waits*: nothing ran; *fails*: a test failed or a figure is out of its bound.",
        "",
        f"{len(table_checks)} checks: {told}. {_when(run)}",
        "",
        "| check | promise | state | shown by | lacking |",
        "|---|---|---|---|---|",
    ]
    for check in table_checks:
        verdict = verdicts[check.id]
        shown, lacking = "<br>".join(verdict.shown), "<br>".join(verdict.lacking)
        lines.append(f"| {check.id} | {check.what} | {verdict.state} | {shown} | {lacking} |")
    return "\n".join([*lines, ""])


def _when(run: Run) -> str:
    if not run.at:
        return "No run of tests is kept."
    return f"Tests ran {run.at} UTC at {run.commit} ({run.machine}, load {run.load:g})."


def _ran(tests: Sequence[str]) -> dict[str, Outcome]:
    """Run tests in one go and return how they went."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        words = ["-q", "-p", "no:cacheprovider", f"--junitxml={report}", *tests]
        subprocess.run([sys.executable, "-m", "pytest", *words], cwd=ROOT, check=False)
        return evidence.tests_of(report)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--junit", type=Path, nargs="+", default=[])
    parser.add_argument("--run", action="store_true")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    every = checks()
    named = sorted({test for check in every for test in check.tests})
    if arguments.junit or arguments.run:
        outcomes = _ran(named) if arguments.run else {}
        for report in arguments.junit:
            outcomes |= evidence.tests_of(report)
        evidence.keep_tests({test: outcomes[test] for test in named if test in outcomes})
    run, tests = evidence.kept_tests()
    page = table(every, run, tests)
    if arguments.write:
        TABLE.write_text(page, "utf-8")
    print(page)
    soaks = evidence.soaks()
    failing = [check.id for check in every if judged(check, tests, soaks).state == "fails"]
    return int(bool(failing))


if __name__ == "__main__":
    sys.exit(main())
