"""
Word: body with text boxes, tables as rows, footnotes, comments, headers and footers.

Tracked insertions count as text, deletions do not. Ruby keeps its base text. Hidden and white runs are left out and
flagged.
"""

import re
from collections.abc import Iterator

from knowledge.readers.archive import Archive, open_office, parse
from knowledge.readers.refusal import Budget
from knowledge.readers.sections import Item, Sections, Title
from knowledge.values import Flag

_SIDE = ("footnotes", "endnotes", "comments", "header", "footer", "diagramData")
_SKIPPED = frozenset({"Fallback", "rt", "del", "moveFrom", "delText", "instrText", "delInstrText"})
_HEADING = re.compile(r"(?:heading|見出し)\s*([1-9])", re.IGNORECASE)
_OFF = frozenset({"0", "false", "off", "none"})
_WHITE = frozenset({"ffffff", "fefefe"})
_BEYOND = 9  # outline level that means body text


def read(content: bytes, budget: Budget) -> Iterator[Item]:
    archive, main = open_office(content, "docx", budget)
    links = archive.links(main)
    styles = next((link.target for link in links if link.kind == "styles"), "")
    body = _Part(budget, _headings(archive, styles, budget))
    body.walk(archive.part(main) or b"")
    if any(link.external and link.kind != "hyperlink" for link in links):
        yield Flag("external_link", 0, "relationship")
    seen = set()
    for link in links:
        data = archive.part(link.target) if link.kind in _SIDE and link.target not in seen else None
        seen.add(link.target)
        if data is not None:
            body.walk(data)
    yield from body.flags()
    if body.title:
        yield Title(body.title)
    yield from body.sections.finish()


def _headings(archive: Archive, name: str, budget: Budget) -> dict[str, int]:
    """Return the heading level of each paragraph style that has one."""
    levels: dict[str, int] = {}
    style = ""

    def start(tag: str, values: dict[str, str]) -> None:
        nonlocal style
        if tag == "style":
            style = values.get("styleId", "")
        elif tag == "name" and (mark := _HEADING.match(values.get("val", ""))):
            levels[style] = int(mark[1])
        elif tag == "name" and values.get("val", "").lower() == "title":
            levels[style] = 0
        elif tag == "outlineLvl" and values.get("val", "").isdigit() and int(values["val"]) < _BEYOND:
            levels.setdefault(style, int(values["val"]) + 1)

    data = archive.part(name) if name else None
    if data is not None:
        parse(data, budget, start)
    return levels


class _Part:
    """Walks a part's paragraphs. A text box inside a paragraph is a paragraph of its own, so paragraphs stack."""

    def __init__(self, budget: Budget, levels: dict[str, int]) -> None:
        self.sections = Sections(budget)
        self.title = ""
        self._budget = budget
        self._levels = levels
        self._paragraphs: list[list[str]] = [[]]
        self._styles: list[int | None] = [None]
        self._rows: list[list[str]] = []
        self._cells: list[list[str]] = []
        self._skip = self._texts = 0
        self._hidden = False
        self._found: set[str] = set()

    def walk(self, data: bytes) -> None:
        parse(data, self._budget, self._start, self._end, self._text)

    def flags(self) -> Iterator[Flag]:
        if "hidden_run" in self._found:
            yield Flag("hidden_text", 0, "hidden_run")
        if "deletion" in self._found:
            yield Flag("tracked_deletion", 0)

    def _start(self, tag: str, values: dict[str, str]) -> None:
        if tag in _SKIPPED:
            self._skip += 1
            if tag in {"del", "moveFrom"}:
                self._found.add("deletion")
        elif tag == "t":
            self._texts += 1
        elif tag == "p":
            self._paragraphs.append([])
            self._styles.append(None)
        elif tag == "r":
            self._hidden = False
        elif (tag in {"vanish", "webHidden"} and values.get("val", "1") not in _OFF) or (
            tag == "color" and values.get("val", "").lower() in _WHITE
        ):
            self._hidden = True
        elif tag == "pStyle":
            self._styles[-1] = self._levels.get(values.get("val", ""))
        elif tag == "tr":
            self._rows.append([])
        elif tag == "tc":
            self._cells.append([])
        elif tag in {"tab", "br", "cr", "noBreakHyphen"} and not self._skip and "pos" not in values:
            self._paragraphs[-1].append({"tab": "\t", "noBreakHyphen": "-"}.get(tag, "\n"))

    def _end(self, tag: str) -> None:
        if tag in _SKIPPED:
            self._skip -= 1
        elif tag == "t":
            self._texts -= 1
        elif tag == "p" and len(self._paragraphs) > 1:
            self._paragraph("".join(self._paragraphs.pop()), self._styles.pop())
        elif tag == "r":
            self._hidden = False
        elif tag == "tc" and self._cells:
            words = " ".join(self._cells.pop())
            if self._rows:
                self._rows[-1].append(words)
        elif tag == "tr" and self._rows:
            row = " | ".join(self._rows.pop())
            if row.strip(" |"):
                self._put(row)

    def _text(self, text: str) -> None:
        if not self._texts or self._skip:
            return
        if self._hidden:
            if text.strip():
                self._found.add("hidden_run")
            return
        self._budget.characters(len(text))
        self._paragraphs[-1].append(text)

    def _paragraph(self, text: str, level: int | None) -> None:
        if level is None or self._cells:
            self._put(text.strip("\n"))
        elif level == 0 or (level == 1 and not self.title):
            self.title = self.title or text.strip()
            self.sections.heading(1, text)
        else:
            self.sections.heading(level, text)

    def _put(self, text: str) -> None:
        """Add a paragraph or a row where it stands: in the open table cell, or in the section."""
        if self._cells:
            if text.strip():
                self._cells[-1].append(" ".join(text.split()))
        elif " | " in text:
            self.sections.line(text)
        else:
            self.sections.paragraph(text)
