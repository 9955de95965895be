"""
A version as it was read, leaf by leaf, beside its page as it looks: for whoever may read it.

Who reads the document reads its published version; admins look at every version, to see what
answers rest on.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from handlers.conversation import Message
from handlers.documents.context import Context
from knowledge.documents.leaves import Leaf, leaf_of, leaves
from knowledge.errors import UnknownDocument
from knowledge.formats import ending
from knowledge.reading.drawing import DRAWN, draw
from knowledge.sentences import phrase
from knowledge.values import Document, Version

KEPT = 8  # versions whose leaves are remembered
PICTURES = 40  # pages whose pictures are remembered


@dataclass(frozen=True, slots=True)
class Seen:
    """
    One leaf of a version. `numbers` are those of all its leaves; `pictured` says that its page can
    be drawn; `admin` that the one who looks may change the document.
    """

    document: Document
    version: Version
    leaf: Leaf
    numbers: tuple[int, ...]
    pictured: bool
    admin: bool

    @property
    def before(self) -> int:
        """The leaf before this one, 0 where it is the first."""
        at = self.numbers.index(self.leaf.number)
        return self.numbers[at - 1] if at else 0

    @property
    def after(self) -> int:
        """The leaf behind this one, 0 where it is the last."""
        at = self.numbers.index(self.leaf.number)
        return self.numbers[at + 1] if at + 1 < len(self.numbers) else 0


class DocumentView:
    """Remembers a few versions, which never change but for their titles."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._leaves: OrderedDict[tuple[str, str], tuple[Leaf, ...]] = OrderedDict()
        self._pictures: OrderedDict[tuple[str, int], bytes] = OrderedDict()
        self._drawing = asyncio.Semaphore(1)

    async def leaf(self, message: Message, document: str, version: str, number: int) -> Seen:
        """
        Return one leaf; `version` is an id, or a number as people know it.

        Raises:
            UnknownDocument: there is no such leaf, or not for whoever asks.
            LibraryUnavailable
        """
        known, chosen, admin = await self._found(message, document, version)
        whole = await self._leaves_of(known, chosen)
        for leaf in whole:
            if leaf.number == number:
                numbers = tuple(one.number for one in whole)
                return Seen(known, chosen, leaf, numbers, _drawn(chosen, leaf), admin)
        raise _unknown()

    async def number(self, message: Message, document: str, version: str, position: int) -> int:
        """
        Return the number of the leaf on which a passage stands, by the passage's position.

        Raises:
            UnknownDocument, LibraryUnavailable: as `leaf` does.
        """
        known, chosen, _ = await self._found(message, document, version)
        leaf = leaf_of(await self._leaves_of(known, chosen), position)
        if leaf is None:
            raise _unknown()
        return leaf.number

    async def picture(self, message: Message, document: str, version: str, number: int) -> bytes:
        """
        Return a page as PNG, empty where it cannot be drawn.

        Raises:
            UnknownDocument, LibraryUnavailable: as `leaf` does.
        """
        seen = await self.leaf(message, document, version, number)
        if not seen.pictured:
            return b""
        key = seen.version.id, number
        if key not in self._pictures:
            library = await self._context.library()
            content = await library.original(seen.version)
            async with self._drawing:  # a page at a time: reading and answers come first
                drawn = await draw(seen.version.name, content, number, limits=self._context.limits)
            self._pictures[key] = drawn
            while len(self._pictures) > PICTURES:
                self._pictures.popitem(last=False)
        return self._pictures[key]

    async def _found(
        self, message: Message, document: str, version: str
    ) -> tuple[Document, Version, bool]:
        """Return a version that this person may read; rights are asked at this moment."""
        library = await self._context.library()
        known = await library.document(document)
        person = await self._context.people.now(message.person)
        admin = self._context.people.is_admin(person)
        for one in known.versions:
            if version not in (one.id, str(one.number)):
                continue
            readers = self._context.people.readers(message)
            reads = one.id == known.current and known.metadata.audience in readers
            if admin or reads:
                return known, one, admin
        raise _unknown()

    async def _leaves_of(self, document: Document, version: Version) -> Sequence[Leaf]:
        key = version.id, document.metadata.title
        if key not in self._leaves:
            library = await self._context.library()
            self._leaves[key] = leaves(await library.passages(version.id), version.pages)
            while len(self._leaves) > KEPT:
                self._leaves.popitem(last=False)
        self._leaves.move_to_end(key)
        return self._leaves[key]


def _drawn(version: Version, leaf: Leaf) -> bool:
    """Tell whether the page of a leaf can be drawn: a PDF's, of which the file was kept."""
    paged = leaf.place.kind == "page"
    return paged and bool(version.original) and ending(version.name) == DRAWN


def _unknown() -> UnknownDocument:
    return UnknownDocument("unknown_document", phrase("unknown"))
