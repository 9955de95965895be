"""
Everyday questions, asked as people ask them, over a whole shelf: is the answer right, how long is it, and is every line whole?

    nice -n 5 python -m tests.benchmarks.everyday [--shared FOLDER] [--data FOLDER] [--set everyday2] [--fails] [--read ID …] [--write FILE]

The samples, the deck and both corpora of the shared data lie on the shelf; conversations are asked turn by turn, each in a
talk of its own, by the command itself. `everyday3` (ours, in `data/`) are questions of a library, a clinic and a city office,
over a shelf of their own. `everyday2` and `everyday3` are judged by the judge.py of the former; `everyday` says in words what
a right answer holds, so that its answers are printed to be read (`--read t` prints the ids that begin so). A torn line begins or ends inside a
sentence of the file it cites; what a file holds is read by other libraries than the product's. `--data` keeps the shelf for
the next time.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from knowledge.deck import digest
from knowledge.samples.catalogue import samples
from tests.benchmarks.quotes import TAG, Source, _places, flat, lines_of, source

ROOT = Path(__file__).resolve().parents[2]
SETS = ("everyday", "everyday2")
OURS = "everyday3"
ARROW = " → "  # between the turns of a conversation that is written on one line
Row = dict[str, Any]


def command(data: Path, *words: str, stdin: str | None = None) -> str:
    """Run the command as a machine does and return what it printed."""
    environment = os.environ | {"LLM_CHOOSE_DATA": str(data), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "bot.command.cli", *words],
        input=stdin,
        capture_output=True,
        text=True,
        env=environment,
        cwd=ROOT,
        check=False,
    )
    if not done.stdout and done.returncode:
        raise SystemExit(done.stderr)
    return done.stdout


def place(shared: Path, name: str) -> Path:
    """Return the folder of a set of questions."""
    if name == OURS:
        return Path(__file__).with_name("data") / OURS
    return shared / "bench" / name


def corpora(shared: Path, chosen: str) -> list[Path]:
    """Return the files that lie on the shelf of a set, in order."""
    names = (OURS,) if chosen == OURS else SETS
    return [path for name in names for path in sorted((place(shared, name) / "corpus").iterdir())]


def fill(data: Path, shared: Path, chosen: str) -> None:
    """Put the samples, the deck and the corpora on the shelf, unless they lie there."""
    if (data / "qdrant").is_dir():
        return
    command(data, "add", "--publish", *map(str, corpora(shared, chosen)))
    command(data, "add", "--samples")


def load(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def turns(rows: list[Row]) -> Iterator[Row]:
    """Yield rows for the command; turns of one conversation share a thread."""
    talk = ""
    for row in rows:
        if "turns" in row:
            for turn in row["turns"]:
                yield {"id": turn["id"], "text": turn["text"], "thread": row["id"]}
            continue
        said = row["text"].split(ARROW)
        if said[0] != "…":
            talk = row["id"]
            for number, before in enumerate(said[:-1]):
                yield {"id": f"{row['id']}.{number}", "text": before, "thread": talk}
        yield {"id": row["id"], "text": said[-1], "thread": talk}


def sources(shared: Path, chosen: str) -> dict[str, Source]:
    """Return the files on the shelf by name, as other libraries read them."""
    known: dict[str, Source] = {}
    paths = corpora(shared, chosen)
    paths += [sample.path for sample in samples()]
    for path in paths:
        lines, wrapped = lines_of(path.name, path)
        before = known[path.name].lines if path.name in known else []
        known[path.name] = source([*before, *lines], wrapped=wrapped)
    slides = digest._deck(digest.FILE.read_bytes())["slides"]
    lines = []
    for slide in slides:
        for language in digest.LANGUAGES:
            lines += [slide[language]["title"], *slide[language]["text"].splitlines()]
    known[digest.FILE.name] = source(lines, wrapped=False)
    return known


def torn(answer: Row, known: dict[str, Source]) -> list[str]:
    """
    Return the lines a person reads that stand in a cited file and begin or end inside one of its sentences.

    A line whose words stand nowhere was composed or drawn by the product and is no quote.
    """
    cited = [known[c["file"]] for c in answer.get("citations", ()) if c.get("file") in known]
    found = []
    for line in answer.get("text", "").splitlines():
        text = TAG.sub("", line.replace("**", "")).strip()
        if len(text) < 8:
            continue
        places = [(file, place) for file in cited for place in _places(text, file)]
        whole = [
            place for file, place in places if place[0] in file.begins and place[1] in file.ends
        ]
        drawn = " | " in text or ": " in text
        if places and not whole and not drawn and not _in_cell(text, cited):
            found.append(text)
    return found


def _in_cell(text: str, cited: list[Source]) -> bool:
    """Whether a line is a cell of a row, or whole sentences of one from its beginning on."""
    wanted = flat(text)
    for file in cited:
        for line in file.lines:
            cells = [flat(cell) for cell in line.split(" | ")]
            if len(cells) > 1 and any(cell.startswith(wanted) for cell in cells):
                return text.rstrip().endswith((".", "。")) or wanted in cells
    return False


def judge(path: Path) -> ModuleType:
    spec = spec_from_file_location("judge", path)
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def named(answer: Row) -> Row:
    """Return an answer whose citations name files, as the judge's gold does."""
    cited = [c | {"document": c.get("file") or c["title"]} for c in answer.get("citations", ())]
    return answer | {"citations": cited}


def measure(chosen: argparse.Namespace, data: Path) -> None:
    fill(data, chosen.shared, chosen.set)
    folder = place(chosen.shared, chosen.set)
    rows = load(folder / "questions.jsonl")
    asked = [row for row in turns(rows) if not chosen.read or _read(row, chosen.read)]
    stdin = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in asked)
    printed = command(data, "ask", "--questions", "-", "--json", stdin=stdin)
    answers = [named(json.loads(line)) for line in printed.splitlines()]
    if chosen.write:
        lines = [json.dumps(answer, ensure_ascii=False) + "\n" for answer in answers]
        chosen.write.write_text("".join(lines), "utf-8")
    if chosen.set != SETS[0] and not chosen.read:
        judging = judge(place(chosen.shared, SETS[1]) / "judge.py")
        _judged(judging, rows, answers, fails=chosen.fails)
    else:
        _printed(rows, asked, answers)
    known = sources(chosen.shared, chosen.set)
    cut = [(answer["id"], line) for answer in answers for line in torn(answer, known)]
    length = statistics.median([len(answer.get("text", "")) for answer in answers])
    print(f"{len(answers)} answers, median {length:.0f} characters, {len(cut)} torn lines")
    for id_, line in cut:
        print(f"  torn in {id_}: {line}")


def _read(row: Row, ids: list[str]) -> bool:
    return any(row["id"].startswith(id_) for id_ in ids)


def _judged(module: ModuleType, rows: list[Row], answers: list[Row], *, fails: bool) -> None:
    judged = module.run(rows, answers)
    module.table(judged)
    for row in judged:
        if fails and row["right"] is False:
            print(f"\n{row['id']} {row['text']}\n  -> {row['answer'][:600]!r}")
            print(f"  missing {row['missing_must']} forbidden {row['found_must_not']}")
            print(f"  first {row['first']} refused {row['refused']} check {row['check']}")


def _printed(rows: list[Row], asked: list[Row], answers: list[Row]) -> None:
    expected = {row["id"]: row.get("expected", "") for row in rows}
    for row, answer in zip(asked, answers, strict=True):
        mode = answer.get("mode")
        print(f"\n=== {row['id']} [{mode}] {row['text']}")
        print(f"    expected: {expected.get(row['id'], '')}")
        print(answer.get("text") or answer)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--set", choices=(*SETS, OURS), default="everyday2")
    parser.add_argument("--fails", action="store_true")
    parser.add_argument("--read", nargs="*", default=[])
    parser.add_argument("--write", type=Path)
    chosen = parser.parse_args()
    if chosen.data:
        measure(chosen, chosen.data)
        return
    with tempfile.TemporaryDirectory() as folder:
        measure(chosen, Path(folder))


if __name__ == "__main__":
    main()
