"""
What is drawn on a sheet, a slide or a page beside its own text: charts as rows, text in shapes,
comments.
"""

from collections.abc import Iterator

from knowledge.reading.readers.archive import Archive, parse
from knowledge.reading.readers.paragraphs import one_line
from knowledge.reading.readers.refusal import Budget

_POINTS = 1000  # of one series
_SERIES_PARTS = {"tx": "tx", "cat": "cat", "val": "val", "xVal": "cat", "yVal": "val"}
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
        if data is None:
            continue
        if kind == "chart":
            lines += chart(data, budget)
        else:
            lines += paragraphs(data, budget, unseen)
        if kind == "drawing":
            lines += drawn(archive, link.target, "chart", budget, unseen)
    return lines


def chart(data: bytes, budget: Budget) -> list[str]:
    """
    Return a chart's titles, then a row for its categories and one for each series, from the values
    stored in the file.
    """
    drawing = _Chart(budget)
    parse(data, budget, drawing.start, drawing.end, drawing.text)
    return list(drawing.lines())


def paragraphs(data: bytes, budget: Budget, unseen: list[str] | None = None) -> list[str]:
    """
    Return the paragraphs of shapes; those of hidden ones go to `unseen`, and nowhere without it.
    """
    shapes = _Shapes(budget)
    parse(data, budget, shapes.start, shapes.end, shapes.text)
    if unseen is not None:
        unseen += shapes.unseen
    return list(filter(None, shapes.seen))


def comments(data: bytes, budget: Budget) -> list[tuple[str, str]]:
    """Return the comments of a sheet, each with the cell it stands on ("B2")."""
    written: list[tuple[str, str]] = []
    current: list[str] = []
    cell, reads = "", 0

    def start(tag: str, values: dict[str, str]) -> None:
        nonlocal cell, reads
        reads += tag == "t"
        if tag == "comment":
            cell = values.get("ref", "")

    def end(tag: str) -> None:
        nonlocal reads
        reads -= tag == "t"
        if tag == "comment":
            line = one_line("".join(current))
            current.clear()
            if line:
                written.append((cell, line))

    def text(value: str) -> None:
        if reads:
            budget.characters(len(value))
            current.append(value)

    parse(data, budget, start, end, text)
    return written


class _Shapes:
    """The paragraphs of shapes, those of hidden ones apart."""

    def __init__(self, budget: Budget) -> None:
        self.seen: list[str] = []
        self.unseen: list[str] = []
        self._budget = budget
        self._hidden: list[bool] = []  # of the shapes that are open, outermost first
        self._pieces: list[str] = []  # of the open paragraph
        self._texts = 0  # open elements that hold text

    def start(self, tag: str, values: dict[str, str]) -> None:
        self._texts += tag == "t"
        if tag == "br":
            self._pieces.append("\n")
        elif tag in _SHAPES:
            self._hidden.append(False)
        elif tag == "cNvPr" and self._hidden and values.get("hidden") in {"1", "true"}:
            self._hidden[-1] = True

    def end(self, tag: str) -> None:
        self._texts -= tag == "t"
        if tag in _SHAPES and self._hidden:
            self._hidden.pop()
        elif tag == "p" and self._pieces:
            lines = self.unseen if any(self._hidden) else self.seen
            lines.append(one_line("".join(self._pieces)))
            self._pieces.clear()

    def text(self, value: str) -> None:
        if self._texts:
            self._budget.characters(len(value))
            self._pieces.append(value)


class _Chart:
    """Titles are drawn text; a series has a name, categories and values, each as cached points."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._titles: list[str] = []
        self._series: list[dict[str, list[str]]] = []
        self._part = ""
        self._words: list[str] = []
        self._texts = 0  # open elements that hold text

    def start(self, tag: str, values: dict[str, str]) -> None:
        if tag == "ser":
            self._series.append({"tx": [], "cat": [], "val": []})
        elif tag in _SERIES_PARTS and self._series:
            self._part = _SERIES_PARTS[tag]
        elif tag in {"v", "t"}:
            self._texts += 1

    def end(self, tag: str) -> None:
        if tag in _SERIES_PARTS or tag == "ser":
            self._part = ""
        if tag not in {"v", "t"}:
            return
        self._texts -= 1
        words = " ".join("".join(self._words).split())
        self._words = []
        if words and tag == "t":
            self._titles.append(words)
        elif words and self._part and self._series:
            self._point(self._series[-1][self._part], words)

    def text(self, value: str) -> None:
        if self._texts:
            self._budget.characters(len(value))
            self._words.append(value)

    def lines(self) -> Iterator[str]:
        """Yield the titles, then the rows; equal categories of neighbouring series once."""
        yield from dict.fromkeys(self._titles)
        head: list[str] = []
        for series in self._series:
            if series["cat"] and series["cat"] != head:
                head = series["cat"]
                yield " | ".join(["", *head])
            row = [" ".join(series["tx"]), *series["val"]]
            if any(row):
                yield " | ".join(row)

    def _point(self, points: list[str], words: str) -> None:
        if len(points) < _POINTS:
            points.append(words)
