"""The embedding model of a process: opened by its settings, measured again where it was away."""

import asyncio
import logging
from contextlib import AsyncExitStack

from bot.readers import WORDS_ALONE
from bot.service.part import FIRST, LONGEST
from bot.settings import Settings
from knowledge.documents.library import Library
from knowledge.models.embedding import Embedding

log = logging.getLogger(__name__)


async def opened_embedding(settings: Settings, opening: AsyncExitStack) -> Embedding | None:
    """
    Return the embedding model, measured, and None where there is none; the language model's address
    and key are its own where their provider is.
    """
    if settings.embedding in ("", WORDS_ALONE):
        return None
    provider = settings.embedding.partition(":")[0]
    shared = settings.llm.partition(":")[0] in ("", provider)
    base, key = "", ""
    if shared:
        base, key = settings.llm_base_url, settings.llm_api_key
    embedding = Embedding(settings.embedding, base_url=base, api_key=key)
    opening.push_async_callback(embedding.close)
    await embedding.measure()
    return embedding


async def measured_later(library: Library, embedding: Embedding) -> None:
    """
    Ask an embedding model that was away at the start until it answers; until then passages are
    found by their words.
    """
    log.error(
        "an embedding model does not answer and is tried again", extra={"model": embedding.name}
    )
    pause = FIRST
    while not await embedding.measure():
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST)
    await library.measured(embedding.size)
    log.warning("an embedding model answers now", extra={"model": embedding.name})
