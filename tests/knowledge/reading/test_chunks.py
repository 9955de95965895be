"""Passages: exact stretches of their page, cut where a reader would pause, the same every time."""

from pathlib import Path

import pytest

from knowledge.reading import chunks
from knowledge.reading.reading import Reading, read
from knowledge.values import Passage


def cut(reading: Reading) -> tuple[Passage, ...]:
    return chunks.passages(reading, document="d1", version="v1", audience="all", title="規程集")


async def test_every_passage_is_an_exact_part_of_its_page_and_nothing_is_lost(shared: Path) -> None:
    for name in (
        "ja_made/情報セキュリティ基準.docx",
        "layout/tracemonkey.pdf",
        "ja_made/出張費基準.xlsx",
    ):
        path = shared / "documents" / name
        reading = await read(path.name, path.read_bytes())
        found = cut(reading)
        whole = "".join("".join((page.text + page.notes).split()) for page in reading.pages)
        assert all(
            any(p.text in page.text or p.text in page.notes for page in reading.pages)
            for p in found
        )
        assert "".join("".join(p.text.split()) for p in found) == whole
        assert max(chunks.weight(p.text) for p in found) <= chunks.LONGEST * 1.15


async def test_the_same_reading_gives_the_same_passages_and_another_version_other_ids() -> None:
    reading = await read("a.md", "# 規程\n\n本文である。\n".encode())
    other = chunks.passages(reading, document="d1", version="v2", audience="all", title="規程集")
    assert cut(reading) == cut(reading)
    assert not {p.id for p in cut(reading)} & {p.id for p in other}


async def test_a_passage_stands_under_its_headings() -> None:
    reading = await read("a.md", "# 利用規程\n\n## 第2章 申請\n\n申請は七日以内に行う。\n".encode())
    assert cut(reading)[0].headings == ("規程集", "利用規程", "第2章 申請")
    assert cut(reading)[0].place.label == "第2章 申請"


async def test_a_long_table_repeats_its_header_row() -> None:
    rows = "区分,上限\n" + "".join(f"区分番号{n},{n * 100}円まで\n" for n in range(200))
    found = cut(await read("表.csv", rows.encode()))
    assert len(found) > 3
    assert {p.kind for p in found} == {"table"}
    assert all("区分 | 上限" in (*p.headings, p.text.split("\n")[0]) for p in found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "規程は「禁止。例外なし」とする。次の文。",
            ("規程は「禁止。例外なし」とする。", "次の文。"),
        ),
        ("See Dr. Smith first. Then ask!", ("See Dr. Smith first.", "Then ask!")),
        ("「はい。」と書く。終わり。", ("「はい。」と書く。", "終わり。")),
        ("上限は1.5倍とする。以上", ("上限は1.5倍とする。", "以上")),
    ],
)
def test_sentences_end_where_readers_pause(text: str, expected: tuple[str, ...]) -> None:
    assert chunks.sentences(text) == expected


async def test_a_passage_of_a_section_has_the_number_of_the_line_it_begins_with() -> None:
    lines = [f"{n}番目の段落は、{'長い' * 120}ものである。" for n in (1, 3, 5, 7)]
    table = "| 区分 | 上限 |\n|---|---|\n| 一般 | 100円 |"
    reading = await read("a.md", "\n\n".join(["# 規程", *lines, table]).encode())
    found = cut(reading)

    numbers = [(passage.place.kind, passage.place.number) for passage in found]
    assert numbers == [
        ("section", 1),
        ("section", 3),
        ("section", 5),
        ("section", 7),
        ("section", 9),
    ]
    for passage in found[:4]:
        assert passage.text.startswith(f"{passage.place.number}番目")
