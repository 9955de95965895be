"""
What a source of documents is: it lists what it holds, and gives the bytes of one entry.

A list that could not be made whole says so, since what is missing in half a list has not vanished.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from knowledge.errors import KnowledgeError
from knowledge.values import Phrase

FILES = 20_000  # entries of one source; what lies beyond is named and left out
SECONDS = 120.0  # for listing a source, or for one file of it


@dataclass(frozen=True, slots=True)
class Entry:
    """
    One document of a source.

    `id` is its place within the source and stays the same while it lies there; `name` is its file's
    name. `fingerprint` is another one when the content is, and empty where only the content tells.
    `size` is in bytes, -1 where it is not known. `place` names it among all places; `url` is what
    people open, empty where there is no such address; `label` is what people call it where its id
    is a number.
    """

    id: str
    name: str
    fingerprint: str
    size: int
    place: str
    url: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """
    What could not be listed or fetched, and why. `whole` says that only this entry is missing;
    otherwise the list is not whole.
    """

    id: str
    code: str
    reason: Phrase
    whole: bool = True


class SourceUnavailable(KnowledgeError):
    """A source, or one entry of it, cannot be had; nothing is taken to have vanished by it."""


class Source(Protocol):
    """
    Documents at one address. `address` is how people wrote it, without a secret; `prefix` is what
    the places of all its entries begin with.
    """

    address: str
    prefix: str

    def entries(self) -> AsyncIterator[Entry | Trouble]:
        """
        Yield everything it holds, in an order that stays the same.

        Raises:
            SourceUnavailable: it does not answer, or refuses us.
        """

    async def fetch(self, entry: Entry) -> bytes:
        """
        Return the bytes of one entry, at most as many as a document may have.

        Raises:
            SourceUnavailable: it is gone, too large, or not to be had.
        """

    async def close(self) -> None:
        """Let go of what listing opened."""
