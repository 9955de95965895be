"""
Which of the documents found holds: before an answer is written, what was retrieved is put in the
order of what its documents are worth, and what a weak one says is looked up in the stronger ones.

A collection of answers, or a document past its review date, often uses the very words of a
question, where the rule in force uses its own. So what it says is searched for in turn, and a
stronger document that says otherwise on the same subject takes its place.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from knowledge.answering.disagreement import differ
from knowledge.answering.stages import Question, Retrieved
from knowledge.errors import UnknownDocument
from knowledge.retrieval.preference import Standing, by_standing, standing, superseded
from knowledge.retrieval.source import PassageSource
from knowledge.values import Document, Hit

BESIDE = 10  # passages looked at for what a weak document says
FIRST = 3  # best passages of which a weak one is held against the others
Describe = Callable[[str], Awaitable[Document]]


class Authority:
    """Knows what documents are worth on a day; asks `source` what others say."""

    def __init__(
        self, source: PassageSource, describe: Describe, today: Callable[[], date]
    ) -> None:
        self._source = source
        self._describe = describe
        self._today = today

    async def ordered(self, question: Question, retrieved: Retrieved) -> Retrieved:
        """
        Return what was retrieved in the order of what holds, and apart from it what is overruled.
        One more search, about 5 ms, for each weak document among the first three passages.

        Raises:
            LibraryUnavailable: the index did not answer.
        """
        query = retrieved.query
        known = await self.standings(retrieved.hits)
        older = superseded(query, retrieved.hits, known)
        hits = by_standing(query, [hit for hit in retrieved.hits if hit not in older], known)
        overruled = list(older)
        for weak in hits[:FIRST]:
            if not weak.terms or not _is_weak(weak, known):
                continue
            stronger = await self._stronger(question, weak, known)
            if stronger is not None:
                overruled.append(weak)
                hits = _in_place_of(weak, stronger, hits)
        return replace(retrieved, hits=hits, overruled=tuple(overruled))

    async def standings(self, hits: Sequence[Hit]) -> dict[str, Standing]:
        """Return the standing of each hit's document; one that is gone has none."""
        today = self._today()
        known: dict[str, Standing] = {}
        for name in dict.fromkeys(hit.passage.document for hit in hits):
            try:
                document = await self._describe(name)
            except UnknownDocument:
                continue
            known[name] = standing(document, today)
        return known

    async def _stronger(
        self, question: Question, weak: Hit, known: Mapping[str, Standing]
    ) -> Hit | None:
        """Return the passage that says otherwise, with more right; None without any."""
        again = await self._source.query(weak.passage.text, readers=question.readers)
        found = await self._source.search(
            again, readers=question.readers, limit=BESIDE, kind=question.kind
        )
        worth = {**await self.standings(found), **known}
        for hit in found:
            foreign = hit.passage.language != weak.passage.language
            if foreign or not _stands_above(hit, weak, worth):
                continue
            if differ(weak, hit):
                return hit
        return None


def _in_place_of(weak: Hit, stronger: Hit, hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """Return the hits with the stronger passage where the weak one stood."""
    others = [hit for hit in hits if hit.passage.id != stronger.passage.id]
    at = others.index(weak)
    others[at] = replace(stronger, score=weak.score, rank=weak.rank)
    return tuple(others)


def _is_weak(hit: Hit, known: Mapping[str, Standing]) -> bool:
    place = known.get(hit.passage.document)
    return place is not None and place.weak


def _stands_above(hit: Hit, weak: Hit, known: Mapping[str, Standing]) -> bool:
    place = known.get(hit.passage.document)
    return place is not None and place.above(known[weak.passage.document])
