"""The footnotes and endnotes of a Word file, which stand in parts of their own."""

import re

from knowledge.reading.readers.archive import Archive, parse
from knowledge.reading.readers.paragraphs import text_of
from knowledge.reading.readers.refusal import Budget

# elements that stand for a sign
BETWEEN = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
SKIPPED = frozenset({"Fallback", "rt", "del", "moveFrom", "delText", "instrText", "delInstrText"})


def notes_of(archive: Archive, name: str, budget: Budget) -> dict[str, str]:
    """Return the footnotes or endnotes by id."""
    data = archive.part(name) if name else None
    written: dict[str, str] = {}
    current, reads, skips = "", 0, 0

    def start(tag: str, values: dict[str, str]) -> None:
        nonlocal current, reads, skips
        if tag in {"footnote", "endnote"}:
            current = values.get("id", "")
        reads += tag == "t"
        skips += tag in SKIPPED
        if tag in BETWEEN and not skips and "pos" not in values:
            put(BETWEEN[tag])

    def end(tag: str) -> None:
        nonlocal reads, skips
        reads -= tag == "t"
        skips -= tag in SKIPPED
        if tag == "p":
            put("\n\n")

    def text(value: str) -> None:
        if reads and not skips:
            budget.characters(len(value))
            put(value)

    def put(value: str) -> None:
        written[current] = written.get(current, "") + value

    if data is not None:
        parse(data, budget, start, end, text)
    return _tidy(written)


def _tidy(notes: dict[str, str]) -> dict[str, str]:
    """Return notes with their broken lines joined and without empty lines; no empty ones."""
    tidy: dict[str, str] = {}
    for id_, note in notes.items():
        whole = text_of(note)
        if whole.strip():
            tidy[id_] = re.sub(r"\n{2,}", "\n", whole).strip()
    return tidy
