"""
Publishing: one pointer says which version of a document is found.

A version is written beside the published one, then the pointer flips: first its passages are made
findable, then the pointer moves, then the passages before are put away. Wherever that is cut off,
`Upkeep.tend` finishes it; whoever searches believes the pointer only.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from knowledge.documents.registry import Draft, Entry, Registry, unknown
from knowledge.documents.staging import LIVE, OLD, now, of
from knowledge.errors import PartlyRead, UnknownDocument
from knowledge.index.protocol import Index
from knowledge.sentences import phrase
from knowledge.values import Document, Phrase, Receipt

Flip = Callable[[Entry], Entry]


class Publishing:
    """Moves the pointers of one registry; `changing` is held while a document changes."""

    def __init__(self, index: Index, registry: Registry, changing: asyncio.Lock) -> None:
        self._index = index
        self._registry = registry
        self._changing = changing

    async def publish(self, document: str, version: str, *, anyway: bool = False) -> Document:
        """
        Make `version` the one that is found; the one before stays for `rollback`. `anyway` says
        that somebody knows what of the file was not read.

        Raises:
            UnknownDocument: no such document or version.
            PartlyRead: too little of its file was read.
        """
        async with self._changing:
            await self._registry.entry(document)
            draft = self._whole(document, version)
            reason = missing(draft.metadata.title, draft.version.receipt)
            if reason is not None and not anyway:
                raise PartlyRead("partly_read", reason)

            def flip(entry: Entry) -> Entry:
                history = entry.history
                if history[-1:] != (version,):
                    history = (*history, version)
                published = {**dict(entry.published), version: now()}
                return replace(
                    entry, current=version, history=history, published=tuple(published.items())
                )

            return await self._flip(document, version, flip)

    async def withdraw(self, document: str) -> Document:
        """Take a document off the shelf; its versions stay."""
        async with self._changing:
            before = await self._registry.entry(document)
            await self._registry.change_entry(document, _withdrawn)
            if before.current:
                await self._index.set(of(before.current), {"shelf": OLD})
            return await self._registry.known(document)

    async def rollback(self, document: str) -> Document:
        """
        Publish the version published before; after a withdrawal, the withdrawn one.

        Raises:
            UnknownDocument: there is no earlier version.
        """
        async with self._changing:
            entry = await self._registry.entry(document)
            history = entry.history[:-1] if entry.current else entry.history
            if not history:
                title = (await self._registry.known(document)).metadata.title
                raise UnknownDocument("no_earlier_version", phrase("no_earlier", title=title))

            def flip(entry: Entry) -> Entry:
                return replace(entry, current=history[-1], history=history)

            return await self._flip(document, history[-1], flip)

    async def exchange(self, old: Draft, new: Draft) -> bool:
        """
        Put a version in the place of another of its document, which has no number any more:
        published, put away or waiting as that one is. False when that one changed meanwhile.
        """
        async with self._changing:
            await self._registry.refresh(now=True)
            entry = self._registry.entries.get(old.document)
            if entry is None or entry.deleted or self._registry.drafts.get(old.version.id) != old:
                return False
            exchanged = partial(_exchanged, old.version.id, new.version.id)
            if entry.current == old.version.id:
                await self._flip(old.document, new.version.id, exchanged)
                return True
            if old.version.id in dict(entry.published):
                await self._index.set(of(new.version.id), {"shelf": OLD})
            return await self._registry.change_entry(old.document, exchanged) is not None

    def _whole(self, document: str, version: str) -> Draft:
        for draft in self._registry.versions(document):
            if draft.version.id == version:
                return draft
        raise unknown()

    async def _flip(self, document: str, version: str, flip: Flip) -> Document:
        """Announce a version, make it findable, move the pointer, put the one before away."""
        before = ""

        def announce(entry: Entry) -> Entry | None:
            if entry.deleted:
                return None
            others = tuple(row for row in entry.publishing if row[0] != version)
            return replace(entry, publishing=(*others, (version, time.time())))

        def turn(entry: Entry) -> Entry | None:
            nonlocal before
            if version not in dict(entry.publishing) or entry.deleted:
                return None  # `tend` took this for dead, or the document went
            before = entry.current
            others = tuple(row for row in entry.publishing if row[0] != version)
            return replace(flip(entry), publishing=others)

        turned = None
        while turned is None:
            announced = await self._registry.change_entry(document, announce)
            if announced is None:
                raise unknown()
            await self._index.set(of(version), {"shelf": LIVE})
            turned = await self._registry.change_entry(document, turn)
        if before not in ("", version):
            await self._index.set(of(before), {"shelf": OLD})
        return await self._registry.known(document)


def missing(title: str, receipt: Receipt | None) -> Phrase | None:
    """
    Return why a file of which this much was read may not be published, with the way out; None when
    it may.
    """
    if receipt is None or receipt.enough:
        return None
    piece = phrase("many_pieces")
    if receipt.words:
        piece = phrase("largest_piece", words=receipt.words, lost=f"{receipt.lost:,}")
    if receipt.place and receipt.place.kind != "part":
        place = Phrase(receipt.place.to("ja"), receipt.place.to("en"))
        piece = phrase("piece_at", place=place, piece=piece)
    return phrase("partly_read", title=title, percent=receipt.percent, piece=piece)


def _withdrawn(entry: Entry) -> Entry:
    return replace(entry, current="")


def _exchanged(old: str, new: str, entry: Entry) -> Entry:
    """Return a document's record with one version wherever another one stood."""

    def instead(version: str) -> str:
        return new if version == old else version

    return replace(
        entry,
        current=instead(entry.current),
        history=tuple(instead(version) for version in entry.history),
        published=tuple((instead(version), since) for version, since in entry.published),
        numbered=tuple(instead(version) for version in entry.numbered),
    )
