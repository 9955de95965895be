"""
The memo as DOCX: real headings, lists and tables, and the points as a native chart that a word
processor can restyle.
"""

import io
from collections.abc import Sequence
from xml.etree import ElementTree as ET  # writes only

import docx
from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.shared import Pt
from docx.table import _Row as Row  # python-docx names no other
from docx.text.paragraph import Paragraph

from handlers.choose.section import Section
from handlers.conversation import Bar
from knowledge.values import Language

CHART = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
WIDTH, ROW = 5_486_400, 300_000  # EMU: six inches, and the height of one bar
LANGUAGES = {"ja": "ja-JP", "en": "en-GB"}  # as Word names them
MARKS = {"best": "◎ ", "excluded": "✕ ", "normal": ""}
LABELS = (  # what a chart can write beside each bar; all but the value stay off
    "showLegendKey",
    "showVal",
    "showCatName",
    "showSerName",
    "showPercent",
    "showBubbleSize",
)
COLOURS = {"best": "165E83", "normal": "7D97A6", "excluded": "D8DFE4"}
HEAD = "E3EFF5"  # the colour behind a table's head
JAPANESE = "Yu Gothic"
_C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_WP = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"


def document(title: str, parts: Sequence[Section], axis: str, language: Language) -> bytes:
    """Return the memo as a file. About 40 ms."""
    paper = docx.Document()
    paper.core_properties.title = title
    paper.core_properties.language = LANGUAGES[language]
    _fonts(paper, language)
    paper.add_heading(title, level=0)
    for number, part in enumerate(parts, 1):
        paper.add_heading(part.title, level=1)
        _body(paper, part, axis, number)
    buffer = io.BytesIO()
    paper.save(buffer)
    return buffer.getvalue()


def _body(paper: Document, part: Section, axis: str, number: int) -> None:
    """Write what stands under a heading; `number` is the section's, from 1."""
    for text in part.paragraphs:
        _write(paper.add_paragraph(), text)
    if part.bars:
        _chart(paper, part, axis, number)
    if part.table:
        _table(paper, part.table)
    for item in part.items:
        _write(paper.add_paragraph(style="List Bullet"), item)
    for step in part.steps:
        _write(paper.add_paragraph(style="List Number"), step)
    if part.code:
        run = paper.add_paragraph(style="No Spacing").add_run(part.code)
        run.font.name = "Courier New"
        run.font.size = Pt(9)


def _fonts(paper: Document, language: Language) -> None:
    """
    Name a Japanese font in every style, since the template names none, and the language for
    spelling.
    """
    for name in ("Normal", "Title", "Heading 1"):
        style = paper.styles[name]
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for old in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme"):
            fonts.attrib.pop(qn(f"w:{old}"), None)
        fonts.set(qn("w:ascii"), "Arial")
        fonts.set(qn("w:hAnsi"), "Arial")
        fonts.set(qn("w:eastAsia"), JAPANESE)
    paper.styles["Normal"].font.size = Pt(10.5)
    written = f'w:val="{LANGUAGES[language]}" w:eastAsia="{LANGUAGES["ja"]}"'
    spelling = parse_xml(f'<w:lang xmlns:w="{_W}" {written}/>')
    paper.styles["Normal"].element.get_or_add_rPr().append(spelling)


def _write(paragraph: Paragraph, text: str) -> None:
    """Write text with its **bold** stretches."""
    for number, piece in enumerate(text.split("**")):
        paragraph.add_run(piece).bold = bool(number % 2) or None


def _table(paper: Document, rows: Sequence[Sequence[str]]) -> None:
    """Add a table whose first row is its head, repeated on every page."""
    grid = paper.add_table(rows=0, cols=len(rows[0]), style="Table Grid")
    for row in rows:
        cells = grid.add_row().cells
        for cell, text in zip(cells, row, strict=True):
            _write(cell.paragraphs[0], text)
            for run in cell.paragraphs[0].runs:
                run.font.size = Pt(9.5)
    _head(grid.rows[0])
    paper.add_paragraph().paragraph_format.space_after = Pt(2)


def _head(row: Row) -> None:
    mark = parse_xml(f'<w:tblHeader xmlns:w="{_W}"/>')
    # python-docx has no word of its own for header rows, shading and charts
    row._tr.get_or_add_trPr().append(mark)  # noqa: SLF001
    for cell in row.cells:
        for run in cell.paragraphs[0].runs:
            run.bold = True
        shade = parse_xml(f'<w:shd xmlns:w="{_W}" w:val="clear" w:color="auto" w:fill="{HEAD}"/>')
        cell._tc.get_or_add_tcPr().append(shade)  # noqa: SLF001


def _chart(paper: Document, part: Section, axis: str, number: int) -> None:
    """Add a bar chart part and a drawing that shows it; its alternative text says every value."""
    blob = ET.tostring(_bars(part.bars, axis), encoding="UTF-8", xml_declaration=True)
    chart = Part(PackURI(f"/word/charts/chart{number}.xml"), CHART, blob, paper.part.package)
    rid = paper.part.relate_to(chart, RELATIONSHIP_TYPE.CHART)
    said = " / ".join(f"{bar.short} {bar.shown}" for bar in part.bars)
    drawing = ET.Element(f"{{{_W}}}drawing")
    inline = ET.SubElement(drawing, f"{{{_WP}}}inline", distT="0", distB="0", distL="0", distR="0")
    ET.SubElement(inline, f"{{{_WP}}}extent", cx=str(WIDTH), cy=str(ROW * (len(part.bars) + 2)))
    ET.SubElement(inline, f"{{{_WP}}}docPr", id=str(number), name=part.title, descr=said)
    graphic = ET.SubElement(inline, f"{{{_A}}}graphic")
    data = ET.SubElement(graphic, f"{{{_A}}}graphicData", uri=_C)
    ET.SubElement(data, f"{{{_C}}}chart", {f"{{{_R}}}id": rid})
    run = paper.add_paragraph().add_run()
    run._r.append(parse_xml(ET.tostring(drawing)))  # noqa: SLF001


def _bars(bars: Sequence[Bar], axis: str) -> ET.Element:
    """
    Return a chart space: horizontal bars, best first, each with its value; colours repeat what the
    table says in words.
    """
    space = ET.Element(f"{{{_C}}}chartSpace")
    chart = _sub(space, "chart")
    _sub(chart, "autoTitleDeleted", val="1")
    plot = _sub(chart, "plotArea")
    _sub(plot, "layout")
    plotted = _sub(plot, "barChart")
    _sub(plotted, "barDir", val="bar")
    _sub(plotted, "grouping", val="clustered")
    _sub(plotted, "varyColors", val="0")
    _series(_sub(plotted, "ser"), bars, axis)
    _sub(plotted, "gapWidth", val="50")
    _sub(plotted, "axId", val="1")
    _sub(plotted, "axId", val="2")
    _axis(plot, "catAx", "1", "2", reverse=True)
    _axis(plot, "valAx", "2", "1", reverse=False)
    _sub(chart, "plotVisOnly", val="1")
    return space


def _series(series: ET.Element, bars: Sequence[Bar], axis: str) -> None:
    _sub(series, "idx", val="0")
    _sub(series, "order", val="0")
    name = _sub(_sub(series, "tx"), "v")
    name.text = axis
    _fill(series, COLOURS["normal"])
    _sub(series, "invertIfNegative", val="0")
    for index, bar in enumerate(bars):
        if bar.state != "normal":
            point = _sub(series, "dPt")
            _sub(point, "idx", val=str(index))
            _sub(point, "invertIfNegative", val="0")
            _fill(point, COLOURS[bar.state])
    labels = _sub(series, "dLbls")
    _sub(labels, "numFmt", formatCode="0.0;−0.0", sourceLinked="0")
    for key in LABELS:
        _sub(labels, key, val=str(int(key == "showVal")))
    names = [f"{MARKS[bar.state]}{bar.short}" for bar in bars]
    values = [f"{bar.value:.1f}" for bar in bars]
    _cache(_sub(_sub(series, "cat"), "strLit"), names)
    _cache(_sub(_sub(series, "val"), "numLit"), values)


def _axis(plot: ET.Element, kind: str, own: str, other: str, *, reverse: bool) -> None:
    orientation, position, crosses = "minMax", "b", "max"
    if reverse:
        orientation, position, crosses = "maxMin", "l", "autoZero"
    line = _sub(plot, kind)
    _sub(line, "axId", val=own)
    _sub(_sub(line, "scaling"), "orientation", val=orientation)
    _sub(line, "delete", val="0")
    _sub(line, "axPos", val=position)
    _sub(line, "numFmt", formatCode="0;−0", sourceLinked="0")
    _sub(line, "majorTickMark", val="none")
    _sub(line, "minorTickMark", val="none")
    _sub(line, "tickLblPos", val="low")
    _sub(line, "crossAx", val=other)
    _sub(line, "crosses", val=crosses)


def _fill(parent: ET.Element, colour: str) -> None:
    fill = ET.SubElement(_sub(parent, "spPr"), f"{{{_A}}}solidFill")
    ET.SubElement(fill, f"{{{_A}}}srgbClr", val=colour)


def _cache(parent: ET.Element, values: Sequence[str]) -> None:
    _sub(parent, "ptCount", val=str(len(values)))
    for index, value in enumerate(values):
        _sub(_sub(parent, "pt", idx=str(index)), "v").text = value


def _sub(parent: ET.Element, name: str, **attributes: str) -> ET.Element:
    return ET.SubElement(parent, f"{{{_C}}}{name}", attributes)
