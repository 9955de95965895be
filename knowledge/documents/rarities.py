"""
How rare a term is, by the published passages that the asker may read, and by no others.

What an index reckons by itself counts every passage it holds; a question would then tell, by the
figures of its answer, which words stand in documents kept to others, staged, withdrawn or replaced.
So each published version is tallied once, and the tallies are added up by audience: what a reader
may read is the sum of a few of them. A version's tally is kept in the index beside its passages, so
that no other process needs to count it again.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from operator import is_

import numpy as np

from knowledge.documents.registry import Registry, identify
from knowledge.documents.staging import TALLY, of, tallies_of
from knowledge.index.protocol import Index, Point, SparseVector
from knowledge.index.tally import Tally, rarity
from knowledge.retrieval.encoder import VERSION, dimension, grained
from knowledge.retrieval.glossary import Glossary
from knowledge.text.analysis import Analysis

GRAIN = 1 / 64  # of a weight, see `knowledge.retrieval.encoder`
FETCHED = 16  # tallies asked for at once: that of a very large document has a few megabytes


@dataclass(frozen=True, slots=True)
class Counted:
    """
    A published version as it was counted; one of another audience, title or format is counted anew.
    """

    document: str
    version: str
    audience: str
    title: str
    format: str


@dataclass(frozen=True, slots=True)
class Sums:
    """What has been counted so far: each version's tally as text, and their sum by audience."""

    counted: Mapping[Counted, str] = field(default_factory=dict)
    by_audience: Mapping[str, Tally] = field(default_factory=dict)


class Rarities:
    """Those of one index; `refresh` brings them to what the registry says is published."""

    def __init__(self, index: Index, registry: Registry) -> None:
        self._index = index
        self._registry = registry
        self._sums = Sums()
        self._seen: tuple[object, ...] = ()
        self._changing = asyncio.Lock()

    async def refresh(self) -> None:
        """
        Count what was published since, and take out what is no longer.

        Nothing to do most of the time; 20 ms for each 1,000 passages counted for the first time.

        Raises:
            LibraryUnavailable: the index did not answer.
        """
        if self._up_to_date():
            return
        async with self._changing:
            if self._up_to_date():
                return
            state = self._state()
            wanted = self._published()
            new = [version for version in wanted if version not in self._sums.counted]
            gone = [version for version in self._sums.counted if version not in wanted]
            tallies = await self._tallies(new)
            self._sums = await asyncio.to_thread(_changed, self._sums, tallies, gone)
            self._seen = state

    def of(self, dimensions: Sequence[int], readers: frozenset[str] | None) -> dict[int, float]:
        """
        Return each dimension's rarity among what these readers may read; None stands for whoever
        may read everything.
        """
        return rarities(dimensions, self._read(readers))

    def held(
        self,
        analysis: Analysis,
        glossary: Glossary,
        words: Collection[str],
        *,
        readers: frozenset[str] | None,
    ) -> list[str]:
        """Return the words that a passage of these readers holds, or the glossary explains."""
        tallies = self._read(readers)
        held: list[str] = []
        for word in words:
            forms = [token.form for token in analysis.tokens(word)]
            places = np.array([dimension("words", form) for form in forms], np.uint32)
            counts = sum(tally.holding(places) for tally in tallies)
            if glossary.alternatives(word) or (forms and np.all(np.asarray(counts) > 0)):
                held.append(word)
        return held

    def weighed(self, vector: SparseVector, readers: frozenset[str] | None) -> SparseVector:
        """
        Return a question's vector with each term weighed by its rarity; as it is where the index
        does that itself.
        """
        if self._index.weighs:
            return vector
        return weighed(vector, self._read(readers))

    def _read(self, readers: frozenset[str] | None) -> list[Tally]:
        return [
            tally
            for audience, tally in self._sums.by_audience.items()
            if readers is None or audience in readers
        ]

    def _up_to_date(self) -> bool:
        return len(self._seen) > 0 and all(map(is_, self._state(), self._seen))

    def _state(self) -> tuple[object, ...]:
        """
        Return what decides which versions count: the registry replaces both by others whenever they
        change.
        """
        return self._registry.entries, self._registry.drafts, self._format

    @property
    def _format(self) -> str:
        if self._index.outdated:
            return ""
        return VERSION

    def _published(self) -> frozenset[Counted]:
        drafts = self._registry.drafts
        published = set()
        for document in self._registry.entries:
            version = self._registry.current(document)
            if version in drafts:
                metadata = drafts[version].metadata
                published.add(
                    Counted(document, version, metadata.audience, metadata.title, self._format)
                )
        return frozenset(published)

    async def _tallies(self, versions: Sequence[Counted]) -> dict[Counted, Tally]:
        """Return the tallies of these versions, as kept in the index or counted now."""
        found: dict[Counted, Tally] = {}
        for start in range(0, len(versions), FETCHED):
            some = {_id(version): version for version in versions[start : start + FETCHED]}
            for payload in await self._index.fetch(list(some)):
                version = some[payload["tally"]]
                found[version] = await asyncio.to_thread(Tally.unpack, payload["terms"])
        for version in versions:
            if version not in found:
                found[version] = await self._counted(version)
        return found

    async def _counted(self, version: Counted) -> Tally:
        """Count a version, and keep its tally; that of an outdated index is made anew with it."""
        tally = await self._index.tally(of(version.version))
        if version.format:
            await self._keep(version, tally)
        return tally

    async def _keep(self, version: Counted, tally: Tally) -> None:
        """
        Keep a tally beside the passages, unless they went while they were counted: nothing of them
        may be left.
        """
        payload = {"document": version.document, "version": version.version, "shelf": TALLY}
        await self._index.write(
            [Point(_id(version), {**payload, "tally": _id(version), "terms": tally.packed})]
        )
        await self._registry.refresh(now=self._index.shared)
        if self._registry.current(version.document) != version.version:
            await self._index.delete(tallies_of(version.version))


def rarities(dimensions: Sequence[int], tallies: Sequence[Tally]) -> dict[int, float]:
    """Return each dimension's rarity among all the passages of these tallies."""
    query = np.array(dimensions, np.uint32)
    passages = 0
    holding = np.zeros(len(query), np.int64)
    for tally in tallies:
        passages += tally.passages
        holding += tally.holding(query)
    counts = zip(dimensions, holding.tolist(), strict=True)
    return {dimension: rarity(passages, count) for dimension, count in counts}


def weighed(vector: SparseVector, tallies: Sequence[Tally]) -> SparseVector:
    """
    Return a question's vector with each term weighed by its rarity among the passages of these
    tallies.
    """
    rare = rarities(vector.indices, tallies)
    exact = np.array(vector.values) * np.array([rare[d] for d in vector.indices])
    return SparseVector(vector.indices, tuple(grained(exact, GRAIN).tolist()))


def _id(version: Counted) -> str:
    return identify(TALLY, version.version, version.title, version.format)


def _changed(sums: Sums, new: Mapping[Counted, Tally], gone: Sequence[Counted]) -> Sums:
    """
    Return the sums with and without these versions. At most a second for 100,000 passages; in a
    thread.
    """
    added: defaultdict[str, list[Tally]] = defaultdict(list)
    removed: defaultdict[str, list[Tally]] = defaultdict(list)
    for version, tally in new.items():
        added[version.audience].append(tally)
    for version in gone:
        removed[version.audience].append(Tally.unpack(sums.counted[version]))
    by_audience = dict(sums.by_audience)
    for audience in added.keys() | removed.keys():
        before = by_audience.get(audience, Tally.nothing())
        by_audience[audience] = before.changed(added[audience], removed[audience])
    counted = dict(sums.counted)
    for version in gone:
        del counted[version]
    for version, tally in new.items():
        counted[version] = tally.packed
    return Sums(counted, by_audience)
