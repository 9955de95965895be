"""What earlier readers lost is on the shelf after an update, with versions and published state kept."""

from dataclasses import replace
from pathlib import Path

import pytest

from knowledge.documents.library import Library
from knowledge.documents.originals import Originals
from knowledge.documents.registry import Draft
from knowledge.index.embedded import EmbeddedIndex
from knowledge.reading.reading import Limits, read
from knowledge.retrieval.encoder import VERSION
from knowledge.values import Document, Metadata

ALL = frozenset({"all"})
RULE = "# {0}\n\n## 第1条 期限\n\n{0}の届出は三日前までに行う。\n\n## 第2条 承認\n\n{0}は{1}が承認する。\n"
EARLIER = "knowledge.documents.staging.READER_VERSION"


def opened(folder: Path) -> Library:
    return Library(
        EmbeddedIndex(folder / "index", version=VERSION), originals=Originals(str(folder / "files"))
    )


async def add(library: Library, name: str, text: str, *, lossy: bool = True, **more) -> Document:
    content = text.encode()
    reading = await read(name, content)
    if lossy:  # as readers did that lost what stands under a heading
        pages = (replace(reading.pages[0], text=reading.pages[0].text.split("第2条")[0]),)
        reading = replace(reading, pages=pages, title="1. 目的")
    document, _, _ = await library.stage(
        reading, Metadata(**more), by="t:1", original=await library.keep(content)
    )
    return document


async def finds(library: Library, question: str) -> list[str]:
    return [hit.passage.text for hit in await library.search(question, readers=ALL)]


@pytest.fixture
async def folder(tmp_path: Path, monkeypatch) -> Path:
    """A shelf as an earlier release left it: two versions of one document, one that waits, one withdrawn."""
    monkeypatch.setattr(EARLIER, 1)
    async with opened(tmp_path) as library:
        first = await add(
            library, "旅費.md", RULE.format("旅費", "課長"), owner="t:1", audience="all"
        )
        await library.publish(first.id, first.versions[-1].id)
        second = await add(
            library, "旅費.md", RULE.format("旅費", "部長"), owner="t:1", supersedes=first.id
        )
        await library.publish(first.id, second.versions[-1].id)
        await library.edit(first.id, {"review": "2027-01-01"})
        await add(
            library, "経費.md", RULE.format("経費", "社長"), owner="t:1", title="経費の決まり"
        )
        gone = await add(
            library, "慶弔.md", RULE.format("慶弔", "総務"), owner="t:1", audience="hr"
        )
        await library.publish(gone.id, gone.versions[-1].id)
        await library.withdraw(gone.id)
    monkeypatch.undo()
    return tmp_path


def states(documents: list[Document]) -> dict[str, list[str]]:
    return {d.versions[0].name: [v.state for v in d.versions] for d in documents}


async def test_a_shelf_is_read_anew_with_everything_else_as_it_was(folder, monkeypatch):
    async with opened(folder) as library:
        before = await library.documents()
        assert not any("部長が承認" in text for text in await finds(library, "旅費は誰が承認する?"))
        told = []
        counts = await library.reread(Limits(), lambda *row: told.append(row))
        after = await library.documents()

        assert counts == {"read": 4}
        assert [row[2:] for row in told] == [(1, 4), (2, 4), (3, 4), (4, 4)]
        assert told[0][1] == "read"
        assert any("部長が承認" in text for text in await finds(library, "旅費は誰が承認する?"))
        assert not any("課長が承認" in text for text in await finds(library, "旅費は誰が承認する?"))
        assert not any("慶弔" in text for text in await finds(library, "慶弔は誰が承認する?"))
        assert states(after) == states(before)
        by_name = {document.versions[0].name: document for document in after}
        travel = by_name["旅費.md"]
        assert [version.number for version in travel.versions] == [1, 2]
        assert travel.metadata.review == "2027-01-01"
        assert (travel.metadata.title, by_name["経費.md"].metadata.title) == (
            "旅費",
            "経費の決まり",
        )
        assert by_name["慶弔.md"].metadata.audience == "hr"
        for old in before:
            for version in old.versions:
                assert await library.passages(version.id) == []
                assert await library.original(version) != b""
        assert await library.reread(Limits()) == {}
        await library.rollback(travel.id)
        assert any("課長が承認" in text for text in await finds(library, "旅費は誰が承認する?"))
        again = await add(library, "旅費.md", RULE.format("旅費", "部長"), lossy=False, owner="t:1")
        assert len(again.versions) == 2  # the same bytes are no third version


async def test_what_is_read_worse_now_stays(folder, monkeypatch):
    async with opened(folder) as library:
        before = await finds(library, "旅費の届出は?")

        async def blind(name, content, *, limits):
            reading = await read(name, content, limits=limits)
            receipt = replace(reading.receipt, read=reading.receipt.there // 2)
            return replace(reading, receipt=receipt)

        monkeypatch.setattr("knowledge.documents.rereading.read", blind)
        assert await library.reread(Limits()) == {"kept": 4}
        assert await finds(library, "旅費の届出は?") == before
        assert await library.reread(Limits()) == {}


class Killed(Exception):
    """The process ends here."""


@pytest.mark.parametrize("dies_at", (2, 6, 11))
async def test_an_update_that_dies_is_finished_by_the_next_start(folder, monkeypatch, dies_at):
    """Every write to the index is a place to die at; what is there afterwards is whole."""
    library = opened(folder)
    async with library as dying:
        before = states(await dying.documents())
        writes = 0
        index = dying._index

        def counted(call):
            async def write(*words, **more):
                nonlocal writes
                writes += 1
                if writes > dies_at:
                    raise Killed
                return await call(*words, **more)

            return write

        for name in ("write", "swap", "set", "delete"):
            monkeypatch.setattr(index, name, counted(getattr(index, name)))
        with pytest.raises(Killed):
            await dying.reread(Limits())
        monkeypatch.undo()
    async with opened(folder) as library:
        assert states(await library.documents()) == before
        await library.reread(Limits())
        assert states(await library.documents()) == before
        assert any("部長が承認" in text for text in await finds(library, "旅費は誰が承認する?"))
        drafts: dict[str, Draft] = library._registry.drafts
        assert len(drafts) == 4
        for document in await library.documents():
            for version in document.versions:
                assert await library.original(version) != b""
