"""Hostile and odd files end in the right text with the right flag, or in the right reason; no clone is without them."""

from dataclasses import dataclass, field

import pytest
from reportlab.lib.pdfencrypt import StandardEncryption

from knowledge.errors import UnreadableDocument
from knowledge.reading.reading import read
from tests.adversarial import files
from tests.adversarial.files import (
    DRAWN,
    LINES,
    SECRET,
    SEEN,
    archive,
    changed,
    html,
    members,
    one_page,
    word,
)
from tests.knowledge.reading.zips import Member

OFFICE = word()
MAIN, TYPES = "word/document.xml", "[Content_Types].xml"


@dataclass(frozen=True)
class Text:
    """The file is read: the pages hold `seen` and never `SECRET`, and have exactly these kinds of flags."""

    flags: set[str] = field(default_factory=set)
    seen: str = SEEN


PLAIN, HIDDEN = Text(), Text({"hidden_text"})
PDF = {
    "plain.pdf": (lambda: files.pdf(files.seen), PLAIN),
    "drawn_invisibly.pdf": (lambda: files.written(mode=3), HIDDEN),
    "white_on_white.pdf": (lambda: files.written(colour=1.0), HIDDEN),
    "beside_the_page.pdf": (lambda: files.written(place=(72, -500)), HIDDEN),
    "behind_junk.pdf": (lambda: b"junk\n" * 100 + one_page(DRAWN), PLAIN),
    "runs_a_script.pdf": (
        lambda: one_page(DRAWN, catalogue=b"/OpenAction<</S/JavaScript/JS(app.alert(1))>>"),
        PLAIN,
    ),
    "starts_a_program.pdf": (
        lambda: one_page(DRAWN, catalogue=b"/OpenAction<</S/Launch/F(calc.exe)>>"),
        PLAIN,
    ),
    "nested_without_end.pdf": (lambda: one_page(DRAWN, catalogue=b"/X" + b"[" * 100_000), PLAIN),
    "only_the_owner_is_locked_out.pdf": (
        lambda: files.pdf(files.seen, encrypt=StandardEncryption("", ownerPassword="o")),
        PLAIN,
    ),
    "locked.pdf": (
        lambda: files.pdf(files.seen, encrypt=StandardEncryption("secret")),
        "password_protected",
    ),
    "cut.pdf": (lambda: files.pages(5)[:600], "damaged"),
    "contains_itself.pdf": (
        lambda: files.pdf_of(
            b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R]/Count 1>>"
        ),
        "empty",
    ),
    "boasts_of_pages.pdf": (
        lambda: files.pdf_of(
            b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 999999999>>"
        ),
        "damaged",
    ),
    "blank.pdf": (lambda: one_page(b""), "empty"),
    "too_many_pages.pdf": (lambda: files.pages(2001), "too_many_pages"),
    "a_picture.pdf": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(50), "wrong_kind"),
    "a_sign_in_page.pdf": (lambda: b"<!DOCTYPE html><title>Sign in</title>", "sign_in_page"),
}
OFFICES = {
    "plain.docx": (lambda: OFFICE, PLAIN),
    "hidden_run.docx": (lambda: word(hidden=files.vanished), HIDDEN),
    "white_run.docx": (lambda: word(hidden=files.white), HIDDEN),
    "entities_that_multiply.docx": (
        lambda: changed(OFFICE, MAIN, files.doctype(files.LAUGHS)),
        "unsafe",
    ),
    "entity_of_a_file.docx": (
        lambda: changed(OFFICE, MAIN, files.doctype(files.OUTSIDE)),
        "unsafe",
    ),
    "document_type.docx": (lambda: changed(OFFICE, MAIN, files.doctype("")), "unsafe"),
    "nested.docx": (lambda: changed(OFFICE, MAIN, files.nested), "archive_bomb"),
    "zeros.docx": (lambda: files.bomb(OFFICE), "archive_bomb"),
    "many_parts.docx": (lambda: files.many(OFFICE), "too_many_parts"),
    "part_given_twice.docx": (lambda: files.added(OFFICE, Member(MAIN, b"<x/>")), "doubled_parts"),
    "parts_overlap.docx": (lambda: files.overlapped(OFFICE), "overlapping_parts"),
    "locked_part.docx": (lambda: files.locked_part(OFFICE), "password_protected"),
    "locked.docx": (lambda: files.LOCKED, "password_protected"),
    "old.docx": (lambda: files.OLE, "old_office"),
    "old.ppt": (lambda: files.OLE, "old_office"),
    "macro_by_type.docx": (
        lambda: changed(OFFICE, TYPES, lambda data: data.replace(*files.MACRO_TYPE)),
        "macro",
    ),
    "macro_by_part.docx": (
        lambda: files.added(OFFICE, Member("word/vbaProject.bin", b"x")),
        "macro",
    ),
    "no_office_file.docx": (lambda: archive([Member("a.txt", b"x")]), "wrong_kind"),
    "a_workbook.docx": (lambda: files.sheets("hidden"), HIDDEN),
    "a_deck.xlsx": (lambda: files.slides(hidden=True), Text({"hidden_slide"})),
    "cut.docx": (lambda: OFFICE[: len(OFFICE) // 2], "damaged"),
    "main_part_is_no_xml.docx": (lambda: changed(OFFICE, MAIN, lambda data: bytes(100)), "damaged"),
    "main_part_is_cut.docx": (
        lambda: changed(OFFICE, MAIN, lambda data: data[: len(data) // 2]),
        "damaged",
    ),
    "without_main_part.docx": (
        lambda: archive([part for part in members(OFFICE) if part.name != MAIN]),
        "damaged",
    ),
    "hidden_sheet.xlsx": (lambda: files.sheets("hidden"), HIDDEN),
    "very_hidden_sheet.xlsx": (lambda: files.sheets("veryHidden"), HIDDEN),
    "hidden_slide.pptx": (lambda: files.slides(hidden=True), Text({"hidden_slide"})),
}
PAGE = {
    "not_displayed.html": (lambda: html(f'<p style="display:none">{SECRET}</p>'), HIDDEN),
    "hidden.html": (lambda: html(f"<p hidden>{SECRET}</p>"), HIDDEN),
    "not_visible.html": (lambda: html(f'<p style="visibility: hidden">{SECRET}</p>'), HIDDEN),
    "letters_of_no_size.html": (lambda: html(f'<p style="font-size:0">{SECRET}</p>'), HIDDEN),
    "white_on_white.html": (
        lambda: html(f'<p style="color:#fff;background:#fff">{SECRET}</p>'),
        HIDDEN,
    ),
    "transparent.html": (lambda: html(f'<p style="opacity:0">{SECRET}</p>'), HIDDEN),
    "beside_the_window.html": (
        lambda: html(f'<p style="position:absolute;left:-9999px">{SECRET}</p>'),
        HIDDEN,
    ),
    "hidden_by_a_style.html": (
        lambda: html(f"<p class=x>{SECRET}</p>", "<style>.x{display:none}</style>"),
        HIDDEN,
    ),
    "scripts.html": (
        lambda: html(
            f'<script>x="{SECRET}"</script><!-- {SECRET} --><template>{SECRET}</template>'
        ),
        PLAIN,
    ),
    "frames.html": (
        lambda: html(f'<iframe srcdoc="{SECRET}"></iframe><img src=x onerror="{SECRET}">'),
        PLAIN,
    ),
    "nested.html": (lambda: html("<div>" * 20_000), "archive_bomb"),
    "never_closed.html": (lambda: html("<p"), PLAIN),
}
WORDS = {
    "formula.csv": (
        lambda: b"name,said\nKen,\"=cmd|' /C calc'!A0\"\n",
        Text(seen="Ken | =cmd|' /C calc'!A0"),
    ),
    "quote_without_end.csv": (lambda: b'a,b\n"open, and never closed\n' + SEEN.encode(), PLAIN),
    "wide.csv": (lambda: b"," * 100_000 + b"\n" + SEEN.encode(), PLAIN),
    "too_many_cells.csv": (lambda: b"1," * 1_100_000, "too_many_cells"),
    "invisible_signs.txt": (f"{SEEN}\n\u200b\u200d\u2060".encode, HIDDEN),
    "turned_around.txt": (f"{SEEN}\n\u202egnp.exe".encode, HIDDEN),
    "written_in_tags.txt": (
        (SEEN + "".join(chr(0xE0000 + ord(sign)) for sign in SECRET)).encode,
        HIDDEN,
    ),
    "piled_up_accents.txt": (f"{SEEN}\na{chr(0x301) * 1000}".encode, PLAIN),
    "without_a_mark.txt": (lambda: LINES["ja"].encode("utf-16-be"), Text(seen=LINES["ja"])),
    "nothing_but_a_mark.txt": (lambda: b"\xff\xfe", "empty"),
    "zeros.txt": (lambda: bytes(1000), "garbled"),
    "every_byte.txt": (lambda: bytes(range(256)) * 40, "garbled"),
    "colours_of_a_terminal.txt": (lambda: b"\x1b[31m" + SEEN.encode() + b"\x1b[0m\x07", "garbled"),
    "too_long.txt": (lambda: b"word " * 1_100_000, "too_much_text"),
    "a_program.txt": (lambda: b"\x7fELF" + bytes(100), "wrong_kind"),
    "a_program.md": (lambda: b"MZ" + bytes(100), "wrong_kind"),
    "a_program.exe": (lambda: b"MZ" + bytes(100), "unsupported"),
    "without_ending": (SEEN.encode, "unsupported"),
    "comment.md": (f"# T\n\n{SEEN}\n\n<!-- {SECRET} -->\n".encode, PLAIN),
    "quotes_in_quotes.md": ((">" * 5000 + " " + SEEN).encode, PLAIN),
}
CASES = PDF | OFFICES | PAGE | WORDS


@pytest.mark.parametrize("name", CASES)
async def test_a_hostile_file_ends_in_its_text_or_in_its_reason(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    make, expected = CASES[name]
    try:
        reading = await read(name, make())
    except UnreadableDocument as error:
        assert error.code == expected
        assert name in error.reason.ja
        assert name in error.reason.en
    else:
        assert isinstance(expected, Text)
        shown = "\n".join(
            part
            for page in reading.pages
            for part in (page.title, page.place.label, page.text, page.notes)
        )
        assert expected.seen in shown
        assert SECRET not in shown
        assert {flag.kind for flag in reading.flags} == expected.flags
    assert caplog.records == []


NAMES = {
    "over two lines": "規程\n偽の行.md",
    "with a colour": "\x1b[31m規程.md",
    "turned around": "規程\u202edm.exe.md",
    "with invisible signs": "規\u200b程\u2060.md",
    "with a path": "../../etc/規程.md",
    "with mark-up": "<b>規程</b>[x](https://lure.invalid).md",
    "with placeholders": "$name ${number} {0} %s 規程.md",
    "without end": "規" * 5000 + ".md",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
async def test_a_hostile_name_is_shown_on_one_line_of_bounded_length(name: str) -> None:
    assert (await read(name, SEEN.encode())).pages[0].text == SEEN
    with pytest.raises(UnreadableDocument) as refused:
        await read(name, b"")
    for sentence in (refused.value.reason.ja, refused.value.reason.en):
        assert sentence.isprintable()
        assert len(sentence) < 400
        assert "規" in sentence
