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
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Self

from handlers.choose.quoted import Quoted, Reader
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


Quotes = dict[str, GuidelineQuote | None]  # by criterion


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
        self._quoted: Quoted[GuidelineQuote | None] = Quoted()

    @classmethod
    def load(cls, library: Callable[[], Awaitable[Library]], people: People) -> Self:
        """Read the subjects that come with us."""
        path = Path(__file__).with_name("guidelines.yaml")
        subjects = {}
        for criterion, row in yaml_values(path.read_text(encoding="utf-8")).items():
            groups = [re.compile(group, re.IGNORECASE) for group in row["groups"]]
            subjects[criterion] = Subject(row["ja"], row["en"], tuple(groups))
        return cls(library, people, subjects)

    async def guide(self, criteria: Sequence[str], message: Message) -> Quotes:
        """
        Return what bears on each criterion and whoever reads the reply may see; None when nothing
        clears the bar.
        """
        quotes: Quotes = dict.fromkeys(criteria)
        with suppress(KnowledgeError, TimeoutError):
            async with asyncio.timeout(WAIT):
                await self._fill(quotes, message)
        return quotes

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

    async def _fill(self, quotes: Quotes, message: Message) -> None:
        """Put in the rules, then each passage as it is found."""
        library = await self._library()
        documents = await library.documents(readers=self._people.readers(message))
        if not documents:
            return
        # a label that no document bears changes nothing, and is often one person's alone
        labels = frozenset(document.metadata.audience for document in documents)
        reader = Reader(labels, message.person.language)
        rules = await self._rules(library, documents, reader)
        for criterion in quotes:
            quotes[criterion] = _rule(rules, documents, criterion, reader.language)

        async def look(criterion: str) -> None:
            search = partial(self._passage, library, criterion, reader)
            quotes[criterion] = await self._quoted.found(reader, documents, criterion, search)

        unruled = [criterion for criterion, quote in quotes.items() if quote is None]
        await asyncio.gather(*(look(criterion) for criterion in unruled))

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


def _rule(
    rules: Sequence[Rule], documents: Sequence[Document], criterion: str, language: Language
) -> GuidelineQuote | None:
    """
    Return the rule for a criterion; where rules contradict each other, one is shown and none
    prescribes.
    """
    own = [rule for rule in rules if rule.criterion == criterion]
    if not own:
        return None
    options = {rule.option for rule in own} - {""}
    option = ""
    if len(options) == 1:
        option = options.pop()
    passage = own[0].passage
    document = next(document for document in documents if document.id == passage.document)
    text = " ".join(own[0].quote.split())[:QUOTE]
    source = _source(passage, document, language)
    return GuidelineQuote(text, source, passage.id, option, marked=True)


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
