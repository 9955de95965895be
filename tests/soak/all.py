"""
The promises under load and fault as one table: what is proven, by what, and what is not.

    python -m tests.soak.all            the table, from checks.yaml
    python -m tests.soak.all --run      runs the tests it names, and says of each row how that went

What a row names must exist; figures of the longer scripts stand in tests/benchmarks/RESULTS.md.
"""

import argparse
import os
import platform
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
CHECKS = Path(__file__).with_name("checks.yaml")
STATES = ("proven", "partly", "waits")


@dataclass(frozen=True)
class Check:
    """One promise. `by` are the tests and scripts that assert it, `needs` what is missing."""

    id: str
    what: str
    state: str
    by: tuple[str, ...] = ()
    needs: str = ""

    @property
    def tests(self) -> tuple[str, ...]:
        return tuple(path for path in self.by if Path(path).name.startswith("test_"))


def checks() -> list[Check]:
    """Return every check in the order of the file."""
    rows = yaml.safe_load(CHECKS.read_text("utf-8"))
    return [Check(id_, **{**row, "by": tuple(row.get("by", ()))}) for id_, row in rows.items()]


def machine() -> str:
    """Return what the figures were taken on."""
    return f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def ran(files: set[str]) -> dict[str, str]:
    """Run test files one by one and return how each went, with its seconds."""
    results = {}
    for file in sorted(files):
        began = time.monotonic()
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", file]
        done = subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.DEVNULL)
        verdict = "passed" if done.returncode == 0 else "FAILED"
        results[file] = f"{verdict} in {time.monotonic() - began:.0f} s"
    return results


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--run", action="store_true")
    arguments = parser.parse_args()
    table = checks()
    files = {path for check in table for path in check.tests}
    results = ran(files) if arguments.run else {}
    print(f"{machine()}\n\n| check | promise | state | by | needs |\n|---|---|---|---|---|")
    for check in table:
        shown = [f"{path} ({results[path]})" if path in results else path for path in check.by]
        row = (check.id, check.what, check.state, "<br>".join(shown), check.needs)
        print(f"| {' | '.join(row)} |")
    counts = Counter(check.state for check in table)
    told = ", ".join(f"{counts[state]} {state}" for state in STATES)
    print(f"\n{len(table)} checks: {told}")
    return int(any("FAILED" in result for result in results.values()))


if __name__ == "__main__":
    sys.exit(main())
