"""What nobody sees in a file is left out of search, quotes and test questions, in every format, and named with its place."""

import io
import zipfile
from collections.abc import Callable

import openpyxl
import pytest
from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.shared import RGBColor
from openpyxl.chart import BarChart
from openpyxl.comments import Comment
from pptx import Presentation
from pptx.util import Inches

from handlers.conversation import Facts, Paragraph, Text, Upload
from knowledge.errors import UnreadableDocument
from knowledge.reading.reading import read
from tests.handlers.documents.conftest import MEMBER, Talk, file

SEEN, SECRET = "宿泊費の上限は一万二千円とする。", "役員の旧手当は九十九万円とする。"


def saved(document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def sheets(state: str) -> bytes:
    book = openpyxl.Workbook()
    book.active.title = "旅費"
    book.active["A1"] = SEEN
    old = book.create_sheet("旧様式")
    old["A1"] = SECRET
    old["A1"].comment = Comment(SECRET, "甲")
    old.sheet_state = state
    return saved(book)


def rows(hide: Callable) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "旅費"
    sheet.append(["", SEEN])
    sheet.append(["", "", "備考"])
    sheet["A3"] = sheet["D3"] = SECRET
    sheet["A3"].comment = Comment(SECRET, "甲")
    hide(sheet)
    return saved(book)


def row_hidden(sheet) -> None:
    sheet.row_dimensions[3].hidden = True


def columns_hidden(sheet) -> None:
    for name in "AD":
        sheet.column_dimensions[name].hidden = True


def columns_grouped(sheet) -> None:
    sheet.column_dimensions.group("A", "A", hidden=True)
    sheet.column_dimensions.group("D", "F", hidden=True)


def shape(hidden: str) -> bytes:
    """A workbook with a chart and, beside it, a shape with words in it."""
    book = openpyxl.Workbook()
    book.active["A1"] = SEEN
    book.active.add_chart(BarChart(), "C3")
    space = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    words = f"<txBody><a:p><a:r><a:t>{SECRET}</a:t></a:r></a:p></txBody>"
    drawn = f'<absoluteAnchor {space}><sp><nvSpPr><cNvPr id="9" name="x" {hidden}/></nvSpPr>{words}</sp></absoluteAnchor>'
    return changed(saved(book), "</wsDr>", f"{drawn}</wsDr>", "drawing1.xml")


def changed(content: bytes, before: str, after: str, where: str = "sheet1.xml") -> bytes:
    """The workbook with these words of one of its parts put in place of others."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            new.writestr(
                name,
                part.replace(before.encode(), after.encode()) if name.endswith(where) else part,
            )
    return out.getvalue()


def slides(hide: Callable) -> bytes:
    show = Presentation()
    for text in (SEEN, "交通費は実費とする。"):
        slide = show.slides.add_slide(show.slide_layouts[6])
        slide.shapes.add_textbox(Inches(1), Inches(1), Inches(6), Inches(1)).text_frame.text = text
    hide(show)
    return saved(show)


def slide_hidden(show) -> None:
    slide = show.slides.add_slide(show.slide_layouts[5])
    slide.shapes.title.text = SECRET
    slide.notes_slide.notes_text_frame.text = SECRET
    slide._element.set("show", "0")


def shape_hidden(show) -> None:
    box = show.slides[0].shapes.add_textbox(Inches(1), Inches(3), Inches(6), Inches(1))
    box.text_frame.text = SECRET
    box._element.nvSpPr.cNvPr.set("hidden", "1")


def shape_white(show) -> None:
    from pptx.dml.color import RGBColor as Colour

    box = show.slides[0].shapes.add_textbox(Inches(1), Inches(3), Inches(6), Inches(1))
    box.text_frame.text = SECRET
    box.text_frame.paragraphs[0].runs[0].font.color.rgb = Colour(255, 255, 255)


def words(hide: Callable) -> bytes:
    document = Document()
    document.add_paragraph(SEEN)
    hide(document)
    return saved(document)


def run_hidden(document) -> None:
    document.add_paragraph().add_run(SECRET).font.hidden = True


def run_white(document) -> None:
    document.add_paragraph().add_run(SECRET).font.color.rgb = RGBColor(255, 255, 255)


def run_hidden_by_style(document) -> None:
    document.styles.add_style("社内メモ", WD_STYLE_TYPE.CHARACTER).font.hidden = True
    document.add_paragraph().add_run(SECRET, style="社内メモ")


def paragraph_hidden_by_style(document) -> None:
    base = document.styles.add_style("社内メモ", WD_STYLE_TYPE.PARAGRAPH)
    base.font.hidden = True
    built = document.styles.add_style("社内メモ2", WD_STYLE_TYPE.PARAGRAPH)
    built.base_style = base
    document.add_paragraph(SECRET, style="社内メモ2")


def hidden_heading(document) -> None:
    document.add_heading("", 1).add_run(SECRET).font.hidden = True


def hidden_cell(document) -> None:
    table = document.add_table(2, 2)
    table.cell(0, 0).text = "区分"
    table.cell(1, 1).paragraphs[0].add_run(SECRET).font.hidden = True


def box_hidden(document) -> None:
    context = "http://schemas.openxmlformats.org"
    names = {
        "w": f"{context}/wordprocessingml/2006/main",
        "wp": f"{context}/drawingml/2006/wordprocessingDrawing",
        "a": f"{context}/drawingml/2006/main",
    }
    spaces = " ".join(f'xmlns:{name}="{space}"' for name, space in names.items())
    words = f"<w:txbxContent><w:p><w:r><w:t>{SECRET}</w:t></w:r></w:p></w:txbxContent>"
    drawn = f'<wp:anchor><wp:docPr id="1" name="x" hidden="1"/><a:graphic>{words}</a:graphic></wp:anchor>'
    document.add_paragraph()._p.append(
        parse_xml(f"<w:r {spaces}><w:drawing>{drawn}</w:drawing></w:r>")
    )
    document.add_paragraph("交通費は実費とする。")


def page(hidden: str) -> bytes:
    return f"<html><head><style>.x{{display:none}}</style></head><body><p>{SEEN}</p>{hidden}</body></html>".encode()


def pdf(white: bool = False, mode: int = 0, ground: bool = False, beyond: bool = False) -> bytes:
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfbase.pdfmetrics import registerFont
    from reportlab.pdfgen.canvas import Canvas

    registerFont(UnicodeCIDFont("HeiseiMin-W3"))
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.setFont("HeiseiMin-W3", 12)
    canvas.drawString(72, 720, SEEN)
    if ground:
        canvas.rect(60, 680, 400, 30, fill=1)
    text = canvas.beginText(72, -200 if beyond else 690)
    text.setTextRenderMode(mode)
    if white:
        text.setFillColorRGB(1, 1, 1)
    text.textLine(SECRET)
    canvas.drawText(text)
    canvas.setFillColorRGB(0, 0, 0)
    canvas.drawString(72, 640, "交通費は実費とする。")
    canvas.save()
    return out.getvalue()


HIDDEN = {
    "sheet.xlsx": sheets("hidden"),
    "very.xlsx": sheets("veryHidden"),
    "row.xlsx": rows(row_hidden),
    "height.xlsx": changed(rows(row_hidden), 'hidden="1"', 'ht="0" customHeight="1"'),
    "columns.xlsx": rows(columns_hidden),
    "shape.xlsx": shape('hidden="1"'),
    "group.xlsx": rows(columns_grouped),
    "slide.pptx": slides(slide_hidden),
    "shape.pptx": slides(shape_hidden),
    "white.pptx": slides(shape_white),
    "run.docx": words(run_hidden),
    "white.docx": words(run_white),
    "style.docx": words(run_hidden_by_style),
    "paragraph.docx": words(paragraph_hidden_by_style),
    "heading.docx": words(hidden_heading),
    "box.docx": words(box_hidden),
    "cell.docx": words(hidden_cell),
    "style.html": page(f'<div style="display:none">{SECRET}</div>'),
    "class.html": page(f'<div class="x">{SECRET}</div>'),
    "attribute.html": page(f"<h2 hidden>{SECRET}</h2>"),
    "white.pdf": pdf(white=True),
    "invisible.pdf": pdf(mode=3),
    "edge.pdf": pdf(beyond=True),
    "tags.txt": f"{SEEN}\n{''.join(chr(0xE0000 + ord(sign)) for sign in 'ninety-nine')}".encode(),
}


@pytest.mark.parametrize("name", HIDDEN)
async def test_hidden_text_is_not_read_and_is_named(name: str) -> None:
    reading = await read(name, HIDDEN[name])
    text = "".join(
        "".join(p.text + p.title + p.notes + reading.title for p in reading.pages).split()
    )

    assert SEEN in text
    assert "九十九" not in text
    assert {flag.kind for flag in reading.flags} & {
        "hidden_text",
        "hidden_slide",
        "invisible_layer",
    }


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    "name", ["sheet.xlsx", "very.xlsx", "row.xlsx", "slide.pptx", "style.docx", "white.pdf"]
)
async def test_hidden_text_is_in_no_answer_no_quote_and_no_test_question(
    talk: Talk, name: str
) -> None:
    report = (await talk.all(Upload((file(name, HIDDEN[name]),))))[-1]
    assert "九十九" not in str(report)
    assert "旧様式" not in str([b for b in report.blocks if not isinstance(b, Paragraph | Facts)])
    await talk.press(report, "publish")

    assert "九十九" not in (await talk(Text("役員の旧手当はいくら?"), MEMBER)).text
    assert "一万二千円" in (await talk(Text("宿泊費の上限はいくら?"), MEMBER)).text


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("name", "ja", "en"),
    [
        ("sheet.xlsx", "シート「旧様式」", "sheet “旧様式”"),
        ("row.xlsx", "シート「旅費」の1行", "sheet “旅費”, rows: 1"),
        ("columns.xlsx", "シート「旅費」の2列", "sheet “旅費”, columns: 2"),
        ("slide.pptx", "ページ 3", "page 3"),
    ],
)
async def test_the_report_says_where_what_it_left_out_stands(
    talk: Talk, name: str, ja: str, en: str
) -> None:
    report = (await talk.all(Upload((file(name, HIDDEN[name]),))))[-1]
    opened = await talk.press(await talk.press(report, "open"), "report", language="en")

    assert ja in report.text and "入れていません" in report.text
    assert en in opened.text and "left out" in opened.text


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
async def test_a_file_of_which_everything_is_hidden_is_refused_with_the_reason(state: str) -> None:
    book = openpyxl.Workbook()
    book.active.title = "表紙"
    old = book.create_sheet("旧様式")
    old["A1"] = SECRET
    old.sheet_state = state
    with pytest.raises(UnreadableDocument) as refused:
        await read("全部.xlsx", saved(book))
    assert refused.value.code == "all_hidden"
    assert "全部.xlsx" in refused.value.reason.ja and "全部.xlsx" in refused.value.reason.en


async def test_words_in_a_shape_that_is_shown_are_read() -> None:
    assert SECRET in (await read("旅費.xlsx", shape(""))).pages[0].text


async def test_white_words_on_a_dark_ground_are_read() -> None:
    reading = await read("表紙.pdf", pdf(white=True, ground=True))
    assert "九十九" in reading.pages[0].text
    assert not reading.flags


async def test_a_merged_cell_that_begins_in_a_hidden_row_is_seen_in_the_others() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (("東京", "旧"), ("", "一万円"), ("", "二万円")):
        sheet.append(row)
    sheet.merge_cells("A1:A3")
    sheet.row_dimensions[1].hidden = True
    reading = await read("旅費.xlsx", saved(book))
    assert reading.pages[0].text.split("\n") == ["東京 | 一万円", "東京 | 二万円"]


async def test_a_run_may_be_shown_against_its_hidden_style() -> None:
    document = Document()
    document.styles.add_style("社内メモ", WD_STYLE_TYPE.CHARACTER).font.hidden = True
    document.add_paragraph().add_run(SEEN, style="社内メモ").font.hidden = False
    assert (await read("旅費.docx", saved(document))).pages[0].text == SEEN
