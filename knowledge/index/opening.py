"""Which index is opened: one on a server when there is an address, else the one in a folder."""

from pathlib import Path

from knowledge.index.embedded import EmbeddedIndex
from knowledge.index.layout import Layout
from knowledge.index.protocol import Index
from knowledge.index.server import ServerIndex


def open_index(  # noqa: PLR0913  # where it is, what it is made with, how it lies
    url: str | None,
    folder: Path,
    api_key: str | None = None,
    *,
    version: str,
    model: str = "",
    size: int = 0,
    layout: Layout | None = None,
) -> Index:
    """
    Return the index at `url` when there is one, or the embedded index in `folder`. Opens nothing
    yet: use `async with`.

    `version` is that of the encoder whose vectors will be written, `model` the address of the
    embedding model, `size` that of its vectors, 0 while nobody knows. `layout` is how a collection
    lies on a server.
    """
    if url:
        return ServerIndex(url, api_key, version=version, model=model, size=size, layout=layout)

    return EmbeddedIndex(folder, version=version, model=model, size=size)
