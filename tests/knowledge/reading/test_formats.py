"""One table of formats: what a row says is seen everywhere, and a new format is one row and one reader."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.teams.citations import entity
from handlers.conversation import Source
from knowledge import formats
from knowledge.errors import UnreadableDocument
from knowledge.reading.reading import check
from knowledge.text.sanitise import sanitise
from knowledge.values import Language

ROOT = Path(__file__).resolve().parents[3]
ROW = """
    Format(
        kind="srt",
        endings=("srt", "vtt"),
        name=Phrase("字幕", "subtitles"),
        media_type="application/x-subrip",
        reader="subtitles",
        signature=Signature("srt", (b"1\\n00:",)),
        application="Video",
    ),
)


def readers("""
READER = '''"""Subtitles: their words without the times."""

from collections.abc import Iterator

from knowledge.reading.readers.refusal import Budget
from knowledge.reading.readers.sections import Item
from knowledge.values import Page, Place


def read(content: bytes, budget: Budget) -> Iterator[Item]:
    lines = content.decode("utf-8").split("\\n")
    words = [line for line in lines if "-->" not in line and not line.strip().isdigit()]
    yield Page(1, Place("part", 1), "\\n".join(words).strip())
'''
LOOK = """
import asyncio, json, sys
from pathlib import Path
from bot.teams.citations import entity
from handlers.conversation import Person, Source
from handlers.texts import Texts
from knowledge import formats
from knowledge.errors import UnreadableDocument
from knowledge.reading.reading import read
from knowledge.text.sanitise import sanitise

async def main():
    reading = await read("会議.srt", "1\\n00:00:01,000 --> 00:00:02,000\\n経費は月末に締めます。\\n".encode())
    refusals = []
    for name, content in (("a.srt", b"%PDF-1.7"), ("a.xyz", b"x")):
        try:
            await read(name, content)
        except UnreadableDocument as error:
            refusals.append([error.code, error.reason.ja])
    return reading, refusals

reading, refusals = asyncio.run(main())
source = Source(1, "s1", "会議", "", "", "", "本文", "srt")
print(json.dumps({
    "kind": reading.kind,
    "text": reading.pages[0].text,
    "counted": reading.receipt is not None,
    "refusals": refusals,
    "accepted": formats.accepted(),
    "hints": [formats.listed("ja"), formats.listed("en")],
    "icon": entity([source])["citation"][0]["appearance"]["image"]["name"],
    "name": sanitise("会議.srt をご覧ください。"),
}))
"""


def test_a_new_format_is_one_row_and_one_reader(tmp_path: Path) -> None:
    for room in ("bot", "handlers", "knowledge"):
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    table = tmp_path / "knowledge" / "formats.py"
    before = table.read_text(encoding="utf-8")
    assert before.count("\n)\n\n\ndef readers(") == 1
    table.write_text(before.replace("\n)\n\n\ndef readers(", ROW), encoding="utf-8")
    readers = tmp_path / "knowledge" / "reading" / "readers"
    (readers / "subtitles.py").write_text(READER, encoding="utf-8")

    boot = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{LOOK}"
    ended = subprocess.run(
        [sys.executable, "-I", "-c", boot],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    seen = json.loads(ended.stdout)

    assert (seen["kind"], seen["text"]) == ("srt", "経費は月末に締めます。")
    assert seen["counted"] is False  # nobody said how its raw text is counted
    assert [code for code, _ in seen["refusals"]] == ["damaged", "unsupported"]
    assert ".srt" in seen["refusals"][1][1]
    assert seen["accepted"].endswith(",.srt,.vtt")
    assert seen["hints"][0].endswith("・SRT") and seen["hints"][1].endswith(", SRT")
    assert seen["icon"] == "Video"
    assert seen["name"] == "会議.srt をご覧ください。"


def test_every_ending_belongs_to_one_format_and_every_format_has_its_reader() -> None:
    endings = formats.endings()
    assert len(endings) == len(set(endings))
    assert all(one == one.lower() and not one.startswith(".") for one in endings)
    readers = ROOT / "knowledge" / "reading" / "readers"
    for row in formats.FORMATS:
        assert (readers / f"{row.reader}.py").is_file(), row
        assert not row.pictures or (readers / f"{row.pictures}.py").is_file(), row


@pytest.mark.parametrize("row", formats.FORMATS, ids=lambda row: row.endings[0])
def test_a_file_is_known_by_each_ending_in_any_case(row: formats.Format) -> None:
    content = row.signature.starts[0] if row.signature else "本文".encode()
    streams = {"msg": "__properties_version1.0", "doc": "WordDocument", "xls": "Workbook"}
    streams["ppt"] = "PowerPoint Document"  # what tells compound files apart
    content += streams.get(row.kind, "").encode("utf-16-le")
    for one in row.endings:
        assert check(f"資料.{one.upper()}", content) == row


@pytest.mark.parametrize("row", formats.FORMATS, ids=lambda row: row.endings[0])
def test_a_program_is_no_document_whatever_its_name(row: formats.Format) -> None:
    with pytest.raises(UnreadableDocument) as refused:
        check(f"a.{row.endings[0]}", b"\x7fELF\x02\x01")
    assert refused.value.code == "wrong_kind"


@pytest.mark.parametrize(
    ("file", "begins", "language"),
    [("README.ja.md", "読めるファイル: ", "ja"), ("README.md", "Files that are read: ", "en")],
)
def test_the_readme_names_every_format(file: str, begins: str, language: Language) -> None:
    readme = (ROOT / file).read_text(encoding="utf-8")
    [line] = [line for line in readme.splitlines() if line.startswith(begins)]
    named = re.findall(r"([^,、:]+?) ?\(((?:`\.\w+`(?:, |、)?)+)\)", line.removeprefix(begins))
    shown = [(name.strip(), re.findall(r"`\.(\w+)`", endings)) for name, endings in named]
    assert shown == [(row.name.to(language), list(row.endings)) for row in formats.FORMATS]


def test_a_name_that_may_be_an_address_is_none_in_an_answer() -> None:
    assert sanitise("一覧.tsv と 規程.docx") == "一覧.tsv と 規程.docx"
    assert "evil.md" not in sanitise("evil.md をご覧ください。")


@pytest.mark.parametrize(
    ("kind", "icon"),
    [
        ("pdf", "PDF"),
        ("docx", "Microsoft Word"),
        ("xlsx", "Microsoft Excel"),
        ("deck", "Microsoft PowerPoint"),
    ],
)
def test_a_source_has_the_icon_of_its_format(kind: str, icon: str) -> None:
    source = Source(1, "s1", "規程", "p1", "v1", "2026-01-01", "本文", kind)
    assert entity([source])["citation"][0]["appearance"]["image"]["name"] == icon


def test_a_source_of_a_plain_format_has_no_icon() -> None:
    source = Source(1, "s1", "規程", "p1", "v1", "2026-01-01", "本文", "text")
    assert "image" not in entity([source])["citation"][0]["appearance"]
