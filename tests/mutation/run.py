"""
Breaks one promise of the product at a time and asks whether a test notices.

`python -m tests.mutation.run [--jobs 2] [WORD…]` copies the tree, changes one line as `mutants.yaml`
says, and runs the tests named there; WORDs choose promises by what they say. A mutant is killed when
a test fails, survives when all pass, and is broken when its tests do not run at all. Prints one line
for each and the score, and ends with 1 below `SCORE` or where one is broken. About 10 s of processor
time for each; a benchmark, no part of the tests.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
FILE = Path(__file__).with_name("mutants.yaml")
TREE = ("bot", "handlers", "knowledge", "tests", "deploy", "docs", "examples", "pyproject.toml")
TREE += ("README.md", "README.ja.md", "CHANGELOG.md", "run", "docker-compose.yml")
SCORE = 0.95  # share of the mutants that must be killed
TIMEOUT = 600  # seconds for the tests of one mutant
PASSED, FAILED = 0, 1  # pytest's exit codes


@dataclass(frozen=True, slots=True)
class Mutant:
    """`promise` is what people rely on; `old`, once in `file`, becomes `new`."""

    promise: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


def mutants() -> list[Mutant]:
    """Return all of them, in the file's order."""
    rows = yaml.safe_load(FILE.read_text("utf-8"))
    return [Mutant(**(row | {"tests": tuple(row["tests"])})) for row in rows]


def verdict(mutant: Mutant) -> str:
    """Return "killed", "survived" or "broken", and in the last case why."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        tree = Path(folder)
        copy_to(tree)
        path = tree / mutant.file
        text = path.read_text("utf-8")
        if text.count(mutant.old) != 1:
            return f"broken: {text.count(mutant.old)} times in {mutant.file}"
        path.write_text(text.replace(mutant.old, mutant.new), "utf-8")
        return _judged(mutant.tests, tree)


def _judged(tests: Sequence[str], tree: Path) -> str:
    """Run the tests there; tests that come to no end have noticed, too."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    environment = {"LLM_CHOOSE_SHARED": str(ROOT.parent / "shared")} | os.environ
    try:
        run = subprocess.run(
            command,
            cwd=tree,
            env=environment,
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "killed"
    if run.returncode == PASSED:
        return "survived"
    if run.returncode == FAILED:
        return "killed"
    return f"broken: pytest ended with {run.returncode}: {run.stdout[-300:]}"


def copy_to(tree: Path) -> None:
    """Copy what the tests need, without what they left behind."""
    ignore = shutil.ignore_patterns("__pycache__", "_site", ".hypothesis")
    for name in TREE:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tree / name, ignore=ignore)
        elif source.is_file():
            shutil.copy(source, tree / name)


def main(words: list[str]) -> int:
    """Judge the mutants that the words choose; 1 where too few are killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("words", nargs="*")
    arguments = parser.parse_args(words)
    chosen = [mutant for mutant in mutants() if _named(mutant, arguments.words)]
    killed, broken = 0, 0
    with ThreadPoolExecutor(arguments.jobs) as pool:
        for mutant, outcome in zip(chosen, pool.map(verdict, chosen), strict=True):
            killed += outcome == "killed"
            broken += outcome.startswith("broken")
            print(f"{outcome:9} {mutant.promise} ({mutant.file})", flush=True)
    share = killed / max(len(chosen), 1)
    print(f"{killed} of {len(chosen)} killed, score {share:.3f}; asked {SCORE}")
    return int(bool(broken) or share < SCORE)


def _named(mutant: Mutant, words: Sequence[str]) -> bool:
    return not words or any(word in mutant.promise for word in words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
