"""
Embedding models by address: "openai:text-embedding-3-small", "ollama:bge-m3", spoken to through
LlamaIndex's own class.

Any server that speaks OpenAI's protocol will do, Ollama's does. A question has a second for its
vector and is found without one otherwise; passages are asked for a few times before a document is
given back.
"""

import asyncio
import importlib
import math
from collections.abc import Sequence
from functools import partial
from typing import Any

from knowledge.errors import EmbeddingUnavailable
from knowledge.models.language_models import Breaker
from knowledge.models.providers import EMBEDDERS, NO_KEY, openai_key
from knowledge.observation import observed
from knowledge.retry import Retry
from knowledge.sentences import phrase

FIRST = 5.0  # seconds for the first text, which everybody waits for at the start
TIMEOUT = 15.0  # seconds for one batch of passages
QUICK = 1.0  # seconds for a question
BATCH = 32  # texts sent at once: a small machine does as many in a few seconds
TRIES = 3  # for a batch of passages
PAUSE = 1.0  # seconds before the second try at most, twice that before the third
# characters of a text that are sent: models read about 8,000 tokens, and Japanese takes up to one
# each
LONGEST = 6_000

Vector = tuple[float, ...]


class _Fault(Exception):
    """The provider failed once."""


def _is_fault(failure: BaseException) -> bool:
    return isinstance(failure, _Fault)


class Embedding:
    """An embedding model of one provider. Nothing is imported or opened before the first text."""

    def __init__(self, address: str, *, base_url: str = "", api_key: str = "") -> None:
        """
        Take an address "provider:model".

        Raises:
            EmbeddingUnavailable: the address names no provider we know, or no model.
        """
        kind, _, name = address.partition(":")
        if kind not in EMBEDDERS or not name:
            raise EmbeddingUnavailable(
                "unknown_embedding",
                phrase("unknown_embedding", model=address, known=", ".join(EMBEDDERS)),
            )
        self.name = address
        self.size = 0  # numbers of one vector, once `measure` has asked
        self._model = name
        base = base_url.rstrip("/")
        if kind == "ollama" and base and not base.endswith("/v1"):
            base += "/v1"  # its own protocol is at the root, OpenAI's below
        self._base = base or EMBEDDERS[kind]
        self._key = api_key or NO_KEY
        if kind == "openai":
            self._key = openai_key(api_key)
        self._breaker = Breaker()
        self._client: Any = None
        self._faults: tuple[type[Exception], ...] = ()

    async def measure(self) -> int:
        """
        Return how many numbers this model's vectors have, 0 while its provider is away.

        Raises:
            EmbeddingUnavailable: the extra is not installed.
        """
        await asyncio.to_thread(self._open)
        try:
            self.size = len((await self._ask(["?"], FIRST))[0])
        except _Fault:
            self.size = 0
        return self.size

    async def passages(self, texts: Sequence[str], size: int) -> list[Vector]:
        """
        Return the vector of each text.

        Raises:
            EmbeddingUnavailable: the provider did not answer, or with vectors that are not of
            `size`.
        """
        await asyncio.to_thread(self._open)
        vectors: list[Vector] = []
        for start in range(0, len(texts), BATCH):
            batch = [text[:LONGEST] for text in texts[start : start + BATCH]]
            vectors += await self._batch(batch, size)
        return vectors

    async def question(self, text: str, size: int) -> Vector:
        """
        Return a question's vector; empty when there is none within a second, or while the provider
        rests.
        """
        await asyncio.to_thread(self._open)
        if not self._breaker.closed():
            return ()
        try:
            vector = (await self._ask([text[:LONGEST]], QUICK))[0]
        except _Fault:
            self._breaker.failed()
            return ()
        self._breaker.succeeded()
        if len(vector) != size:
            return ()
        return vector

    async def close(self) -> None:
        """Close the connections; they open anew when something is asked."""
        client, self._client = self._client, None
        if client is None:
            return
        connections = client._aclient  # noqa: SLF001 - the class has no word for it
        if connections is not None:
            await connections.close()

    def away(self) -> EmbeddingUnavailable:
        """Return the error that says the provider did not answer, for others to raise."""
        return EmbeddingUnavailable("embedding_away", phrase("embedding_away", model=self.name))

    async def _batch(self, texts: list[str], size: int) -> list[Vector]:
        batches = Retry(TRIES, PAUSE, again=_is_fault)
        try:
            vectors = await batches.call(partial(self._ask, texts, TIMEOUT))
        except _Fault as fault:
            raise self.away() from fault
        if any(len(vector) != size for vector in vectors):
            raise EmbeddingUnavailable(
                "embedding_changed", phrase("embedding_changed", model=self.name, size=size)
            )
        return vectors

    async def _ask(self, texts: list[str], seconds: float) -> list[Vector]:
        """
        Ask once. Raises _Fault when that fails, or the answer is not one finite vector for each
        text.
        """
        try:
            with observed("embedding", model=self.name, texts=len(texts)):
                async with asyncio.timeout(seconds):
                    answer = await self._client.aget_text_embedding_batch(texts)
            vectors = [tuple(map(float, numbers)) for numbers in answer]
        except self._faults as fault:
            raise _Fault from fault
        if len(vectors) != len(texts):
            raise _Fault
        for vector in vectors:
            if not vector or not all(map(math.isfinite, vector)):
                raise _Fault
        return vectors

    def _open(self) -> None:
        """Build the client on first use; importing takes a second or two."""
        if self._client is not None:
            return
        try:
            module = importlib.import_module("llama_index.embeddings.openai_like")
        except ModuleNotFoundError as missing:
            raise EmbeddingUnavailable(
                "missing_extra", phrase("embedding_extra", model=self.name)
            ) from missing
        from httpx import HTTPError
        from openai import OpenAIError

        # below the client's own roots: a broken connection, an answer that is not in its form
        self._faults = (OpenAIError, HTTPError, OSError, ValueError, TypeError, AttributeError)
        self._client = module.OpenAILikeEmbedding(
            model_name=self._model,
            api_base=self._base,
            api_key=self._key,
            embed_batch_size=BATCH,
            max_retries=0,
            timeout=TIMEOUT,
        )
