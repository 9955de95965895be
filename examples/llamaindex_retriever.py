"""
Our retriever in a LlamaIndex program of your own: put a folder of documents on a shelf, ask it.

    python examples/llamaindex_retriever.py FOLDER "休暇は何日前に申請しますか"

Nothing of the bot is needed, and no network: the language model is LlamaIndex's `MockLLM`, which
repeats what it is given. Put your own in its place.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from llama_index.core.llms import MockLLM
from llama_index.core.query_engine import RetrieverQueryEngine

from knowledge.documents.library import Library
from knowledge.errors import UnreadableDocument
from knowledge.index.opening import open_index
from knowledge.reading.reading import read
from knowledge.retrieval.encoder import VERSION
from knowledge.retrieval.llamaindex.retriever import PassageRetriever
from knowledge.values import Metadata

EVERYONE = frozenset({"all"})


async def fill(library: Library, folder: Path) -> None:
    """Read every document of the folder, and publish it for everyone."""
    for path in sorted(folder.iterdir()):
        try:
            reading = await read(path.name, path.read_bytes())
        except UnreadableDocument as error:
            print(error.reason.en, file=sys.stderr)
            continue
        document, version, _ = await library.stage(reading, Metadata(), by="example")
        await library.publish(document.id, version.id)


async def main(folder: Path, question: str) -> None:
    """Ask by way of LlamaIndex, and print the sources beside the answer."""
    with tempfile.TemporaryDirectory() as place:
        async with Library(open_index(None, Path(place), version=VERSION)) as library:
            await fill(library, folder)
            retriever = PassageRetriever(library, readers=EVERYONE, limit=3)
            engine = RetrieverQueryEngine.from_args(retriever, llm=MockLLM())
            response = await engine.aquery(question)
    for scored in response.source_nodes:
        title, place = scored.node.metadata["title"], scored.node.metadata["place"]
        print(f"{scored.score:.3f}  {title}, {place}: {scored.node.get_content()[:60]}")
    print(response)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
