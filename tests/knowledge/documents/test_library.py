"""The shelf: what is found, by whom, and when it changes hands."""

import asyncio
import hashlib
import warnings
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from qdrant_client import AsyncQdrantClient

from knowledge.documents.library import Library
from knowledge.documents.originals import Originals
from knowledge.documents.registry import RECORD, identify
from knowledge.errors import LibraryUnavailable, UnknownDocument
from knowledge.index.embedded import EmbeddedIndex
from knowledge.index.protocol import Point
from knowledge.index.server import ServerIndex
from knowledge.reading.reading import Reading
from knowledge.retrieval.encoder import VERSION
from knowledge.retrieval.shared_glossary import RECORD as GLOSSARY
from knowledge.values import Metadata, Page, Place

ALL = frozenset({"all"})


def reading(*texts: str, name: str = "規程.txt") -> Reading:
    pages = tuple(Page(n, Place("page", n), text) for n, text in enumerate(texts, 1))
    sha = hashlib.sha256("\n".join(texts).encode()).hexdigest()
    return Reading(name, sha, 100, "生成AI利用規程", "text", pages, (), "ja")


@pytest.fixture
async def library(tmp_path: Path) -> AsyncIterator[Library]:
    async with Library(EmbeddedIndex(tmp_path / "index", version=VERSION)) as opened:
        yield opened


async def put(library: Library, *texts: str, audience: str = "all") -> tuple[str, str]:
    document, version, _ = await library.stage(
        reading(*texts), Metadata(audience=audience), by="test:1"
    )
    await library.publish(document.id, version.id)
    return document.id, version.id


async def test_staged_passages_are_seen_only_in_a_preview(library):
    document, version, new = await library.stage(
        reading("個人情報を入力してはならない。"), Metadata(), by="test:1"
    )
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


async def test_what_is_no_passage_cannot_be_opened_as_one(library):
    await library.set_glossary([["備品", "ガジェット"]])
    with pytest.raises(UnknownDocument):
        await library.passage(GLOSSARY, readers=ALL)
    with pytest.raises(UnknownDocument):
        await library.mark(GLOSSARY, "budget")


async def test_the_same_bytes_at_once_are_one_document(library):
    staged = await asyncio.gather(
        *(library.stage(reading("経費精算の手順。"), Metadata(), by=f"t:{n}") for n in range(5))
    )
    assert sorted(new for _, _, new in staged) == [False] * 4 + [True]
    assert len(await library.documents()) == 1
    assert len((await library.documents())[0].versions) == 1


async def test_a_new_version_replaces_and_a_rollback_restores(library):
    document, first = await put(library, "上限は五万円である。")
    _, second = await put(library, "上限は十万円である。")
    assert [h.passage.version for h in await library.search("上限はいくら", readers=ALL)] == [
        second
    ]
    assert (await library.rollback(document)).current == first
    assert [h.passage.text for h in await library.search("上限はいくら", readers=ALL)] == [
        "上限は五万円である。"
    ]
    with pytest.raises(UnknownDocument):
        await library.rollback(document)


async def test_a_query_during_replacements_sees_exactly_one_version(library):
    await put(library, "上限は0万円である。")
    seen = []

    async def ask():
        while not done.is_set():
            seen.append(
                {h.passage.version for h in await library.search("上限はいくら", readers=ALL)}
            )
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
    async with Library(EmbeddedIndex(tmp_path, version=VERSION)) as library:
        await put(library, "一頁目の規則。", "二頁目の規則。", "三頁目の規則。")
        before = await library.search("規則", readers=ALL)
        around = await library.neighbours(before[0].passage, readers=ALL, around=2)
        assert all(p.position != before[0].passage.position for p in around) and around
    async with Library(EmbeddedIndex(tmp_path, version=VERSION)) as library:
        assert [h.passage for h in await library.search("規則", readers=ALL)] == [
            h.passage for h in before
        ]


async def test_a_second_opening_is_refused(tmp_path):
    async with Library(EmbeddedIndex(tmp_path, version=VERSION)) as first:
        with pytest.raises(LibraryUnavailable, match="in use by another process") as refused:
            async with Library(EmbeddedIndex(tmp_path, version=VERSION)):
                pass
        assert refused.value.code == "library_in_use"
        assert await first.documents() == []


async def test_a_damaged_folder_is_kept_and_names_no_place_of_the_machine(tmp_path):
    async with Library(EmbeddedIndex(tmp_path, version=VERSION)) as library:
        await put(library, "上限は五万円である。")
    for segment in (tmp_path / "shard" / "segments").rglob("segment.json"):
        segment.write_bytes(b"\x00broken")
    files = sorted(p for p in tmp_path.rglob("*") if p.is_file())
    with pytest.raises(LibraryUnavailable, match="damaged") as refused:
        async with Library(EmbeddedIndex(tmp_path, version=VERSION)):
            pass
    assert str(tmp_path) not in str(refused.value)
    assert set(files) <= set(tmp_path.rglob("*"))


async def test_a_start_that_fails_lets_go_of_the_folder(tmp_path):
    async with EmbeddedIndex(tmp_path, version=VERSION) as index:
        await index.write(
            [Point(identify("record"), {"shelf": RECORD, "document": "d", "entry": {"id": "d"}})]
        )
    held = EmbeddedIndex(
        tmp_path, version=VERSION
    )  # kept alive here, so that only a proper close gives the folder back
    with pytest.raises(KeyError):
        async with Library(held):
            pass
    async with EmbeddedIndex(tmp_path, version=VERSION) as index:
        assert await index.count({"document": ["d"]}) == 1


async def test_the_same_bytes_from_two_owners_are_one_document(library):
    first, _, new = await library.stage(
        reading("経費精算の手順。"), Metadata(owner="slack:1"), by="slack:1"
    )
    second, version, again = await library.stage(
        reading("経費精算の手順。", name="別名.txt"), Metadata(owner="web:1"), by="web:1"
    )
    assert (new, again) == (True, False)
    assert second == first and version.added_by == "slack:1"
    assert (await library.holding(version.sha256)) == first


async def test_a_new_version_keeps_what_is_known_of_the_document(library):
    known = Metadata(title="経費規程", audience="board", review="2027-01-01", kind="rule")
    document, _, _ = await library.stage(reading("上限は五万円である。"), known, by="test:1")
    renewed, _, _ = await library.stage(
        reading("上限は十万円である。"), Metadata(effective="2026-05-01"), by="test:1"
    )
    assert renewed.id == document.id
    await library.publish(renewed.id, renewed.versions[1].id)
    assert (await library.document(document.id)).metadata == replace(known, effective="2026-05-01")


async def test_states_tell_where_each_version_stands(library):
    document, _ = await put(library, "上限は一万円である。")
    _, second = await put(library, "上限は二万円である。")
    await library.stage(reading("上限は三万円である。"), Metadata(), by="test:1")
    states = [v.state for v in (await library.document(document)).versions]
    assert states == ["replaced", "published", "staged"]
    withdrawn = await library.withdraw(document)
    assert [v.state for v in withdrawn.versions] == ["replaced", "withdrawn", "staged"]
    assert withdrawn.versions[1].id == second


async def test_discarding_a_staged_version_leaves_the_published_one(library):
    document, first = await put(library, "上限は一万円である。")
    _, staged, _ = await library.stage(reading("上限は二万円である。"), Metadata(), by="test:1")
    with pytest.raises(UnknownDocument):
        await library.discard(document, first)
    await library.discard(document, staged.id)
    assert [v.id for v in (await library.document(document)).versions] == [first]
    assert await library.preview("上限", version=staged.id) == []
    _, third = await put(library, "上限は三万円である。")
    assert [v.number for v in (await library.document(document)).versions] == [1, 3]
    assert (await library.document(document)).current == third


async def test_a_narrower_audience_holds_at_once_and_for_every_version(library):
    document, first = await put(library, "上限は一万円である。")
    await put(library, "上限は二万円である。")
    await library.edit(document, {"audience": "board", "review": "2027-04-01"})
    assert await library.search("上限", readers=ALL) == []
    assert await library.search("上限", readers=frozenset({"board"}))
    await library.rollback(document)
    assert await library.search("上限", readers=ALL) == []
    assert [
        h.passage.version for h in await library.search("上限", readers=frozenset({"board"}))
    ] == [first]


async def test_a_new_title_is_searched_and_shown(library):
    document, _ = await put(library, "上限は一万円である。")
    assert await library.search("旅費精算", readers=ALL) == []
    edited = await library.edit(document, {"title": "旅費精算の手引き"})
    assert edited.metadata.title == "旅費精算の手引き"
    hit = (await library.search("旅費精算", readers=ALL))[0]
    assert (hit.passage.title, hit.passage.headings) == ("旅費精算の手引き", ("旅費精算の手引き",))


async def test_a_document_takes_its_files_along(tmp_path):
    originals = Originals(str(tmp_path / "originals"))
    async with Library(
        EmbeddedIndex(tmp_path / "index", version=VERSION), originals=originals
    ) as library:
        file, draft = await originals.put(b"v1"), await originals.put(b"v2")
        document, version, _ = await library.stage(
            reading("上限は一万円。"), Metadata(), by="t:1", original=file
        )
        await library.publish(document.id, version.id)
        _, staged, _ = await library.stage(
            reading("上限は二万円。"), Metadata(), by="t:1", original=draft
        )
        assert await library.originals() == {file, draft}
        await library.discard(document.id, staged.id)
        assert await originals.get(file) == b"v1"
        with pytest.raises(LibraryUnavailable):
            await originals.get(draft)
        await library.remove(document.id)
        assert list((tmp_path / "originals").iterdir()) == []


async def test_two_processes_never_overwrite_each_others_records():
    client = AsyncQdrantClient(":memory:")
    with warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", message="Payload indexes have no effect"
        )  # true of the in-process client only
        async with (
            Library(ServerIndex("memory", client=client, version=VERSION)) as one,
            Library(ServerIndex("memory", client=client, version=VERSION)) as two,
        ):
            first, _, _ = await one.stage(reading("上限は定めない。"), Metadata(), by="t:0")
            staged = await asyncio.gather(
                *(
                    shelf.stage(
                        reading(f"第{n % 4}条。上限は{n % 4}万円である。"),
                        Metadata(supersedes=first.id),
                        by=f"t:{n}",
                    )
                    for n, shelf in enumerate([one, two] * 4)
                )
            )
            assert sorted(new for _, _, new in staged) == [False] * 4 + [True] * 4
            await asyncio.sleep(1.1)  # until a shared registry is read again
            document = (await one.documents())[0]
            assert [v.number for v in document.versions] == [1, 2, 3, 4, 5]
            versions = [v.id for v in document.versions[1:]]
            await asyncio.gather(
                *(
                    shelf.publish(document.id, v)
                    for shelf, v in zip([one, two] * 2, versions, strict=True)
                ),
                one.edit(document.id, {"review": "2027-01-01"}),
                two.edit(document.id, {"owner": "t:9"}),
            )
            await asyncio.sleep(1.1)  # until a shared registry is read again
            seen = [await shelf.document(document.id) for shelf in (one, two)]
            assert seen[0] == seen[1]
            hits = await one.search("上限はいくら", readers=ALL)
            assert {h.passage.version for h in hits} == {seen[0].current}
            assert sorted(v.state for v in seen[0].versions[1:]) == [
                "published",
                "replaced",
                "replaced",
                "replaced",
            ]


async def test_leftovers_of_a_dead_process_are_finished():
    client = AsyncQdrantClient(":memory:")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Payload indexes have no effect")
        index = ServerIndex("memory", client=client, version=VERSION)
        async with Library(index) as library:
            _, first = await put(library, "上限は一万円である。")
            _, staged, _ = await library.stage(
                reading("上限は二万円である。"), Metadata(), by="t:1"
            )
            await index.set(
                {"version": [staged.id], "shelf": ["staged"]}, {"shelf": "live"}
            )  # died between making findable and flipping
            await index.set(
                {"version": [first], "shelf": ["live"]}, {"shelf": "old"}
            )  # or between two flips
            assert await library.search("上限", readers=ALL) == []
            await library.tend()
            assert [h.passage.version for h in await library.search("上限", readers=ALL)] == [first]
            assert await index.count({"shelf": ["live"]}) == 1


async def test_what_a_writer_left_half_written_is_taken_away_once_it_is_dead(tmp_path, monkeypatch):
    async def died(done: int, total: int) -> None:
        raise asyncio.CancelledError

    index = EmbeddedIndex(tmp_path / "index", version=VERSION)
    async with Library(index) as library:
        with pytest.raises(asyncio.CancelledError):
            await library.stage(reading("上限は一万円である。"), Metadata(), by="t:1", told=died)
        assert await index.count({"shelf": ["staged"]}) == 1

        await library.tend()
        assert await index.count({"shelf": ["staged"]}) == 1  # its writer may still be alive

        await library.tend(age=0.0)
        assert await index.count({"shelf": ["staged"]}) == 0
