"""
The index: where passages and the library's records are kept. One protocol, two engines: embedded
(in a folder) and a server.

A point is a passage with its sparse vector, and a dense one where there is an embedding model, or a
record without any. Points are found by vector, by id, or by exact words in their payload. Nothing
here knows what a document or a version is; that is the library's business.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Protocol, Self
from uuid import UUID

from knowledge.index.tally import Tally

Payload = dict[str, Any]
Where = Mapping[str, Sequence[str]]  # every key must hold one of its words

VECTOR = "terms"  # the name of a point's sparse vector
DENSE = "meaning"  # the name of its dense one
KEYS = ("document", "version", "audience", "shelf")  # the payload keys that can be asked for
BATCH = 256  # points handed over at once
TIMEOUT = 5.0  # seconds, for one question to a server
FUSION = 60  # the constant of reciprocal rank fusion


@dataclass(frozen=True, slots=True)
class SparseVector:
    """
    Dimensions (unsigned 32-bit, ascending) and their values, of equal length; a passage has them
    packed, to be sent on.
    """

    indices: Sequence[int]
    values: Sequence[float]


@dataclass(frozen=True, slots=True)
class Point:
    """What is stored: `vector` is None for a record. `id` is a UUID string."""

    id: str
    payload: Payload = field(hash=False)
    vector: SparseVector | None = None
    dense: tuple[float, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Match:
    """A point found by vector; a higher score is better."""

    id: str
    score: float
    payload: Payload = field(hash=False)


def well_formed(ids: Sequence[str]) -> list[str]:
    """Return the ids that can be of a point; what an old or made-up button names may be none."""
    known = []
    for id_ in ids:
        try:
            known.append(str(UUID(id_)))
        except ValueError:
            continue
    return known


def in_order(matches: Sequence[Match]) -> list[Match]:
    """
    Return them best first, equal ones as they stand in their document: an engine's order tells what
    else it holds.
    """
    return sorted(matches, key=_rank)


def _rank(match: Match) -> tuple[float, str, int]:
    payload = match.payload
    return (-match.score, payload.get("version", ""), payload.get("position", 0))


# stored ids and payloads, made as today
Remake = Callable[[Sequence[tuple[str, Payload]]], Awaitable[list[Point]]]


class Index(Protocol):
    """
    An engine that keeps points. Every call raises LibraryUnavailable when it does not answer.

    `shared` says whether other processes may write at the same time. A write has reached the disk
    (or the server has said so) when the call returns; a single point is seen whole or not at all.
    """

    shared: bool

    @property
    def weighs(self) -> bool:
        """
        Whether the index multiplies a question's terms by their rarity in all it holds, as those
        made long ago do.
        """

    @property
    def outdated(self) -> bool:
        """
        Whether the points are of another `Format` than today's: they are found, but less well,
        until `renew` is done.
        """

    @property
    def dense(self) -> int:
        """
        How many numbers the dense vectors have that can be searched now; 0 without any of today's
        model.
        """

    @property
    def dense_wanted(self) -> int:
        """
        How many numbers the dense vectors of written points are to have; other dense vectors are
        left out.
        """

    def measured(self, size: int) -> None:
        """
        Take the size of the model's vectors, once it is known after the index was opened; it may be
        `outdated` then.
        """

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    async def write(self, points: Sequence[Point]) -> None:
        """Add or replace points."""

    async def swap(self, record: Point, seen: str) -> bool:
        """
        Write a record unless somebody else wrote it since: its stored payload's "revision" must
        still be `seen`, "" for absent.

        The new payload carries a new "revision". False, and nothing written, when another one came
        first.
        """

    async def renew(self, remake: Remake) -> None:
        """
        Make every point anew beside the outdated ones, which are served meanwhile, then switch;
        nothing to do when up to date.

        Takes about 2 ms a passage. A process killed on the way leaves the old points or the new
        ones.
        """

    async def find(self, vector: SparseVector, where: Where, limit: int) -> list[Match]:
        """
        Return the points nearest to `vector` that fulfil `where`, best first, with payloads.

        The score is the product of both vectors: what a term is worth is the asker's business
        (`knowledge.documents.rarities`).
        """

    async def fused(
        self, vector: SparseVector, dense: Sequence[float], where: Where, limit: int
    ) -> list[Match]:
        """
        Return what `find` and the nearest dense vectors give together, by reciprocal rank (k = 60).
        """

    async def tally(self, where: Where) -> Tally:
        """
        Return how many of the points that fulfil `where` and have a sparse vector hold each of its
        dimensions.
        """

    async def fetch(self, ids: Sequence[str]) -> list[Payload]:
        """Return the payloads of the points that exist, in no order."""

    async def scroll(self, where: Where) -> list[Payload]:
        """Return the payloads of all points that fulfil `where`, in no order."""

    async def count(self, where: Where) -> int:
        """Return how many points fulfil `where`, exactly."""

    async def set(self, where: Where, payload: Payload) -> None:
        """Overwrite these payload keys on all points that fulfil `where`."""

    async def delete(self, where: Where) -> None:
        """Delete all points that fulfil `where`; an engine may keep their bytes for a while."""

    @property
    def remains(self) -> bool:
        """
        Whether bytes of what was deleted may still lie where the index is kept, and `compact` would
        take them away; always False where a server keeps it, which sees to that by itself.
        """

    async def note_remains(self) -> None:
        """Say that nothing of what is deleted or overwritten from now on may stay: `compact`."""

    async def compact(self) -> None:
        """
        Carry all points over to fresh files, which are served from then on, and delete the old
        ones; nothing to do without `remains`.

        Takes about 0.5 ms a passage; questions and writes go on meanwhile. A process killed on the
        way leaves `remains`.
        """
