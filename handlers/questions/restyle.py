"""
The last answer once more: as it was, shorter, as bullets, or all answers of the talk in short.

Nothing is reworded: what is left is word for word what the documents say, with its sources.
"""

import re
import unicodedata
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace

from handlers.answer_text import lines
from handlers.conversation import Block, Message, Paragraph, Reply
from handlers.questions.cited import named, sources
from handlers.questions.last_answer import LastAnswer, LastAnswers
from handlers.questions.threads import Threads
from handlers.questions.ways import Ways
from handlers.texts import Texts
from knowledge.answering.question import Turn
from knowledge.errors import KnowledgeError
from knowledge.text.outline import CELL
from knowledge.text.pieces import pieces
from knowledge.values import Answer, Sentence

BULLETS = 12  # at most
SHORT = 160  # characters up to which one sentence is short
_NUMBER = re.compile(r"(\d{1,2}|[一二三四五六七八九十]|\bone|\btwo|\bthree|\bfour|\bfive)")
_COUNTED = {
    "一": 1,
    "二": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
    "十": 10,
}
_SPELT = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
_ONE = re.compile(
    r"一文|1文|一言|ひとこと|\b(?:one|a|a single) (?:short )?(?:sentence|line)\b", re.IGNORECASE
)
_MARKS = re.compile(r"(?:\[\d{1,2}\])+")
_BULLET = re.compile(r"^\s*(?:[-*・•]|\d{1,2}[.)])\s+")
Change = Callable[[Answer, str], tuple[Answer, str]]  # answer and request → answer and what is said


class Restyle:
    def __init__(self, last: LastAnswers, threads: Threads, ways: Ways, texts: Texts) -> None:
        self._last = last
        self._threads = threads
        self._ways = ways
        self._texts = texts

    async def repeat(self, message: Message, text: str) -> AsyncIterator[Reply]:
        """Show the last answer as it was."""
        yield await self._changed(message, text, self._repeated)

    async def shorter(self, message: Message, text: str) -> AsyncIterator[Reply]:
        """Show what the last answer says first."""
        yield await self._changed(message, text, self._shortened)

    async def bullets(self, message: Message, text: str) -> AsyncIterator[Reply]:
        """Show the last answer sentence by sentence; as many as are asked for."""
        yield await self._changed(message, text, self._listed)

    async def recap(self, message: Message, text: str) -> AsyncIterator[Reply]:
        """Show the first sentence of every answer of this talk."""
        language = message.person.language
        said = _firsts(await self._threads.history(message.place))
        if not said:
            yield await self._ways.nothing(message, LastAnswer())
            return
        last = await self._last.load(message)
        head = self._texts.say("requests.recap", language)
        if _ONE.search(text):
            said, head = [_as_one(said)], ""
        rows = "\n".join(f"- {sentence}" for sentence in said)
        if last.answer is None:
            words = f"{head}\n{rows}".strip()
            yield Reply(words, (Paragraph(words, "answer"),))
            return
        numbers = tuple(citation.number for citation in last.answer.citations)
        sentences = [Sentence(sentence) for sentence in said[:-1]]
        sentences.append(Sentence(said[-1], numbers))
        answer = replace(last.answer, sentences=tuple(sentences))
        reply = self._drawn(await self._last.keep(message, answer), head)
        yield reply if head else replace(reply, text=rows)

    async def asked_before(self, message: Message, text: str) -> AsyncIterator[Reply]:
        """List what was asked in this talk."""
        language = message.person.language
        history = await self._threads.history(message.place)
        questions = list(dict.fromkeys(turn.question for turn in history))
        if not questions:
            yield Reply(self._texts.say("requests.nothing_asked", language))
            return
        head = self._texts.say("requests.asked_before", language)
        rows = "\n".join(f"- {question}" for question in questions)
        yield Reply(f"{head}\n{rows}", (Paragraph(f"{head}\n{rows}"),))

    async def _changed(self, message: Message, text: str, change: Change) -> Reply:
        try:
            last = await self._last.load(message)
        except KnowledgeError as error:
            return Reply(error.reason.to(message.person.language))
        if last.answer is None:
            return await self._ways.nothing(message, last)
        answer, head = change(last.answer, text)
        if answer is last.answer:
            return self._drawn(answer, head)
        return self._drawn(await self._last.keep(message, answer), head)

    def _repeated(self, answer: Answer, _: str) -> tuple[Answer, str]:
        question = answer.question
        return answer, self._texts.say("requests.repeat", answer.language, question=question)

    def _shortened(self, answer: Answer, _: str) -> tuple[Answer, str]:
        first = answer.sentences[0]
        shorter = _first_sentence(first.text)
        if len(answer.sentences) == 1 and shorter == first.text:
            return answer, self._texts.say("requests.shortest", answer.language)
        sentences = (replace(first, text=shorter),)
        return _citing(replace(answer, sentences=sentences)), ""

    def _listed(self, answer: Answer, text: str) -> tuple[Answer, str]:
        rows: list[Sentence] = []
        told: set[str] = set()
        for sentence in _without_lead(answer.sentences):
            for piece in pieces(sentence.text):
                plain = _BULLET.sub("", piece.text)
                if plain not in told:
                    rows.append(Sentence(f"- {plain}", sentence.citations))
                told.add(plain)
        listed = tuple(rows[: _number_in(text) or BULLETS])
        head = self._texts.say("requests.bullets", answer.language)
        return _citing(replace(answer, sentences=listed)), head

    def _drawn(self, answer: Answer, head: str) -> Reply:
        return drawn(answer, head, self._texts)


def drawn(answer: Answer, head: str, texts: Texts) -> Reply:
    """Return an answer in its new wording, below what is said of it ("" for nothing)."""
    rows = "\n".join(lines(answer.sentences))
    shown = sources(answer.citations, texts, answer.language, answer.id)
    blocks: list[Block] = [Paragraph(rows, "answer")]
    if head:
        blocks.insert(0, Paragraph(head, "quiet"))
    if shown.items:
        blocks.append(shown)
    text = "\n".join([head, rows, "", *named(shown)])
    return Reply(text.strip(), tuple(blocks), answer=answer)


def _as_one(sentences: Sequence[str]) -> str:
    """Return sentences as one."""
    bare = [sentence.rstrip("。. ") for sentence in sentences]
    return f"{'; '.join(bare)}."


def _without_lead(sentences: Sequence[Sentence]) -> list[Sentence]:
    """Return the lines of an answer, and what leads them only where it says something else."""
    shown = [sentence for sentence in sentences if sentence.role != "gap"]
    lines_ = [sentence for sentence in shown if sentence.role == "line"]
    leads = [sentence for sentence in shown if sentence.role == "lead"]
    said = " ".join(sentence.text for sentence in lines_)
    others = [lead for lead in leads if lead.text.partition("(")[0].rstrip("。. ") not in said]
    return [*others, *lines_]


def _citing(answer: Answer) -> Answer:
    """Return the answer with those of its sources that it still cites."""
    cited: set[int] = set()
    for sentence in answer.sentences:
        cited.update(sentence.citations)
    left = [citation for citation in answer.citations if citation.number in cited]
    return replace(answer, citations=tuple(left))


def _firsts(history: Sequence[Turn]) -> list[str]:
    """Return the first sentence of each answer, each question's last one once, without marks."""
    said: dict[str, str] = {}
    for turn in history:
        first = _first_line(turn.answer)
        if first:
            said[turn.question] = _first_sentence(_MARKS.sub("", _BULLET.sub("", first)))
    return list(dict.fromkeys(said.values()))


def _first_line(answer: str) -> str:
    """Return the first line of an answer that is no header of a table."""
    rows = answer.strip().split("\n")
    if len(rows) > 1 and CELL in rows[0] and rows[0].count(CELL) == rows[1].count(CELL):
        return rows[1]
    return rows[0]


def _first_sentence(text: str) -> str:
    """Return the first sentence of a line, with the next ones while that is short."""
    shorter = ""
    for piece in pieces(text):
        if shorter and len(shorter) + len(piece.text) > SHORT:
            break
        shorter += f"{piece.gap}{piece.text}" if shorter else piece.text
        if len(shorter) > SHORT // 4:
            break
    return shorter or text


def _number_in(text: str) -> int:
    """Return the first number of a request, 0 where it has none."""
    match = _NUMBER.search(unicodedata.normalize("NFKC", text).lower())
    if match is None:
        return 0
    word = match[1]
    if word.isdigit():
        return int(word)
    return _COUNTED.get(word) or _SPELT[word]
