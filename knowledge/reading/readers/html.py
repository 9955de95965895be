"""
HTML: what a reader of the page sees. Hidden text is left out and flagged, scripts and forms never
count as text.

The library's tokenizer only; no tree is built, and nesting is counted.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser

from knowledge.reading.readers.decode import decode
from knowledge.reading.readers.grid import INNER_CELL, INNER_ROW, Grid, span
from knowledge.reading.readers.links import address, with_address
from knowledge.reading.readers.paragraphs import Line, joined, measured
from knowledge.reading.readers.refusal import Budget, Refusal
from knowledge.reading.readers.sections import Item, Omitted, Sections, Title
from knowledge.text.lines import UNSPACED
from knowledge.values import Flag

_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param"}
    | {"source", "track", "wbr"}
)
_SILENT = frozenset(
    {
        "script",
        "style",
        "noscript",
        "template",
        "iframe",
        "object",
        "svg",
        "head",
        "select",
        "textarea",
        "canvas",
    }
)
_BLOCKS = frozenset(
    {
        "p",
        "div",
        "section",
        "article",
        "header",
        "footer",
        "main",
        "nav",
        "aside",
        "ul",
        "ol",
        "dl",
        "dt",
        "dd",
        "pre",
    }
    | {
        "blockquote",
        "table",
        "thead",
        "tbody",
        "form",
        "fieldset",
        "figure",
        "figcaption",
        "address",
        "details",
        "summary",
    }
)
_MENUS = frozenset({"nav", "header", "footer", "aside"})
_OF_TABLES = frozenset({"table", "tr", "td", "th"})
_INNER = {"table": INNER_ROW, "tr": " ", "td": INNER_CELL, "th": INNER_CELL}  # what ends in a cell
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_OPTIONAL = {"p", "li", "td", "th", "tr", "dt", "dd", "option", "thead", "tbody"}  # may stay open
_HIDING = re.compile(
    r"display:none|visibility:hidden|font-size:0*(?:\.0+)?(?:[01](?:\.\d+)?(?:px|pt)"
    r"|(?:px|pt|em|rem|%)|0*)(?:;|$|!)|opacity:0(?:\.0+)?(?:;|$|!)"
    r"|(?:^|;)color:(?:#fff(?:fff)?|white|transparent|rgba?\(255,255,255[^)]*\))(?:;|$|!)"
    r"|text-indent:-\d{3,}|(?:left|top):-\d{3,}"
)
_DARK = re.compile(r"background(?:-color)?:(?!#fff|white|transparent|none|inherit)")
_RULE = re.compile(r"([^{}]{1,500})\{([^{}]{0,2000})\}")
_SHEET = re.compile(r"<style[^>]{0,200}>(.{0,200000}?)</style", re.IGNORECASE | re.DOTALL)
_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SELECTOR = re.compile(r"^\s*([a-z0-9]*)([.#][\w-]+)?\s*$", re.IGNORECASE)
_SPACE = re.compile(r"\s+")
_PIECE = 65_536  # characters fed at once
_SIGN_IN = re.compile(r"type\s*=\s*[\"']?password", re.IGNORECASE)
# stands for a line's end in the source, until it is known what stands on either side of it
_BROKEN = "\x1f"
_JOINT = re.compile(rf"(?<={UNSPACED})\s*{_BROKEN}\s*(?={UNSPACED})")
# characters; a page with a password field and no more text than this is a sign-in page
_SHORT = 1500


def read(content: bytes, budget: Budget) -> Iterator[Item]:
    text, flags = decode(content)
    yield from flags
    page = _Visible(budget, hidden=_hiding_rules(text))
    for at in range(0, len(text), _PIECE):
        page.feed(text[at : at + _PIECE])
    page.close()
    page.end_table()
    page.flush()
    if page.title.strip():
        yield Title(" ".join(page.title.split()))
    if page.hid:
        yield Flag("hidden_text", 0, "hidden_html")
        yield Omitted("".join(page.unseen))
    pages = tuple(page.sections.finish())
    length = sum(len(section.text) for section in pages)
    if length < _SHORT and _SIGN_IN.search(text):
        raise Refusal("sign_in_page")
    yield from pages


def _hiding_rules(text: str) -> frozenset[str]:
    """Return the simple selectors (".x", "#x") of the page's own style sheets that hide text."""
    hiding: set[str] = set()
    for sheet in _SHEET.findall(text):
        for selectors, body in _RULE.findall(_CSS_COMMENT.sub("", sheet)):
            if _hides(re.sub(r"\s", "", body.lower())):
                marks = map(_SELECTOR.match, selectors.split(","))
                hiding.update(mark[2] for mark in marks if mark and mark[2])
    return frozenset(hiding)


def _hides(style: str) -> bool:
    mark = _HIDING.search(style)
    return mark is not None and not ("color:" in mark[0] and _DARK.search(style))


def _space(match: re.Match[str]) -> str:
    """Return what stands for white space of the source: an end of line is not yet a space."""
    if "\n" in match.group():
        return _BROKEN
    return " "


class _Visible(HTMLParser):
    """
    Collects visible text. `_skipping` holds the open elements below a hidden one, innermost last.
    """

    def __init__(self, budget: Budget, *, hidden: frozenset[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.sections = Sections(budget)
        self._budget = budget
        self.title = ""
        self.hid = False
        self.unseen: list[str] = []  # hidden text
        self._hidden = hidden
        self._limit = budget.limits.depth * 5
        self._open: list[str] = []
        self._skipping: list[tuple[str, bool]] = []
        self._buffer: list[str] = []
        self._table: Grid | None = None  # the outermost one that is open
        self._tables = 0  # that are open
        self._row = False  # one of the outermost table is open
        self._in_cell = False
        self._span = (1, 1)  # columns and rows of the open cell
        self._heading = 0
        self._ruby = 0
        self._in_title = False
        self._link = (0, "")  # the open one: its first piece and its address

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br" and not self._skipping:
            self._buffer.append(" " if self._row else "\n")
        if tag in _VOID:
            return
        if self._open and self._open[-1] == tag and tag in _OPTIONAL:
            self._open.pop()
        self._open.append(tag)
        if len(self._open) > self._limit:
            raise Refusal("archive_bomb")
        if tag == "title":
            self._in_title = not self.title
        silent = tag in _SILENT
        hiding = not silent and self._is_hidden(dict(attrs))
        if self._skipping or silent or hiding:
            self._skip(tag, silent=silent, hiding=hiding)
        else:
            self._begin(tag, dict(attrs))

    def _skip(self, tag: str, *, silent: bool, hiding: bool) -> None:
        """Go into an element that is not seen; what is hidden in it is kept apart."""
        if self._skipping and self._skipping[-1][0] == tag and tag in _OPTIONAL:
            self._skipping.pop()
        below = bool(self._skipping and self._skipping[-1][1])
        self._skipping.append((tag, hiding or (below and not silent)))

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        if tag == "title":
            self._in_title = False
        if tag in self._open:
            while self._open.pop() != tag:
                pass
        if not self._skipping:
            self._end(tag)
        elif tag in dict(self._skipping):
            while self._skipping.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data[:1000]
        elif self._skipping:
            if self._skipping[-1][1]:
                self.hid = self.hid or bool(data.strip())
                self.unseen.append(data)
        elif not self._ruby:
            if not self._preformatted():
                data = _SPACE.sub(_space, data.replace(_BROKEN, " "))
            self._buffer.append(data)

    def _preformatted(self) -> bool:
        return "pre" in self._open[-3:]

    def flush(self) -> None:
        """End the paragraph being gathered."""
        preformatted = self._preformatted()
        lines: list[Line] = []
        for written in self._written().split("\n"):
            line = written.rstrip() if preformatted else written.strip()
            lines.append(replace(measured(line), hard=not preformatted))
        for paragraph in joined(lines):
            if paragraph.strip():
                self.sections.paragraph(paragraph.strip())

    def _written(self) -> str:
        """
        Return what was gathered, and gather anew: a line's end in the source is no space between
        Japanese letters.
        """
        text = "".join(self._buffer)
        self._buffer = []
        return _JOINT.sub("", text).replace(_BROKEN, " ")

    def _begin(self, tag: str, attributes: dict[str, str | None]) -> None:
        if tag in _HEADINGS:
            self.flush()
            self._heading = _HEADINGS[tag]
        elif tag in _OF_TABLES:
            self._begin_in_table(tag, attributes)
        elif tag == "li" and not self._row:
            self.flush()
            self._buffer.append("- ")
        elif tag in {"rt", "rp"}:
            self._ruby += 1
        elif tag == "a" and not self._in_menu():
            self._link = (len(self._buffer), address(attributes.get("href") or ""))
        elif tag in _BLOCKS:
            self._break()

    def _begin_in_table(self, tag: str, attributes: dict[str, str | None]) -> None:
        """Begin a table, a row or a cell; a table within a cell is part of that cell's text."""
        if tag == "table":
            self._break()
            self._tables += 1
            if self._row:
                self._buffer.append(INNER_ROW)
        elif self._tables > 1:
            self._buffer.append(INNER_ROW if tag == "tr" else " ")
        elif tag == "tr":
            self._end_row()
            self.flush()
            self._table = self._table or Grid(self._budget)
            self._table.row()
            self._row = True
        elif self._row:
            self._cell()
            self._span = (span(attributes.get("colspan")), span(attributes.get("rowspan")))
            self._in_cell = True

    def _end(self, tag: str) -> None:
        if tag in _HEADINGS and self._heading:
            words = " ".join(self._written().split())
            self.sections.heading(self._heading, words)
            self._heading = 0
        elif tag in _OF_TABLES:
            self._end_in_table(tag)
        elif tag in {"rt", "rp"}:
            self._ruby = max(0, self._ruby - 1)
        elif tag == "a":
            self._end_link()
        elif tag in _BLOCKS or tag == "li":
            self._break()

    def _end_link(self) -> None:
        """Write the address behind the words that end here."""
        first, target = self._link
        self._link = (0, "")
        if target:
            words = "".join(self._buffer[first:])
            self._buffer[first:] = [with_address(words, target)]

    def _in_menu(self) -> bool:
        """Tell whether this is where a page leads elsewhere, rather than speaks."""
        return not _MENUS.isdisjoint(self._open)

    def _end_in_table(self, tag: str) -> None:
        if self._tables > 1:
            self._tables -= tag == "table"
            self._buffer.append(_INNER[tag])
        elif tag == "table":
            self.end_table()
        elif tag == "tr":
            self._end_row()
        else:
            self._cell()

    def _end_row(self) -> None:
        self._cell()
        self._row = False

    def end_table(self) -> None:
        """Hand over the rows of the open table."""
        self._end_row()
        table, self._table, self._tables = self._table, None, 0
        if table is None:
            return
        self.flush()
        self.sections.gap()
        for line in table.lines():
            self.sections.line(line)

    def _break(self) -> None:
        if self._row or self._heading:
            self._buffer.append(" ")
        else:
            self.flush()

    def _cell(self) -> None:
        """Close the cell being gathered; text of a row outside its cells is one, too."""
        if not self._row or self._table is None:
            return
        words = " ".join(self._written().split())
        if words or self._in_cell:
            self._table.cell(words, *self._span)
        self._span, self._in_cell = (1, 1), False

    def _is_hidden(self, attributes: dict[str, str | None]) -> bool:
        if "hidden" in attributes or attributes.get("aria-hidden") == "true":
            return True
        selectors = {f".{name}" for name in (attributes.get("class") or "").split()}
        selectors.add(f"#{attributes.get('id')}")
        if selectors & self._hidden:
            return True
        style = re.sub(r"\s", "", (attributes.get("style") or "").lower())
        return bool(style) and _hides(style)
