"""A cell stands below its head, however cells are merged and whatever the format."""

import io

import pytest
from docx import Document
from pptx import Presentation
from pptx.util import Inches

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


def saved(file) -> bytes:
    out = io.BytesIO()
    file.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content"), [("a.docx", word()), ("a.pptx", slides()), ("a.html", web())]
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
