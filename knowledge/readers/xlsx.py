"""
Excel: one page a sheet, rows as "a | b | c", dates as ISO dates. Empty rows and cells cost nothing, however far apart.

Hidden sheets, rows and columns are read and flagged: a filter hides rows that are still meant.
"""

import math
import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from knowledge.readers.archive import Archive, open_office, parse
from knowledge.readers.refusal import Budget
from knowledge.readers.sections import Item
from knowledge.values import Flag, Page, Place

_DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})  # built-in formats, ECMA-376 18.8.30
_DATE_FORMAT = re.compile(r"[yd年月日]|ggg", re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_FIRST_DAY = datetime(1899, 12, 30)  # noqa: DTZ001  a spreadsheet's day number has no time zone
_LAST_DAY = 2_958_465  # 9999-12-31


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
    dates = _dates(archive, kinds.get("styles", ""), budget)
    for number, (name, target, hidden) in enumerate(sheets, 1):
        sheet = _Sheet(budget, strings, dates)
        data = archive.part(target)
        if data is not None:
            parse(data, budget, sheet.start, sheet.end, sheet.text)
        flags = [Flag("hidden_text", number, f"hidden_sheet: {name}")] if hidden else []
        if sheet.hidden:
            flags.append(Flag("hidden_text", number, f"hidden_rows: {sheet.hidden}"))
        yield Page(number, Place("sheet", None, name), "\n".join(sheet.rows), flags=tuple(flags))


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


def _dates(archive: Archive, name: str, budget: Budget) -> frozenset[str]:
    """Return the indexes of the cell styles that show a date."""
    data = archive.part(name) if name else None
    formats: set[int] = set(_DATES)
    found: list[bool] = []
    inside = False

    def start(tag: str, values: dict[str, str]) -> None:
        nonlocal inside
        number = values.get("numFmtId", "0")
        if tag == "numFmt" and _DATE_FORMAT.search(_QUOTED.sub("", values.get("formatCode", ""))):
            formats.update([int(number)] if number.isdigit() else [])
        elif tag == "cellXfs":
            inside = True
        elif tag == "xf" and inside:
            found.append(number.isdigit() and int(number) in formats)

    def end(tag: str) -> None:
        nonlocal inside
        if tag == "cellXfs":
            inside = False

    if data is not None:
        parse(data, budget, start, end)
    return frozenset(str(at) for at, date in enumerate(found) if date)


class _Sheet:
    """Gathers the rows that hold something."""

    def __init__(self, budget: Budget, strings: list[str], dates: frozenset[str]) -> None:
        self.rows: list[str] = []
        self.hidden = 0
        self._budget = budget
        self._strings = strings
        self._dates = dates
        self._row: list[str] = []
        self._kind = self._style = ""
        self._value: list[str] = []
        self._open, self._phonetic = False, 0

    def start(self, tag: str, values: dict[str, str]) -> None:
        if tag in {"row", "col"}:
            self.hidden += values.get("hidden") in {"1", "true"}
        elif tag == "c":
            self._budget.cells(1)
            self._kind, self._style, self._value = values.get("t", "n"), values.get("s", ""), []
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
            shown = self._shown("".join(self._value))
            if shown:
                self._budget.characters(len(shown) + 3)
                self._row.append(shown)
        elif tag == "row":
            if self._row:
                self.rows.append(" | ".join(self._row))
            self._row = []

    def text(self, value: str) -> None:
        if self._open and not self._phonetic:
            self._value.append(value)

    def _shown(self, value: str) -> str:
        if self._kind == "s":
            return self._strings[int(value)] if value.isdigit() and int(value) < len(self._strings) else ""
        if self._kind == "n" and self._style in self._dates:
            return _date(value)
        if self._kind == "b":
            return {"1": "TRUE", "0": "FALSE"}.get(value, value)
        return " ".join(value.split())


def _date(value: str) -> str:
    try:
        days = float(value)
    except ValueError:
        return value
    if not math.isfinite(days) or not 1 <= days <= _LAST_DAY:
        return value
    moment = _FIRST_DAY + timedelta(days=days)
    return moment.date().isoformat() if days == int(days) else moment.isoformat(" ", "minutes")
