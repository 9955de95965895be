"""
What the company's own documents say about a question of the guided dialog, found among what the
reader may see.

A text an admin marked as the rule for a criterion comes first. Else a passage is shown when one of
its sentences speaks of the criterion's subject in every respect named for it; the built-in deck
is no guideline. Nothing here decides: the person does.
"""

import asyncio
import re
import unicodedata
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from handlers.conversation import Message
from handlers.people import People
from knowledge.documents.library import Library
from knowledge.errors import KnowledgeError
from knowledge.sentences import yaml_values
from knowledge.values import Document, Language, Passage, Rule

LOOKED_AT = 8  # passages found by search that are read for sentences that bear on the criterion
QUOTE = 180  # characters of a quote
# seconds a question waits for the library; without it the question is asked all the same
WAIT = 0.5
_SENTENCE = re.compile(r"[^。!?\n]*[。!?]?|\n")


@dataclass(frozen=True, slots=True)
class GuidelineQuote:
    """
    What a guideline says: its words, where they stand and the passage they are part of.

    `marked` says that an admin made it a rule; `option` is the answer it asks for, or empty.
    """

    text: str
    source: str
    passage: str
    option: str = ""
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Subject:
    """What to search for, and the groups of words a sentence must all touch."""

    ja: str
    en: str
    groups: tuple[re.Pattern[str], ...]

    def touched(self, sentence: str) -> bool:
        """Report whether a sentence speaks of the subject in every respect."""
        return all(group.search(sentence) for group in self.groups)

    def question(self, language: Language) -> str:
        """Return what to search for in a language."""
        return self.ja if language == "ja" else self.en


@dataclass(frozen=True, slots=True)
class Reader:
    """Who would read a quote: the labels of what they may see, and their language."""

    readers: frozenset[str]
    language: Language


@dataclass(frozen=True, slots=True)
class MarkedRules:
    """The rules of the documents that were marked so when they were last read."""

    marked: tuple[object, ...] = ()
    rules: tuple[Rule, ...] = ()


class Guidelines:
    """Finds what the company's documents say about a criterion, within `WAIT`."""

    def __init__(
        self,
        library: Callable[[], Awaitable[Library]],
        people: People,
        subjects: Mapping[str, Subject],
    ) -> None:
        self._library = library
        self._people = people
        self._subjects = subjects
        self._last = MarkedRules()

    @classmethod
    def load(cls, library: Callable[[], Awaitable[Library]], people: People) -> Self:
        """Read the subjects that come with us."""
        path = Path(__file__).with_name("guidelines.yaml")
        subjects = {}
        for criterion, row in yaml_values(path.read_text(encoding="utf-8")).items():
            groups = [re.compile(group, re.IGNORECASE) for group in row["groups"]]
            subjects[criterion] = Subject(row["ja"], row["en"], tuple(groups))
        return cls(library, people, subjects)

    async def guide(self, criterion: str, message: Message) -> GuidelineQuote | None:
        """
        Return what bears on the criterion and whoever reads the reply may see; None when nothing
        clears the bar.
        """
        try:
            async with asyncio.timeout(WAIT):
                return await self._guide(criterion, message)
        except (KnowledgeError, TimeoutError):
            return None

    async def open(self, passage: str, message: Message) -> tuple[Passage, str]:
        """
        Return a passage and where it stands; the rights are checked again now.

        Raises:
            KnowledgeError: it is gone, or not for whoever reads the reply.
        """
        library = await self._library()
        text = await library.passage(passage, readers=self._people.readers(message))
        document = await library.document(text.document)
        return text, _source(text, document, message.person.language)

    async def _guide(self, criterion: str, message: Message) -> GuidelineQuote | None:
        library = await self._library()
        reader = Reader(self._people.readers(message), message.person.language)
        rule = await self._rule(library, criterion, reader)
        return rule or await self._passage(library, criterion, reader)

    async def _rule(
        self, library: Library, criterion: str, reader: Reader
    ) -> GuidelineQuote | None:
        """
        Return the rule for a criterion; where rules contradict each other, one is shown and none
        prescribes.
        """
        documents = await library.documents(readers=reader.readers)
        rules = await self._rules(library, documents, reader)
        options = set()
        first: Rule | None = None
        for rule in rules:
            if rule.criterion == criterion:
                first = first or rule
                options.add(rule.option)
        if first is None:
            return None
        options.discard("")
        option = ""
        if len(options) == 1:
            option = options.pop()
        passage = first.passage
        document = next(document for document in documents if document.id == passage.document)
        text = " ".join(first.quote.split())[:QUOTE]
        source = _source(passage, document, reader.language)
        return GuidelineQuote(text, source, passage.id, option, marked=True)

    async def _rules(
        self, library: Library, documents: list[Document], reader: Reader
    ) -> tuple[Rule, ...]:
        """Return every rule of these documents; reading them anew fetches all their passages."""
        with_rules = [document for document in documents if document.metadata.marks]
        marked = [
            (document.id, document.current, document.metadata.marks) for document in with_rules
        ]
        if tuple(marked) != self._last.marked:
            rules: list[Rule] = []
            if marked:
                rules = await library.rules(readers=reader.readers)
            self._last = MarkedRules(tuple(marked), tuple(rules))
        return self._last.rules

    async def _passage(
        self, library: Library, criterion: str, reader: Reader
    ) -> GuidelineQuote | None:
        """Return the best passage in the reader's language, else the best in another."""
        subject = self._subjects.get(criterion)
        if subject is None:
            return None
        foreign: GuidelineQuote | None = None
        query = subject.question(reader.language)
        for hit in await library.search(query, readers=reader.readers, limit=LOOKED_AT):
            document = await library.document(hit.passage.document)
            text = _quote(hit.passage.text, subject)
            if not text or document.metadata.kind == "deck":
                continue
            source = _source(hit.passage, document, reader.language)
            quote = GuidelineQuote(text, source, hit.passage.id)
            if hit.passage.language == reader.language:
                return quote
            foreign = foreign or quote
        return foreign


def _quote(text: str, subject: Subject) -> str:
    """
    Return the sentences that touch the subject, as many as fit, marks of cells and lists taken off;
    empty when none does.
    """
    quote = ""
    for raw in _SENTENCE.findall(text):
        sentence = raw.strip().removeprefix("- ").replace(" | ", " / ")
        if len(quote) + len(sentence) >= QUOTE:
            continue
        if subject.touched(unicodedata.normalize("NFKC", sentence)):
            quote = f"{quote} {sentence}".strip()
    return quote


def _source(passage: Passage, document: Document, language: Language) -> str:
    """Return "規程 第3条 · v2"; what is not published has no version."""
    source = f"{passage.title} {passage.place.to(language)}"
    if document.published:
        return f"{source} · v{document.published.number}"
    return source
