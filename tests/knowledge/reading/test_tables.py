"""A cell stands below its head, however cells are merged and whatever the format."""

import io

import pytest
from docx import Document
from pptx import Presentation
from pptx.util import Inches
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from knowledge.reading.chunks import passages
from knowledge.reading.reading import read

HEAD = ["役職", "国内日当", "海外日当", "宿泊費"]
# 課長 has the same allowance at home and abroad; 部長 and 課長 share what they may spend
MERGED = [HEAD, ["部長", "3,000円", "7,000円", "18,000円"], ["課長", "2,500円", "", ""]]
SHOWN = ["役職 | 国内日当 | 海外日当 | 宿泊費", "部長 | 3,000円 | 7,000円 | 18,000円"]
SHOWN += ["課長 | 2,500円 | 2,500円 | 18,000円"]


def word() -> bytes:
    document = Document()
    table = document.add_table(rows=3, cols=4)
    for down, row in enumerate(MERGED):
        for across, text in enumerate(row):
            table.cell(down, across).text = text
    table.cell(2, 1).merge(table.cell(2, 2))
    table.cell(1, 3).merge(table.cell(2, 3))
    return saved(document)


def slides() -> bytes:
    show = Presentation()
    slide = show.slides.add_slide(show.slide_layouts[6])
    frame = slide.shapes.add_table(3, 4, Inches(1), Inches(1), Inches(8), Inches(2))
    for down, row in enumerate(MERGED):
        for across, text in enumerate(row):
            frame.table.cell(down, across).text = text
    frame.table.cell(2, 1).merge(frame.table.cell(2, 2))
    frame.table.cell(1, 3).merge(frame.table.cell(2, 3))
    return saved(show)


def web() -> bytes:
    head = "".join(f"<th>{text}</th>" for text in HEAD)
    first = "<td>部長<td>3,000円<td>7,000円<td rowspan=2>18,000円"
    second = "<td>課長</td><td colspan='2'>2,500円</td>"
    return f"<table><tr>{head}</tr><tr>{first}<tr>{second}</tr></table>".encode()


FONT = "HeiseiKakuGo-W5"
pdfmetrics.registerFont(UnicodeCIDFont(FONT))
TEXT = ParagraphStyle("text", fontName=FONT, fontSize=10, leading=14, wordWrap="CJK")
GRID = ("GRID", (0, 0), (-1, -1), 0.5, "black")
SPANS = [("SPAN", (1, 2), (2, 2)), ("SPAN", (3, 1), (3, 2))]


def table(rows, *commands, widths=None, heights=None) -> Table:
    style = [("FONT", (0, 0), (-1, -1), FONT, 10), *commands]
    return Table(rows, colWidths=widths, rowHeights=heights, style=TableStyle(style))


def printed(*parts) -> bytes:
    """A PDF of paragraphs and tables."""
    out = io.BytesIO()
    flow = [Paragraph(part, TEXT) if isinstance(part, str) else part for part in parts]
    SimpleDocTemplate(out, pagesize=A4).build(flow)
    return out.getvalue()


def saved(file) -> bytes:
    out = io.BytesIO()
    file.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.docx", word()),
        ("a.pptx", slides()),
        ("a.html", web()),
        ("a.pdf", printed(table(MERGED, GRID, *SPANS))),
        ("a.pdf", printed(table(MERGED, GRID, *SPANS, ("VALIGN", (3, 1), (3, 1), "MIDDLE")))),
    ],
)
async def test_a_merged_cell_counts_wherever_it_reaches_and_shifts_nothing(
    name: str, content: bytes
) -> None:
    reading = await read(name, content)
    assert reading.pages[0].text.split("\n") == SHOWN
    assert reading.receipt.percent == 100


async def test_an_empty_cell_of_a_web_page_keeps_its_place() -> None:
    rows = "<tr><th>役職<th>国内<th>海外</tr><tr><td>課長<td></td><td>6,000円</td></tr>"
    reading = await read("a.html", f"<table>{rows}</table>".encode())
    assert reading.pages[0].text.split("\n") == ["役職 | 国内 | 海外", "課長 |  | 6,000円"]


async def test_a_title_over_a_whole_table_is_said_once() -> None:
    rows = "<tr><th colspan=3>出張手当</tr><tr><td>役職<td>国内<td>海外</tr>"
    reading = await read("a.html", f"<table>{rows}</table>".encode())
    assert reading.pages[0].text.split("\n") == ["出張手当", "役職 | 国内 | 海外"]


async def test_spans_beyond_every_table_are_cut() -> None:
    rows = f"<tr><td colspan=99999>a<td rowspan={'9' * 5000}>b<td rowspan=²>c</tr><tr><td>d</tr>"
    reading = await read("a.html", f"<table>{rows}</table>".encode())
    assert reading.pages[0].text.count("a |") <= 100


@pytest.mark.parametrize("kind", ["docx", "html"])
async def test_tables_that_touch_are_two_tables(kind: str) -> None:
    first, second = [["氏名", "年齢"], ["部長", "50"]], [["地域", "上限"], ["大阪", "15,000円"]]
    document = Document()
    source = ""
    for rows in (first, second):
        table = document.add_table(rows=2, cols=2)
        for down, row in enumerate(rows):
            for across, text in enumerate(row):
                table.cell(down, across).text = text
        cells = ["<td>".join(["<tr>", *row]) for row in rows]
        source += f"<table>{''.join(cells)}</table>"
    reading = await read(f"a.{kind}", saved(document) if kind == "docx" else source.encode())
    cut = passages(reading, document="d", version="v", audience="all", title="t")
    assert [passage.text for passage in cut] == [
        "氏名 | 年齢\n部長 | 50",
        "地域 | 上限\n大阪 | 15,000円",
    ]


async def test_a_table_within_a_cell_is_that_cells_text() -> None:
    inner = "<table><tr><td>x<td>y</table>"
    reading = await read("a.html", f"<table><tr><td>a<td>{inner}<td>b</table>".encode())
    assert reading.pages[0].text == "a | x y | b"


ALLOWED = [["役職", "上限"], ["部長", "15,000円"]]


def within_word() -> bytes:
    document = Document()
    outer = document.add_table(rows=2, cols=2)
    for across, text in enumerate(["区分", "内訳"]):
        outer.cell(0, across).text = text
    outer.cell(1, 0).text = "宿泊費"
    frame = document.add_table(rows=1, cols=1)
    frame.cell(0, 0).text = "次のとおり。"
    for cell in (outer.cell(1, 1), frame.cell(0, 0)):
        inner = cell.add_table(rows=2, cols=2)
        for down, row in enumerate(ALLOWED):
            for across, text in enumerate(row):
                inner.cell(down, across).text = text
    return saved(document)


def within_web() -> bytes:
    rows = "".join(f"<tr><td>{who}</td><td>{much}</td></tr>" for who, much in ALLOWED)
    inner = f"<table>{rows}</table>"
    outer = f"<tr><td>区分<td>内訳<tr><td>宿泊費<td>{inner}"
    frame = f"<table><tr><td>次のとおり。{inner}</td></tr></table>"
    return f"<table>{outer}</table>{frame}".encode()


@pytest.mark.parametrize(("name", "made"), [("a.docx", within_word), ("a.html", within_web)])
async def test_the_rows_of_a_table_within_a_cell_are_told_apart(name: str, made) -> None:
    reading = await read(name, made())

    lines = [line for line in reading.pages[0].text.split("\n") if line]
    assert lines[:2] == ["区分 | 内訳", "宿泊費 | 役職 上限 / 部長 15,000円"]
    assert lines[2:] == ["次のとおり。", "役職 | 上限", "部長 | 15,000円"]
    assert reading.receipt.percent == 100


INNER = ("INNERGRID", (0, 0), (-1, -1), 0.5, "black")
OUTER = ("BOX", (0, 0), (-1, -1), 0.5, "black")


async def pages(*parts) -> list[str]:
    reading = await read("a.pdf", printed(*parts))
    assert reading.receipt.percent == 100
    return [line for page in reading.pages for line in page.text.split("\n")]


async def test_a_cell_of_several_lines_is_one_cell_between_what_stands_around_the_table() -> None:
    long = "宿泊を伴う出張では、前日までに所属長の承認を受けなければならない。"
    rows = [["区分", "決まり", "承認者"], ["出張", Paragraph(long, TEXT), "部長"]]
    rows += [["研修", Paragraph("事前の届出が要る。", TEXT), "課長"]]
    lines = await pages(
        "出張のときの決まりは次のとおり。", table(rows, GRID, widths=[60, 150, 80]), "以上である。"
    )
    assert lines == [
        "出張のときの決まりは次のとおり。",
        "区分 | 決まり | 承認者",
        f"出張 | {long} | 部長",
        "研修 | 事前の届出が要る。 | 課長",
        "以上である。",
    ]


@pytest.mark.parametrize("sides", ["drawn", "left open"])
async def test_a_group_that_reaches_down_several_rows_is_named_in_each(sides: str) -> None:
    rows = [["地域", "役職", "上限"], ["東京", "部長", "15,000円"], ["", "課長", "12,000円"]]
    rows += [["大阪", "部長", "13,000円"], ["", "課長", "11,000円"]]
    groups = [
        ("SPAN", (0, 1), (0, 2)),
        ("SPAN", (0, 3), (0, 4)),
        ("VALIGN", (0, 0), (0, -1), "MIDDLE"),
    ]
    edges = (
        [INNER, OUTER] if sides == "drawn" else [INNER, ("LINEABOVE", (0, 0), (-1, 0), 1, "black")]
    )
    lines = await pages(table(rows, *edges, *groups))
    assert lines == [
        "地域 | 役職 | 上限",
        "東京 | 部長 | 15,000円",
        "東京 | 課長 | 12,000円",
        "大阪 | 部長 | 13,000円",
        "大阪 | 課長 | 11,000円",
    ]


async def test_a_word_written_downwards_in_a_tall_cell_is_that_word() -> None:
    rows = [["営\n業\n部", "部長", "可"], ["", "課長", "否"], ["", "係長", "否"]]
    lines = await pages(table(rows, GRID, ("SPAN", (0, 0), (0, 2))))
    assert lines == ["営業部 | 部長 | 可", "営業部 | 課長 | 否", "営業部 | 係長 | 否"]


async def test_rows_without_lines_between_them_stay_rows() -> None:
    rows = [
        ["役職", "国内", "海外"],
        ["部長", "3,000円", "7,000円"],
        ["課長", "2,500円", "6,000円"],
    ]
    upright = ("LINEAFTER", (0, 0), (-2, -1), 0.5, "black")
    head = ("LINEBELOW", (0, 0), (-1, 0), 0.5, "black")
    assert await pages(table(rows, OUTER, upright, head)) == [" | ".join(row) for row in rows]


async def test_two_tables_of_a_page_and_a_frame_around_words_are_what_they_are() -> None:
    first = table([["氏名", "内線"], ["青木", "7788"]], GRID)
    second = table([["品名", "上限"], ["机", "30,000円"]], GRID)
    framed = table([["この枠の中は本文である。"]], OUTER)
    lines = await pages(first, Spacer(1, 20), "次の表は備品である。", second, Spacer(1, 20), framed)
    assert lines == [
        "氏名 | 内線",
        "青木 | 7788",
        "次の表は備品である。",
        "品名 | 上限",
        "机 | 30,000円",
        "この枠の中は本文である。",
    ]


async def test_a_drawing_of_very_many_lines_costs_no_text() -> None:
    rows = [[str(down * 30 + across) for across in range(30)] for down in range(60)]
    lines = await pages(table(rows, GRID, widths=[17] * 30, heights=[10] * 60))
    assert "1799" in lines[-1]
