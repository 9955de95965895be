"""A sentence that a file breaks at the end of a line is read as one; what ends where its author wanted stays as it was."""

import io
import re
from pathlib import Path

import pytest
from docx import Document
from openpyxl import Workbook
from pptx import Presentation
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from knowledge.reading.chunks import passages
from knowledge.reading.reading import Reading, read
from knowledge.text.units import units
from tests.wrapping import wrapped

RULES = [
    ("Private phones are not\nallowed for reading company mail.", "Private phones are not allowed for reading company mail."),
    ("午後10時以降に社内システムへ接続することは禁止\nされていません。", "午後10時以降に社内システムへ接続することは禁止されていません。"),
    (
        "個人のスマートフォンに顧客情報を保存することができるのは、部長の許可を得た\n場合だけです。",
        "個人のスマートフォンに顧客情報を保存することができるのは、部長の許可を得た場合だけです。",
    ),
    ("A taxi on a business trip is never\nallowed.", "A taxi on a business trip is never allowed."),
    ("There is no retirement\nallowance.", "There is no retirement allowance."),
    ("すべての社員について、退職金は支給\nしない。", "すべての社員について、退職金は支給しない。"),
    ("2. 社外秘の情報は、社内環境で動く生成AI\n   にだけ入力できる。", "2. 社外秘の情報は、社内環境で動く生成AIにだけ入力できる。"),
    ("Only employees of the Tokyo\nOffice may use it (until\nMarch).", "Only employees of the Tokyo Office may use it (until March)."),
    ("第2条　従業員は、会社の許可な\nく情報を持ち出してはなら\nない。", "第2条　従業員は、会社の許可なく情報を持ち出してはならない。"),
    ("It needs a long-\nterm plan.", "It needs a long-term plan."),
    ("Approval is needed. No approv-\nal, no trip. The approval counts.", "Approval is needed. No approval, no trip. The approval counts."),
]  # fmt: skip
KEPT = [
    "氏名: 山田太郎\n住所: 東京都港区\n電話: 03-1111-2222",
    "Hikarino Works\n1-2-3 Minato\nTokyo",
    "目的\nこの規程は、社員に適用する。",
    "第3条 目的\nこの規程は、社員に適用する。",
    "次のものを提出する。\n（１）申請書\n（２）領収書",
    "- apples\n- oranges",
    "apples\noranges\nbananas",
    "区分\t上限\n国内\t2万円",
    "提出するもの：\n申請書",
]


async def lines(name: str, content: str | bytes) -> list[str]:
    found = await read(name, content if isinstance(content, bytes) else content.encode())
    texts = (f"{page.title}\n{page.text}" for page in found.pages)
    return [line for text in texts for line in text.split("\n") if line.strip()]


def pdf(*pages: list[str], size: float = 10) -> bytes:
    """Return a PDF whose pages hold these lines, one below the other; an empty one leaves room."""
    pdfmetrics.registerFont(UnicodeCIDFont("HeiseiKakuGo-W5"))
    stream = io.BytesIO()
    canvas = Canvas(stream)
    for page in pages:
        canvas.setFont("HeiseiKakuGo-W5", size)
        for at, line in enumerate(page):
            canvas.drawString(60, 760 - at * 16, line)
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


@pytest.mark.parametrize(("text", "expected"), RULES)
@pytest.mark.parametrize("kind", ["txt", "md", "pdf"])
async def test_a_rule_broken_at_a_lines_end_is_one_sentence(
    text: str, expected: str, kind: str
) -> None:
    if kind == "pdf" and "long-" in text:
        pytest.skip("PDFium tells no hyphen of a word from one that divides it")
    content = pdf(text.split("\n")) if kind == "pdf" else text
    assert expected in await lines(f"規則.{kind}", content)


def context(kind: str, text: str) -> bytes:
    """Return a Word file, a slide or a sheet with this text in one paragraph or cell, its line ends typed by hand."""
    stream = io.BytesIO()
    if kind == "docx":
        word = Document()
        word.add_paragraph(text)
        word.save(stream)
    elif kind == "pptx":
        slides = Presentation()
        slide = slides.slides.add_slide(slides.slide_layouts[1])
        slide.shapes.title.text = "規則"
        slide.placeholders[1].text = text.replace("\n", "\v")
        slides.save(stream)
    else:
        book = Workbook()
        book.active["A1"] = text
        book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(("text", "expected"), RULES)
@pytest.mark.parametrize("kind", ["docx", "pptx", "xlsx"])
async def test_a_break_typed_inside_a_paragraph_or_cell_tears_no_rule(
    text: str, expected: str, kind: str
) -> None:
    wanted = " ".join(expected.split()) if kind == "xlsx" else expected  # a cell has no wide spaces
    assert wanted in await lines(f"規則.{kind}", context(kind, text))


@pytest.mark.parametrize("text", KEPT)
@pytest.mark.parametrize("kind", ["docx", "pptx"])
async def test_a_break_typed_where_something_ends_stays(text: str, kind: str) -> None:
    read_lines = await lines(f"規則.{kind}", context(kind, text))
    shown = "\n".join(read_lines)
    assert shown.endswith(text)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<p>接続することは禁止\n  されていません。</p>", "接続することは禁止されていません。"),
        ("<p>Private phones are\n  not allowed.</p>", "Private phones are not allowed."),
        (
            "<p>保存できるのは、許可を得た<br>場合だけです。</p>",
            "保存できるのは、許可を得た場合だけです。",
        ),
        (
            "<pre>Private phones are not\nallowed for mail.</pre>",
            "Private phones are not allowed for mail.",
        ),
        ("<table><tr><td>情報\n区分</td><td>社外秘</td></tr></table>", "情報区分 | 社外秘"),
    ],
)
async def test_a_line_of_html_ends_nothing(source: str, expected: str) -> None:
    assert await lines("規則.html", f"<html><body>{source}</body></html>") == [expected]


@pytest.mark.parametrize("text", KEPT)
async def test_what_ends_where_its_author_wanted_stays_as_it_is(text: str) -> None:
    assert "\n".join(await lines("連絡先.txt", text)) == text


async def test_a_heading_of_bold_words_and_code_stay_lines_of_markdown() -> None:
    text = "**個人情報保護法**\n人の名前や住所を\n出さない。\n\n```\nfoo\nbar\n```\n\n担当: 山田  \n電話: 4200\n"
    expected = [
        "**個人情報保護法**",
        "人の名前や住所を出さない。",
        "```",
        "foo",
        "bar",
        "```",
        "担当: 山田",
        "電話: 4200",
    ]
    assert await lines("規則.md", text) == expected


async def test_a_quotation_in_markdown_is_joined_without_its_marks() -> None:
    assert await lines("a.md", "> Personal accounts are not\n> allowed for work.\n") == [
        "> Personal accounts are not allowed for work."
    ]


async def test_cells_below_one_another_on_a_page_are_rows_and_an_empty_one_keeps_its_place() -> (
    None
):
    stream = io.BytesIO()
    canvas = Canvas(stream)
    rows = [
        ("Post", "Home", "Abroad"),
        ("Head", "3,000 yen", "7,000 yen"),
        ("Clerk", "", "6,000 yen"),
    ]
    for down, row in enumerate(rows):
        for across, cell in enumerate(row):
            canvas.drawString(60 + across * 140, 700 - down * 24, cell)
    canvas.save()
    assert await lines("a.pdf", stream.getvalue()) == [
        "Post | Home | Abroad",
        "Head | 3,000 yen | 7,000 yen",
        "Clerk |  | 6,000 yen",
    ]


async def test_heads_feet_and_page_numbers_are_left_out_and_a_sentence_over_two_pages_stands_on_the_first() -> (
    None
):
    ends = ["泊まることは認め", "車を使うことは許さ", "延ばすことは認め", "以上を定める。"]
    pages = []
    for number, end in enumerate(ends, 1):
        rest = (
            ["られない。", "れない。", "られない。"][number - 2 : number - 1] if number > 1 else []
        )
        rule = f"規則{number}により、社員は出張の届出をしなければならず、許可なく"
        pages.append(["出張規程 2026年度", "", *rest, rule, end, "", f"- {number} -"])
    found = await read("a.pdf", pdf(*pages))
    assert [page.text for page in found.pages] == [
        "規則1により、社員は出張の届出をしなければならず、許可なく泊まることは認められない。",
        "規則2により、社員は出張の届出をしなければならず、許可なく車を使うことは許されない。",
        "規則3により、社員は出張の届出をしなければならず、許可なく延ばすことは認められない。",
        "規則4により、社員は出張の届出をしなければならず、許可なく以上を定める。",
    ]


async def test_a_head_without_a_number_stays_on_its_first_page() -> None:
    pages = [["就業規則", f"規則{number}を定める。"] for number in range(1, 4)]
    found = await read("a.pdf", pdf(*pages))
    assert [page.text for page in found.pages] == [
        "就業規則\n規則1を定める。",
        "規則2を定める。",
        "規則3を定める。",
    ]


async def quotable(name: str, text: str) -> list[str]:
    """Return what can be quoted, unit by unit, without the spaces that may stand beside Japanese letters."""
    reading: Reading = await read(name, text.encode())
    found = passages(reading, document="d", version="v", audience="all", title="題")
    sign = r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]"
    quoted = [unit.text for passage in found for unit in units(passage)]
    return [re.sub(rf"(?<={sign})\s+|\s+(?={sign})", "", " ".join(line.split())) for line in quoted]


@pytest.mark.parametrize("width", [30, 40, 52, 60, 72, 80, 100])
async def test_documents_of_everyday_give_the_same_quotes_at_every_width(
    shared: Path, width: int
) -> None:
    for path in sorted((shared / "bench").glob("everyday*/corpus/*.[mt][dx]*")):
        whole = path.read_text("utf-8")
        if path.suffix == ".txt":  # broken already
            whole = "\n\n".join(
                page.text for page in (await read(path.name, path.read_bytes())).pages
            )
        expected, found = (
            await quotable(path.name, whole),
            await quotable(path.name, wrapped(whole, width)),
        )
        assert {path.name: set(expected) ^ set(found)} == {path.name: set()}
