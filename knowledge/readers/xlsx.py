"""
Excel: one page a sheet, rows as "a | b | c" as people see them. Empty rows and cells cost nothing, however far apart.

Hidden sheets, rows and columns are read and flagged: a filter hides rows that are still meant.
"""

import re
from collections.abc import Iterator

from knowledge.readers.archive import Archive, open_office, parse
from knowledge.readers.charts import drawn
from knowledge.readers.numbers import BUILT_IN, shown
from knowledge.readers.refusal import Budget
from knowledge.readers.sections import Item
from knowledge.values import Flag, Page, Place

_GAP = 50  # empty cells in a row that are kept, so that a value stays below its head
_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_SIDE = ("comments", "drawing")


def read(content: bytes, budget: Budget) -> Iterator[Item]:
    archive, main = open_office(content, "xlsx", budget)
    links = archive.links(main)
    targets = {link.id: link for link in links}
    sheets: list[tuple[str, str, bool]] = []

    def start(tag: str, values: dict[str, str]) -> None:
        link = targets.get(values.get("rid", ""))
        if tag == "sheet" and link and link.kind == "worksheet":
            sheets.append((values.get("name", ""), link.target, values.get("state") in {"hidden", "veryHidden"}))

    parse(archive.part(main) or b"", budget, start)
    budget.pages(len(sheets))
    kinds = {link.kind: link.target for link in links}
    strings = _strings(archive, kinds.get("sharedStrings", ""), budget)
    formats = _formats(archive, kinds.get("styles", ""), budget)
    for number, (name, target, hidden) in enumerate(sheets, 1):
        sheet = _Sheet(budget, strings, formats)
        data = archive.part(target)
        if data is not None:
            parse(data, budget, sheet.start, sheet.end, sheet.text)
        flags = [Flag("hidden_text", number, f"hidden_sheet: {name}")] if hidden else []
        if sheet.hidden:
            flags.append(Flag("hidden_text", number, f"hidden_rows: {sheet.hidden}"))
        beside = {kind: drawn(archive, target, kind, budget) for kind in _SIDE}
        shapes = (line for line in beside["drawing"] if " | " not in line)  # a chart's rows stand in the cells already
        text = "\n".join([*sheet.lines(), *shapes])
        yield Page(number, Place("sheet", None, name), text, notes="\n".join(beside["comments"]), flags=tuple(flags))


def _strings(archive: Archive, name: str, budget: Budget) -> list[str]:
    """Return the shared strings without their phonetic readings."""
    data = archive.part(name) if name else None
    found: list[str] = []
    current: list[str] = []
    open_text, phonetic = False, 0

    def start(tag: str, values: dict[str, str]) -> None:
        nonlocal open_text, phonetic
        if tag == "si":
            current.clear()
        phonetic += tag == "rPh"
        open_text = tag == "t"

    def end(tag: str) -> None:
        nonlocal open_text, phonetic
        if tag == "si":
            found.append(" ".join("".join(current).split()))
        phonetic -= tag == "rPh"
        open_text = False

    def text(value: str) -> None:
        if open_text and not phonetic:
            current.append(value)

    if data is not None:
        parse(data, budget, start, end, text)
    return found


def _formats(archive: Archive, name: str, budget: Budget) -> list[str]:
    """Return the number format's code of each cell style."""
    data = archive.part(name) if name else None
    codes: dict[int, str] = dict(BUILT_IN)
    found: list[int] = []
    inside = False

    def start(tag: str, values: dict[str, str]) -> None:
        nonlocal inside
        number = values.get("numFmtId", "0")
        if tag == "numFmt" and number.isdigit():
            codes[int(number)] = values.get("formatCode", "")
        elif tag == "cellXfs":
            inside = True
        elif tag == "xf" and inside:
            found.append(int(number) if number.isdigit() else 0)

    def end(tag: str) -> None:
        nonlocal inside
        if tag == "cellXfs":
            inside = False

    if data is not None:
        parse(data, budget, start, end)
    return [codes.get(number, "") for number in found]


class _Sheet:
    """Gathers the cells that hold something, by column."""

    def __init__(self, budget: Budget, strings: list[str], formats: list[str]) -> None:
        self.hidden = 0
        self._budget = budget
        self._strings = strings
        self._formats = formats
        self._rows: dict[int, dict[int, str]] = {}
        self._merged: list[tuple[int, int, int]] = []
        self._number = self._column = 0
        self._kind = self._style = ""
        self._value: list[str] = []
        self._open, self._phonetic = False, 0

    def start(self, tag: str, values: dict[str, str]) -> None:
        if tag in {"row", "col"}:
            self.hidden += values.get("hidden") in {"1", "true"}
            if tag == "row":
                number = values.get("r", "")
                self._number = int(number) if number.isdigit() else self._number + 1
                self._column = 0
        elif tag == "c":
            self._budget.cells(1)
            at = _CELL.fullmatch(values.get("r", ""))
            self._column = _column(at[1]) if at else self._column + 1
            self._kind, self._style, self._value = values.get("t", "n"), values.get("s", ""), []
        elif tag == "mergeCell":
            self._merge(values.get("ref", ""))
        elif tag == "rPh":
            self._phonetic += 1
        elif tag in {"v", "t"}:
            self._open = True

    def end(self, tag: str) -> None:
        if tag in {"v", "t"}:
            self._open = False
        elif tag == "rPh":
            self._phonetic -= 1
        elif tag == "c":
            told = self._shown("".join(self._value))
            if told:
                self._budget.characters(len(told) + 3)
                self._rows.setdefault(self._number, {})[self._column] = told

    def text(self, value: str) -> None:
        if self._open and not self._phonetic:
            self._value.append(value)

    def lines(self) -> Iterator[str]:
        """Yield the rows, each value below its head: short gaps are kept, and a cell merged downwards counts in every row."""
        for top, bottom, column in self._merged:
            value = self._rows.get(top, {}).get(column, "")
            for number in range(top + 1, bottom + 1) if value else ():
                if number in self._rows:
                    self._budget.characters(len(value) + 3)
                    self._rows[number].setdefault(column, value)
        first = min((min(row) for row in self._rows.values()), default=1)
        for _, row in sorted(self._rows.items()):
            yield " | ".join(_aligned(row, first))

    def _merge(self, area: str) -> None:
        ends = [_CELL.fullmatch(cell) for cell in area.split(":")]
        if len(ends) == 2 and ends[0] and ends[1]:
            top, bottom = int(ends[0][2]), int(ends[1][2])
            if top < bottom <= top + len(self._rows):
                self._budget.cells(bottom - top)
                self._merged.append((top, bottom, _column(ends[0][1])))

    def _shown(self, value: str) -> str:
        if self._kind == "s":
            return self._strings[int(value)] if value.isdigit() and int(value) < len(self._strings) else ""
        if self._kind == "n":
            at = int(self._style) if self._style.isdigit() else 0
            return shown(value, self._formats[at] if at < len(self._formats) else "") if value else ""
        if self._kind == "b":
            return {"1": "TRUE", "0": "FALSE"}.get(value, value)
        if self._kind == "d":
            return value.removesuffix("T00:00:00")
        return " ".join(value.split())


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _aligned(row: dict[int, str], first: int) -> Iterator[str]:
    """Yield a row's cells from the sheet's first column on, with the empty ones between unless they are too many."""
    last = first - 1
    for column in sorted(row):
        if column - last - 1 <= _GAP:
            yield from [""] * (column - last - 1)
        yield row[column]
        last = column
