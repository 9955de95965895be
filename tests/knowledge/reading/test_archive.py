"""Office files as ZIP archives: honest ones are opened whatever their form, tricks are refused by what is wrong with them."""

import io
import os
import zipfile
from collections.abc import Sequence
from dataclasses import replace

import pytest

from knowledge.errors import UnreadableDocument
from knowledge.reading.readers.limits import Limits
from knowledge.reading.reading import Reading, read
from tests.knowledge.reading.test_office import docx, paragraph
from tests.knowledge.reading.zips import (
    BZIP2,
    ENCRYPTED,
    STORED,
    Member,
    archive,
    members,
    overlapping,
)

TEXT = "来客用の駐車区画は六台とする。"
PARTS = tuple(members(docx(paragraph(TEXT))))
MEGABYTE = 1 << 20


async def reading(content: bytes, limits: Limits | None = None) -> Reading:
    return await read("規程.docx", content, limits=limits)


async def refusal(content: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(UnreadableDocument) as refused:
        await reading(content, limits)
    assert "規程.docx" in refused.value.reason.ja
    assert "規程.docx" in refused.value.reason.en
    assert "$" not in refused.value.reason.ja + refused.value.reason.en
    return refused.value.code


def empty(count: int) -> list[Member]:
    return [Member(f"customXml/item{number}.xml", b"", method=STORED) for number in range(count)]


FORMS = {
    "as it is": archive(PARTS),
    "with every number in its ZIP64 field": archive(PARTS, zip64=True),
    "stored": archive([replace(part, method=STORED) for part in PARTS]),
    "with fields of its own": archive(
        [replace(part, extra=b"\xfe\xca\x02\x00ab") for part in PARTS]
    ),
    "with names of Windows": archive(
        [replace(part, name=part.name.replace("/", "\\")) for part in PARTS]
    ),
    "with folders": archive(
        [Member("word/", b"", method=STORED), *PARTS, Member("_rels/", b"", method=STORED)]
    ),
    "with a part that leads out of it": archive(
        [*PARTS, Member("../../../etc/passwd", b"root:x:0:0")]
    ),
    "behind other bytes": b"PK\x03\x04" + b"\0" * 96 + archive(PARTS),
    "before a comment": archive(PARTS)[:-2] + b"\x05\x00hello",
}


@pytest.mark.parametrize("content", FORMS.values(), ids=FORMS)
async def test_every_form_that_other_programs_open_is_read(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        assert opened.testzip() is None or "\\" in opened.namelist()[1]
    assert [page.text for page in (await reading(content)).pages] == [TEXT]


async def test_the_number_of_parts_is_limited_exactly() -> None:
    few = Limits(members=10)
    full = [*PARTS, *empty(10 - len(PARTS))]
    assert (await reading(archive(full), few)).pages
    assert await refusal(archive([*full, Member("one.xml", b"")]), few) == "too_many_parts"


async def test_a_directory_without_end_is_refused_before_it_is_read() -> None:
    assert await refusal(archive([*PARTS, *empty(70_000)])) == "too_many_parts"


async def test_a_part_that_packs_too_well_is_refused() -> None:
    zeros = Member("media/zero.bin", bytes(2 * MEGABYTE))
    assert len(zeros.data) > 250 * len(zeros.packed())
    assert await refusal(archive([*PARTS, zeros])) == "archive_bomb"


@pytest.mark.parametrize("honest", [bytes(MEGABYTE), (os.urandom(10_000) + bytes(1000)) * 200])
async def test_a_small_part_or_one_that_packs_as_documents_do_is_read(honest: bytes) -> None:
    assert (await reading(archive([*PARTS, Member("media/x.bin", honest)]))).pages


async def test_what_all_parts_unfold_to_is_limited_exactly() -> None:
    known = sum(len(part.data) for part in PARTS)
    filler = Member("media/x.bin", os.urandom(1000), method=STORED)
    assert (await reading(archive([*PARTS, filler]), Limits(inflated=known * 2 + 1000))).pages
    assert await refusal(archive([*PARTS, filler]), Limits(inflated=known + 999)) == "archive_bomb"


async def test_a_part_that_unfolds_to_more_than_it_says_is_refused() -> None:
    liars = [replace(part, size=len(part.data) - 1) for part in PARTS]
    assert await refusal(archive(liars)) == "archive_bomb"


async def test_parts_that_share_bytes_are_refused() -> None:
    kernel = Member("kernel.bin", b"\0" * 1000)
    assert await refusal(overlapping(PARTS, kernel)) == "overlapping_parts"


async def test_two_names_for_one_place_are_refused() -> None:
    first = Member("a.bin", b"\0" * 1000, start=0)
    assert await refusal(archive([*PARTS, first])) == "overlapping_parts"


@pytest.mark.parametrize("name", ["d.xml", "D.XML", "/d.xml"])
async def test_two_parts_of_one_name_are_refused(name: str) -> None:
    assert await refusal(archive([*PARTS, Member(name, b"<nothing/>")])) == "doubled_parts"


async def test_an_encrypted_part_is_password_protected() -> None:
    locked: Sequence[Member] = [*PARTS[:-1], replace(PARTS[-1], flags=0x800 | ENCRYPTED)]
    assert await refusal(archive(locked)) == "password_protected"


async def test_a_packing_that_office_files_do_not_have_is_named() -> None:
    other = Member("media/x.bin", b"\0" * 1000, method=BZIP2)
    assert await refusal(archive([*PARTS, other])) == "unknown_packing"
    later = archive(PARTS).replace(b"PK\x01\x02\x2d\x00\x2d\x00", b"PK\x01\x02\x2d\x00\xff\x00")
    assert await refusal(later) == "unknown_packing"


whole = archive(PARTS)
DAMAGED = {
    "without its end": whole[:-30],
    "with an end that is cut": whole[:-3],
    "whose directory lies elsewhere": whole.replace(b"PK\x01\x02", b"PK\x09\x02"),
    "whose parts are not where it says": whole.replace(b"PK\x03\x04", b"PK\x03\x05").replace(
        b"PK\x03\x05", b"PK\x03\x04", 1
    ),
    "with a name that is no text": whole.replace(b"d.xml", b"\xff\xfe\xfd\xfc\xfb"),
    "with a ZIP64 field that is cut": archive(
        [replace(part, size=0xFFFFFFFF, extra=b"\x01\x00\x02\x00ab") for part in PARTS]
    ),
    "with parts that end too early": archive([replace(part, cut=3) for part in PARTS]),
    "with numbers beyond every file": whole[:-10] + b"\xff" * 8 + b"\0\0",
    "with a packed part that is no packing": archive(
        [replace(p, method=STORED) for p in PARTS]
    ).replace(b"\x00\x08\x00\x00", b"\x00\x08\x08\x00"),
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
async def test_a_damaged_archive_is_refused_as_damaged(content: bytes) -> None:
    assert await refusal(content) == "damaged"
