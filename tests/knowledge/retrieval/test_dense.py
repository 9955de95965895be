"""Dense vectors on the shelf: made for every passage, used when they have won, done without when their provider is away."""

import warnings
from contextlib import asynccontextmanager

import pytest
from qdrant_client import AsyncQdrantClient

from knowledge.answering.answers import Answers
from knowledge.documents.library import Library
from knowledge.errors import EmbeddingUnavailable
from knowledge.index.embedded import EmbeddedIndex
from knowledge.index.format import Format, key
from knowledge.index.server import ServerIndex
from knowledge.models import embedding
from knowledge.models.embedding import Embedding
from knowledge.retrieval.dense import Dense, fuse
from knowledge.retrieval.encoder import VERSION
from knowledge.values import Metadata
from tests.knowledge.documents.test_library import ALL, put, reading
from tests.stub_embedding import SIZE

TEXTS = ("自動車の費用は月三万円まで。", "旅費は実費で精算する。", "会議室は前日までに予約する。")
MEANT = "ほげもげ"  # shares no word with the text that is meant


@pytest.fixture(params=["embedded", "server"])
async def opening(request, tmp_path, embedder, monkeypatch):
    monkeypatch.setattr(embedding, "PAUSE", 0.0)
    model = Embedding("openai:small", base_url=embedder.url)
    await model.measure()
    client = AsyncQdrantClient(":memory:")
    closing, client.close = client.close, _nothing

    @asynccontextmanager
    async def open_library(size=SIZE):
        if request.param == "embedded":
            index = EmbeddedIndex(tmp_path, model=model.name, size=size, version=VERSION)
        else:
            index = ServerIndex(
                "memory", client=client, model=model.name, size=size, version=VERSION
            )
        async with Library(index, embedding=model) as library:
            yield library

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Payload indexes have no effect")
        yield open_library
    await closing()
    await model.close()


async def _nothing():
    pass


@pytest.fixture
async def library(opening):
    async with opening() as opened:
        yield opened


def texts(hits):
    return [hit.passage.text for hit in hits]


async def test_what_is_meant_is_found_only_once_that_has_won(library):
    await put(library, *TEXTS)
    assert TEXTS[0] not in texts(await library.search(MEANT, readers=ALL))
    assert texts(await library.search(MEANT, readers=ALL, dense=True))[0] == TEXTS[0]
    await library.judge(wins=True)
    assert texts(await library.search(MEANT, readers=ALL))[0] == TEXTS[0]
    assert TEXTS[0] not in texts(await library.search(MEANT, readers=ALL, dense=False))
    assert TEXTS[0] not in texts(await library.search(MEANT, readers=ALL, kind="words"))
    await library.judge(wins=False)
    assert TEXTS[0] not in texts(await library.search(MEANT, readers=ALL))


async def test_a_question_asks_nobody_before_that_has_won(library, embedder):
    await put(library, *TEXTS)
    calls = embedder.calls
    await library.search(MEANT, readers=ALL)
    assert embedder.calls == calls


async def test_meanings_keep_to_the_audience_too(library):
    await put(library, *TEXTS, audience="board")
    assert await library.search(MEANT, readers=ALL, dense=True) == []
    assert await library.search(MEANT, readers=frozenset({"board"}), dense=True)


async def test_the_verdict_is_kept_for_its_model_alone(opening, embedder):
    async with opening() as library:
        await put(library, *TEXTS)
        await library.judge(wins=True)
    async with opening(size=0) as library:  # away at this start: the size is the index' own
        assert texts(await library.search(MEANT, readers=ALL))[0] == TEXTS[0]
        library.embedding.name = "openai:other"
        library._dense._wins = None
        assert TEXTS[0] not in texts(await library.search(MEANT, readers=ALL))


async def test_a_document_is_refused_whole_while_the_provider_is_away_and_taken_up_again(
    library, embedder
):
    embedder.mode = "500"
    with pytest.raises(EmbeddingUnavailable, match="openai:small"):
        await library.stage(reading(*TEXTS), Metadata(), by="test:1")
    await library.tend(age=0.0)
    assert await library.documents() == []
    assert await library._index.count({"shelf": ["staged", "live", "old"]}) == 0
    embedder.mode = ""
    await put(library, *TEXTS)
    assert texts(await library.search(MEANT, readers=ALL, dense=True))[0] == TEXTS[0]


@pytest.mark.parametrize("mode", ["429", "slow", "short"])
async def test_words_alone_serve_while_the_provider_is_away_and_the_trace_says_so(
    library, embedder, monkeypatch, mode
):
    monkeypatch.setattr(embedding, "QUICK", 0.1)
    await put(library, *TEXTS)
    await library.judge(wins=True)
    kept = []

    async def keep(trace):
        kept.append(trace)

    answers = Answers(library, keep=keep)
    await answers.answer("旅費の精算は", readers=ALL, language="ja")
    embedder.mode = mode
    answer = await answers.answer("旅費の精算は", readers=ALL, language="ja")
    assert TEXTS[1].removesuffix("。") in answer.text
    with_, without = (["sparse_alone" in [limit.kind for limit in trace.limits]] for trace in kept)
    assert (with_, without) == ([False], [True])
    with pytest.raises(EmbeddingUnavailable):
        await library.search("旅費の精算は", readers=ALL, dense=True)


@pytest.mark.parametrize(
    ("made", "model", "size", "today"),
    [
        ("v1", "", 0, "v2"),
        ("v1", "a:b", 0, "v2"),
        ("v1", "a:b", 8, f"v2-{key('a:b')}-8"),
        (f"v1-{key('a:b')}-8", "a:b", 0, f"v2-{key('a:b')}-8"),
        (f"v1-{key('a:b')}-8", "a:b", 4, f"v2-{key('a:b')}-4"),
        (f"v1-{key('a:b')}-8", "a:c", 0, "v2"),
        (f"v1-{key('a:b')}-8", "", 0, "v2"),
    ],
)
def test_the_format_names_the_model_and_its_size(made, model, size, today):
    assert str(Format.read(made)) == made
    assert str(Format.read(made).today("v2", model, size)) == today


@pytest.mark.parametrize(("rank", "first"), [(61, "both"), (62, "one")])
def test_a_first_place_in_one_order_weighs_as_much_as_place_62_in_both(rank, first):
    between = [f"{n}" for n in range(2, rank)]
    orders = ["one", *between, "both"], ["other", *between, "both"]
    fused = fuse(*orders)
    assert (fused.index("both") < fused.index("one")) == (first == "both")


async def test_another_process_verdict_is_believed_for_ten_seconds():
    now = 0.0
    client = AsyncQdrantClient(":memory:")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Payload indexes have no effect")
        async with ServerIndex("memory", client=client, version=VERSION) as index:
            model = Embedding("openai:small")
            here, there = Dense(index, model, lambda: now), Dense(index, model)
            assert not await here.wins()
            await there.judge(wins=True)
            now = 10.0
            assert not await here.wins()
            now = 10.1
            assert await here.wins()


def test_orders_are_fused_by_rank():
    assert fuse([1, 2, 3], [3, 1]) == [1, 3, 2]
    assert fuse([2, 0], []) == [2, 0]
