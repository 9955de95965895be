"""What stands beside a file's plain text: addresses, form fields, pictures, formulas, places of boxes, columns."""

import io

import openpyxl
import pytest
from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm
from PIL import Image
from pptx import Presentation
from pptx.util import Inches
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from knowledge.reading.reading import read

FORM = "https://intra.example.co.jp/ai-request"
LONG = "生成AIの利用にあたっては、この手順に従い、所属長の承認を受け、結果を確かめてから使うものとし、記録を三年間保存しなければならない。"


def saved(file) -> bytes:
    out = io.BytesIO()
    file.save(out)
    return out.getvalue()


def picture() -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (400, 300), "white").save(out, "PNG")
    out.seek(0)
    return out


@pytest.fixture
def no_ocr(monkeypatch) -> None:
    monkeypatch.setattr("knowledge.reading.readers.tessdata.data", lambda: None)


def link_in_word(*, by_field: bool) -> bytes:
    document = Document()
    paragraph = document.add_paragraph("申請は")
    run = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = "申請フォーム"
    run.append(text)
    if by_field:
        link = OxmlElement("w:fldSimple")
        link.set(qn("w:instr"), f' HYPERLINK "{FORM}" ')
    else:
        link = OxmlElement("w:hyperlink")
        to = document.part.relate_to(FORM, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
        link.set(qn("r:id"), to)
    link.append(run)
    paragraph._p.append(link)
    paragraph.add_run("から行う。")
    return saved(document)


def link_on_slide() -> bytes:
    show = Presentation()
    slide = show.slides.add_slide(show.slide_layouts[6])
    box = slide.shapes.add_textbox(Inches(1), Inches(1), Inches(4), Inches(1))
    runs = box.text_frame.paragraphs[0]
    runs.add_run().text = "申請は"
    run = runs.add_run()
    run.text = "申請フォーム"
    run.hyperlink.address = FORM
    runs.add_run().text = "から行う。"
    return saved(show)


def link_in_sheet() -> bytes:
    book = openpyxl.Workbook()
    book.active["A1"] = "申請フォーム"
    book.active["A1"].hyperlink = FORM
    return saved(book)


def link_on_page() -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.drawString(100, 700, "Use the request form today.")
    canvas.linkURL(FORM, (100, 695, 240, 715))
    canvas.save()
    return out.getvalue()


LINKS = [
    ("a.docx", link_in_word(by_field=False)),
    ("b.docx", link_in_word(by_field=True)),
    ("a.pptx", link_on_slide()),
    ("a.xlsx", link_in_sheet()),
    ("a.pdf", link_on_page()),
    ("a.html", f'<p>申請は<a href="{FORM}">申請フォーム</a>から行う。</p>'.encode()),
]


@pytest.mark.parametrize(("name", "content"), LINKS)
async def test_the_address_behind_words_is_kept_beside_them(name: str, content: bytes) -> None:
    reading = await read(name, content)
    assert reading.pages[0].text.count(FORM) == 1


async def test_an_address_that_is_written_or_leads_nowhere_is_not_said_again() -> None:
    written = (
        f'<p><a href="{FORM}">{FORM}</a> <a href="#top">上へ</a> <a href="javascript:x()">x</a></p>'
    )
    reading = await read("a.html", written.encode())
    assert reading.pages[0].text == f"{FORM} 上へ x"


async def test_what_was_filled_into_a_form_is_kept_by_its_label() -> None:
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.drawString(60, 700, "Limit")
    canvas.acroForm.textfield(name="f1", value="35,000 yen", x=110, y=694, width=200, height=20)
    canvas.acroForm.textfield(name="f2", value="", x=110, y=594, width=200, height=20)
    canvas.save()
    reading = await read("form.pdf", out.getvalue())
    assert reading.pages[0].text == "Limit\nLimit: 35,000 yen"


async def test_a_formula_without_a_value_is_named() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "予算"
    sheet.append(["月額", "年額"])
    sheet.append([30000, "=A2*12"])
    reading = await read("a.xlsx", saved(book))
    assert [(f.kind, f.detail) for f in reading.flags] == [("formula", "予算: B2")]


async def test_a_slide_with_a_title_and_a_picture_is_a_picture(no_ocr) -> None:
    show = Presentation()
    for text in ("運用フロー", LONG):
        slide = show.slides.add_slide(show.slide_layouts[5])
        slide.shapes.title.text = text
        slide.shapes.add_picture(picture(), Inches(1), Inches(2), Inches(6), Inches(4))
    small = show.slides.add_slide(show.slide_layouts[5])
    small.shapes.title.text = "以上"
    small.shapes.add_picture(picture(), Inches(1), Inches(2), Inches(1), Inches(1))
    reading = await read("a.pptx", saved(show))
    assert [(f.kind, f.page) for f in reading.flags] == [("image_only", 1), ("picture", 2)]


async def test_a_picture_below_a_short_word_is_told(no_ocr) -> None:
    document = Document()
    document.add_heading("運用フロー", 1)
    document.add_paragraph("下図のとおり。")
    document.add_picture(picture(), Cm(12))
    document.add_heading("罰則", 1)
    document.add_paragraph("違反者は処分する。")
    reading = await read("a.docx", saved(document))
    assert [(f.kind, f.page) for f in reading.flags] == [("image_only", 1)]


async def test_a_page_of_a_picture_with_a_footer_is_a_picture(no_ocr) -> None:
    out = io.BytesIO()
    canvas = Canvas(out)
    for number in (1, 2):
        canvas.drawInlineImage(Image.open(picture()), 60, 300, 400, 300)
        canvas.drawString(60, 30, f"Survey of April 2026 / {number}")
        canvas.showPage()
    canvas.drawString(60, 700, "The survey ends here, and this page is text.")
    canvas.save()
    reading = await read("a.pdf", out.getvalue())
    assert [(f.kind, f.page) for f in reading.flags] == [("image_only", 1), ("image_only", 2)]


async def test_boxes_of_a_slide_are_read_by_where_they_stand() -> None:
    show = Presentation()
    slide = show.slides.add_slide(show.slide_layouts[5])
    places = {
        "右の二": (5, 3),
        "左の一": (1, 1.5),
        "三": (1, 5),
        "右の一": (5, 1.5),
        "左の二": (1, 3),
    }
    for text, (left, top) in places.items():
        box = slide.shapes.add_textbox(Inches(left), Inches(top), Inches(3), Inches(1))
        box.text_frame.text = text
    slide.shapes.title.text = "題"
    reading = await read("a.pptx", saved(show))
    assert reading.pages[0].text.split("\n") == ["題", "左の一", "右の一", "左の二", "右の二", "三"]


def columns(*, headline: bool, lines: int) -> bytes:
    pdfmetrics.registerFont(UnicodeCIDFont("HeiseiKakuGo-W5"))
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.setFont("HeiseiKakuGo-W5", 10)
    if headline:
        canvas.drawString(
            60,
            740,
            "社内報　生成AIの利用ルールが変わり、申請の手順も新しくなりましたのでご覧ください",
        )
    for at in range(lines):
        canvas.drawString(60, 700 - 14 * at, f"左{at:02}の利用目的の説明文が続いています")
        canvas.drawString(320, 700 - 14 * at, f"右{at:02}の違反と処分の説明が続いています")
    canvas.save()
    return out.getvalue()


@pytest.mark.parametrize("headline", [False, True])
async def test_columns_are_read_one_after_the_other_below_a_headline(headline: bool) -> None:
    reading = await read("a.pdf", columns(headline=headline, lines=8))
    text = "".join(reading.pages[0].text.split())
    order = [text.index(part) for part in ("左00", "左07", "右00", "右07")]
    assert order == sorted(order)
    assert not headline or text.startswith("社内報")


@pytest.mark.parametrize("upright", [True, False])
async def test_letters_placed_one_by_one_in_a_font_that_nobody_has_are_read(upright: bool) -> None:
    pdfmetrics.registerFont(UnicodeCIDFont("HeiseiMin-W3"))
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.setFont("HeiseiMin-W3", 12)
    for column, line in enumerate(
        ("休職の期間は勤続五年未満の者は", "六か月とし、施行日は四月一日とする。")
    ):
        for at, letter in enumerate(line):
            if upright:
                canvas.drawString(500 - 24 * column, 780 - 18 * at, letter)
            else:
                canvas.drawString(60 + 18 * at, 780 - 24 * column, letter)
    canvas.save()
    reading = await read("通知.pdf", out.getvalue())
    assert (
        reading.pages[0].text
        == "休職の期間は勤続五年未満の者は六か月とし、施行日は四月一日とする。"
    )
