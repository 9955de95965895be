"""
Breaks one promise of the product at a time and asks whether a test notices.

`python -m tests.mutation.run [--jobs 2] [WORD…]` copies the tree, changes one line as `mutants.yaml`
says, and runs the tests named there; WORDs choose promises by what they say. A mutant is killed when
a test fails, survives when all pass, and is broken when its tests do not run at all. Prints one line
for each and the score, and ends with 1 below `SCORE` or where one is broken. Each job has one copy of
the tree, in which what a mutant changed is put back, so that nothing else is compiled again. A few
seconds of processor time for each; a benchmark, no part of the tests.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from queue import Queue

from knowledge.sentences import yaml_values

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
    rows = yaml_values(FILE.read_text("utf-8"))
    return [Mutant(**(row | {"tests": tuple(row["tests"])})) for row in rows]


class Trees:
    """Copies of the tree, one for each job; no two jobs are in the same one."""

    def __init__(self, folder: Path, jobs: int) -> None:
        self._free: Queue[Path] = Queue()
        self._moment = count(int(time.time()))
        for number in range(jobs):
            tree = folder / str(number)
            copy_to(tree)
            self._free.put(tree)

    def verdict(self, mutant: Mutant) -> str:
        """Return "killed", "survived" or "broken", and in the last case why."""
        tree = self._free.get()
        path = tree / mutant.file
        text = path.read_text("utf-8")
        try:
            if text.count(mutant.old) != 1:
                return f"broken: {text.count(mutant.old)} times in {mutant.file}"
            self._write(path, text.replace(mutant.old, mutant.new))
            return _judged(mutant.tests, tree)
        finally:
            self._write(path, text)
            self._free.put(tree)

    def _write(self, path: Path, text: str) -> None:
        """Write at a second of its own: by that Python knows what was compiled of another text."""
        path.write_text(text, "utf-8")
        moment = next(self._moment)
        os.utime(path, (moment, moment))


def _judged(tests: Sequence[str], tree: Path) -> str:
    """Run the tests there; tests that come to no end have noticed, too."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    environment = {"LLM_CHOOSE_SHARED": str(ROOT.parent / "shared")} | os.environ
    environment["PYTHONPATH"] = str(tree)
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
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
    tree.mkdir()
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
    with (
        tempfile.TemporaryDirectory(prefix="mutants-") as folder,
        ThreadPoolExecutor(arguments.jobs) as pool,
    ):
        trees = Trees(Path(folder), arguments.jobs)
        for mutant, outcome in zip(chosen, pool.map(trees.verdict, chosen), strict=True):
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
