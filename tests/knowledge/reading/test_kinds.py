"""Kinds of files beside the usual ones, known by what they hold: each is read, or refused with its reason."""

import base64
import io
import zipfile
from email.message import EmailMessage

import pytest
from PIL import Image, ImageDraw

from knowledge.errors import UnreadableDocument
from knowledge.reading import conversion
from knowledge.reading.chunks import passages
from knowledge.reading.readers import recognised, tessdata
from knowledge.reading.reading import Reading, check, read
from tests.knowledge.reading.test_tables import web, word

RULE = "生成AIの利用には部長の承認を要する。"
NAMES = ["office", "style", "text", "table", "draw", "presentation", "svg", "fo", "xlink", "number"]
SPACES = " ".join(f'xmlns:{name}="urn:{name}"' for name in NAMES)


def opendocument(kind: str, body: str, styles: str = "") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
        inside = f"<office:automatic-styles>{styles}</office:automatic-styles>"
        inside += f"<office:body><office:{kind}>{body}</office:{kind}></office:body>"
        packed.writestr("content.xml", f"<office:document {SPACES}>{inside}</office:document>")
    return out.getvalue()


def archive(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return out.getvalue()


def mail(subject: str, text: str, **attached: bytes) -> EmailMessage:
    letter = EmailMessage()
    letter["Subject"], letter["From"], letter["To"] = subject, "soumu@example.co.jp", "all@x.jp"
    letter.set_content(text)
    for name, content in attached.items():
        letter.add_attachment(content, "application", "octet-stream", filename=name)
    return letter


def texts(reading: Reading) -> list[str]:
    return [page.text for page in reading.pages]


def places(reading: Reading) -> list[str]:
    cut = passages(reading, document="d", version="v", audience="all", title="t")
    return [passage.place.to("ja") for passage in cut]


async def test_an_opendocument_text_is_read_with_its_headings_lists_and_tables() -> None:
    cells = "<table:table-cell><text:p>課長</text:p></table:table-cell>"
    wide = '<table:table-cell table:number-columns-spanned="2"><text:p>2,500円</text:p></table:table-cell>'
    body = (
        '<text:h text:outline-level="1">旅費</text:h><text:p>申請は<text:a xlink:href="https://a.example/f">'
        "窓口</text:a>へ。</text:p><text:list><text:list-item><text:p>領収書</text:p></text:list-item></text:list>"
        f"<table:table><table:table-row>{cells}{wide}<table:covered-table-cell/></table:table-row></table:table>"
        '<text:p text:style-name="H">隠した文</text:p>'
        "<text:tracked-changes><text:p>消した文</text:p></text:tracked-changes>"
    )
    hides = '<style:style style:name="H"><style:text-properties text:display="none"/></style:style>'
    reading = await read("a.odt", opendocument("text", body, hides))
    assert texts(reading) == [
        "申請は窓口 (https://a.example/f)へ。\n- 領収書\n課長 | 2,500円 | 2,500円"
    ]
    assert {flag.kind for flag in reading.flags} == {"hidden_text", "tracked_deletion"}
    assert reading.receipt.percent == 100


async def test_an_opendocument_sheet_keeps_its_columns_and_hides_what_is_hidden() -> None:
    def cell(text: str, more: str = "") -> str:
        return f"<table:table-cell {more}><text:p>{text}</text:p></table:table-cell>"

    gap = '<table:table-cell table:number-columns-repeated="2"/>'
    rows = f"<table:table-row>{cell('課長')}{gap}{cell('6,000円')}</table:table-row>"
    rows += f'<table:table-row table:visibility="collapse">{cell("旧上限")}</table:table-row>'
    endless = '<table:table-row table:number-rows-repeated="1048576"><table:table-cell/></table:table-row>'
    secret = f'<table:table table:name="旧" table:style-name="H"><table:table-row>{cell("99万円")}</table:table-row></table:table>'
    hides = (
        '<style:style style:name="H"><style:table-properties table:display="false"/></style:style>'
    )
    body = f'<table:table table:name="旅費">{rows}{endless}</table:table>{secret}'
    reading = await read("a.ods", opendocument("spreadsheet", body, hides))
    assert texts(reading) == ["課長 |  |  | 6,000円", ""]
    assert [flag.detail for flag in reading.flags] == ["hidden_rows: 1: 旅費", "hidden_sheet: 旧"]


async def test_opendocument_slides_are_read_by_where_their_boxes_stand() -> None:
    def frame(text: str, top: int, more: str = "") -> str:
        place = f'svg:x="1cm" svg:y="{top}cm" svg:width="8cm" svg:height="2cm"'
        return f"<draw:frame {place} {more}><draw:text-box><text:p>{text}</text:p></draw:text-box></draw:frame>"

    title = frame("題", 9, 'presentation:class="title"')
    notes = (
        "<presentation:notes><draw:frame><text:p>話す文</text:p></draw:frame></presentation:notes>"
    )
    body = f"<draw:page>{frame('二', 6)}{frame('一', 3)}{title}{notes}</draw:page>"
    reading = await read("a.odp", opendocument("presentation", body))
    assert (reading.title, texts(reading), reading.pages[0].notes) == (
        "題",
        ["題\n一\n二"],
        "話す文",
    )


async def test_rich_text_is_read_in_japanese_with_its_rows() -> None:
    written = "".join(f"\\'{byte:02x}" for byte in RULE.encode("cp932"))
    rtf = rf"{{\rtf1\ansi\ansicpg932{{\fonttbl{{\f0\fcharset128 MS Gothic;}}}}\f0 {written}\par \trowd a\cell b\cell\row}}"
    for name in ("a.rtf", "a.doc"):  # many programs write it under that name
        reading = await read(name, rtf.encode())
        assert reading.kind == "rtf"
        assert texts(reading)[0].split("\n") == [RULE, "a | b"]


async def test_a_mail_is_read_with_its_heads_and_what_is_attached() -> None:
    inner = mail("古い通知", "中の文。")
    letter = mail("生成AIの通知", RULE, **{"規程.docx": word(), "壊れた.pdf": b"%PDF-1.7"})
    letter.add_attachment(inner)
    reading = await read("通知.eml", letter.as_bytes())
    assert reading.title == "生成AIの通知"
    assert texts(reading)[0].startswith("Subject: 生成AIの通知\nFrom: soumu@example.co.jp")
    assert texts(reading)[0].endswith(RULE)
    assert places(reading)[1:] == ["規程.docx", "古い通知.eml › 古い通知"]
    assert [(flag.kind, flag.detail) for flag in reading.flags] == [("unread_part", "壊れた.pdf")]
    assert reading.receipt.percent == 100


@pytest.mark.parametrize("charset", ["iso-2022-jp", "shift_jis", "utf-8"])
async def test_a_mail_is_read_in_every_encoding_of_japanese_mails(charset: str) -> None:
    name = base64.b64encode("承認の件".encode(charset)).decode()
    body = base64.b64encode(RULE.encode(charset)).decode()
    head = f"Subject: =?{charset}?B?{name}?=\nContent-Type: text/plain; charset={charset}\n"
    source = f"{head}Content-Transfer-Encoding: base64\n\n{body}\n"
    reading = await read("a.eml", source.encode())
    assert (reading.title, texts(reading)[0].endswith(RULE)) == ("承認の件", True)
    packed = await read(
        "a.zip", archive(**{"a.eml": source.encode()})
    )  # which readies its reader, too
    assert texts(packed)[0].startswith("Subject: 承認の件")
    assert texts(packed)[0].endswith(RULE)


async def test_a_mail_in_html_alone_is_read_with_its_table() -> None:
    letter = mail("旅費", " ")
    letter.add_alternative(web().decode(), "html")
    assert "課長 | 2,500円 | 2,500円 | 18,000円" in texts(await read("a.eml", letter.as_bytes()))[0]


async def test_each_file_of_an_archive_is_read_with_its_path() -> None:
    inner = archive(**{"旅費.html": web(), "メモ.txt": "第1条　甲\n第2条　乙\n".encode()})
    files = {
        "人事/規程.docx": word(),
        "人事/古い分.zip": inner,
        "AI.md": f"# 規程\n\n{RULE}".encode(),
    }
    files |= {"program.exe": b"MZ", "__MACOSX/._AI.md": b"x", "ai.MD": RULE.encode()}
    reading = await read("資料.zip", archive(**files))
    assert list(dict.fromkeys(page.file for page in reading.pages)) == [
        "人事/規程.docx",
        "人事/古い分.zip › 旅費.html",
        "人事/古い分.zip › メモ.txt",
        "AI.md",
        "ai.MD",
    ]
    assert "人事/古い分.zip › メモ.txt › 第2条 乙" in places(reading)
    assert [(flag.kind, flag.detail) for flag in reading.flags] == [("unread_part", "program.exe")]
    assert reading.receipt.percent == 100


async def test_japanese_names_of_an_archive_made_by_windows_are_read() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("KITEI.txt", RULE)
    content = out.getvalue().replace(b"KITEI", "規".encode("cp932") + b"KIT")  # the same length
    [page] = (await read("a.zip", content)).pages
    assert page.file == "規KIT.txt"


async def test_archives_without_end_are_not_followed() -> None:
    content = RULE.encode()
    for _ in range(6):
        content = archive(**{"inner.zip": content, "a.txt": RULE.encode()})
    reading = await read("a.zip", content)
    assert len(reading.pages) == 3 and "unread_part" in {flag.kind for flag in reading.flags}


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("規程.doc", word(), "docx"),
        ("規程", word(), "docx"),
        ("規程.zip", word(), "docx"),
        ("表.xls", web(), "html"),
        ("規程.docx", b"%PDF-1.7 ", "pdf"),
        ("規程.docx", opendocument("text", "<text:p>a</text:p>"), "odt"),
    ],
)
def test_what_a_file_holds_decides_its_kind(name: str, content: bytes, kind: str) -> None:
    assert check(name, content).kind == kind


def picture(*lines: str) -> bytes:
    image = Image.new("L", (900, 60 + 80 * len(lines)), 255)
    for number, line in enumerate(lines):
        ImageDraw.Draw(image).text((40, 30 + 80 * number), line, 0, font_size=40)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


async def test_a_picture_is_read_where_the_extra_is_and_refused_with_its_name_elsewhere() -> None:
    content = picture("The limit is 35,000 yen a month.", "Ask the head of your section.")
    if tessdata.data() is None:
        with pytest.raises(UnreadableDocument) as refused:
            await read("上限.png", content)
        assert refused.value.code == "no_ocr"
        assert "ocr" in refused.value.reason.ja and "ocr" in refused.value.reason.en
        return
    reading = await read("上限.png", content)
    assert "Ask the head of your section." in reading.pages[0].text
    assert places(reading) == ["read by OCR（ページ1）"]


def test_doubtful_figures_are_marked_where_they_stand() -> None:
    text = recognised.marked("上限は月額35.000円、3O日以内。生成Alは12%まで、内線7788。", ["7788"])
    assert text == "上限は月額35.000(?)円、3O日以内。生成AIは12%まで、内線7788(?)。"
    assert recognised.doubtful(text) == ["35.000", "7788"]


async def test_an_old_office_file_without_a_converter_is_refused_by_its_name(monkeypatch) -> None:
    monkeypatch.setattr(conversion, "program", str)
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "WordDocument".encode("utf-16-le")
    with pytest.raises(UnreadableDocument) as refused:
        await read("規程.doc", old)
    assert refused.value.code == "old_office"
    assert "LibreOffice" in refused.value.reason.ja and "LibreOffice" in refused.value.reason.en
