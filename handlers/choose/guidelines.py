"""
What the company's own documents say about a question of the guided dialog, found among what the
reader may see.

A text an admin marked as the rule for a criterion comes first. Else a passage is shown when one of
its sentences speaks of the criterion's subject in every respect its topic names; the built-in deck
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
from knowledge.values import Document, Language, Passage, Rule
from knowledge.yaml_values import yaml_values

LOOKED_AT = 8  # passages found by search that are read for sentences that bear on the criterion
QUOTE = 180  # characters of a quote
WAIT = (
    0.5  # seconds a question waits for the library; without it the question is asked all the same
)
_SENTENCE = re.compile(r"[^。!?\n]*[。!?]?|\n")


@dataclass(frozen=True, slots=True)
class Guide:
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
class Topic:
    """What to search for, and the groups of words a sentence must all touch."""

    ja: str
    en: str
    groups: tuple[re.Pattern[str], ...]

    def touched(self, sentence: str) -> bool:
        return all(group.search(sentence) for group in self.groups)


class Guidelines:
    def __init__(
        self, library: Callable[[], Awaitable[Library]], people: People, topics: Mapping[str, Topic]
    ) -> None:
        self._library = library
        self._people = people
        self._topics = topics
        self._rules: tuple[object, list[Rule]] = (
            (),
            [],
        )  # what was marked when they were last read, and the rules

    @classmethod
    def load(cls, library: Callable[[], Awaitable[Library]], people: People) -> Self:
        rows = yaml_values(Path(__file__).with_name("guidelines.yaml").read_text(encoding="utf-8"))
        topics = {
            id_: Topic(
                row["ja"], row["en"], tuple(re.compile(g, re.IGNORECASE) for g in row["groups"])
            )
            for id_, row in rows.items()
        }
        return cls(library, people, topics)

    async def guide(self, criterion: str, message: Message) -> Guide | None:
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
        found = await library.passage(passage, readers=self._people.readers(message))
        return found, _source(
            found, await library.document(found.document), message.person.language
        )

    async def _guide(self, criterion: str, message: Message) -> Guide | None:
        library = await self._library()
        readers = self._people.readers(message)
        ruled = await self._ruled(library, criterion, readers, message.person.language)
        return ruled or await self._found(library, criterion, readers, message.person.language)

    async def _ruled(
        self, library: Library, criterion: str, readers: frozenset[str], language: Language
    ) -> Guide | None:
        """
        Return the rule for a criterion; where rules contradict each other, one is shown and none
        prescribes.
        """
        documents = await library.documents(readers=readers)
        marked = tuple((d.id, d.current, d.metadata.marks) for d in documents if d.metadata.marks)
        if marked != self._rules[0]:  # reading them fetches every passage of these documents
            self._rules = (marked, await library.rules(readers=readers) if marked else [])
        rules = [rule for rule in self._rules[1] if rule.criterion == criterion]
        if not rules:
            return None
        options = {rule.option for rule in rules if rule.option}
        source = _source(
            rules[0].passage,
            next(d for d in documents if d.id == rules[0].passage.document),
            language,
        )
        quote = " ".join(rules[0].quote.split())[:QUOTE]
        return Guide(
            quote,
            source,
            rules[0].passage.id,
            options.pop() if len(options) == 1 else "",
            marked=True,
        )

    async def _found(
        self, library: Library, criterion: str, readers: frozenset[str], language: Language
    ) -> Guide | None:
        topic = self._topics.get(criterion)
        if topic is None:
            return None
        question = topic.ja if language == "ja" else topic.en
        found: Guide | None = None
        for hit in await library.search(question, readers=readers, limit=LOOKED_AT):
            document = await library.document(hit.passage.document)
            quote = "" if document.metadata.kind == "deck" else _quote(hit.passage.text, topic)
            if quote and (found is None or hit.passage.language == language):
                found = Guide(quote, _source(hit.passage, document, language), hit.passage.id)
                if hit.passage.language == language:
                    break
        return found


def _quote(text: str, topic: Topic) -> str:
    """
    Return the sentences that touch the topic, as many as fit, marks of cells and lists taken off;
    empty when none does.
    """
    quote = ""
    for raw in _SENTENCE.findall(text):
        sentence = raw.strip().removeprefix("- ").replace(" | ", " / ")
        if (
            topic.touched(unicodedata.normalize("NFKC", sentence))
            and len(quote) + len(sentence) < QUOTE
        ):
            quote = f"{quote} {sentence}".strip()
    return quote


def _source(passage: Passage, document: Document, language: Language) -> str:
    version = f" · v{document.published.number}" if document.published else ""
    return f"{passage.title} {passage.place.to(language)}{version}"
