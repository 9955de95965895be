"""
What is drawn on a sheet, a slide or a page beside its own text: charts as rows, text in shapes,
comments.
"""

from collections.abc import Iterator

from knowledge.reading.readers.archive import Archive, parse
from knowledge.reading.readers.paragraphs import one_line
from knowledge.reading.readers.refusal import Budget

_POINTS = 1000  # of one series


_SHAPES = frozenset({"sp", "grpSp", "cxnSp", "pic", "graphicFrame"})


def drawn(archive: Archive, owner: str, kind: str, budget: Budget, unseen: list[str]) -> list[str]:
    """
    Return the lines of every part of this kind that `owner` points at; a drawing's charts follow
    its shapes.

    Those of hidden shapes go to `unseen`.
    """
    lines: list[str] = []
    for link in archive.links(owner):
        data = archive.part(link.target) if link.kind == kind else None
        if data is not None:
            lines += chart(data, budget) if kind == "chart" else paragraphs(data, budget, unseen)
            if kind == "drawing":
                lines += drawn(archive, link.target, "chart", budget, unseen)
    return lines


def chart(data: bytes, budget: Budget) -> list[str]:
    """
    Return a chart's titles, then a row for its categories and one for each series, from the values
    kept in the file.
    """
    found = _Chart(budget)
    parse(data, budget, found.start, found.end, found.text)
    return list(found.lines())


def paragraphs(data: bytes, budget: Budget, unseen: list[str] | None = None) -> list[str]:
    """
    Return the paragraphs of shapes; those of hidden ones go to `unseen`, and nowhere without it.
    """
    lines: list[str] = []
    held: list[str] = []
    hidden: list[bool] = []  # of the shapes that are open, outermost first
    away = [] if unseen is None else unseen
    open_text = 0

    def start(tag: str, values: dict[str, str]) -> None:
        nonlocal open_text
        open_text += tag == "t"
        if tag == "br":
            held.append("\n")
        elif tag in _SHAPES:
            hidden.append(False)
        elif tag == "cNvPr" and hidden and values.get("hidden") in {"1", "true"}:
            hidden[-1] = True

    def end(tag: str) -> None:
        nonlocal open_text
        open_text -= tag == "t"
        if tag in _SHAPES and hidden:
            hidden.pop()
        elif tag == "p" and held:
            (away if any(hidden) else lines).append(one_line("".join(held)))
            held.clear()

    def text(value: str) -> None:
        if open_text:
            budget.characters(len(value))
            held.append(value)

    parse(data, budget, start, end, text)
    return [line for line in lines if line]


def comments(data: bytes, budget: Budget) -> list[tuple[str, str]]:
    """Return the comments of a sheet, each with the cell it stands on ("B2")."""
    found: list[tuple[str, str]] = []
    held: list[str] = []
    cell, reads = "", 0

    def start(tag: str, values: dict[str, str]) -> None:
        nonlocal cell, reads
        reads += tag == "t"
        if tag == "comment":
            cell = values.get("ref", "")

    def end(tag: str) -> None:
        nonlocal reads
        reads -= tag == "t"
        if tag == "comment" and held:
            found.append((cell, one_line("".join(held))))
            held.clear()

    def text(value: str) -> None:
        if reads:
            budget.characters(len(value))
            held.append(value)

    parse(data, budget, start, end, text)
    return [(at, line) for at, line in found if line]


class _Chart:
    """Titles are drawn text; a series has a name, categories and values, each as cached points."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._titles: list[str] = []
        self._series: list[dict[str, list[str]]] = []
        self._part = ""
        self._words: list[str] = []
        self._reads = 0

    def start(self, tag: str, values: dict[str, str]) -> None:
        if tag == "ser":
            self._series.append({"tx": [], "cat": [], "val": []})
        elif tag in {"tx", "cat", "val", "xVal", "yVal"} and self._series:
            self._part = {"xVal": "cat", "yVal": "val"}.get(tag, tag)
        elif tag in {"v", "t"}:
            self._reads += 1

    def end(self, tag: str) -> None:
        if tag in {"tx", "cat", "val", "xVal", "yVal", "ser"}:
            self._part = ""
        if tag not in {"v", "t"}:
            return
        self._reads -= 1
        words = " ".join("".join(self._words).split())
        self._words = []
        if not words:
            return
        if tag == "t":
            self._titles.append(words)
        elif self._part and self._series and len(self._series[-1][self._part]) < _POINTS:
            self._series[-1][self._part].append(words)

    def text(self, value: str) -> None:
        if self._reads:
            self._budget.characters(len(value))
            self._words.append(value)

    def lines(self) -> Iterator[str]:
        yield from dict.fromkeys(self._titles)
        head: list[str] = []
        for series in self._series:
            if series["cat"] and series["cat"] != head:
                head = series["cat"]
                yield " | ".join(["", *head])
            row = [" ".join(series["tx"]), *series["val"]]
            if any(row):
                yield " | ".join(row)
