"""An index made by another encoder version is served, made anew beside, and switched, wherever that is cut off."""

import asyncio
import signal
import subprocess
import sys
import warnings
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path

import pytest
import qdrant_edge
from qdrant_client import AsyncQdrantClient, models

from knowledge.documents.library import Library
from knowledge.errors import EmbeddingUnavailable
from knowledge.index.embedded import EmbeddedIndex
from knowledge.index.protocol import Index
from knowledge.index.server import ServerIndex
from knowledge.models import embedding
from knowledge.models.embedding import Embedding
from knowledge.retrieval.encoder import VERSION
from knowledge.values import Metadata
from tests.knowledge.documents.test_library import put, reading
from tests.preloaded import Started
from tests.stub_embedding import StubEmbedding

ROOT = Path(__file__).resolve().parents[3]
ALL = frozenset({"all"})
Open = Callable[..., Index]


@pytest.fixture(params=["embedded", "server"])
async def opening(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Open]:
    """Opens the same index again and again."""
    if request.param == "embedded":
        yield lambda version=VERSION, **dense: EmbeddedIndex(tmp_path, version=version, **dense)
        return
    client = AsyncQdrantClient(":memory:")
    closing, client.close = client.close, _nothing  # type: ignore[method-assign]  # it outlives the one who opened it
    with warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", message="Payload indexes have no effect"
        )  # true of the in-process client only
        yield lambda version=VERSION, **dense: ServerIndex(
            "memory", client=client, version=version, **dense
        )
    await closing()


async def _nothing() -> None: ...


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not true():
            await asyncio.sleep(0.01)


async def made_by_an_earlier_version(opening: Open, *texts: str) -> None:
    async with Library(opening(version="earlier")) as library:
        await put(library, *texts)


async def test_it_is_found_before_during_and_after(
    opening: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    await made_by_an_earlier_version(
        opening, *(f"規則{n}の上限は{n}万円である。" for n in range(150))
    )
    index = opening()
    async with Library(index) as library:
        assert index.outdated
        found = []
        while index.outdated:
            found.append((await library.search("規則7の上限は", readers=ALL))[0].passage.text)
            await asyncio.sleep(0)
        found.append((await library.search("規則7の上限は", readers=ALL))[0].passage.text)
        assert set(found) == {"規則7の上限は7万円である。"}
        assert len(await library.documents()) == 1
    index = opening()
    async with Library(index) as library:
        assert not index.outdated
        assert (await library.search("規則149の上限は", readers=ALL))[
            0
        ].passage.text == "規則149の上限は149万円である。"
        assert await index.count({"shelf": ["live"]}) == 150


async def test_an_index_that_weighed_terms_by_itself_is_served_and_then_weighs_by_what_is_published(
    opening: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as earlier:
        edge_params, server_params = qdrant_edge.EdgeSparseVectorParams, models.SparseVectorParams
        earlier.setattr(
            qdrant_edge,
            "EdgeSparseVectorParams",
            partial(edge_params, modifier=qdrant_edge.Modifier.Idf),
        )
        earlier.setattr(
            models, "SparseVectorParams", partial(server_params, modifier=models.Modifier.IDF)
        )
        await made_by_an_earlier_version(opening, "旅費の精算。", "旅費の申請。", "会議の旅費。")
    index = opening()
    async with Library(index) as library:
        assert index.weighs
        assert (await library.search("会議の旅費", readers=ALL, kind="first"))[
            0
        ].passage.text == "会議の旅費。"
        await library.renewed()
        assert not index.weighs
        found = await library.search("会議の旅費", readers=ALL, kind="first")
        await library.stage(reading("会議の秘密。", name="下書き.txt"), Metadata(), by="test:1")
        assert await library.search("会議の旅費", readers=ALL, kind="first") == found


async def test_a_sentence_broken_by_an_earlier_reader_is_whole_afterwards(
    opening: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    await made_by_an_earlier_version(
        opening,
        "Private phones are not\nallowed for reading mail.\n- a phone\n- a tablet",
    )
    async with Library(opening()) as library:
        await library.renewed()
        found = (await library.search("private phones for mail", readers=ALL))[0].passage.text
        assert found == "Private phones are not allowed for reading mail.\n- a phone\n- a tablet"


async def test_what_is_written_meanwhile_is_there_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await made_by_an_earlier_version(
        lambda version: EmbeddedIndex(tmp_path, version=version),
        *(f"規則{n}の上限。" for n in range(150)),
    )
    index = EmbeddedIndex(tmp_path, version=VERSION)
    async with Library(index) as library:
        await library.set_glossary([["備品", "ガジェット"]])
        await library.withdraw((await library.documents())[0].id)
        await until(lambda: not index.outdated)
        assert await library.search("規則の上限", readers=ALL) == []
        assert await library.glossary() == (("備品", "ガジェット"),)
    assert [p.name for p in sorted(tmp_path.glob("shard*"))] == [f"shard-{VERSION}"]


async def test_another_embedding_model_makes_the_index_anew_beside(
    opening: Open, embedder: StubEmbedding, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedding, "PAUSE", 0.0)
    async with Library(opening()) as library:
        await put(library, "自動車の費用は月3万円まで。")
    first, second = (
        Embedding(f"openai:{name}", base_url=embedder.url) for name in ("first", "second")
    )
    for model, size in ((first, 256), (second, 128)):
        embedder.size = size
        index = opening(model=model.name, size=await model.measure())
        async with Library(index, embedding=model) as library:
            assert index.dense == 0
            assert await library.search("自動車の費用は", readers=ALL)  # served by words meanwhile
            await library.renewed()
            assert index.dense == size
            assert len(await library.search("ほげもげ", readers=ALL, dense=True)) == 1
    index = opening()
    async with Library(index) as library:
        await library.renewed()
        assert index.dense == 0
        assert await library.search("自動車の費用は", readers=ALL)
    await first.close()
    await second.close()


async def test_a_renewal_without_its_embedding_model_leaves_the_index_as_it_was(
    opening: Open, embedder: StubEmbedding, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedding, "PAUSE", 0.0)
    async with Library(opening()) as library:
        await put(library, "自動車の費用は月3万円まで。")
    model = Embedding("openai:small", base_url=embedder.url)
    index = opening(model=model.name, size=await model.measure())
    embedder.mode = "500"
    async with Library(index, embedding=model) as library:
        with pytest.raises(EmbeddingUnavailable):
            await library.renewed()
        assert index.outdated
        assert await library.search("自動車の費用は", readers=ALL)
        await library.set_glossary([["備品", "ガジェット"]])
    async with Library(opening()) as library:
        assert await library.search("自動車の費用は", readers=ALL)
        assert await library.glossary() == (("備品", "ガジェット"),)
    await model.close()


CUT_OFF = """
import asyncio, sys
from pathlib import Path
from knowledge.documents.library import Library
from knowledge.index.embedded import EmbeddedIndex
from knowledge.retrieval.encoder import VERSION

async def main():
    async with Library(EmbeddedIndex(Path(sys.argv[1]), version=VERSION)) as library:
        print("open", flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


@pytest.mark.parametrize("seconds", [0.0, 0.05, 0.2])
async def test_a_kill_on_the_way_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    await made_by_an_earlier_version(
        lambda version: EmbeddedIndex(tmp_path, version=version),
        *(f"規則{n}の上限。" for n in range(150)),
    )
    process = Started(
        [sys.executable, "-c", CUT_OFF, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "open\n"
    await asyncio.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    process.stdout.close()
    process.wait()
    index = EmbeddedIndex(tmp_path, version=VERSION)
    async with Library(index) as library:
        assert await index.count({"shelf": ["live"]}) == 150
        await until(lambda: not index.outdated)
        assert await index.count({"shelf": ["live"]}) == 150
        assert len(await library.search("規則の上限", readers=ALL)) == 6
