"""The shelf: what is found, by whom, and when it changes hands."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from knowledge.embedded import EmbeddedIndex
from knowledge.errors import LibraryUnavailable, UnknownDocument
from knowledge.index import Point
from knowledge.library import Library
from knowledge.reading import Reading
from knowledge.registry import RECORD, identify
from knowledge.values import Metadata, Page, Place

ALL = frozenset({"all"})


def reading(*texts: str, name: str = "規程.txt") -> Reading:
    pages = tuple(Page(n, Place("page", n), text) for n, text in enumerate(texts, 1))
    sha = hashlib.sha256("\n".join(texts).encode()).hexdigest()
    return Reading(name, sha, 100, "生成AI利用規程", "text", pages, (), "ja")


@pytest.fixture
async def library(tmp_path: Path) -> AsyncIterator[Library]:
    async with Library(EmbeddedIndex(tmp_path / "index")) as opened:
        yield opened


async def put(library: Library, *texts: str, audience: str = "all") -> tuple[str, str]:
    document, version, _ = await library.stage(reading(*texts), Metadata(audience=audience), by="test:1")
    await library.publish(document.id, version.id)
    return document.id, version.id


async def test_staged_passages_are_seen_only_in_a_preview(library):
    document, version, new = await library.stage(reading("個人情報を入力してはならない。"), Metadata(), by="test:1")
    assert new
    assert await library.search("個人情報", readers=ALL) == []
    assert await library.preview("個人情報", version=version.id)
    await library.publish(document.id, version.id)
    hits = await library.search("個人情報は入力できますか", readers=ALL)
    assert hits[0].passage.text == "個人情報を入力してはならない。"
    assert await library.passage(hits[0].passage.id, readers=ALL) == hits[0].passage


async def test_a_search_needs_an_audience_and_keeps_to_it(library):
    await put(library, "役員だけが見る個人情報の扱い。", audience="board")
    with pytest.raises(ValueError):
        await library.search("個人情報", readers=frozenset())
    assert await library.search("個人情報", readers=ALL) == []
    assert await library.search("個人情報", readers=frozenset({"all", "board"}))


async def test_the_same_bytes_at_once_are_one_document(library):
    staged = await asyncio.gather(*(library.stage(reading("経費精算の手順。"), Metadata(), by=f"t:{n}") for n in range(5)))
    assert sorted(new for _, _, new in staged) == [False] * 4 + [True]
    assert len(await library.documents()) == 1
    assert len((await library.documents())[0].versions) == 1


async def test_a_new_version_replaces_and_a_rollback_restores(library):
    document, first = await put(library, "上限は五万円である。")
    _, second = await put(library, "上限は十万円である。")
    assert [h.passage.version for h in await library.search("上限はいくら", readers=ALL)] == [second]
    assert (await library.rollback(document)).current == first
    assert [h.passage.text for h in await library.search("上限はいくら", readers=ALL)] == ["上限は五万円である。"]
    with pytest.raises(UnknownDocument):
        await library.rollback(document)


async def test_a_query_during_replacements_sees_exactly_one_version(library):
    await put(library, "上限は0万円である。")
    seen = []

    async def ask():
        while not done.is_set():
            seen.append({h.passage.version for h in await library.search("上限はいくら", readers=ALL)})
            await asyncio.sleep(0)

    done = asyncio.Event()
    asking = asyncio.create_task(ask())
    for n in range(1, 15):
        await put(library, f"上限は{n}万円である。")
    done.set()
    await asking
    assert {len(versions) for versions in seen} == {1}


async def test_a_removed_document_leaves_nothing(library):
    document, _ = await put(library, "上限は五万円である。")
    hit = (await library.search("上限", readers=ALL))[0]
    assert await library.remove(document) == 0
    assert await library.search("上限", readers=ALL) == []
    with pytest.raises(UnknownDocument):
        await library.passage(hit.passage.id, readers=ALL)


async def test_a_withdrawn_document_comes_back(library):
    document, version = await put(library, "上限は五万円である。")
    await library.withdraw(document)
    assert await library.search("上限", readers=ALL) == []
    assert (await library.rollback(document)).current == version
    assert await library.search("上限", readers=ALL)


async def test_it_is_all_there_after_closing(tmp_path):
    async with Library(EmbeddedIndex(tmp_path)) as library:
        await put(library, "一頁目の規則。", "二頁目の規則。", "三頁目の規則。")
        before = await library.search("規則", readers=ALL)
        around = await library.neighbours(before[0].passage, readers=ALL, around=2)
        assert all(p.position != before[0].passage.position for p in around) and around
    async with Library(EmbeddedIndex(tmp_path)) as library:
        assert [h.passage for h in await library.search("規則", readers=ALL)] == [h.passage for h in before]


async def test_a_second_opening_is_refused_by_name(tmp_path):
    async with Library(EmbeddedIndex(tmp_path)) as first:
        with pytest.raises(LibraryUnavailable, match=str(tmp_path)) as refused:
            async with Library(EmbeddedIndex(tmp_path)):
                pass
        assert refused.value.code == "library_in_use"
        assert await first.documents() == []


async def test_a_damaged_folder_is_named_and_kept(tmp_path):
    async with Library(EmbeddedIndex(tmp_path)) as library:
        await put(library, "上限は五万円である。")
    for segment in (tmp_path / "shard" / "segments").rglob("segment.json"):
        segment.write_bytes(b"\x00broken")
    files = sorted(p for p in tmp_path.rglob("*") if p.is_file())
    with pytest.raises(LibraryUnavailable, match=str(tmp_path)):
        async with Library(EmbeddedIndex(tmp_path)):
            pass
    assert set(files) <= set(tmp_path.rglob("*"))


async def test_an_index_made_by_another_version_is_refused_and_kept(tmp_path):
    async with Library(EmbeddedIndex(tmp_path)) as library:
        await put(library, "上限は五万円である。")
    made_by = (tmp_path / "created").read_text("utf-8")
    (tmp_path / "created").write_text("earlier", "utf-8")
    with pytest.raises(LibraryUnavailable, match=str(tmp_path)) as refused:
        async with Library(EmbeddedIndex(tmp_path)):
            pass
    assert refused.value.code == "library_other_version"
    (tmp_path / "created").write_text(made_by, "utf-8")
    async with Library(EmbeddedIndex(tmp_path)) as library:
        assert await library.search("上限", readers=ALL)


async def test_a_start_that_fails_lets_go_of_the_folder(tmp_path):
    async with EmbeddedIndex(tmp_path) as index:
        await index.write([Point(identify("record"), {"shelf": RECORD, "document": "d", "entry": {"id": "d"}})])
    held = EmbeddedIndex(tmp_path)  # kept alive here, so that only a proper close gives the folder back
    with pytest.raises(KeyError):
        async with Library(held):
            pass
    async with EmbeddedIndex(tmp_path) as index:
        assert await index.count({"document": ["d"]}) == 1
