"""What stands in a file can be asked for once it is published: body styles, rules written as headings, long headings."""

import io
import json
import re
from pathlib import Path

import pytest
from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from pptx import Presentation

from handlers.conversation import Text, Upload
from knowledge.reading.reading import read
from tests.handlers.documents.conftest import MEMBER, Talk, file

RULES = (
    "利用前に部長の承認を受ける。",
    "利用記録は三年間保存する。",
    "違反者は懲戒規程第八条により処分する。",
)
LONG = (
    "秘密保持契約の締結後に開示された情報のうち書面により秘密と明示されたものについては、" * 3
    + "有効期間は九十日とする"
)


def saved(document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def levelled(document, name: str, based: str, outline: int | None) -> None:
    """Add a paragraph style that builds on another, with an outline level of its own where one is given."""
    style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = document.styles[based]
    if outline is not None:
        style.element.get_or_add_pPr().append(element("w:outlineLvl", outline))


def element(tag: str, value: object):
    made = OxmlElement(tag)
    made.set(qn("w:val"), str(value))
    return made


def styled(name: str, *, based: str = "Normal", outline: int | None = None) -> bytes:
    """A Word file whose rules are paragraphs of a style with this name."""
    document = Document()
    if name in document.styles:
        document.styles[name].delete()
    levelled(document, name, based, outline)
    document.add_heading("1. 目的", 1)
    for rule in RULES:
        document.add_paragraph(rule, style=name)
    document.add_heading("2. 付則", 1)
    document.add_paragraph("この規程は四月一日から使う。", style=name)
    return saved(document)


async def published(talk: Talk, name: str, content: bytes | str) -> None:
    report = (await talk.all(Upload((file(name, content),))))[-1]
    await talk.press(report, "publish")


@pytest.mark.asyncio(loop_scope="module")
async def test_a_body_style_named_after_a_heading_is_body_text(talk: Talk) -> None:
    await published(talk, "規程.docx", styled("見出し 2　本文"))

    assert "三年間" in (await talk(Text("利用記録は何年間保存する?"), MEMBER)).text
    assert "部長" in (await talk(Text("利用前にだれの承認を受ける?"), MEMBER)).text


@pytest.mark.parametrize(
    "name",
    [
        "見出し 2　本文",
        "見出し1本文",
        "見出し2の本文",
        "Heading 2 Text",
        "heading 1 body",
        "Heading 2 Char",
        "見出し 2 (文字)",
        "本文（見出し2）",
        "標準(見出し 3)",
    ],
)
async def test_every_paragraph_of_a_body_style_is_kept_under_its_heading(name: str) -> None:
    reading = await read("規程.docx", styled(name))
    assert [page.place.label for page in reading.pages] == ["1. 目的", "2. 付則"]
    assert reading.pages[0].text.split("\n") == list(RULES)


@pytest.mark.parametrize("name", ["Custom Section", "社内見出し", "Überschrift Eigen"])
@pytest.mark.parametrize(("based", "outline"), [("Heading 2", None), ("Normal", 1)])
async def test_a_heading_is_known_by_its_outline_level_whatever_its_name(
    name: str, based: str, outline: int | None
) -> None:
    document = Document()
    levelled(document, name, based, outline)
    document.add_heading("規程", 1)
    document.add_paragraph("保存", style=name)
    document.add_paragraph("三年間とする。")
    reading = await read("規程.docx", saved(document))
    assert [(page.place.label, page.text) for page in reading.pages] == [("保存", "三年間とする。")]


async def test_a_style_built_on_a_heading_may_say_that_it_is_body_text() -> None:
    reading = await read("規程.docx", styled("規程本文", based="Heading 2", outline=9))
    assert [page.place.label for page in reading.pages] == ["1. 目的", "2. 付則"]
    assert reading.pages[0].text.split("\n") == list(RULES)


@pytest.mark.parametrize("name", ["見出し 1", "見出し１", "見出し 1"])
async def test_a_heading_style_is_known_by_its_whole_name_in_either_width(name: str) -> None:
    document = Document()
    document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    document.add_paragraph("目的", style=name)
    document.add_paragraph("安全な利用を定める。")
    reading = await read("規程.docx", saved(document))
    assert reading.pages[0].place.label == "目的"


async def test_what_a_tracked_change_of_format_was_before_does_not_count() -> None:
    document = Document()
    document.add_heading("保存", 1)
    paragraph = document.add_paragraph("三年間とする。")
    before = OxmlElement("w:pPrChange")
    before.append(OxmlElement("w:pPr"))
    before[0].append(element("w:pStyle", "Heading1"))
    paragraph._p.get_or_add_pPr().append(before)
    hidden = OxmlElement("w:rPrChange")
    hidden.append(OxmlElement("w:rPr"))
    hidden[0].append(element("w:vanish", 1))
    paragraph.runs[0]._r.get_or_add_rPr().append(hidden)
    reading = await read("規程.docx", saved(document))
    assert [(page.place.label, page.text) for page in reading.pages] == [("保存", "三年間とする。")]
    assert not reading.flags


async def test_a_paragraph_may_be_a_heading_or_none_against_its_style() -> None:
    document = Document()
    own = document.add_paragraph("保存")
    own._p.get_or_add_pPr().append(element("w:outlineLvl", 1))
    not_one = document.add_heading("三年間とする。", 2)
    not_one._p.get_or_add_pPr().append(element("w:outlineLvl", 9))
    reading = await read("規程.docx", saved(document))
    assert [(page.place.label, page.text) for page in reading.pages] == [("保存", "三年間とする。")]


async def test_no_text_is_lost_when_every_paragraph_is_a_heading_by_inheritance() -> None:
    reading = await read("規程.docx", styled("規程本文", based="Heading 2"))
    text = "\n".join(page.text for page in reading.pages)
    assert [rule for rule in RULES if rule not in text] == []


def headed(kind: str, headings: tuple[str, ...], body: str = "") -> tuple[str, bytes]:
    """A file of this kind with these headings of one level one after the other, and `body` under the last."""
    if kind == "docx":
        document = Document()
        document.add_heading("利用の心得", 0)
        for heading in headings:
            document.add_heading(heading, 2)
        document.add_paragraph(body)
        return "心得.docx", saved(document)
    if kind == "html":
        marked = "".join(f"<h2>{heading}</h2>" for heading in headings)
        return (
            "心得.html",
            f"<html><body><h1>利用の心得</h1>{marked}<p>{body}</p></body></html>".encode(),
        )
    if kind == "pptx":
        show = Presentation()
        for heading in headings:
            show.slides.add_slide(show.slide_layouts[5]).shapes.title.text = heading
        return "心得.pptx", saved(show)
    if kind == "pdf":
        return "心得.pdf", pdf((*headings, body))
    mark = "## " if kind == "md" else ""
    lines = [f"{mark}{heading}\n" for heading in headings]
    return f"心得.{kind}", "\n".join(["# 利用の心得\n", *lines, body]).encode()


def pdf(lines: tuple[str, ...]) -> bytes:
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfbase.pdfmetrics import registerFont
    from reportlab.pdfgen.canvas import Canvas

    registerFont(UnicodeCIDFont("HeiseiMin-W3"))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(2000, 400))
    canvas.setFont("HeiseiMin-W3", 12)
    for at, line in enumerate(lines):
        canvas.drawString(20, 380 - 20 * at, line)
    canvas.save()
    return out.getvalue()


HEADINGS = (
    "個人情報を入力しないこと",
    "顧客名は仮名にすること",
    "出力は必ず二名で確認すること",
    "連絡先は内線7788",
)


@pytest.mark.parametrize("kind", ["docx", "md", "html", "pptx", "pdf", "txt"])
async def test_rules_written_as_headings_are_content(kind: str) -> None:
    reading = await read(*headed(kind, HEADINGS))
    text = "\n".join(page.text for page in reading.pages)
    assert [heading for heading in HEADINGS if text.count(heading) != 1] == []


@pytest.mark.parametrize("kind", ["docx", "md", "html", "pptx", "pdf", "txt"])
async def test_a_long_heading_is_kept_to_its_last_word(kind: str) -> None:
    reading = await read(*headed(kind, (LONG, "本文の見出し"), "本文はここだけ。"))
    text = "".join("".join(page.text for page in reading.pages).split())
    assert LONG in text
    assert all(len(page.place.label) <= 120 for page in reading.pages)


@pytest.mark.parametrize("kind", ["docx", "md", "html"])
async def test_a_plain_heading_above_its_text_is_the_place_and_no_content(kind: str) -> None:
    reading = await read(*headed(kind, ("保存",), "三年間とする。"))
    assert [(page.place.label, page.text.strip()) for page in reading.pages] == [
        ("保存", "三年間とする。")
    ]


@pytest.mark.parametrize("kind", ["docx", "md", "html"])
async def test_a_rule_as_a_heading_above_its_explanation_can_be_quoted(kind: str) -> None:
    reading = await read(*headed(kind, ("顧客名は必ず仮名に置き換える",), "例: A社。"))
    assert [page.text.split() for page in reading.pages] == [
        ["顧客名は必ず仮名に置き換える", "例:", "A社。"]
    ]


async def test_articles_of_one_line_keep_their_place() -> None:
    reading = await read(
        "規程.txt",
        "第1条 課長が承認する\n第2条 部長が報告を受ける\n第3条 記録は三年間残す".encode(),
    )
    assert [(page.place.label, page.text) for page in reading.pages] == [
        (line, line)
        for line in ("第1条 課長が承認する", "第2条 部長が報告を受ける", "第3条 記録は三年間残す")
    ]


async def test_headings_alone_with_nothing_in_them_are_an_empty_document() -> None:
    reading = await read("空.md", "# 一\n\n## \n\n#  \n\n# 二".encode())
    assert "".join(page.text for page in reading.pages).split() == ["一", "二"]


def tight(text: str) -> str:
    return "".join(text.split())


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("start", ["a_", "ae_", "b_", "c_", "h_", "i2_", "j_", "k_"])
async def test_small_files_once_read_wrongly_are_kept_whole(
    talk: Talk, shared: Path, start: str
) -> None:
    folder = shared / "documents_faithful"
    rows = [
        json.loads(line) for line in (folder / "MANIFEST.jsonl").read_text("utf-8").splitlines()
    ]
    (row,) = [row for row in rows if row["file"].startswith(start)]
    content = (folder / row["file"]).read_bytes()
    text = "".join(
        tight(page.text + page.notes) for page in (await read(row["file"], content)).pages
    )

    assert [
        wanted for wanted in row.get("contains", ()) if not re.search(tight(wanted), text)
    ] == []
    assert [secret for secret in row.get("absent", ()) if re.search(tight(secret), text)] == []
    if "ask" in row:
        await published(talk, row["file"], content)
        assert "社内資料に答えがありません" not in (await talk(Text(row["ask"]), MEMBER)).text


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("kind", ["docx", "md", "html"])
async def test_a_rule_written_as_a_heading_is_found_and_quoted(talk: Talk, kind: str) -> None:
    await published(talk, *headed(kind, (*HEADINGS, LONG), "本文はここだけ。"))

    assert "仮名" in (await talk(Text("顧客名はどうする?"), MEMBER)).text
    assert "二名" in (await talk(Text("出力は何名で確認する?"), MEMBER)).text
    assert "九十日" in (await talk(Text("秘密と明示された情報の有効期間は?"), MEMBER)).text
