"""
Whether a file is known already: the next version of a document, or another one that only has its
name.

A file of the same owner and name is the next version when it says largely the same under the same
title, or when it lies where the version before lay. Everything else is a document of its own; what
that resembles is told, and an admin decides.
"""

import asyncio
import re
import unicodedata
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass

from knowledge.documents.registry import Draft, Registry
from knowledge.reading.reading import Reading
from knowledge.values import Document, Metadata, Passage, Version

LIKE = (
    0.5  # share of the text that two documents have in common, from which they are largely the same
)
COMPARED = 10  # documents a new one is compared with
TOLD = 3  # documents a report names
_LENGTH = 200_000  # characters compared
_GRAM = 2  # characters
_SIGNS = re.compile(r"[\W\d_]+")


@dataclass(frozen=True, slots=True)
class Alike:
    """
    A document that a version resembles.

    `share` is what they have in common, 0 to 1; `named` says that both have files of one name.
    """

    document: Document
    share: float
    named: bool

    @property
    def percent(self) -> int:
        return int(self.share * 100)


class Identity:
    """
    Compares files with the documents of one registry; `passages` returns those of a version in
    order.
    """

    def __init__(
        self, registry: Registry, passages: Callable[[str], Awaitable[list[Passage]]]
    ) -> None:
        self._registry = registry
        self._passages = passages

    async def known(self, reading: Reading, metadata: Metadata) -> str:
        """
        Return the id of the document whose next version this file is; empty when it is a document
        of its own.
        """
        for draft in self._registry.drafts.values():
            if draft.version.sha256 == reading.sha256 and self._registry.document(draft.document):
                return draft.document  # as earlier readers read it
        best = (LIKE, "")
        text = "".join(page.text + page.notes for page in reading.pages)
        for document, drafts in self._namesakes(reading.name, metadata.owner):
            places = {draft.metadata.source for draft in drafts} - {""}
            if metadata.source in places:
                return document
            if metadata.source and places:
                continue  # two places, two documents: each department has its 手順書.docx
            passages = await self._passages(self._shown(document, drafts))
            if _title(reading.title) in _titles(drafts, passages):
                best = max(best, (await self._share(text, passages), document))
        return best[1]

    async def alike(self, document: Document, version: Version) -> tuple[Alike, ...]:
        """
        Return what a document's only version resembles: documents of its name or its title, the
        most alike first.
        """
        if len(document.versions) > 1:
            return ()
        passages = await self._passages(version.id)
        text = "".join(passage.text for passage in passages)
        titles = _titles(self._registry.versions(document.id), passages)
        found = []
        for other in self._resembling(document, version, titles):
            latest = other.current or other.versions[-1].id
            share = await self._share(text, await self._passages(latest))
            named = any(_name(v.name) == _name(version.name) for v in other.versions)
            if named or share >= LIKE:
                found.append(Alike(other, share, named))
        found.sort(key=lambda alike: -alike.share)
        return tuple(found[:TOLD])

    def _namesakes(self, name: str, owner: str) -> Iterator[tuple[str, list[Draft]]]:
        """
        Yield the documents of this owner one of whose files had this name, with their versions.
        """
        named = [
            d
            for d in self._registry.drafts.values()
            if d.whole and _name(d.version.name) == _name(name)
        ]
        owned = {d.document for d in named if owner in (d.metadata.owner, d.version.added_by)}
        for id_ in sorted(owned):
            if self._registry.document(id_):
                yield id_, self._registry.versions(id_)

    def _resembling(
        self, document: Document, version: Version, titles: frozenset[str]
    ) -> list[Document]:
        """
        Return the documents worth comparing with: of the same title first, then of the same file
        name.
        """
        titled, named = set(), set()
        for draft in self._registry.drafts.values():
            if _title(draft.metadata.title) in titles or _title(draft.version.title) in titles:
                titled.add(draft.document)
            elif _name(draft.version.name) == _name(version.name):
                named.add(draft.document)
        ids = [*sorted(titled - {document.id}), *sorted(named - titled - {document.id})]
        known = [self._registry.document(id_) for id_ in ids[:COMPARED]]
        return [other for other in known if other is not None]

    def _shown(self, document: str, drafts: Sequence[Draft]) -> str:
        return self._registry.current(document) or drafts[-1].version.id

    async def _share(self, text: str, passages: Sequence[Passage]) -> float:
        return await asyncio.to_thread(share, text, "".join(passage.text for passage in passages))


def share(one: str, other: str) -> float:
    """
    Return what two texts have in common, 0 to 1: of their pairs of characters, those that both
    have.
    """
    ours, theirs = _grams(one), _grams(other)
    both = len(ours) + len(theirs)
    return 2 * len(ours & theirs) / both if both else 1.0


def _grams(text: str) -> set[str]:
    tight = "".join(text[:_LENGTH].split())
    return {tight[at : at + _GRAM] for at in range(max(1, len(tight) - _GRAM + 1))}


def _titles(drafts: Sequence[Draft], passages: Sequence[Passage]) -> frozenset[str]:
    """
    Return what a document is called: by its admin, by its files, and by the first heading in it.
    """
    headings = passages[0].headings[:2] if passages else ()
    said = [title for draft in drafts for title in (draft.metadata.title, draft.version.title)]
    return frozenset(_title(title) for title in (*said, *headings) if title)


def _title(title: str) -> str:
    """Return a title without its figures and signs, which are those of an edition."""
    return _SIGNS.sub("", unicodedata.normalize("NFKC", title)).casefold()


def _name(name: str) -> str:
    return unicodedata.normalize("NFC", name)
