"""
What the table of promises rests on: how tests went in one run of them, and figures of soaks.

A soak ends with `keep("its name", size={…}, figures={…})`, which writes one JSON file with size,
machine, load and date; `tests_of` reads a JUnit report of pytest (`pytest --junitxml=FILE`).
"""

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

ROOT = Path(__file__).resolve().parents[2]
KEPT = Path(__file__).with_name("evidence")
TESTS = "tests"  # the file that holds the last run of tests

Number = int | float


@dataclass(frozen=True)
class Run:
    """When and on what something ran."""

    at: str = ""
    machine: str = ""
    commit: str = ""
    load: float = 0.0  # of the last minute, when it ended


@dataclass(frozen=True)
class Outcome:
    """How the cases of one test went, and their seconds together."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class Soak:
    """One soak: at what size it ran, and what it found."""

    name: str
    command: str
    run: Run
    size: Mapping[str, Number] = field(default_factory=dict)
    figures: Mapping[str, Number] = field(default_factory=dict)


def here() -> Run:
    """Return this moment and machine."""
    words = ["git", "rev-parse", "--short", "HEAD"]
    told = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    at = time.strftime("%Y-%m-%d %H:%M", time.gmtime())
    return Run(at, machine, told.stdout.strip(), round(os.getloadavg()[0], 1))


def keep(name: str, *, size: Mapping[str, Number], figures: Mapping[str, Number]) -> None:
    """Write what a soak found, in place of what stood there; SOAK_EVIDENCE names another folder."""
    folder = Path(os.environ.get("SOAK_EVIDENCE") or KEPT)
    folder.mkdir(parents=True, exist_ok=True)
    script = Path(sys.argv[0]).resolve()
    module = f"{script.parent.parent.name}.{script.parent.name}.{script.stem}"
    # where files lie on this machine tells nobody else anything
    words = [module, *(word for word in sys.argv[1:] if not Path(word).is_absolute())]
    rounded = {key: round(value, 3) for key, value in figures.items()}
    record = {
        "soak": name,
        "command": f"python -m {' '.join(words)}",
        "run": vars(here()),
        "size": dict(size),
        "figures": rounded,
    }
    place = folder / f"{name}.json"
    place.write_text(f"{json.dumps(record, ensure_ascii=False, indent=2)}\n", "utf-8")
    print(f"kept in {place}")


def soaks(folder: Path = KEPT) -> dict[str, Soak]:
    """Return every soak that is kept, by name."""
    kept = {}
    for place in sorted(folder.glob("*.json")):
        if place.stem == TESTS:
            continue
        record: dict[str, Any] = json.loads(place.read_text("utf-8"))
        name = record["soak"]
        run = Run(**record["run"])
        kept[name] = Soak(name, record["command"], run, record["size"], record["figures"])
    return kept


def tests_of(report: Path) -> dict[str, Outcome]:
    """Return how each test of a JUnit report went, under "path/of/file.py::name"."""
    outcomes: dict[str, Outcome] = {}
    for case in ET.parse(report).iter("testcase"):
        path = case.get("classname", "").replace(".", "/")
        name = case.get("name", "").partition("[")[0]
        test = f"{path}.py::{name}"
        before = outcomes.get(test, Outcome())
        outcomes[test] = _with(before, case)
    return outcomes


def _with(before: Outcome, case: ET.Element) -> Outcome:
    seconds = round(before.seconds + float(case.get("time", "0")), 2)
    passed, failed, skipped = before.passed, before.failed, before.skipped
    if case.find("failure") is not None or case.find("error") is not None:
        failed += 1
    elif case.find("skipped") is not None:
        skipped += 1
    else:
        passed += 1
    return Outcome(passed, failed, skipped, seconds)


def keep_tests(outcomes: Mapping[str, Outcome], folder: Path = KEPT) -> None:
    """Write how tests went, in place of the run that stood there."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = {test: vars(outcomes[test]) for test in sorted(outcomes)}
    record = {"run": vars(here()), "tests": rows}
    text = json.dumps(record, ensure_ascii=False, indent=1)
    (folder / f"{TESTS}.json").write_text(f"{text}\n", "utf-8")


def kept_tests(folder: Path = KEPT) -> tuple[Run, dict[str, Outcome]]:
    """Return the run of tests that is kept, and how each went; empty where there is none."""
    place = folder / f"{TESTS}.json"
    if not place.is_file():
        return Run(), {}
    record: dict[str, Any] = json.loads(place.read_text("utf-8"))
    outcomes = {test: Outcome(**row) for test, row in record["tests"].items()}
    return Run(**record["run"]), outcomes
