"""
Which facts of a file are kept, beside other readers, over the same files in one run.

    python -m tests.benchmarks.peers PYTHON [ENDING ...]

Asks for the facts of both manifests (sentences, rows, cells below their heads, order, what is hidden or deleted) in what this
reader and others make of the same files: a line for each ending. PYTHON is one of an environment of their own, since none of
them is shipped:

    uv pip install "markitdown[docx,pptx,xlsx,pdf]" docling-slim python-docx python-pptx openpyxl \\
        pymupdf4llm==0.0.27 llama-index-core llama-index-readers-file docx2txt

A reader that is not there is named with the reason and left out. A file that a reader refuses, fails at, or needs more than
thirty seconds for keeps none of its facts; how many of which those were is printed, too. docling is asked through its own backends for office
formats: its converter wants torch and models, for PDF alone.
"""

import asyncio
import json
import os
import re
import subprocess
import sys
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from knowledge.errors import UnreadableDocument
from knowledge.reading.reading import read

SHARED = Path(os.environ.get("LLM_CHOOSE_SHARED", Path(__file__).resolve().parents[3] / "shared"))
OWN = "llm-choose"
SECONDS = 30  # for one file
PATIENCE = 1500  # seconds for all files of one reader
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
from pathlib import Path
from docling.backend.csv_backend import CsvDocumentBackend
from docling.backend.html_backend import HTMLDocumentBackend
from docling.backend.md_backend import MarkdownDocumentBackend
from docling.backend.msexcel_backend import MsExcelDocumentBackend
from docling.backend.mspowerpoint_backend import MsPowerpointDocumentBackend
from docling.backend.msword_backend import MsWordDocumentBackend
from docling.datamodel.base_models import InputFormat
from docling.datamodel.document import InputDocument
BACKENDS = {
    ".docx": (InputFormat.DOCX, MsWordDocumentBackend),
    ".pptx": (InputFormat.PPTX, MsPowerpointDocumentBackend),
    ".xlsx": (InputFormat.XLSX, MsExcelDocumentBackend),
    ".html": (InputFormat.HTML, HTMLDocumentBackend),
    ".csv": (InputFormat.CSV, CsvDocumentBackend),
    ".md": (InputFormat.MD, MarkdownDocumentBackend),
}
def text(path):
    form, backend = BACKENDS[Path(path).suffix.lower()]
    given = InputDocument(path_or_stream=Path(path), format=form, backend=backend)
    return given._backend.convert().export_to_markdown()
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
import json, os, signal, sys
def late(*_):
    raise TimeoutError
signal.signal(signal.SIGALRM, late)
said = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # what a reader prints is not what it read
for path in json.load(sys.stdin):
    told, why = "", ""
    signal.alarm(int(sys.argv[1]))
    try:
        told = text(path)
    except BaseException as error:
        why = type(error).__name__
    signal.alarm(0)
    said.write(json.dumps([path, told, why]) + "\\n")
    said.flush()
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


def others(python: str, code: str, paths: list[str]) -> tuple[dict[str, str], Counter[str]] | str:
    """Return what another reader makes of the files and why it fails at some; the reason where it cannot be had."""
    try:
        ended = subprocess.run(
            [python, "-c", code + LOOP, str(SECONDS)],
            input=json.dumps(paths),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        out, why = ended.stdout, ended.stderr.strip().rpartition("\n")[2]
    except subprocess.TimeoutExpired as error:
        out, why = (error.stdout or b"").decode("utf-8", "replace"), "all files: too long"
    except OSError as error:
        return f"{python}: {type(error).__name__}"
    told = [json.loads(line) for line in out.splitlines() if line.startswith("[")]
    if not told:
        return why
    failed = Counter(reason for _, _, reason in told if reason)
    if len(told) < len(paths):
        failed["not reached"] = len(paths) - len(told)
    return {path: text for path, text, _ in told}, failed


async def main(python: str, endings: list[str]) -> None:
    listed = [row for row in rows() if not endings or row[0].suffix.lstrip(".") in endings]
    paths = [str(path) for path, _ in listed]
    texts = {OWN: await own(paths)}
    for name, code in OTHERS.items():
        made = await asyncio.to_thread(others, python, code, paths)
        if isinstance(made, str):
            print(f"{name} is not there: {made}")
            continue
        texts[name], failed = made
        print(f"{name}: {dict(failed) or 'no failures'}")
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


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2:]))
