"""A shelf of a few texts, made once for all tests of a module."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from knowledge.documents.library import Library
from knowledge.index.opening import open_index
from knowledge.reading.reading import read
from knowledge.retrieval.encoder import VERSION
from knowledge.values import Metadata

COMES_ALONG = 2  # documents on every shelf: the digest of the deck, and what its ways take


def shelved(folder: Path, texts: Mapping[str, str]) -> Path:
    """Publish the texts, by file name, on the embedded shelf in `folder`; return the folder."""
    asyncio.run(_publish(folder, texts))
    return folder


async def _publish(folder: Path, texts: Mapping[str, str]) -> None:
    async with Library(open_index(None, folder, version=VERSION)) as library:
        for name, text in texts.items():
            content = await read(name, text.encode())
            document, version, _ = await library.stage(content, Metadata(), by="t")
            await library.publish(document.id, version.id)
