"""
Where documents say different things on one subject, asked for in so many words: 「規程とFAQで違っていませんか」.

The lines of both sides are quoted, and which of them holds is said. Figures and what is allowed are
compared; what is merely put differently is no difference.
"""

import asyncio
import re
import unicodedata
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import combinations

from handlers.answer_text import titled
from handlers.conversation import Message, Paragraph, Reply
from handlers.people import People
from handlers.questions.ask import Questions
from handlers.questions.last_answer import LastAnswers
from handlers.questions.named_document import named, readable
from handlers.questions.own_reply import own_or_asked
from handlers.questions.restyle import drawn
from handlers.texts import Texts
from knowledge.answering.citations import citation
from knowledge.answering.disagreement import Line, between, said_of, stronger_first
from knowledge.answering.wording import Wording
from knowledge.documents.library import Library
from knowledge.text.sanitise import quoted
from knowledge.values import Answer, Citation, Document, Language, Passage, Sentence

MOST = 4  # differences that are told
DOCUMENTS = 30  # compared at a time
# what documents are called by the kind they are of, and by the word of the other language
_KINDS = tuple(
    re.compile(pattern)
    for pattern in (
        r"規程|規則|ルール|\b(?:rules?|polic(?:y|ies))\b|\brule\b",
        r"faq|よくある質問|q&a",
        r"ガイドライン|指針|\bguidelines?\b",
        r"マニュアル|手引き?|\b(?:manuals?|handbooks?)\b",
    )
)
_DECK = "deck"
TWO = 2  # that can differ
WHOLE = 0.8  # share of a title that is named beyond doubt
# asks it of documents as such, not of what a rule says
_ALL = re.compile(
    r"資料|文書|ドキュメント|同士|どうし|お?互い|\b(?:documents?|each other|one another)\b",
    re.IGNORECASE,
)
Pair = tuple[Document, Document]


class Differences:
    """Finds and tells them; `questions` takes what asks for a rule instead."""

    def __init__(
        self,
        library: Callable[[], Awaitable[Library]],
        people: People,
        last: LastAnswers,
        questions: Questions,
        texts: Texts,
    ) -> None:
        self._library = library
        self._people = people
        self._last = last
        self._questions = questions
        self._texts = texts
        self._wording = Wording.load()

    def show(self, message: Message, text: str) -> AsyncIterator[Reply]:
        """Say where the documents a message names differ; of all, where it names none."""
        return own_or_asked(self._questions, message, text, self._compared)

    async def _compared(self, message: Message, text: str) -> Reply | None:
        language, readers = message.person.language, self._people.readers(message)
        library = await self._library()
        documents = await library.documents(readers=readers)
        groups = _groups(text, documents)
        names = set().union(*groups.values())
        if len(names) < TWO and not _ALL.search(text):
            return None  # 派遣と正社員で規程が違う: it is asked what the rule says
        pairs = _pairs(groups, documents)
        passages: dict[str, list[Passage]] = {}
        for pair in pairs:
            for document in pair:
                if document.id not in passages:
                    passages[document.id] = await readable(library, document.current, readers)
        found: list[tuple[Line, Line]] = []
        for one, other in pairs:
            found += await asyncio.to_thread(between, passages[one.id], passages[other.id])
        if not found:
            return self._alike(pairs, language)
        answer = await self._answer(library, found[:MOST], text, language)
        head = self._texts.say("requests.differ", language, n=len(found))
        return drawn(await self._last.keep(message, answer), head, self._texts)

    async def _answer(
        self, library: Library, found: Sequence[tuple[Line, Line]], text: str, language: Language
    ) -> Answer:
        today = datetime.now(UTC).date()
        citations: list[Citation] = []
        sentences: list[Sentence] = []
        for each in found:
            pair = await stronger_first(each, library.document, today)
            for line in pair:
                document = await library.document(line.passage.document)
                number = len(citations) + 1
                citations.append(citation(number, line.passage, line.text, document, today))
                title = titled(line.passage.title, language)
                sentences.append(Sentence(f"- {title}: {quoted(line.text)}", (number,)))
            holds = await said_of(pair, library.document, today, self._wording)
            sentences.append(Sentence(f"  {holds.text.to(language)}", ()))
        question = " ".join(text.split())
        return Answer("", question, language, "extractive", tuple(sentences), tuple(citations))

    def _alike(self, pairs: Sequence[Pair], language: Language) -> Reply:
        """Say that nothing differs, and which documents were compared."""
        names: dict[str, None] = {}
        for pair in pairs:
            for document in pair:
                names[titled(document.metadata.title, language)] = None
        listed = ("、" if language == "ja" else ", ").join(names)
        if names:
            text = self._texts.say("requests.alike", language, names=listed)
        else:
            text = self._texts.say("requests.nothing_to_compare", language)
        return Reply(text, (Paragraph(text),))


def _groups(text: str, documents: Sequence[Document]) -> dict[str, set[str]]:
    """Return the ids of the documents a text names, by title or by kind, with what named them."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    groups: dict[str, set[str]] = {}
    for hit in named(text, documents):
        if hit.share < WHOLE and len(groups) >= TWO:
            break
        groups[hit.document.id] = {f"title {hit.document.id}"}
    if len(groups) >= TWO:
        return groups  # called by their titles: no others are meant
    for number, kind in enumerate(_KINDS):
        if not kind.search(plain):
            continue
        for document in documents:
            title = unicodedata.normalize("NFKC", document.metadata.title).casefold()
            if kind.search(title) or kind.search(document.metadata.kind):
                groups.setdefault(document.id, set()).add(f"kind {number}")
    return groups


def _pairs(groups: Mapping[str, set[str]], documents: Sequence[Document]) -> list[Pair]:
    """
    Return the documents to hold against each other: of those that are named, each with those of
    another name; every two where fewer are.
    """
    compared = [one for one in documents if one.id in groups]
    if len(compared) < TWO:
        compared = [one for one in documents if one.metadata.kind != _DECK or one.id in groups]
    pairs = [(one, other) for one, other in combinations(compared[:DOCUMENTS], 2)]
    apart = [pair for pair in pairs if groups.get(pair[0].id) != groups.get(pair[1].id)]
    return apart or pairs
