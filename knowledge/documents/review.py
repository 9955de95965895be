"""What an admin looks at before a version is published: what it changes, resembles and answers."""

from collections.abc import Awaitable, Callable, Sequence

from knowledge.documents.comparison import (
    QUESTIONS,
    Changes,
    compare,
    questions,
    stands_in,
    topics,
)
from knowledge.documents.facts import asked, facts, turned
from knowledge.documents.identity import Alike, Identity
from knowledge.documents.registry import Registry
from knowledge.values import Language, Passage

TURNED = 8  # questions that two versions are asked
Passages = Callable[[str], Awaitable[list[Passage]]]


class Review:
    """Looks at the versions of one registry; `passages` returns those of a version in order."""

    def __init__(self, registry: Registry, passages: Passages) -> None:
        self._registry = registry
        self._passages = passages

    async def changes(self, document: str, version: str) -> Changes:
        """
        Return what a version changes against the published one; everything is added where there is
        none.
        """
        known = await self._registry.known(document)
        before: list[Passage] = []
        if known.current not in ("", version):
            before = await self._passages(known.current)
        return compare(before, await self._passages(version))

    async def alike(self, document: str, version: str) -> tuple[Alike, ...]:
        """
        Return the documents a new one resembles, the most alike first; none for a further version
        of a document.
        """
        known = await self._registry.known(document)
        reviewed = known.version(version)
        if reviewed is None:
            return ()
        return await Identity(self._registry, self._passages).alike(known, reviewed)

    async def questions(self, version: str, language: Language) -> tuple[str, ...]:
        """
        Return up to three questions to try a version with: about its facts, in its own language,
        then about its longest sections.
        """
        passages = await self._passages(version)
        about_facts = asked(list(facts(passages)), QUESTIONS)
        about_sections = questions(passages, language)
        return tuple(dict.fromkeys((*about_facts, *about_sections)))[:QUESTIONS]

    async def turned(self, before: str, after: str) -> tuple[str, ...]:
        """
        Return questions about facts that two versions of a document state differently, or one of
        them alone; at most `TURNED`.
        """
        old = list(facts(await self._passages(before)))
        new = list(facts(await self._passages(after)))
        return turned(old, new)[:TURNED]

    async def topics(self, version: str) -> tuple[str, ...]:
        """Return the headings of a version's longest sections, the longest first."""
        return topics(await self._passages(version))

    async def standing(self, version: str, quotes: Sequence[str]) -> tuple[bool, ...]:
        """Report for each quote of an old answer whether `version` still says it word by word."""
        return stands_in(quotes, await self._passages(version))
