"""
What a person sees of a language model's answers: those that say what the documents say are shown whole, the others are not.

    nice -n 5 python -m tests.benchmarks.model [--show]

A model on loopback answers everyday questions to the samples and to short rules of our own, through the whole product: the prompt is
made from what the search brings, the model names its evidence there, and what passes is read off the reply. `data/model_answers.yaml`
and `statements.yaml` hold what it says: faithful in other words or in the other language, or flipped, halved, invented.
"""

import argparse
import asyncio
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

from bot.service.application import Application
from bot.settings import load
from knowledge.answering.answers import Answers
from knowledge.answering.generation import Allowance
from knowledge.documents.library import Library
from knowledge.models.language_models import Model
from knowledge.reading.reading import read
from knowledge.samples.catalogue import shelve
from knowledge.text.language import language_of
from knowledge.values import Metadata
from tests.serving import served
from tests.stub_model import StubModel

FOLDER = Path(__file__).parent
SECONDS = 60.0  # for one answer: the machine may be busy


class Said(NamedTuple):
    """What a model says to a question, the words it names, and whether these carry it."""

    question: str
    words: str
    text: str
    faithful: bool


def said() -> Iterator[Said]:
    """Yield everything the model is to say."""
    cases = yaml.safe_load((FOLDER / "data" / "model_answers.yaml").read_text("utf-8"))
    for rule in rules():
        cases += rule["cases"]
    for case in cases:
        for truth in ("faithful", "wrong"):
            for text in case[truth]:
                yield Said(case["question"], case["words"], text, truth == "faithful")


def rules() -> list[dict[str, object]]:
    """Return the short rules of our own making, with what is said about them."""
    loaded: list[dict[str, object]] = yaml.safe_load(
        (FOLDER / "statements.yaml").read_text("utf-8")
    )
    return loaded


async def fill(library: Library) -> None:
    """Put the samples and the short rules on the shelf."""
    async for _ in shelve(library):
        pass
    for rule in rules():
        text = f"# {rule['title']}\n\n{rule['text']}"
        content = await read(f"{rule['title']}.md", text.encode())
        document, version, _ = await library.stage(content, Metadata(), by="benchmark")
        await library.publish(document.id, version.id)


async def shown(answers: Answers, stub: StubModel, one: Said) -> str:
    """Return what became of a statement: "whole", "part", "unsent" (its evidence was not found) or "none"."""
    stub.mode, stub.says = "cites", (one.text, one.words)
    answer = await answers.answer(
        one.question, readers=frozenset({"all"}), language=language_of(one.question, "ja")
    )
    sentences = "".join(sentence.text for sentence in answer.sentences)
    if answer.mode == "llm":
        return "whole" if one.text.replace(" ", "") in sentences.replace(" ", "") else "part"
    return "none" if stub.cited else "unsent"


async def judged(data: str, *, show: bool) -> dict[bool, Counter[str]]:
    figures = {True: Counter[str](), False: Counter[str]()}
    stub = StubModel()
    async with served(stub.app) as port, Application(load({}, data=data)) as application:
        library = await application.library()
        await fill(library)
        model = Model("openai:cites", base_url=f"http://127.0.0.1:{port}/v1", api_key="k")
        answers = Answers(library, model=model, allowance=Allowance(SECONDS))
        for one in said():
            became = await shown(answers, stub, one)
            figures[one.faithful][became] += 1
            if show and (became == "whole") != one.faithful:
                print(
                    f"- {became}, {'faithful' if one.faithful else 'wrong'}: {one.question} → {one.text}"
                )
        await model.close()
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", action="store_true", help="print what was judged otherwise")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as data:
        figures = asyncio.run(judged(data, show=arguments.show))
    for faithful, became in figures.items():
        of = sum(became.values())
        name = "faithful" if faithful else "flipped, halved or invented"
        print(
            f"{name}: {became['whole']} of {of} shown whole ({became['whole'] / of:.1%}); {dict(became)}"
        )


if __name__ == "__main__":
    main()
