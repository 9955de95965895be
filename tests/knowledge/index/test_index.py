"""One contract for both engines of the index."""

import asyncio
import os
import socket
import uuid
import warnings
from collections.abc import AsyncIterator
from dataclasses import replace

import numpy as np
import pytest

from knowledge.errors import LibraryUnavailable
from knowledge.index.collection import ALIAS, connect
from knowledge.index.embedded import EmbeddedIndex
from knowledge.index.layout import Layout
from knowledge.index.protocol import Index, Point
from knowledge.index.server import ServerIndex
from knowledge.retrieval import points
from knowledge.retrieval.encoder import VERSION, Encoder
from knowledge.values import Passage, Place
from tests.qdrant_server import QdrantServer
from tests.serving import served

HOUSES = {
    "embedded": None,
    "server": Layout(),
    "cluster": Layout(shards=2, replicas=2, on_disk=True, quantised=True),
}


@pytest.fixture(params=HOUSES)
async def index(request, tmp_path) -> AsyncIterator[Index]:
    """
    Every house there is. A server is the one QDRANT_URL names, whose collections of ours are deleted first;
    elsewhere its stand-in, which speaks its protocol on loopback but is one node.
    """
    layout = HOUSES[request.param]
    if layout is None:
        async with EmbeddedIndex(tmp_path, version=VERSION) as opened:
            yield opened
        return
    url, key = os.environ.get("QDRANT_URL"), os.environ.get("QDRANT_API_KEY")
    if url:
        await emptied(url, key)
        async with ServerIndex(url, key, version=VERSION, layout=layout) as opened:
            yield opened
        return
    async with served(QdrantServer().app) as port:
        there = f"http://127.0.0.1:{port}"
        async with ServerIndex(there, version=VERSION, layout=layout) as opened:
            yield opened


async def emptied(url: str, key: str | None) -> None:
    """Delete what earlier tests left on a real server: the collections that begin with our name."""
    client = connect(url, key)
    for collection in (await client.get_collections()).collections:
        if collection.name.startswith(ALIAS):
            await client.delete_collection(collection.name)
    await client.close()


def point(text: str, document: str, shelf: str = "live") -> Point:
    passage = Passage(str(uuid.uuid4()), document, "v", 1, "", Place("section", 1), text)
    payload = {
        "document": document,
        "version": "v",
        "audience": "all",
        "shelf": shelf,
        "text": text,
    }
    return replace(points.point(passage, shelf, Encoder()), payload=payload)


async def test_points_are_found_by_words_and_exact_keys(index):
    await index.write(
        [
            point("個人情報の入力は禁止", "a"),
            point("個人情報の保管期間", "b"),
            point("出張の旅費", "a", "old"),
        ]
    )
    question = Encoder().encode_question("個人情報の入力")
    assert [m.payload["document"] for m in await index.find(question, {"shelf": ["live"]}, 5)] == [
        "a",
        "b",
    ]
    assert [m.payload["document"] for m in await index.find(question, {"document": ["b"]}, 5)] == [
        "b"
    ]
    assert await index.find(question, {"document": ["nobody"]}, 5) == []
    assert await index.count({"document": ["a"]}) == 2


async def test_a_write_twice_is_one_point_and_a_delete_is_final(index):
    one = point("旅費の精算", "a")
    await index.write([one, one])
    await index.write([one])
    assert await index.fetch([one.id]) == [one.payload]
    await index.set({"document": ["a"]}, {"shelf": "old"})
    assert [p["shelf"] for p in await index.scroll({"document": ["a"]})] == ["old"]
    await index.delete({"document": ["a"]})
    assert await index.count({"document": ["a"]}) == 0
    assert await index.fetch([one.id]) == []


async def test_a_record_is_written_only_over_what_was_seen(index):
    record = str(uuid.uuid4())

    def revised(revision: str) -> Point:
        return Point(record, {"shelf": "record", "revision": revision})

    assert await index.swap(revised("a"), "")
    assert not await index.swap(revised("b"), "")
    assert not await index.swap(revised("b"), "other")
    assert await index.swap(revised("c"), "a")
    assert [p["revision"] for p in await index.fetch([record])] == ["c"]


async def test_a_tally_tells_how_many_of_the_points_asked_for_hold_a_term(index):
    await index.write([point(f"旅費 {word}", "a") for word in ("精算", "申請", "承認")])
    await index.write([point("旅費 精算", "b", "old"), Point(str(uuid.uuid4()), {"shelf": "live"})])
    common, rare, absent = (
        Encoder().question_parts(word)["words"][0] for word in ("旅費", "精算", "会議")
    )
    tally = await index.tally({"shelf": ["live"]})
    assert tally.passages == 3
    assert tally.holding(np.array([common, rare, absent], np.uint32)).tolist() == [3, 1, 0]
    assert (await index.tally({"document": ["nobody"]})).passages == 0


async def test_a_score_is_what_the_terms_are_worth_to_whoever_asks(index):
    await index.write([point("旅費の精算", "a"), point("旅費の申請", "b")])
    question = Encoder().encode_question("精算")
    (once,) = await index.find(question, {"shelf": ["live"]}, 5)
    (twice,) = await index.find(
        replace(question, values=tuple(2 * v for v in question.values)), {"shelf": ["live"]}, 5
    )
    assert twice.score == 2 * once.score


@pytest.fixture(params=["embedded", "server"])
async def dense(request, tmp_path) -> AsyncIterator[Index]:
    """An index whose points have two numbers of meaning beside their words."""
    if request.param == "embedded":
        async with EmbeddedIndex(tmp_path, model="openai:small", size=2, version=VERSION) as opened:
            yield opened
        return
    from qdrant_client import AsyncQdrantClient

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Payload indexes have no effect")
        async with ServerIndex(
            "memory",
            client=AsyncQdrantClient(":memory:"),
            model="openai:small",
            size=2,
            version=VERSION,
        ) as opened:
            yield opened


async def test_words_and_meanings_are_fused_by_rank_within_the_keys(dense):
    both, meant, worded = (
        point("旅費の精算", "both"),
        point("会議", "meant"),
        point("旅費", "worded", "old"),
    )
    await dense.write(
        [
            replace(both, dense=(1.0, 0.1)),
            replace(meant, dense=(1.0, 0.0)),
            replace(worded, dense=(0.0, 1.0)),
        ]
    )
    assert dense.dense == dense.dense_wanted == 2
    question = Encoder().encode_question("旅費の精算")
    found = await dense.fused(question, (1.0, 0.0), {"shelf": ["live"]}, 5)
    assert [m.payload["document"] for m in found] == ["both", "meant"]
    assert [
        m.payload["document"]
        for m in await dense.fused(question, (1.0, 0.0), {"document": ["worded"]}, 5)
    ] == ["worded"]
    assert [m.payload["document"] for m in await dense.find(question, {"shelf": ["live"]}, 5)] == [
        "both"
    ]
    nothing = Encoder().encode_question("")
    assert [
        m.payload["document"]
        for m in await dense.fused(nothing, (1.0, 0.0), {"shelf": ["live"]}, 1)
    ] == ["meant"]


async def test_what_fills_several_pages_is_all_there(index, monkeypatch):
    for name in ("embedded.PAGE", "embedded.STEP", "server.PAGE", "server.BATCH"):
        monkeypatch.setattr(f"knowledge.index.{name}", 2)
    await index.write([point(f"旅費{n}", f"d{n}") for n in range(5)])
    assert {p["document"] for p in await index.scroll({"shelf": ["live"]})} == {
        f"d{n}" for n in range(5)
    }
    assert (await index.tally({"shelf": ["live"]})).passages == 5


async def test_an_index_without_a_model_leaves_dense_vectors_out(index):
    await index.write([replace(point("旅費", "a"), dense=(1.0, 0.0))])
    assert index.dense == index.dense_wanted == 0
    assert await index.count({"document": ["a"]}) == 1


async def test_an_index_that_does_not_answer_says_so(tmp_path):
    with pytest.raises(LibraryUnavailable, match="did not answer"):
        async with ServerIndex("http://127.0.0.1:9", version=VERSION):
            pass


async def test_a_server_that_says_nothing_is_waited_for_no_longer_than_the_time_out(monkeypatch):
    monkeypatch.setattr("knowledge.index.collection.TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(LibraryUnavailable, match="did not answer"):
            async with ServerIndex(url, version=VERSION):
                pass


@pytest.mark.parametrize("times", [1, 3])
async def test_a_folder_whose_opening_was_broken_off_is_free(tmp_path, times):
    opening = asyncio.create_task(EmbeddedIndex(tmp_path, version=VERSION).__aenter__())
    for _ in range(times):
        await asyncio.sleep(0)
        opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    async with EmbeddedIndex(tmp_path, version=VERSION) as again:
        assert await again.fetch([str(uuid.uuid4())]) == []


async def test_what_a_cluster_needs_is_asked_for():
    server = QdrantServer()
    layout = Layout(shards=4, replicas=3, on_disk=True, quantised=True)
    async with served(server.app) as port:
        url = f"http://127.0.0.1:{port}"
        async with ServerIndex(
            url, version=VERSION, model="openai:x", size=8, layout=layout
        ) as index:
            record = Point(str(uuid.uuid4()), {"shelf": "record", "revision": "a"})
            assert await index.swap(record, "")
    made = next(b for verb, path, _, b in server.asked if verb == "PUT" and "vectors" in b)
    keys = {
        b["field_name"]: b["field_schema"]
        for _, path, _, b in server.asked
        if path.endswith("/index")
    }
    swaps = [query for verb, path, query, b in server.asked if b.get("update_filter")]
    read_back = [query for verb, path, query, b in server.asked if verb == "POST" and b.get("ids")]

    assert (made["shard_number"], made["replication_factor"]) == (4, 3)
    assert made["write_consistency_factor"] == 2
    assert made["on_disk_payload"] is True
    assert made["vectors"]["meaning"]["on_disk"] is True
    assert made["vectors"]["meaning"]["quantization_config"]["scalar"]["type"] == "int8"
    assert made["sparse_vectors"]["terms"]["index"]["on_disk"] is True
    assert [key for key, schema in keys.items() if schema.get("is_tenant")] == ["audience"]
    assert [query["ordering"] for query in swaps] == ["strong"]
    assert read_back[-1]["consistency"] == "majority"


async def test_a_server_that_cannot_compare_before_it_writes_is_refused(caplog):
    async with served(QdrantServer(version="1.15.5").app) as port:
        with pytest.raises(LibraryUnavailable) as refused:
            async with ServerIndex(f"http://127.0.0.1:{port}", version=VERSION):
                pass

    assert refused.value.code == "library_old"
    assert "1.16" in refused.value.reason.ja
    assert [record.version for record in caplog.records if hasattr(record, "version")] == ["1.15.5"]


async def test_many_processes_make_an_index_at_once():
    server = QdrantServer(delay=0.02)
    async with served(server.app) as port:
        many = [ServerIndex(f"http://127.0.0.1:{port}", version=VERSION) for _ in range(4)]
        await asyncio.gather(*(one.__aenter__() for one in many))
        for one in many:
            assert await one.count({"shelf": ["live"]}) == 0
            await one.__aexit__(None, None, None)


async def test_what_was_deleted_before_a_kill_leaves_the_files_at_the_next_start(tmp_path):
    """A note beside the shard outlives whoever deleted; half of a fresh shard is swept away."""
    kept, gone = point("残す文", "kept"), point("消す文", "gone")
    async with EmbeddedIndex(tmp_path, version=VERSION) as index:
        await index.write([kept, gone])
        await index.note_remains()
        await index.delete({"document": ["gone"]})
    half = tmp_path / "shard-half"
    half.mkdir()

    async with EmbeddedIndex(tmp_path, version=VERSION) as index:
        assert index.remains
        assert not half.exists()
        await index.compact()
        assert not index.remains
        assert [row["text"] for row in await index.scroll({"shelf": ["live"]})] == ["残す文"]
        assert [match.id for match in await index.find(kept.vector, {"shelf": ["live"]}, 5)]
    files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert any("残す文".encode() in content for content in files)
    assert not any("消す文".encode() in content for content in files)
