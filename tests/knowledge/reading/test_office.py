"""Office files as people see them: numbers, merged cells, charts, automatic numbers, notes, white words on dark ground."""

import io
import zipfile
from datetime import date

import openpyxl
import pytest
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from knowledge.reading.readers.numbers import shown
from knowledge.reading.reading import read

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
NUMBERS = """<w:abstractNum w:abstractNumId="0">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="第%1条"/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="japaneseCounting"/><w:lvlText w:val="%2"/></w:lvl>
<w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="bullet"/><w:lvlText w:val="l"/></w:lvl></w:abstractNum>
<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:start w:val="3"/><w:numFmt w:val="aiueoFullWidth"/><w:lvlText w:val="(%1)"/></w:lvl></w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>"""


def paragraph(text: str, properties: str = "", run: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:rPr>{run}</w:rPr><w:t>{text}</w:t></w:r></w:p>"


def numbered(text: str, level: int = 0, number: int = 1) -> str:
    return paragraph(
        text, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
    )


def docx(body: str, **parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
        z.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{PACKAGE}/content-types"><Override PartName="/d.xml" ContentType="{kind}"/></Types>',
        )
        link = '<Relationship Id="{0}" Type="' + R + '/{0}" Target="{1}"/>'
        rels = f'<Relationships xmlns="{PACKAGE}/relationships">'
        z.writestr("_rels/.rels", f"{rels}{link.format('officeDocument', 'd.xml')}</Relationships>")
        z.writestr(
            "_rels/d.xml.rels",
            rels + "".join(link.format(name, f"{name}.xml") for name in parts) + "</Relationships>",
        )
        z.writestr("d.xml", f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>')
        for name, inside in parts.items():
            z.writestr(f"{name}.xml", f'<w:{name} xmlns:w="{W}">{inside}</w:{name}>')
    return out.getvalue()


def sheet(drawing: str) -> bytes:
    """Return a workbook with one sheet and this drawing on it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
        z.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{PACKAGE}/content-types"><Override PartName="/b.xml" ContentType="{kind}"/></Types>',
        )
        names = f'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="{R}"'
        linked = {
            "": ("officeDocument", "b.xml"),
            "b.xml": ("worksheet", "s.xml"),
            "s.xml": ("drawing", "d.xml"),
        }
        for name, (link, target) in linked.items():
            row = f'<Relationship Id="r1" Type="{R}/{link}" Target="{target}"/>'
            z.writestr(
                f"_rels/{name}.rels",
                f'<Relationships xmlns="{PACKAGE}/relationships">{row}</Relationships>',
            )
        z.writestr(
            "b.xml",
            f'<workbook {names}><sheets><sheet name="s" sheetId="1" r:id="r1"/></sheets></workbook>',
        )
        z.writestr("s.xml", f'<worksheet {names}><sheetData/><drawing r:id="r1"/></worksheet>')
        z.writestr(
            "d.xml",
            f'<wsDr xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">{drawing}</wsDr>',
        )
    return out.getvalue()


BREAKS = [
    (("Private phones are not", "allowed here."), "Private phones are not allowed here."),
    (("退職金は支給", "しない。"), "退職金は支給しない。"),
]


@pytest.mark.parametrize(("lines", "whole"), BREAKS)
async def test_a_break_typed_in_a_note_parts_words_and_tears_no_sentence(lines, whole):
    body = '<w:p><w:r><w:t>上限は五万円とする。</w:t><w:footnoteReference w:id="2"/></w:r></w:p>'
    broken = "</w:t><w:br/><w:t>".join(lines)
    footnotes = f'<w:footnote w:id="2">{paragraph(broken)}{paragraph("次の段落。")}</w:footnote>'
    reading = await read("規程.docx", docx(body, footnotes=footnotes))
    assert reading.pages[0].text.split("\n") == ["上限は五万円とする。", whole, "次の段落。"]


@pytest.mark.parametrize(("lines", "whole"), BREAKS)
async def test_a_break_typed_in_a_shape_of_a_sheet_parts_words_and_tears_no_sentence(lines, whole):
    broken = "</a:t></a:r><a:br/><a:r><a:t>".join(lines)
    reading = await read(
        "表.xlsx", sheet(f"<sp><txBody><a:p><a:r><a:t>{broken}</a:t></a:r></a:p></txBody></sp>")
    )
    assert whole in reading.pages[0].text.split("\n")


async def test_automatic_numbers_are_read_as_word_counts_them():
    body = (
        numbered("目的")
        + numbered("定義", 1)
        + numbered("適用", 1)
        + numbered("入力の禁止")
        + numbered("例外", 1)
    )
    body += (
        numbered("名前", 2)
        + numbered("別の列", 0, 2)
        + numbered("つぎ", 0, 2)
        + paragraph("番号なし")
    )
    reading = await read("規程.docx", docx(body, numbering=NUMBERS))
    assert [page.place.label for page in reading.pages] == ["第1条 目的", "第2条 入力の禁止"]
    assert reading.pages[0].text == "一 定義\n二 適用"
    assert reading.pages[1].text == "一 例外\n- 名前\n(ウ) 別の列\n(エ) つぎ\n番号なし"


async def test_headings_are_known_by_outline_and_by_the_style_they_build_on():
    styles = '<w:style w:styleId="a"><w:name w:val="heading 1"/></w:style><w:style w:styleId="b"><w:name w:val="社内見出し"/><w:basedOn w:val="a"/></w:style>'
    body = (
        paragraph("題", '<w:pStyle w:val="a"/>')
        + paragraph("前文")
        + paragraph("章", '<w:pStyle w:val="b"/>')
        + paragraph("一の文")
    )
    body += paragraph("節", '<w:outlineLvl w:val="1"/>') + paragraph("二の文")
    reading = await read("規程.docx", docx(body, styles=styles))
    assert [(page.title, page.text) for page in reading.pages] == [
        ("題", "前文"),
        ("章", "一の文"),
        ("章 › 節", "二の文"),
    ]


async def test_text_that_was_moved_or_deleted_with_tracked_changes_is_read_where_it_is_now():
    moved = "<w:r><w:t>移された文。</w:t></w:r>"
    body = (
        f"<w:p><w:moveFrom>{moved}</w:moveFrom></w:p>"
        + paragraph("残る文。")
        + "<w:p><w:del><w:r><w:delText>消された文。</w:delText></w:r></w:del></w:p>"
        + f"<w:p><w:moveTo>{moved}</w:moveTo></w:p>"
    )
    reading = await read("a.docx", docx(body))

    text = "".join(page.text for page in reading.pages)
    assert "".join(text.split()) == "残る文。移された文。"
    assert "tracked_deletion" in {flag.kind for flag in reading.flags}


async def test_notes_stand_where_they_are_called_and_comments_apart():
    body = (
        '<w:p><w:r><w:t>上限は五万円とする。</w:t><w:footnoteReference w:id="2"/></w:r></w:p>'
        + paragraph("次の段落。")
    )
    footnotes = f'<w:footnote w:id="2">{paragraph("消費税を除く。")}</w:footnote>'
    comments = f'<w:comment w:id="0">{paragraph("確認済み")}</w:comment>'
    reading = await read("規程.docx", docx(body, footnotes=footnotes, comments=comments))
    assert reading.pages[0].text == "上限は五万円とする。\n消費税を除く。\n次の段落。"
    assert reading.pages[1].text == "確認済み" and "Comments" in reading.pages[1].place.label


async def test_a_cell_merged_downwards_counts_in_every_row_and_white_heads_are_read():
    def cell(text: str, properties: str = "", run: str = "") -> str:
        return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(text, '', run)}</w:tc>"

    white, navy = '<w:color w:val="FFFFFF"/>', '<w:shd w:fill="1F3864"/>'
    head = f"<w:tr>{cell('区分', navy, white)}{cell('年数', navy, white)}</w:tr>"
    rows = f"<w:tr>{cell('極秘', '<w:vMerge w:val=&quot;restart&quot;/>'.replace('&quot;', chr(34)))}{cell('十年')}</w:tr>"
    rows += f"<w:tr>{cell('', '<w:vMerge/>')}{cell('五年')}</w:tr><w:tr>{cell('秘')}{cell('三年')}</w:tr>"
    hidden = paragraph("隠した文", "", white)
    reading = await read("規程.docx", docx(f"<w:tbl>{head}{rows}</w:tbl>{hidden}"))
    assert reading.pages[0].text == "区分 | 年数\n極秘 | 十年\n極秘 | 五年\n秘 | 三年"
    assert [flag.detail for flag in reading.flags] == ["hidden_run"]


async def test_a_sheet_shows_what_people_see_below_the_right_head():
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ["区分", "割合", "開始日", "上限"],
        ["極秘", 0.125, date(2026, 4, 1), 12800],
        [None, None, None, 500],
    ):
        sheet.append(row)
    sheet["B2"].number_format, sheet["C2"].number_format = "0.0%", '[$-411]ggge"年"m"月"d"日"'
    sheet["D2"].number_format = '#,##0"円"'
    sheet.merge_cells("A2:A3")
    sheet["A2"].comment = Comment("部長まで", "x")
    chart = BarChart()
    chart.title = "割合の推移"
    chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=2))
    sheet.add_chart(chart, "G1")
    out = io.BytesIO()
    book.save(out)
    reading = await read("表.xlsx", out.getvalue())
    assert reading.pages[0].text.split("\n") == [
        "区分 | 割合 | 開始日 | 上限",
        "極秘 | 12.5% | 令和8年4月1日 | 12800円",
        "極秘 |  |  | 500",
        "割合の推移",
    ]
    assert reading.pages[0].notes == "部長まで"


async def test_a_chart_on_a_slide_is_read_as_rows():
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = "売上"
    data = CategoryChartData()
    data.categories = ["東京", "大阪"]
    data.add_series("売上高", (1.5, 2.5))
    frame = slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, Inches(4), Inches(3), data)
    frame.chart.has_title = True
    frame.chart.chart_title.text_frame.text = "地域別"
    out = io.BytesIO()
    deck.save(out)
    reading = await read("会議.pptx", out.getvalue())
    assert reading.pages[0].text == "売上\n地域別\n | 東京 | 大阪\n売上高 | 1.5 | 2.5"


@pytest.mark.parametrize(
    ("value", "code", "seen"),
    [
        ("12800", '#,##0"円"', "12800円"),
        ("0.125", "0.0%", "12.5%"),
        ("46113", 'yyyy"年"m"月"d"日"', "2026年4月1日"),
        ("46113", "ge.m.d", "R8.4.1"),
        ("46113.5", "yyyy/m/d h:mm", "2026/4/1 12:00"),
        ("0.3958333333333333", "h:mm", "9:30"),
        ("1.5", "[h]:mm", "36:00"),
        ("5", "000", "005"),
        ("-1500.5", "¥#,##0.00;[Red]-¥#,##0.00", "-¥1500.50"),
        ("0", '0;-0;"なし"', "なし"),
        ("0.30000000000000004", "General", "0.3"),
        ("12", '"第"0"条"', "第12条"),
        ("0.5", "# ?/?", "0.5"),
        ("46113", "aaaa", "水曜日"),
        ("text", "0.0", "text"),
        ("inf", "0.0", "inf"),
        ("9e99", "yyyy/m/d", "9e99"),
    ],
)
def test_a_number_is_shown_in_its_format(value, code, seen):
    assert shown(value, code) == seen


async def test_a_heading_underlined_in_markdown_is_one():
    text = "題\n====\n\n前文\n\n章\n---\n\n本文\n続き\n---\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
    reading = await read("規程.md", text.encode())
    assert reading.title == "題"
    assert [(page.title, page.text) for page in reading.pages] == [
        ("題", "前文"),
        ("題 › 章", "本文\n続き\n\na | b\n1 | 2"),
    ]
