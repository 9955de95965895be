"""
Does a polite question get the answer of the plain one: the same words, as certain, from the same places?

    nice -n 5 python -m tests.benchmarks.courtesy [--shared FOLDER] [everyday everyday2] [--show]

Every plain question of the everyday sets is asked alone and inside each wrapping, over their documents, the samples and the deck.
"""

import argparse
import asyncio
import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from handlers.questions.hear import hear
from knowledge.answering.answers import Answers
from knowledge.deck.digest import shelve
from knowledge.documents.library import Library
from knowledge.errors import KnowledgeError
from knowledge.index.opening import open_index
from knowledge.reading.reading import read
from knowledge.retrieval.encoder import VERSION
from knowledge.samples.catalogue import shelve as samples
from knowledge.text.courtesy import asking
from knowledge.text.language import language_of
from knowledge.values import Answer, Metadata

ROOT = Path(__file__).resolve().parents[2]
ALL = frozenset({"all"})
AROUND = {
    "ja": {
        "greeting": "お疲れ様です。{}",
        "introduction": "お疲れ様です。営業2課の佐藤です。お忙しいところ恐れ入ります。{} よろしくお願いいたします。",
        "letter": "いつもお世話になっております。総務部の田中と申します。{}\nお手数ですがご教示のほど、よろしくお願い申し上げます。\n\n総務部 田中",
        "sorry": "すみません、ちょっとお聞きしたいのですが、{}",
        "beginner": "初歩的な質問で恐縮ですが、{} 急ぎで教えていただけると助かります!",
        "everybody": "皆さん、こんにちは!どなたかわかる方いらっしゃいますか? {} ありがとうございます🙏",
        "story": "先日、上司に聞かれて答えられませんでした。{}",
        "emoji": "😭 {} 🙏🙏",
        "link": "{} https://intranet.example/portal?id=1",
        "quote": "> 昨日の会議で出た話です\n{}",
        "thanks": "いつもありがとうございます。念のため確認させてください。{} 以上、よろしくお願いします。",
        "signature": "{}\n--\n営業本部 佐藤 太郎\n内線 1234",
    },
    "en": {
        "greeting": "Hello! {}",
        "introduction": "Hi team, hope you are well. Quick question from the sales floor: {} Thanks a lot in advance, Sato",
        "letter": "Dear all,\nmy name is Ken Sato from sales. {}\n\nBest regards,\nKen Sato",
        "sorry": "Sorry to bother you, {}",
        "beginner": "Quick one - {} thx!",
        "everybody": "Good morning everyone! Could anyone help me with this? {} Any help would be appreciated.",
        "story": "My boss asked me about this yesterday. {}",
        "emoji": "🤔 {} 🙏",
        "link": "{} https://intranet.example/portal?id=1",
        "quote": "> this came up in the meeting\n{}",
        "thanks": "Thanks for the last one! {} Have a nice day!",
        "signature": "{}\n--\nKen Sato\nSales, ext. 1234",
    },
}


def wrapped(question: str, language: str) -> Iterator[tuple[str, str]]:
    """Yield each kind of courtesy and the question inside it, ended as people end a sentence."""
    ended = (
        question
        if question.rstrip()[-1:] in "?？!！。."
        else f"{question}。"
        if language == "ja"
        else f"{question}?"
    )
    for kind, around in AROUND[language].items():
        yield kind, around.format(question if kind == "emoji" else ended)


def shown(answer: Answer) -> tuple[object, ...]:
    """What a person sees of an answer."""
    places = tuple((c.passage.id, c.quote) for c in answer.citations)
    return answer.mode, answer.certainty, answer.text, places, answer.table, answer.depends


async def answered(answers: Answers, text: str) -> tuple[object, ...]:
    try:
        return shown(await answers.answer(text, readers=ALL, language=language_of(text, "ja")))
    except KnowledgeError as error:
        return (error.code,)


async def stock(library: Library, folder: Path) -> None:
    """Put the deck, the samples and the folder's documents on the shelf."""
    await shelve(library)
    async for _ in samples(library):
        pass
    for path in sorted(folder.iterdir()):
        document, version, _ = await library.stage(
            await read(path.name, path.read_bytes()), Metadata(title=path.stem), by="benchmark"
        )
        await library.publish(document.id, version.id)


def plain_questions(path: Path) -> list[str]:
    """Return the questions that are written without any courtesy of their own."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    texts = [row["text"] for row in rows if "text" in row and "→" not in row["text"]]
    return [text for text in texts if asking(text) == text and not hear(text)]


async def measure(folder: Path, *, show: bool) -> None:
    with tempfile.TemporaryDirectory() as place:
        async with Library(open_index(None, Path(place), version=VERSION)) as library:
            await stock(library, folder / "corpus")
            answers = Answers(library)
            await answers.warm()
            asked, same, lost, firmness = (
                Counter[str](),
                Counter[str](),
                Counter[str](),
                Counter[str](),
            )
            questions = plain_questions(folder / "questions.jsonl")
            for question in questions:
                alone = await answered(answers, question)
                language = language_of(question, "ja")
                for kind, text in wrapped(question, language):
                    found = await answered(answers, text)
                    name = f"{language} {kind}"
                    asked[name] += 1
                    same[name] += found == alone
                    lost[name] += alone[0] != "refused" and found[0] == "refused"
                    firmness[name] += found[:2] != alone[:2]
                    if show and found != alone:
                        print(
                            f"- {text!r}: {alone[:2]} became {found[:2]}; searched for {asking(text)!r}"
                        )
    print(
        f"## {folder.name}: {len(questions)} plain questions, {same.total()} of {asked.total()} answered as if alone"
    )
    for name, count in asked.items():
        print(
            f"{name:16} same {same[name]}/{count}, lost {lost[name]}, other certainty {firmness[name]}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", default=["everyday", "everyday2"])
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--show", action="store_true")
    arguments = parser.parse_args()
    for name in arguments.sets or ["everyday", "everyday2"]:
        asyncio.run(measure(arguments.shared / "bench" / name, show=arguments.show))


if __name__ == "__main__":
    main()
