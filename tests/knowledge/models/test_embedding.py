"""An embedding model spoken to over loopback, and what its failures become."""

import sys

import pytest

from knowledge.errors import EmbeddingUnavailable
from knowledge.models import embedding
from knowledge.models.embedding import BATCH, Embedding
from knowledge.models.language_models import FAILURES
from tests.stub_embedding import SIZE, vector


@pytest.fixture
async def model(embedder, monkeypatch):
    monkeypatch.setattr(embedding, "PAUSE", 0.0)
    for patience in ("TIMEOUT", "QUICK", "FIRST"):
        monkeypatch.setattr(embedding, patience, 30.0)  # a busy machine is late
    opened = Embedding("openai:small", base_url=embedder.url, api_key="k")
    assert await opened.measure() == SIZE
    yield opened
    await opened.close()


async def test_texts_get_their_own_vectors_in_order(model, embedder):
    texts = [f"第{n}条 旅費は{n}万円まで" for n in range(BATCH + 3)]
    found = await model.passages(texts, SIZE)
    assert [list(v) for v in found] == [pytest.approx(vector(t), abs=1e-6) for t in texts]
    assert embedder.texts[1:] == texts
    assert embedder.calls == 1 + 2


async def test_a_full_batch_is_one_call(model, embedder):
    await model.passages(["旅費"] * BATCH, SIZE)
    assert embedder.calls == 1 + 1


async def test_so_much_of_a_text_is_sent_as_models_read(model, embedder):
    await model.passages(["旅" * 6_001, "費" * 6_000], SIZE)
    await model.question("問" * 6_001, SIZE)
    assert embedder.texts[1:] == ["旅" * 6_000, "費" * 6_000, "問" * 6_000]


async def test_a_provider_that_fails_three_times_is_away(model, embedder):
    embedder.mode, embedder.failing = "500", 3
    with pytest.raises(EmbeddingUnavailable):
        await model.passages(["旅費"], SIZE)


async def test_a_provider_that_is_slow_at_the_start_has_no_size(embedder, monkeypatch):
    monkeypatch.setattr(embedding, "FIRST", 0.1)
    embedder.mode = "slow"
    slow = Embedding("openai:small", base_url=embedder.url)
    assert await slow.measure() == 0
    await slow.close()


@pytest.mark.parametrize("mode", ["429", "500", "slow", "few", "garbage", "short"])
async def test_a_failing_provider_is_a_sentence_for_documents_and_nothing_for_questions(
    model, embedder, mode, monkeypatch
):
    embedder.mode = mode
    if mode == "slow":
        monkeypatch.setattr(embedding, "TIMEOUT", 0.3)
        monkeypatch.setattr(embedding, "QUICK", 0.3)
    assert await model.question("旅費", SIZE) == ()
    with pytest.raises(EmbeddingUnavailable) as error:
        await model.passages(["旅費"], SIZE)
    assert error.value.code == ("embedding_changed" if mode == "short" else "embedding_away")
    assert "openai:small" in error.value.reason.ja


async def test_a_provider_that_comes_back_in_time_loses_no_document(model, embedder):
    embedder.mode, embedder.failing = "500", 2
    assert len(await model.passages(["旅費"], SIZE)) == 1


async def test_a_provider_that_keeps_failing_is_left_alone(model, embedder):
    embedder.mode = "500"
    for _ in range(FAILURES + 3):
        assert await model.question("旅費", SIZE) == ()
    assert embedder.calls == 1 + FAILURES


async def test_a_missing_extra_is_a_sentence_that_names_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "llama_index.embeddings.openai_like", None)
    with pytest.raises(EmbeddingUnavailable, match=r"llm-choose\[embedding\]"):
        await Embedding("openai:small").measure()


@pytest.mark.parametrize("address", ["small", "openai:", "anthropic:x", ""])
def test_an_address_of_no_provider_is_refused(address):
    with pytest.raises(EmbeddingUnavailable, match="provider:model"):
        Embedding(address)
