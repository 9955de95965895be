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
from knowledge.documents.sketch import in_common
from knowledge.reading.reading import Reading
from knowledge.values import Document, Metadata, Passage, Version

# share of the text that two documents have in common, from which they are largely the same
LIKE = 0.5
SKETCHED = 0.3  # of all stretches of two texts, from which they are compared whatever their names
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
        texts = [page.text + page.notes for page in reading.pages]
        text = "".join(texts)
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
        text = _text(passages)
        titles = _titles(self._registry.versions(document.id), passages)
        found: list[Alike] = []
        for other in self._resembling(document, version, titles):
            latest = other.current or other.versions[-1].id
            share = await self._share(text, await self._passages(latest))
            names = {_name(v.name) for v in other.versions}
            named = _name(version.name) in names
            if named or share >= LIKE:
                found.append(Alike(other, share, named))
        found.sort(key=_share, reverse=True)
        return tuple(found[:TOLD])

    def _namesakes(self, name: str, owner: str) -> Iterator[tuple[str, list[Draft]]]:
        """
        Yield the documents of this owner one of whose files had this name, with their versions.
        """
        owned = set()
        for draft in self._registry.drafts.values():
            named = draft.whole and _name(draft.version.name) == _name(name)
            if named and owner in (draft.metadata.owner, draft.version.added_by):
                owned.add(draft.document)
        for id_ in sorted(owned):
            if self._registry.document(id_):
                yield id_, self._registry.versions(id_)

    def _resembling(
        self, document: Document, version: Version, titles: frozenset[str]
    ) -> list[Document]:
        """
        Return the documents worth comparing with: first those whose text is like this one's,
        whatever they are called, then those of the same title, then of the same file name.
        """
        titled, named = set(), set()
        for draft in self._registry.drafts.values():
            if _title(draft.metadata.title) in titles or _title(draft.version.title) in titles:
                titled.add(draft.document)
            elif _name(draft.version.name) == _name(version.name):
                named.add(draft.document)
        ids = [*sorted(titled - {document.id}), *sorted(named - titled - {document.id})]
        ids = [*self._like(version), *ids]
        ids = [id_ for id_ in dict.fromkeys(ids) if id_ != document.id]
        known = map(self._registry.document, ids[:COMPARED])
        return [other for other in known if other is not None]

    def _like(self, version: Version) -> list[str]:
        """Return the documents with a version much like this one, the likest first."""
        drafts = self._registry.drafts
        own = drafts[version.id].sketch if version.id in drafts else ()
        shares: dict[str, float] = {}
        for draft in drafts.values():
            share = in_common(own, draft.sketch)
            if share >= SKETCHED and draft.document != drafts[version.id].document:
                shares[draft.document] = max(share, shares.get(draft.document, 0.0))
        return sorted(shares, key=shares.__getitem__, reverse=True)[:TOLD]

    def _shown(self, document: str, drafts: Sequence[Draft]) -> str:
        return self._registry.current(document) or drafts[-1].version.id

    async def _share(self, text: str, passages: Sequence[Passage]) -> float:
        return await asyncio.to_thread(share, text, _text(passages))


def share(one: str, other: str) -> float:
    """
    Return what two texts have in common, 0 to 1: of their pairs of characters, those that both
    have.
    """
    ours, theirs = _grams(one), _grams(other)
    both = len(ours) + len(theirs)
    if not both:
        return 1.0
    return 2 * len(ours & theirs) / both


def _grams(text: str) -> set[str]:
    tight = "".join(text[:_LENGTH].split())
    return {tight[at : at + _GRAM] for at in range(max(1, len(tight) - _GRAM + 1))}


def _titles(drafts: Sequence[Draft], passages: Sequence[Passage]) -> frozenset[str]:
    """
    Return what a document is called: by its admin, by its files, and by the first heading in it.
    """
    titles: set[str] = set()
    for draft in drafts:
        titles |= {draft.metadata.title, draft.version.title}
    if passages:
        titles.update(passages[0].headings[:2])
    return frozenset(map(_title, titles - {""}))


def _title(title: str) -> str:
    """Return a title without its figures and signs, which are those of an edition."""
    return _SIGNS.sub("", unicodedata.normalize("NFKC", title)).casefold()


def _name(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _text(passages: Sequence[Passage]) -> str:
    texts = [passage.text for passage in passages]
    return "".join(texts)


def _share(alike: Alike) -> float:
    return alike.share
