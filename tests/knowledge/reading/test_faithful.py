"""Real and rebuilt files that other readers lose parts of: every row of the list holds."""

import asyncio
import json
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from knowledge.errors import UnreadableDocument
from knowledge.reading import conversion
from knowledge.reading.chunks import passages
from knowledge.reading.readers import tessdata
from knowledge.reading.reading import Reading, read
from knowledge.text.parts import parts_of, with_parts
from knowledge.values import Passage

CELL = " | "


def flat(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


async def outcome(path: Path) -> Reading | UnreadableDocument:
    try:
        return await read(path.name, path.read_bytes())
    except UnreadableDocument as error:
        return error


def stands(place: str, cut: Sequence[Passage]) -> bool:
    """Report whether a line of a passage is cited by that place."""
    for passage in cut:
        label = passage.place.label
        for line in re.finditer(r"[^\n]+", passage.text):
            cited = with_parts(label, parts_of(label, passage.text, line.start()))
            if cited == place or cited.startswith((f"{place}（", f"{place} ")):
                return True
    return False


def complaints(row: dict[str, Any], end: Reading | UnreadableDocument) -> list[str]:
    if isinstance(end, UnreadableDocument):
        return [] if refused_rightly(row, end.code) else [f"refused: {end.code}"]
    text = "\n".join(page.text for page in end.pages)
    wrong = [f"lost {fact}" for fact in row.get("contains", ()) if not says(fact, text)]
    wrong += [f"kept {fact}" for fact in row.get("absent", ()) if flat(fact) in flat(text)]
    lines = text.split("\n")
    for cells in row.get("rows", ()):
        if not any(all(cell in line for cell in cells) for line in lines):
            wrong.append(f"no row {cells}")
    for name, columns in row.get("columns", {}).items():
        wrong += [
            f"{name}: {head}"
            for head, value in columns.items()
            if not stands_below(lines, name, head, value)
        ]
    found = [text.find(part) for part in row.get("order", ())]
    if -1 in found or found != sorted(found):
        wrong.append("order")
    if "flag" in row:
        kinds = {flag.kind for flag in end.flags}
        wrong += [] if kinds & set(row["flag"].split(" or ")) else [f"flags {kinds}"]
    if "pages" in row:
        flagged = [flag.page for flag in end.flags if flag.kind in {"image_only", "ocr"}]
        wrong += [] if flagged == row["pages"] else [f"flagged {flagged}"]
    cut = passages(end, document="d", version="v", audience="all", title=end.title)
    wrong += [f"no place {place}" for place in row.get("places", ()) if not stands(place, cut)]
    if row.get("link") and "https://" not in text:
        wrong.append("no address")
    if end.receipt is not None and end.receipt.share < 0.98:
        wrong.append(f"receipt {end.receipt.percent}")
    return wrong


def refused_rightly(row: dict[str, Any], code: str) -> bool:
    if row.get("readable") == "with ocr":  # or there is not a word on it
        return code == ("image_only" if tessdata.data() else "no_ocr")
    if "image_only" in row.get("flag", ""):
        return code == "image_only" and tessdata.data() is None
    old = row["file"].startswith("Sample")
    return old and code == "old_office" and not conversion.program()


def says(fact: str, text: str) -> bool:
    """Tell whether a text has a fact; its rows write "、?" for a comma that may be there."""
    form = re.escape(flat(fact)).replace(re.escape("、?"), "、?")
    return re.search(form.replace(re.escape(",?"), "[、,]?"), flat(text)) is not None


def stands_below(lines: list[str], name: str, head: str, value: str) -> bool:
    heads = next(line.split(CELL) for line in lines if head in line.split(CELL))
    rows = [line.split(CELL) for line in lines if name in line.split(CELL)]
    return any(row[heads.index(head)] == value for row in rows if len(row) == len(heads))


async def test_every_faithful_document_is_read_whole(shared: Path) -> None:
    folder = shared / "documents_faithful"
    rows = [
        json.loads(line)
        for line in (folder / "MANIFEST.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    ends = await asyncio.gather(*(outcome(folder / row["file"]) for row in rows))
    bad = {row["file"]: complaints(row, end) for row, end in zip(rows, ends, strict=True)}
    assert {name: wrong for name, wrong in bad.items() if wrong} == {}
