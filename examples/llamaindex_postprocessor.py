"""
A LlamaIndex postprocessor of your own in our pipeline: here one that leaves out documents that are
no longer in force. Any LlamaIndex reranker goes in the same way.

    python examples/llamaindex_postprocessor.py "出張の日当はいくらですか"
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.schema import NodeWithScore, QueryBundle

from knowledge.answering.answers import Answers
from knowledge.answering.query_engine import Pipeline
from knowledge.documents.library import Library
from knowledge.index.opening import open_index
from knowledge.reading.reading import read
from knowledge.retrieval.encoder import VERSION
from knowledge.values import Metadata

EVERYONE = frozenset({"all"})
TEXTS = {
    "旅費規程(廃止).txt": "出張の日当は、1日2,000円とする。",
    "旅費規程.txt": "出張をした社員には、日当として1日3,000円を支給する。",
}


class InForceOnly(BaseNodePostprocessor):
    """Leaves out the nodes of documents that are called 廃止."""

    def _postprocess_nodes(
        self, nodes: list[NodeWithScore], query_bundle: QueryBundle | None = None
    ) -> list[NodeWithScore]:
        return [node for node in nodes if "廃止" not in node.metadata["title"]]


async def main(question: str) -> None:
    """Answer the question twice, by the pipeline as it is and with the postprocessor in it."""
    with tempfile.TemporaryDirectory() as place:
        async with Library(open_index(None, Path(place), version=VERSION)) as library:
            for name, text in TEXTS.items():
                reading = await read(name, text.encode())
                document, version, _ = await library.stage(reading, Metadata(), by="example")
                await library.publish(document.id, version.id)
            pipelines = {
                "as it is": Pipeline(),
                "in force only": Pipeline(postprocessors=[InForceOnly()]),
            }
            for name, pipeline in pipelines.items():
                answers = Answers(library, engine=pipeline)
                answer = await answers.answer(question, readers=EVERYONE, language="ja")
                print(f"{name}: {answer.citations[0].passage.title}: {answer.sentences[0].text}")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
