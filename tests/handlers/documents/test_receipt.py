"""The receipt: what was read is counted against what stands in the file, said on every face, and too little is not published."""

import io
import json
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from docx import Document
from pptx import Presentation

from bot.command.cli import main
from handlers.conversation import Facts, Press, Text, Upload
from handlers.documents.context import AUDIT
from knowledge.errors import PartlyRead
from knowledge.reading.reading import read
from knowledge.reading.receipt import measure
from knowledge.samples.catalogue import samples
from knowledge.values import Page, Place, Receipt
from tests.handlers.documents.conftest import MEMBER, Talk, file
from tests.handlers.documents.test_hidden import HIDDEN

LINES = [
    f"第{n}項の担当者は、申請書を受け取った日から{n}日以内に返事を送る。" for n in range(1, 40)
]
WHOLE = "# 申請の扱い\n\n" + "\n".join(LINES)
DRAWN = "".join(f"<text y='{n}'>{line}</text>" for n, line in enumerate(LINES))
PARTLY = f"<html><body><h1>申請の扱い</h1><p>詳しくは図を見る。</p><svg>{DRAWN}</svg></body></html>"


def saved(document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def word() -> bytes:
    document = Document()
    document.add_heading("申請の扱い", 0)
    for line in LINES:
        document.add_paragraph(line)
    document.add_table(1, 1).cell(0, 0).text = "控えは二部作る。"
    document.sections[0].footer.paragraphs[0].text = "総務課"
    return saved(document)


def sheet() -> bytes:
    book = openpyxl.Workbook()
    for number, line in enumerate(LINES):
        book.active.append([line, number * 1000, f"一行目{number}\n二行目"])
    return saved(book)


def slides() -> bytes:
    show = Presentation()
    for line in LINES:
        slide = show.slides.add_slide(show.slide_layouts[1])
        slide.shapes.title.text, slide.placeholders[1].text = line[:6], line
        slide.notes_slide.notes_text_frame.text = "ここで質問を受ける。"
    return saved(show)


def pdf() -> bytes:
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfbase.pdfmetrics import registerFont
    from reportlab.pdfgen.canvas import Canvas

    registerFont(UnicodeCIDFont("HeiseiMin-W3"))
    out = io.BytesIO()
    canvas = Canvas(out)
    for line in LINES[:3]:
        canvas.setFont("HeiseiMin-W3", 12)
        canvas.drawString(72, 720, line)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


PAGES = (
    f"<html><body><h1>申請の扱い</h1>{''.join(f'<p>{line}</p>' for line in LINES)}</body></html>"
)
KINDS = {
    "申請.docx": word(),
    "申請.xlsx": sheet(),
    "申請.pptx": slides(),
    "申請.pdf": pdf(),
    "申請.html": PAGES.encode(),
    "申請.md": WHOLE.encode(),
    "申請.txt": "\n".join(LINES).encode("cp932"),
    "申請.csv": "\n".join(f"{n},{line}" for n, line in enumerate(LINES)).encode(),
}


def fact(reply, label: str) -> str:
    return {f.label: f.value for b in reply.blocks if isinstance(b, Facts) for f in b.items}[label]


@pytest.mark.parametrize("name", KINDS)
async def test_a_file_that_is_read_whole_has_a_full_receipt(name: str) -> None:
    receipt = (await read(name, KINDS[name])).receipt
    assert receipt is not None
    assert receipt.there > 80
    assert receipt.percent >= 99


@pytest.mark.parametrize("name", HIDDEN)
async def test_what_is_hidden_is_counted_as_left_out_and_lowers_nothing(name: str) -> None:
    reading = await read(name, HIDDEN[name])
    receipt = reading.receipt
    assert receipt is not None
    assert receipt.percent == 100
    assert receipt.there == sum(
        map(str.isalnum, "".join(page.text + page.notes for page in reading.pages))
    )
    assert receipt.left_out >= 13 or name.startswith(("tags", "row"))


async def test_what_a_reader_drops_is_missed_and_named() -> None:
    receipt = (await read("申請.html", PARTLY.encode())).receipt
    assert receipt is not None
    assert receipt.percent < 20
    assert LINES[0].startswith(receipt.words[:8])
    assert receipt.lost > 500


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(("language", "label"), [("ja", "文字の読み取り率"), ("en", "Text read")])
async def test_the_report_shows_what_was_read(talk: Talk, language: str, label: str) -> None:
    report = (await talk.all(Upload((file("申請.md", WHOLE),)), language=language))[-1]
    assert fact(report, label).startswith("100%")
    assert f"{sum(map(str.isalnum, WHOLE)):,}" in fact(report, label)
    assert "100%" in report.text


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("language", "label", "done"),
    [
        ("ja", "%が欠けたまま公開する", "読めていない部分があるまま公開しました"),
        ("en", "% missing", "although parts of it were not read"),
    ],
)
async def test_an_admin_may_publish_what_is_not_whole_and_the_record_says_so(
    talk: Talk, language: str, label: str, done: str
) -> None:
    source = PARTLY.replace("詳しくは図", f"詳しくは{language}の図")
    report = (await talk.all(Upload((file(f"申請_{language}.html", source),)), language=language))[
        -1
    ]
    published = await talk.press(report, "publish_anyway", language=language)
    assert done in published.text
    labels = [
        b.label
        for block in report.blocks
        for b in getattr(block, "items", ())
        if hasattr(b, "action")
    ]
    assert any(label in one for one in labels)
    booked = (await talk.application.sessions.entries(AUDIT, 1))[0]["entry"]
    assert booked["action"] == "document.publish_anyway"
    assert "図を見る" in (await talk(Text("申請の扱いは何を見る?"), MEMBER)).text
    await talk.press(published, "withdraw", language=language)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("language", "words"),
    [("ja", ("公開できません", "保存し直して")), ("en", ("cannot be published", "save it"))],
)
async def test_too_little_is_said_and_not_published(
    talk: Talk, language: str, words: tuple[str, ...]
) -> None:
    report = (await talk.all(Upload((file("申請.html", PARTLY),)), language=language))[-1]
    assert all(word in report.text for word in words)
    for _ in range(2):
        refused = await talk.press(report, "publish", language=language)
        assert all(word in refused.text for word in words)
        assert "第1項の担当者は" in refused.text

    assert "詳しくは図" not in (await talk(Text("申請の扱いは何を見る?"), MEMBER)).text
    library = await talk.application.library()
    (document,) = [d for d in await library.documents() if d.metadata.owner.startswith("slack:")]
    assert document.current == ""
    with pytest.raises(PartlyRead):
        await library.publish(document.id, document.versions[0].id)


@pytest.mark.asyncio(loop_scope="module")
async def test_one_of_several_files_read_in_part_is_named_among_them(talk: Talk) -> None:
    shown = await talk.all(Upload((file("申請.html", PARTLY), file("申請2.md", WHOLE))))
    assert shown[-1].text.count("公開できません") == 1
    assert "100%" in shown[-1].text


@pytest.mark.asyncio(loop_scope="module")
async def test_a_version_without_a_receipt_is_shown_and_published_as_before(talk: Talk) -> None:
    report = (await talk.all(Upload((file("申請.md", WHOLE),))))[-1]
    library = await talk.application.library()
    (document,) = [d for d in await library.documents() if d.metadata.owner.startswith("slack:")]
    version = document.versions[0]
    await library._registry.change_draft(
        version.id, lambda d: replace(d, version=replace(d.version, receipt=None))
    )
    again = await talk(Press("document.report", {"d": document.id, "v": version.id}))

    assert fact(again, "文字の読み取り率") == "数えていません"
    assert "公開しました" in (await talk.press(report, "publish")).text


@pytest.fixture
def command(tmp_path: Path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "ja_JP.UTF-8")

    def run(*words: str, code: int = 0) -> str:
        assert main([*words, "--data", str(tmp_path / "data")]) == code
        out = capsys.readouterr()
        return out.out + out.err

    return run


def test_the_terminal_and_machines_are_told(command, tmp_path: Path) -> None:
    (tmp_path / "申請.md").write_text(WHOLE, "utf-8")
    (tmp_path / "図.html").write_text(PARTLY, "utf-8")
    assert "読み取り率 100%" in command("add", "--publish", "申請.md")
    refused = command("add", "--publish", "図.html", code=1)
    assert "公開できません" in refused and "第1項" in refused
    rows = [json.loads(line) for line in command("add", "--json", "申請.md").splitlines()]
    assert rows[0]["receipt"]["percent"] == 100
    listed = json.loads(command("documents", "--json"))["documents"]
    receipts = {d["title"]: d["versions"][-1]["receipt"] for d in listed}
    assert (
        receipts["申請の扱い"]["there"]
        == receipts["申請の扱い"]["read"] + receipts["申請の扱い"]["missing"]
    )


def page(text: str, place: Place | None = None) -> Page:
    return Page(1, place or Place("part", 1), text)


def test_order_line_ends_width_and_marks_do_not_count() -> None:
    raw = [(Place("part", 1), "ＡＩの利用は、\n許可制とする。\n**部長** が承認する")]
    receipt = measure(raw, (), [page("部長が承認する\nAIの利用は、許可制とする。")])
    assert (receipt.there, receipt.read, receipt.percent) == (19, 19, 100)


def test_ninety_five_percent_is_enough_and_less_is_not() -> None:
    raw = [(Place("part", 1), "甲" * 95 + "\n" + "乙" * 5)]
    assert measure(raw, (), [page("甲" * 95)]).enough
    assert not measure(raw, (), [page("甲" * 94)]).enough
    assert measure(raw, ("乙" * 5,), [page("甲" * 95)]) == Receipt(95, 95, 5)


def test_what_is_said_twice_makes_up_for_nothing_else() -> None:
    raw = [(Place("sheet", None, "一"), "甲" * 50), (Place("sheet", None, "二"), "乙" * 50)]
    receipt = measure(raw, (), [page("甲" * 200)])
    assert (receipt.there, receipt.read) == (100, 50)
    assert receipt.place == Place("sheet", None, "二")
    assert (receipt.lost, receipt.words[:3]) == (50, "乙乙乙")


def test_an_empty_file_has_nothing_to_miss() -> None:
    assert measure([], (), []).percent == 100


async def test_the_samples_are_read_whole() -> None:
    for sample in samples():
        receipt = (await read(sample.name, sample.content())).receipt
        assert receipt is not None and receipt.percent >= 98, sample.name
