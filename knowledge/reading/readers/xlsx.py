"""
Excel: one page a sheet, rows as "a | b | c" as people see them. Empty rows and cells cost nothing,
however far apart.

Hidden sheets, rows and columns are left out and flagged, whatever hid them: what nobody sees is not
meant to be quoted.
"""

import re
from collections.abc import Iterator

from knowledge.reading.readers.archive import Archive, open_office, parse
from knowledge.reading.readers.charts import comments, drawn
from knowledge.reading.readers.numbers import BUILT_IN, shown
from knowledge.reading.readers.paragraphs import one_line
from knowledge.reading.readers.refusal import Budget
from knowledge.reading.readers.sections import Item, Omitted
from knowledge.values import Flag, Page, Place

_GAP = 50  # empty cells in a row that are kept, so that a value stays below its head
_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


def read(content: bytes, budget: Budget) -> Iterator[Item]:
    archive, main = open_office(content, "xlsx", budget)
    links = archive.links(main)
    targets = {link.id: link for link in links}
    sheets: list[tuple[str, str, bool]] = []

    def start(tag: str, values: dict[str, str]) -> None:
        link = targets.get(values.get("rid", ""))
        if tag == "sheet" and link and link.kind == "worksheet":
            sheets.append(
                (
                    values.get("name", ""),
                    link.target,
                    values.get("state") in {"hidden", "veryHidden"},
                )
            )

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
        concealed: list[str] = []
        drawing = drawn(archive, target, "drawing", budget, concealed)
        shapes = (
            line for line in drawing if " | " not in line
        )  # a chart's rows stand in the cells already
        text = "\n".join([*sheet.lines(), *shapes])
        notes, unseen = _comments(archive, target, sheet, budget)
        if hidden:
            yield Omitted("\n".join((text, notes, unseen, *concealed, *sheet.unseen)))
            flag = Flag("hidden_text", number, f"hidden_sheet: {name}")
            yield Page(number, Place("sheet", None, name), "", flags=(flag,))
            continue
        counts = {"hidden_rows": sheet.hidden_rows, "hidden_columns": sheet.hidden_columns}
        flags = [
            Flag("hidden_text", number, f"{what}: {count}: {name}")
            for what, count in counts.items()
            if count
        ]
        if unseen:
            flags.append(Flag("hidden_text", number, "hidden_comment"))
        if concealed:
            flags.append(Flag("hidden_text", number, "hidden_shape"))
        yield Omitted("\n".join((unseen, *concealed, *sheet.unseen)))
        yield Page(number, Place("sheet", None, name), text, notes=notes, flags=tuple(flags))


def _comments(archive: Archive, target: str, sheet: "_Sheet", budget: Budget) -> tuple[str, str]:
    """Return the comments on cells that are seen, and those on cells that are not."""
    found: dict[bool, list[str]] = {True: [], False: []}
    for link in archive.links(target):
        data = archive.part(link.target) if link.kind == "comments" else None
        for cell, line in comments(data, budget) if data is not None else ():
            at = _CELL.fullmatch(cell)
            found[at is None or sheet.sees(int(at[2]), _column(at[1]))].append(line)
    return "\n".join(found[True]), "\n".join(found[False])


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
            found.append(one_line("".join(current)))
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
        self.hidden_rows = self.hidden_columns = 0  # that hold text
        self.unseen: list[str] = []  # their text
        self._hidden_rows: set[int] = set()
        self._hidden_columns: list[tuple[int, int]] = []  # first and last of each stretch
        self._budget = budget
        self._strings = strings
        self._formats = formats
        self._rows: dict[int, dict[int, str]] = {}
        self._merged: list[tuple[int, int, int]] = []
        self._wide: list[tuple[int, int, int]] = []
        self._number = self._column = 0
        self._kind = self._style = ""
        self._value: list[str] = []
        self._open, self._phonetic = False, 0

    def start(self, tag: str, values: dict[str, str]) -> None:
        if tag == "row":
            number = values.get("r", "")
            self._number = int(number) if number.isdigit() else self._number + 1
            self._column = 0
            if _hides(values, "ht"):
                self._hidden_rows.add(self._number)
        elif tag == "col":
            ends = (values.get("min", ""), values.get("max", ""))
            if _hides(values, "width") and all(map(str.isdigit, ends)):
                self._hidden_columns.append((int(ends[0]), int(ends[1])))
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
        """
        Yield the rows, each value below its head: short gaps are kept, and a cell merged downwards
        counts in every row.
        """
        for top, bottom, column in self._merged:
            value = self._rows.get(top, {}).get(column, "")
            for number in range(top + 1, bottom + 1) if value else ():
                if number in self._rows:
                    self._budget.characters(len(value) + 3)
                    self._rows[number].setdefault(column, value)
        self._leave_out()
        first = min((min(row) for row in self._rows.values()), default=1)
        for _, row in sorted(self._rows.items()):
            yield " | ".join(_aligned(row, first))

    def sees(self, row: int, column: int) -> bool:
        """Tell whether a cell is shown."""
        return row not in self._hidden_rows and self._next_seen(column) == column

    def _next_seen(self, column: int) -> int:
        """Return the first column from `column` on that is shown."""
        for first, last in sorted(self._hidden_columns):
            if first <= column <= last:
                column = last + 1
        return column

    def _leave_out(self) -> None:
        """
        Take away the rows and columns that nobody sees; a cell merged beyond a hidden column is
        seen in the next one.
        """
        for row, left, right in self._wide:
            shown = self._next_seen(left)
            if left < shown <= right and left in self._rows.get(row, {}):
                self._rows[row].setdefault(shown, self._rows[row].pop(left))
        for number in sorted(self._hidden_rows & self._rows.keys()):
            self.unseen += self._rows.pop(number).values()
            self.hidden_rows += 1
        used = (
            {column for row in self._rows.values() for column in row}
            if self._hidden_columns
            else set()
        )
        hidden = {column for column in used if self._next_seen(column) != column}
        self.hidden_columns = len(hidden)
        for cells in self._rows.values() if hidden else ():
            self.unseen += [cells.pop(column) for column in sorted(hidden & cells.keys())]
        self._rows = {number: row for number, row in self._rows.items() if row}

    def _merge(self, area: str) -> None:
        ends = [_CELL.fullmatch(cell) for cell in area.split(":")]
        if len(ends) == 2 and ends[0] and ends[1]:
            top, bottom = int(ends[0][2]), int(ends[1][2])
            if ends[0][1] != ends[1][1]:
                self._wide.append((top, _column(ends[0][1]), _column(ends[1][1])))
            if top < bottom <= top + len(self._rows):
                self._budget.cells(bottom - top)
                self._merged.append((top, bottom, _column(ends[0][1])))

    def _shown(self, value: str) -> str:
        if self._kind == "s":
            return (
                self._strings[int(value)]
                if value.isdigit() and int(value) < len(self._strings)
                else ""
            )
        if self._kind == "n":
            at = int(self._style) if self._style.isdigit() else 0
            return (
                shown(value, self._formats[at] if at < len(self._formats) else "") if value else ""
            )
        if self._kind == "b":
            return {"1": "TRUE", "0": "FALSE"}.get(value, value)
        if self._kind == "d":
            return value.removesuffix("T00:00:00")
        return one_line(value)


def _hides(values: dict[str, str], size: str) -> bool:
    """Tell whether a row or column is hidden, or has no size."""
    return values.get("hidden") in {"1", "true"} or values.get(size) in {"0", "0.0"}


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _aligned(row: dict[int, str], first: int) -> Iterator[str]:
    """
    Yield a row's cells from the sheet's first column on, with the empty ones between unless they
    are too many.
    """
    last = first - 1
    for column in sorted(row):
        if column - last - 1 <= _GAP:
            yield from [""] * (column - last - 1)
        yield row[column]
        last = column
