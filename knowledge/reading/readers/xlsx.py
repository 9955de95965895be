"""
Excel: one page a sheet, rows as "a | b | c" as people see them. Empty rows and cells cost nothing,
however far apart.

Hidden sheets, rows and columns are left out and flagged, whatever hid them: what nobody sees is not
meant to be quoted.
"""

import re
from collections.abc import Iterator

from knowledge.reading.readers.archive import Archive, Link, open_office, parse
from knowledge.reading.readers.charts import comments, drawn
from knowledge.reading.readers.links import Addresses, addresses, with_address
from knowledge.reading.readers.numbers import BUILT_IN, shown
from knowledge.reading.readers.paragraphs import one_line
from knowledge.reading.readers.refusal import Budget
from knowledge.reading.readers.sections import Item, Omitted
from knowledge.values import Flag, Page, Place

_NAMED = 12  # cells without a value that are named
_GAP = 50  # empty cells in a row that are kept, so that a value stays below its head
_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


def read(content: bytes, budget: Budget) -> Iterator[Item]:
    archive, main = open_office(content, "xlsx", budget)
    links = archive.links(main)
    sheets = _sheets(archive, main, links, budget)
    budget.pages(len(sheets))
    kinds = {link.kind: link.target for link in links}
    strings = _strings(archive, kinds.get("sharedStrings", ""), budget)
    formats = _formats(archive, kinds.get("styles", ""), budget)
    for number, (name, target, hidden) in enumerate(sheets, 1):
        cells = _Sheet(budget, strings, formats, addresses(archive.links(target)))
        data = archive.part(target)
        if data is not None:
            parse(data, budget, cells.start, cells.end, cells.text)
        concealed: list[str] = []
        drawing = drawn(archive, target, "drawing", budget, concealed)
        # a chart's rows stand in the cells already
        shapes = [line for line in drawing if " | " not in line]
        text = "\n".join([*cells.lines(), *shapes])
        notes, unseen = _comments(archive, target, cells, budget)
        place = Place("sheet", None, name)
        if hidden:
            yield Omitted("\n".join((text, notes, unseen, *concealed, *cells.unseen)))
            flag = Flag("hidden_text", number, f"hidden_sheet: {name}")
            yield Page(number, place, "", flags=(flag,))
            continue
        details = cells.hidden(name)
        if unseen:
            details.append("hidden_comment")
        if concealed:
            details.append("hidden_shape")
        flags = [Flag("hidden_text", number, detail) for detail in details]
        if cells.unvalued:
            flags.append(Flag("formula", number, f"{name}: {_listed(cells.unvalued)}"))
        yield Omitted("\n".join((unseen, *concealed, *cells.unseen)))
        yield Page(number, place, text, notes=notes, flags=tuple(flags))


def _sheets(
    archive: Archive, main: str, links: tuple[Link, ...], budget: Budget
) -> list[tuple[str, str, bool]]:
    """Return each sheet's name and part, and whether it is hidden, in the order of the workbook."""
    targets = {link.id: link.target for link in links if link.kind == "worksheet"}
    sheets: list[tuple[str, str, bool]] = []

    def start(tag: str, values: dict[str, str]) -> None:
        target = targets.get(values.get("rid", ""))
        if tag == "sheet" and target is not None:
            hidden = values.get("state") in {"hidden", "veryHidden"}
            sheets.append((values.get("name", ""), target, hidden))

    parse(archive.part(main) or b"", budget, start)
    return sheets


def _comments(archive: Archive, target: str, sheet: "_Sheet", budget: Budget) -> tuple[str, str]:
    """Return the comments on cells that are seen, and those on cells that are not."""
    seen: list[str] = []
    unseen: list[str] = []
    for link in archive.links(target):
        data = archive.part(link.target) if link.kind == "comments" else None
        if data is None:
            continue
        for cell, line in comments(data, budget):
            at = _CELL.fullmatch(cell)
            if at is None or sheet.sees(int(at[2]), _column(at[1])):
                seen.append(line)
            else:
                unseen.append(line)
    return "\n".join(seen), "\n".join(unseen)


def _strings(archive: Archive, name: str, budget: Budget) -> list[str]:
    """Return the shared strings without their phonetic readings."""
    data = archive.part(name) if name else None
    strings: list[str] = []
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
            strings.append(one_line("".join(current)))
        phonetic -= tag == "rPh"
        open_text = False

    def text(value: str) -> None:
        if open_text and not phonetic:
            current.append(value)

    if data is not None:
        parse(data, budget, start, end, text)
    return strings


def _formats(archive: Archive, name: str, budget: Budget) -> list[str]:
    """Return the number format's code of each cell style."""
    data = archive.part(name) if name else None
    codes: dict[int, str] = dict(BUILT_IN)
    numbers: list[int] = []  # the format of each style
    inside = False

    def start(tag: str, values: dict[str, str]) -> None:
        nonlocal inside
        written = values.get("numFmtId", "0")
        number = int(written) if written.isdigit() else 0
        if tag == "numFmt" and written.isdigit():
            codes[number] = values.get("formatCode", "")
        elif tag == "cellXfs":
            inside = True
        elif tag == "xf" and inside:
            numbers.append(number)

    def end(tag: str) -> None:
        nonlocal inside
        if tag == "cellXfs":
            inside = False

    if data is not None:
        parse(data, budget, start, end)
    return [codes.get(number, "") for number in numbers]


class _Sheet:
    """Gathers the cells that hold something, by column."""

    def __init__(
        self, budget: Budget, strings: list[str], formats: list[str], outside: Addresses
    ) -> None:
        self.hidden_rows = self.hidden_columns = 0  # that hold text
        self.unseen: list[str] = []  # their text
        self._hidden_rows: set[int] = set()
        self._hidden_columns: list[tuple[int, int]] = []  # first and last of each stretch
        self._budget = budget
        self._strings = strings
        self._addresses = outside
        self._formats = formats
        self._rows: dict[int, dict[int, str]] = {}
        self._merged: list[tuple[int, int, int]] = []
        self._wide: list[tuple[int, int, int]] = []
        self._number = self._column = 0
        self._kind = self._style = ""
        self.unvalued: list[str] = []  # cells whose formula has no value in the file
        self._formula = False
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
            self._formula = False
        elif tag == "mergeCell":
            self._merge(values.get("ref", ""))
        else:
            self._start_in_cell(tag, values)

    def _start_in_cell(self, tag: str, values: dict[str, str]) -> None:
        """Take what stands in a cell, or the address behind one."""
        if tag == "hyperlink":
            self._link(values)
        elif tag == "f":
            self._formula = True
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
            words = self._shown("".join(self._value))
            unvalued = self._formula and not self._value and self._kind != "str"
            if unvalued and self.sees(self._number, self._column):
                self.unvalued.append(f"{_letters(self._column)}{self._number}")
            if words:
                self._budget.characters(len(words) + 3)
                self._rows.setdefault(self._number, {})[self._column] = words

    def text(self, value: str) -> None:
        if self._open and not self._phonetic:
            self._value.append(value)

    def lines(self) -> Iterator[str]:
        """
        Yield the rows, each value below its head: short gaps are kept, and a cell merged downwards
        counts in every row.
        """
        for top, bottom, column in self._merged:
            self._spread(top, bottom, column)
        self._leave_out()
        first = min(map(min, self._rows.values()), default=1)
        for _, row in sorted(self._rows.items()):
            yield " | ".join(_aligned(row, first))

    def hidden(self, name: str) -> list[str]:
        """Return what was hidden of the sheet called `name`; known once its lines are."""
        details: list[str] = []
        if self.hidden_rows:
            details.append(f"hidden_rows: {self.hidden_rows}: {name}")
        if self.hidden_columns:
            details.append(f"hidden_columns: {self.hidden_columns}: {name}")
        return details

    def _spread(self, top: int, bottom: int, column: int) -> None:
        """Let a cell that is merged downwards count in every row it spans."""
        value = self._rows.get(top, {}).get(column, "")
        if not value:
            return
        for number in range(top + 1, bottom + 1):
            if number in self._rows:
                self._budget.characters(len(value) + 3)
                self._rows[number].setdefault(column, value)

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
        if self._hidden_columns:
            self._leave_out_columns()
        self._rows = {number: row for number, row in self._rows.items() if row}

    def _leave_out_columns(self) -> None:
        used: set[int] = set()
        for row in self._rows.values():
            used |= row.keys()
        hidden = {column for column in used if self._next_seen(column) != column}
        self.hidden_columns = len(hidden)
        for row in self._rows.values():
            self.unseen += [row.pop(column) for column in sorted(hidden & row.keys())]

    def _merge(self, area: str) -> None:
        """Note a merged area: over several columns, over several rows, or both."""
        first, _, last = area.partition(":")
        start, end = _CELL.fullmatch(first), _CELL.fullmatch(last)
        if start is None or end is None:
            return
        top, bottom = int(start[2]), int(end[2])
        if start[1] != end[1]:
            self._wide.append((top, _column(start[1]), _column(end[1])))
        if top < bottom <= top + len(self._rows):
            self._budget.cells(bottom - top)
            self._merged.append((top, bottom, _column(start[1])))

    def _link(self, values: dict[str, str]) -> None:
        """Write the address behind a cell's words; links follow the cells."""
        at = _CELL.fullmatch(values.get("ref", "").partition(":")[0])
        row = self._rows.get(int(at[2]), {}) if at else {}
        column = _column(at[1]) if at else 0
        if column in row:
            target = self._addresses.get(values.get("rid", ""), "")
            row[column] = with_address(row[column], target)

    def _shown(self, value: str) -> str:
        """Return a cell's value as people see it, by the cell's kind and style."""
        match self._kind:
            case "n" if not value:
                return ""
            case "n":
                style = self._style if self._style.isdigit() else "0"
                return shown(value, _entry(self._formats, style))
            case "s":
                return _entry(self._strings, value)
            case "b":
                return {"1": "TRUE", "0": "FALSE"}.get(value, value)
            case "d":
                return value.removesuffix("T00:00:00")
        return one_line(value)


def _entry(entries: list[str], number: str) -> str:
    """Return the entry that a number in the file points at; "" for none."""
    if not number.isdigit() or int(number) >= len(entries):
        return ""
    return entries[int(number)]


def _hides(values: dict[str, str], size: str) -> bool:
    """Tell whether a row or column is hidden, or has no size."""
    return values.get("hidden") in {"1", "true"} or values.get(size) in {"0", "0.0"}


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _listed(cells: list[str]) -> str:
    """Return the names of cells, the first ones of many."""
    more = " …" if len(cells) > _NAMED else ""
    return ", ".join(cells[:_NAMED]) + more


def _letters(column: int) -> str:
    """Return a column's name: A to Z, AA, AB …"""
    name = ""
    while column > 0:
        column, place = divmod(column - 1, 26)
        name = f"{chr(ord('A') + place)}{name}"
    return name


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
