"""
What a document holds: its title and version, and of each article the heading and first sentence.

Nothing is reworded. Who names no document and has none before them is asked which one.
"""

import re
import unicodedata
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from handlers.answer_text import titled
from handlers.conversation import Block, Message, Paragraph, Reply
from handlers.people import People
from handlers.questions.ask import Questions
from handlers.questions.cited import sources
from handlers.questions.document_meant import Beyond, DocumentsMeant, points
from handlers.questions.named_document import readable
from handlers.questions.ordinals import ordinal
from handlers.questions.restyle import BULLETS
from handlers.texts import Texts
from knowledge.documents.library import Library
from knowledge.errors import KnowledgeError
from knowledge.text.article import lines
from knowledge.text.outline import CELL
from knowledge.text.pieces import pieces
from knowledge.text.sanitise import quoted
from knowledge.text.units import units
from knowledge.values import Citation, Document, Language, Passage

_COUNT = re.compile(
    r"(?:(?P<digits>\d{1,2})|(?P<word>[一二三四五六七八九十]|\b(?:one|two|three|four|five)\b))"
    r"\s*(?:つ|点|個|項目|(?:key |main )*points?)",
    re.IGNORECASE,
)
_COUNTED = {word: at for at, word in enumerate("一二三四五六七八九十", 1)} | {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
}
_FORMAL = re.compile(
    r"目的|趣旨|適用|定義|用語|見直し|改[正定訂]|[附付]則|目次|総則"
    r"|\b(?:purpose|scope|definitions?|review|introduction|contents|revision)\b",
    re.IGNORECASE,
)
_LABEL = re.compile(r"\[[^\]]*\]|\W*")
LONGEST = 600  # characters of an outline
SENTENCE = 90  # characters of the first sentence of an article


class Summary:
    """Outlines documents; `questions` takes what turns out to ask something else."""

    def __init__(
        self,
        library: Callable[[], Awaitable[Library]],
        people: People,
        meant: DocumentsMeant,
        questions: Questions,
        texts: Texts,
    ) -> None:
        self._library = library
        self._people = people
        self._meant = meant
        self._questions = questions
        self._texts = texts

    async def outline(self, message: Message, text: str) -> AsyncIterator[Reply]:
        """Outline the document a message names, or the one the last answer quotes."""
        language = message.person.language
        try:
            library = await self._library()
            documents = await library.documents(readers=self._people.readers(message))
            document = await self._meant.of(message, text, documents)
            if isinstance(document, Beyond):
                yield beyond(document, self._texts, language)
                return
            if document is None and points(text):
                yield Reply(self._texts.say("requests.which_document", language))
                return
            passages = []
            if document is not None:
                readers = self._people.readers(message)
                passages = await readable(library, document.current, readers)
        except KnowledgeError as error:
            yield Reply(error.reason.to(language))
            return
        if document is None or not passages:
            async for reply in self._questions.ask(message, text):
                yield reply
            return
        await self._meant.pointers.open(message.place, document.id)
        yield self._outlined(document, passages, _points_wanted(text), language)

    async def lists(self, message: Message, text: str) -> bool:
        """Report whether a message names one of the documents of a list just shown here."""
        pointed = await self._meant.pointers.load(message.place)
        return bool(pointed.listed and ordinal(text))

    def _outlined(
        self, document: Document, passages: Sequence[Passage], points_: int, language: Language
    ) -> Reply:
        """Outline a document, or name as many `points_` of it as were asked for, 0 for all."""
        version = document.published
        number = f" v{version.number}" if version else ""
        head = self._texts.say(
            "requests.outline",
            language,
            title=titled(document.metadata.title, language),
            version=number,
        )
        articles = _articles(passages, language)
        rows: list[str] = []
        length = 0
        most = points_ or BULLETS
        told = [row for row in map(_row, articles) if row]
        if len(articles) == 1:
            told = _line_by_line(articles[0])
        first_told = told
        if points_:
            first_told = _weightiest(told, points_)
            head = self._texts.say(
                "requests.chosen_points",
                language,
                title=titled(document.metadata.title, language),
                version=number,
                n=len(first_told),
            )
        for row in first_told:
            if length + len(row) > LONGEST or len(rows) == most:
                break
            rows.append(row)
            length += len(row)
        left = len(told) - len(rows)
        if left:
            rows.append(self._texts.say("requests.outline_more", language, n=left))
        text = "\n".join([head, *rows])
        first = articles[0]
        cited = sources([Citation(1, first, "", number.strip())], self._texts, language)
        blocks: list[Block] = [Paragraph(head), Paragraph("\n".join(rows), "answer")]
        blocks.append(cited)
        return Reply(text, tuple(blocks))


def beyond(wanted: Beyond, texts: Texts, language: Language) -> Reply:
    """Say that the list has no document of that number."""
    text = texts.say("requests.not_listed", language, number=wanted.number, n=wanted.listed)
    return Reply(text, (Paragraph(text, "note"),))


def _points_wanted(text: str) -> int:
    """Return how many points a message asks for, 0 where it names no number."""
    match = _COUNT.search(unicodedata.normalize("NFKC", text))
    if match is None:
        return 0
    return min(int(match["digits"] or _COUNTED.get(match["word"].lower(), 0)), BULLETS)


def _weightiest(rows: Sequence[str], most: int) -> list[str]:
    """
    Return the rows that tell a rule, in their order: what a document is for, whom it is for and
    when it is looked at again come last.
    """
    ranked = sorted(range(len(rows)), key=lambda at: bool(_FORMAL.search(rows[at].split(":")[0])))
    return [rows[at] for at in sorted(ranked[:most])]


def _articles(passages: Sequence[Passage], language: Language) -> list[Passage]:
    """Return the first passage of each article, in the reader's language where there are two."""
    own = [passage for passage in passages if passage.language == language]
    first: dict[str, Passage] = {}
    for passage in own or passages:
        first.setdefault(_heading(passage), passage)
    return list(first.values())


def _line_by_line(passage: Passage) -> list[str]:
    """Return each heading of a passage with the first sentence below it: it is a whole document."""
    rows: list[str] = []
    heading = ""
    for line in lines([passage]):
        if line.kind == "heading":
            heading = line.text
        elif heading or not rows or line.kind in ("item", "row"):
            told = [pieces(line.text)[0].text.replace(CELL, " · ")]
            if heading:
                told.insert(0, heading)
            rows.append(quoted(f"- {': '.join(told)}"))
            heading = ""
    return rows


def _row(passage: Passage) -> str:
    """Return an article as one line: its heading and its first sentence; "" for mere furniture."""
    heading = _heading(passage)
    sentence = _first_sentence(passage, heading)
    if len(sentence) > SENTENCE:
        sentence = f"{sentence[:SENTENCE]}…"
    if not sentence:
        return ""
    named_by = [part for part in (heading, sentence) if part]
    return quoted(f"- {': '.join(named_by)}")


def _first_sentence(passage: Passage, heading: str) -> str:
    """Return the first sentence, or row, that says more than a title, a heading or a label does."""
    for unit in units(passage):
        line = unit.lines[-1].strip() if CELL in unit.lines[-1] else unit.lines[0].strip()
        empty = line in (heading, passage.title, *passage.headings) or _LABEL.fullmatch(line)
        if CELL in line and line == unit.lines[0] and len(unit.lines) > 1:
            empty = True
        if not empty:
            return pieces(line)[0].text.replace(CELL, " · ")
    return ""


def _heading(passage: Passage) -> str:
    """Return what an article is called; empty where it has no name."""
    if passage.place.kind == "section" and passage.place.label:
        return passage.place.label
    for heading in reversed(passage.headings[1:]):
        if CELL not in heading:
            return heading
    if passage.place.label or passage.place.number is not None:
        return passage.place.to(passage.language)
    return ""
