"""
How long reading takes and what a child needs, and which facts are kept, beside other readers.

    python -m tests.benchmarks.reading [folder]
    python -m tests.benchmarks.reading --facts PYTHON

The first prints p50, p95 and the longest time in seconds, and the largest resident memory of any child so far, by name. The
second asks for the facts of both manifests (sentences, rows, cells below their heads, order, what is hidden or deleted) in what
this reader and others make of the same files, in one run: a line for each ending. PYTHON is one of an environment of their own
with markitdown, docling-slim, pymupdf4llm and llama-index-readers-file, none of which is shipped; a reader that is not there is
left out. A file that a reader refuses or fails at keeps none of its facts.
"""

import asyncio
import json
import os
import re
import resource
import subprocess
import sys
import time
import unicodedata
from collections import defaultdict
from pathlib import Path
from typing import Any

from knowledge.errors import UnreadableDocument
from knowledge.reading.reading import read
from tests.soak.evidence import keep

SHARED = Path(os.environ.get("LLM_CHOOSE_SHARED", Path(__file__).resolve().parents[3] / "shared"))
OWN = "llm-choose"
SECONDS = 300  # for all files of one other reader
OTHERS = {
    "markitdown": """
from markitdown import MarkItDown
tool = MarkItDown()
def text(path):
    return tool.convert(path).text_content
""",
    "LlamaIndex": """
from llama_index.core import SimpleDirectoryReader
def text(path):
    return "\\n".join(page.text for page in SimpleDirectoryReader(input_files=[path]).load_data())
""",
    "docling": """
from docling.document_converter import DocumentConverter
tool = DocumentConverter()
def text(path):
    if path.endswith(".pdf"):
        raise ValueError("its models are not here")
    return tool.convert(path).document.export_to_markdown()
""",
    "pymupdf4llm": """
import pymupdf4llm
def text(path):
    if not path.endswith(".pdf"):
        raise ValueError("PDF alone")
    return pymupdf4llm.to_markdown(path)
""",
}
LOOP = """
import json, sys
for path in json.load(sys.stdin):
    try:
        told = text(path)
    except Exception:
        told = ""
    sys.stderr.flush()
    print("\\x1e" + json.dumps([path, told]), flush=True)
"""

Fact = tuple[str, Any]


def flat(text: str) -> str:
    bare = re.sub(r"[*_\\`#]", "", text)
    return "".join(unicodedata.normalize("NFKC", bare).split())


def facts(row: dict[str, Any]) -> list[Fact]:
    found: list[Fact] = []
    for key in ("contains", "must_contain"):
        found += [("says", one) for one in row.get(key, ())]
    for key in ("absent", "must_not_contain"):
        found += [("hides", one) for one in row.get(key, ())]
    found += [("row", cells) for cells in row.get("rows", ())]
    for name, columns in row.get("columns", {}).items():
        found += [("below", (name, head, value)) for head, value in columns.items()]
    order = row.get("order", ())
    if order:
        orders = order if isinstance(order[0], list) else [order]
        found += [("order", one) for one in orders]
    return found


def keeps(fact: Fact, text: str) -> bool:
    kind, what = fact
    whole = flat(text)
    lines = [line for line in text.split("\n") if "|" in line or "\t" in line]
    match kind:
        case "says":
            return bool(re.search(re.escape(flat(what)).replace("、\\?", "、?"), whole))
        case "hides":
            return bool(whole) and flat(what) not in whole
        case "row":
            return any(all(flat(cell) in flat(line) for cell in what) for line in text.split("\n"))
        case "below":
            name, head, value = (flat(one) for one in what)
            rows = [[flat(cell) for cell in re.split(r"[|\t]", line)] for line in lines]
            heads = next((cells for cells in rows if head in cells), [])
            return any(
                len(cells) == len(heads) and cells[heads.index(head)] == value
                for cells in rows
                if name in cells
            )
        case "order":
            places = [whole.find(flat(part)) for part in what]
            return -1 not in places and places == sorted(places)
    return False


def rows() -> list[tuple[Path, list[Fact]]]:
    listed: list[tuple[Path, list[Fact]]] = []
    for folder, key in (("documents", "path"), ("documents_faithful", "file")):
        for line in (SHARED / folder / "MANIFEST.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            if row.get("expected") != "rejected-with-clear-error" and facts(row):
                listed.append((SHARED / folder / row[key], facts(row)))
    return listed


async def own(paths: list[str]) -> dict[str, str]:
    texts: dict[str, str] = {}
    for path in paths:
        try:
            reading = await read(Path(path).name, Path(path).read_bytes())
        except UnreadableDocument:
            continue
        parts = [(page.title, page.text, page.notes) for page in reading.pages]
        texts[path] = "\n".join("\n".join(part) for part in parts)
    return texts


def others(python: str, code: str, paths: list[str]) -> dict[str, str] | None:
    """Return what another reader makes of the files; None where it is not installed."""
    try:
        ended = subprocess.run(
            [python, "-c", code + LOOP],
            input=json.dumps(paths),
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        out = ended.stdout
    except subprocess.TimeoutExpired as error:
        out = (error.stdout or b"").decode("utf-8", "replace")
    told = [json.loads(line.split("\x1e", 1)[1]) for line in out.split("\n") if "\x1e" in line]
    return {path: text for path, text in told} or None


async def compare(python: str) -> None:
    listed = rows()
    paths = [str(path) for path, _ in listed]
    texts = {OWN: await own(paths)}
    for name, code in OTHERS.items():
        made = await asyncio.to_thread(others, python, code, paths)
        if made is not None:
            texts[name] = made
    kept: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    count: dict[str, int] = defaultdict(int)
    for path, wanted in listed:
        ending = path.suffix.lower().lstrip(".")
        for fact in wanted:
            for group in (ending, "all"):
                count[group] += 1
                for name, made in texts.items():
                    kept[group][name] += keeps(fact, made.get(str(path), ""))
    print("| | facts | " + " | ".join(texts) + " |")
    print("|---|---|" + "---|" * len(texts))
    for group in sorted(count, key=lambda one: (one == "all", one)):
        figures = " | ".join(str(kept[group][name]) for name in texts)
        print(f"| {group} | {count[group]} | {figures} |")


async def main(folder: Path) -> None:
    times: list[tuple[float, str]] = []
    largest: tuple[int, str] = (0, "")
    refused = 0
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    files = sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and path.suffix not in {".json", ".jsonl"}
    )
    for path in files:
        start = time.perf_counter()
        try:
            await read(path.name, path.read_bytes())
        except UnreadableDocument:
            refused += 1
        times.append((time.perf_counter() - start, path.name))
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
        largest = max(largest, (peak, path.name), key=lambda pair: pair[0])
    times.sort()
    print(f"{len(times)} files, {refused} refused")
    print(f"p50 {times[len(times) // 2][0]:.2f} s, p95 {times[int(len(times) * 0.95)][0]:.2f} s")
    print("longest: " + ", ".join(f"{name} {seconds:.1f} s" for seconds, name in times[:-4:-1]))
    growth = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    print(f"largest child {largest[0]} MB ({largest[1]}); parent grew by {growth} MB")
    figures = {"p95_s": times[int(len(times) * 0.95)][0], "longest_s": times[-1][0]}
    figures |= {"child_mb": largest[0], "parent_mb": growth}
    keep("reading", size={"files": len(times)}, figures=figures)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--facts"]:
        asyncio.run(compare(sys.argv[2]))
    else:
        asyncio.run(main(Path(sys.argv[1]) if len(sys.argv) > 1 else SHARED / "documents"))
