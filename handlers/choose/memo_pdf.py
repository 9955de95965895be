"""
The memo as PDF, for whoever is to read it and not to change it.

Japanese is set in fonts every PDF reader knows by name and brings along itself, so that the file
stays small: a light one for reading, a heavy one for headings and what is bold.
"""

import io
import math
import re
from collections.abc import Iterator, Sequence
from functools import cache
from xml.sax.saxutils import escape

from reportlab.lib.colors import Color, HexColor, black
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import (
    Flowable,
    ListFlowable,
    PageBreak,
    Paragraph,
    Preformatted,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

from handlers.choose.section import Section
from knowledge.values import Language

JAPANESE, HEAVY = "HeiseiMin-W3", "HeiseiKakuGo-W5"
LATIN = "Helvetica"
MARGIN = 15 * mm
SIZE, SMALL, CODE, HEADING, TITLE = 9, 7.5, 6, 11, 15  # points
GAP = 3  # points after a paragraph
PADDING = 13  # points a cell has beside its words
HEAD, RULE, STRONG = HexColor("#E3EFF5"), HexColor("#9AA9B2"), HexColor("#0B3A53")
_BEYOND_LATIN = re.compile(r"[^\x00-\xff–—‘’“”•…−]+")  # what the Latin font lacks
CODE_WIDTH = 100  # characters of a line of code that fit on the page


def document(title: str, parts: Sequence[Section], language: Language) -> bytes:
    """Return the memo as a file, title and language in its properties. About 60 ms."""
    buffer = io.BytesIO()
    paper = SimpleDocTemplate(
        buffer,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN,
        title=title,
        lang=language,
    )
    print_ = _Print(language, paper.width)
    paper.build([*print_.headed(title, TITLE), *print_.sections(parts)])
    return buffer.getvalue()


class _Print:
    """What stands on the paper in one language; `width` is that of a line, in points."""

    def __init__(self, language: Language, width: float) -> None:
        self._width = width
        self._font, self._wrap = LATIN, None
        japanese = _japanese()  # names and documents may be Japanese in an English memo, too
        if language == "ja":
            self._font, self._wrap = japanese, "CJK"

    def headed(self, title: str, size: float) -> Iterator[Flowable]:
        """Yield a heading."""
        yield Spacer(1, GAP)
        style = self._style(size, STRONG)
        style.keepWithNext = 1
        if self._font == JAPANESE:
            style.fontName = HEAVY
        yield Paragraph(_marked(title, HEAVY), style)

    def sections(self, parts: Sequence[Section]) -> Iterator[Flowable]:
        """Yield every section under its heading."""
        decided = True
        for part in parts:
            if part.annex and decided:
                decided = False
                yield PageBreak()
            yield from self.headed(part.title, HEADING)
            for text in part.paragraphs:
                yield self._text(text)
            if part.table:
                yield self._table(part.table)
                yield Spacer(1, GAP)
            if part.items:
                rows = [self._text(item) for item in part.items]
                yield ListFlowable(rows, bulletType="bullet", start="•", leftIndent=10)
            if part.code:
                yield Preformatted(part.code, self._style(CODE), maxLineLength=CODE_WIDTH)

    def _text(self, text: str, size: float = SIZE) -> Paragraph:
        return Paragraph(_marked(text), self._style(size))

    def _cells(self, row: Sequence[str]) -> list[Paragraph]:
        return [self._text(text, SMALL) for text in row]

    def _table(self, rows: Sequence[Sequence[str]]) -> Table:
        """Return a table whose first row is its head, repeated on every page."""
        cells = [self._cells(row) for row in rows]
        grid = TableStyle(
            [
                ("BACKGROUND", (0, 0), (-1, 0), HEAD),
                ("GRID", (0, 0), (-1, -1), 0.5, RULE),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ]
        )
        widths = _widths(rows, self._width)
        return Table(cells, colWidths=widths, style=grid, repeatRows=1, splitInRow=1)

    def _style(self, size: float, color: Color = black) -> ParagraphStyle:
        return ParagraphStyle(
            f"{self._font} {size}",
            fontName=self._font,
            fontSize=size,
            leading=size * 1.3,
            spaceAfter=GAP,
            textColor=color,
            wordWrap=self._wrap,
        )


def _widths(rows: Sequence[Sequence[str]], width: float) -> list[float]:
    """
    Return the columns' widths by what their longest cells hold: four times as much, twice; none
    narrower than its longest word.
    """
    columns = list(zip(*rows, strict=True))
    held = [math.sqrt(max(map(len, column))) for column in columns]
    least = [max(map(_longest, column)) + PADDING for column in columns]
    free = max(width - sum(least), 0)
    if not free:
        return [width * share / sum(held) for share in held]
    wanted = [width * share / sum(held) for share in held]
    more = [max(want - low, 0) for want, low in zip(wanted, least, strict=True)]
    total = sum(more) or 1
    return [low + free * part / total for low, part in zip(least, more, strict=True)]


def _longest(text: str) -> float:
    """Return how wide the longest Latin word of a cell is; Japanese breaks anywhere."""
    words = _BEYOND_LATIN.sub(" ", text).split()
    return max((float(pdfmetrics.stringWidth(word, LATIN, SMALL)) for word in words), default=0.0)


def _marked(text: str, japanese: str = JAPANESE) -> str:
    """Return text with its **bold** stretches, as markup of the printer."""
    marked = ""
    for number, piece in enumerate(text.split("**")):
        if number % 2:
            marked += f'<font color="{STRONG.hexval()}"><b>{escape(piece)}</b></font>'
        else:
            marked += escape(piece)
    marked = _BEYOND_LATIN.sub(rf'<font name="{japanese}">\g<0></font>', marked)
    return marked.replace("\n", "<br/>")


@cache
def _japanese() -> str:
    """Make the Japanese fonts known, once a process; return the name of the light one."""
    for name in (JAPANESE, HEAVY):
        pdfmetrics.registerFont(UnicodeCIDFont(name))
    pdfmetrics.registerFontFamily(
        JAPANESE, normal=JAPANESE, bold=HEAVY, italic=JAPANESE, boldItalic=HEAVY
    )
    return JAPANESE
