"""
Finding published passages: by one sparse vector of words and by what they mean (`meanings.py`),
perhaps by an embedding model's vector, too; then compared word by word.

A search sees only the "live" shelf and the asker's audiences, then drops whatever is not the
current version of its document; when the pointer moved meanwhile it searches again. So an answer
never mixes two versions and never falls between them.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain, zip_longest
from uuid import UUID

import numpy as np

from knowledge.documents.meanings import LANGUAGES, Meanings
from knowledge.documents.names import Names
from knowledge.documents.rarities import Rarities
from knowledge.documents.registry import Registry, unknown
from knowledge.documents.staging import LIVE, of, passage_id
from knowledge.index.protocol import Index, Match, Payload, SparseVector, Where
from knowledge.models.embedding import Embedding
from knowledge.models.sentence_encoder import Vectors
from knowledge.observation import observed
from knowledge.retrieval.dense import Dense
from knowledge.retrieval.encoder import Encoder
from knowledge.retrieval.glossary import Groups
from knowledge.retrieval.likeness import compared
from knowledge.retrieval.meaning import Near
from knowledge.retrieval.points import is_passage, passage_of
from knowledge.retrieval.points import terms as terms_of
from knowledge.retrieval.query import Query
from knowledge.retrieval.rerank import POOL, reranked
from knowledge.retrieval.shared_glossary import SharedGlossary
from knowledge.retrieval.spelling import well_spelt
from knowledge.values import Hit, Language, Passage, SearchKind

ROUNDS = 3  # searches of one question before a moving pointer is accepted as it is
BY_MEANING = 2 / 5  # of the pool at most: what words alone would not have brought
FARTHEST = 0.2  # a cosine below which two texts have nothing to do with each other
NOTHING = np.empty(0, np.float32)  # the vector of no text


class Search:
    """Searches one index. Every search for readers names their audiences."""

    def __init__(
        self,
        index: Index,
        registry: Registry,
        rarities: Rarities,
        meanings: Meanings,
        dense: Dense,
        encoder: Encoder,
    ) -> None:
        self._index = index
        self._registry = registry
        self._rarities = rarities
        self._meanings = meanings
        self._dense = dense
        self._encoder = encoder
        self._glossary = SharedGlossary(index)
        self._names = Names(registry)

    async def query(self, question: str, *, readers: frozenset[str] | None) -> Query:
        """
        Return the question as passages are compared with it, its words mended and weighed.

        They are counted in what `readers` may read; None stands for an admin, who may read all.

        Raises:
            LibraryUnavailable: the index did not answer.
        """
        await self._registry.refresh()
        await self._rarities.refresh()
        glossary = await self._glossary.whole()
        analysis = self._encoder.analysis
        held = partial(self._rarities.held, analysis, glossary, readers=readers)
        pieces = self._meanings.pieces
        question = await asyncio.to_thread(well_spelt, question, analysis, pieces, held)
        query = Query(question, analysis, glossary)
        return query.weigh(self._rarities.of(query.own, readers))

    async def search(
        self,
        question: str | Query,
        *,
        readers: frozenset[str],
        limit: int = 6,
        kind: SearchKind = "whole",
        dense: bool | None = None,
    ) -> list[Hit]:
        """
        Return the published passages that best match `question` and that `readers` may see, best
        first.

        A `Query` that `query` made is searched as it is; a text is analysed first. At most `limit`;
        none when nothing shares a term or comes near in meaning. `Hit.score` is a share of all that
        was found; where `kind` leaves the second stage out it is the first stage's own, unbounded,
        and 0 for what words alone would not have brought. About 6 ms at 10,000 passages embedded;
        `kind` "words" asks for words alone. `dense` says whether dense vectors count, too; None
        leaves that to the last evaluation. Then hits are in the order of reciprocal rank fusion,
        and `Hit.sparse_alone` where the provider was away.

        Raises:
            ValueError: `readers` is empty.
            LibraryUnavailable: the index did not answer, or, where `dense` is asked for, the
            embedding model.
        """
        _require(readers)
        with observed("search", kind=kind) as observation:
            query = await self._analysed(question, readers)
            hits = await self._found(query, readers, limit, kind, dense)
            observation.add(hits=len(hits))
        best = hits[:limit]
        if kind == "whole":
            best = reranked(query, hits, limit)
        return [replace(hit, passage=self._names.named(hit.passage, readers)) for hit in best]

    async def _found(
        self,
        query: Query,
        readers: frozenset[str],
        limit: int,
        kind: SearchKind,
        dense: bool | None,  # noqa: FBT001  # three-valued, as `search` has it
    ) -> list[Hit]:
        """Return what both stages bring before it is ranked again."""
        vector = self._vector(query, readers, kind)
        due = kind != "words" and await self._dense.due(forced=dense)
        near: Sequence[float] = ()
        if due:
            near = await self._dense.vector(query.question, forced=dense is True)

        matches, meant = await asyncio.gather(
            self._published(vector, near, readers, limit), self._meant(query, kind)
        )
        hits = self._hits(matches, fused=len(near) > 0)
        if len(meant):
            most = POOL if kind == "whole" else min(limit, POOL)
            hits = await self._joined(hits, meant, query.language, readers, most)
            hits = await asyncio.to_thread(compared, self._meanings.likeness, query, hits, most)
        if due and not near:
            hits = [replace(hit, sparse_alone=True) for hit in hits]
        return hits

    async def preview(
        self, question: str | Query, *, version: str, limit: int = 6, kind: SearchKind = "whole"
    ) -> list[Hit]:
        """Return the best passages of one version, published or not; for admins."""
        query = await self._analysed(question, None)
        vector = self._vector(query, None, kind)
        matches = await self._index.find(vector, of(version), max(limit, POOL))
        hits = self._hits(matches, fused=False)
        if kind != "whole":
            return hits[:limit]
        return reranked(query, hits, limit)

    async def passage(
        self,
        id: str,  # noqa: A002  # callers know it as id
        *,
        readers: frozenset[str],
    ) -> Passage:
        """
        Return a published passage.

        Raises:
            UnknownDocument: it is gone, replaced, not for these readers, or no id of a passage.
        """
        _require(readers)
        if not _is_id(id):
            raise unknown()
        await self._registry.refresh()
        for payload in await self._index.fetch([id]):
            if is_passage(payload) and self._visible(payload, readers):
                return self._names.named(passage_of(payload), readers)
        raise unknown()

    async def neighbours(
        self, passage: Passage, *, readers: frozenset[str], around: int = 1
    ) -> list[Passage]:
        """
        Return the passages up to `around` positions away in the same version, in order, without the
        passage itself.
        """
        _require(readers)
        first = max(passage.position - around, 1)
        positions = [*range(first, passage.position)]
        positions += range(passage.position + 1, passage.position + around + 1)
        ids = [passage_id(passage.version, position) for position in positions]
        payloads = await self._index.fetch(ids)
        visible = [passage_of(p) for p in payloads if self._visible(p, readers)]
        neighbours = [self._names.named(one, readers) for one in visible]
        return sorted(neighbours, key=_position)

    async def glossary(self) -> Groups:
        """
        Return the admin's groups of words that mean the same; those that come with us are not among
        them.
        """
        return await self._glossary.read()

    async def set_glossary(self, groups: Iterable[Sequence[str]]) -> Groups:
        """
        Replace the admin's groups for every process that shares this index; they count from the
        next question on.

        Raises:
            KnowledgeError: too many groups or words, or a word that is too long; the sentence names
            it.
        """
        return await self._glossary.write(groups)

    @property
    def embedding(self) -> Embedding | None:
        """The model that makes the dense vectors; None where there are none."""
        return self._dense.embedding

    @property
    def dense(self) -> bool:
        """Whether dense vectors can be searched, be they used or not."""
        return bool(self._index.dense)

    async def judge(self, *, wins: bool) -> None:
        """Keep whether dense vectors count in every search from now on, in all processes."""
        await self._dense.judge(wins=wins)

    async def _analysed(self, question: str | Query, readers: frozenset[str] | None) -> Query:
        if isinstance(question, Query):
            await self._registry.refresh()
            await self._rarities.refresh()
            return question
        return await self.query(question, readers=readers)

    def _vector(
        self, query: Query, readers: frozenset[str] | None, kind: SearchKind
    ) -> SparseVector:
        """Return the query's vector: each term weighed by its rarity among what is read."""
        if kind == "words":
            terms = self._encoder.encode_words(query.question)
        else:
            terms = self._encoder.encode_question(query.question, query.glossary)
        return self._rarities.weighed(terms, readers)

    async def _meant(self, query: Query, kind: SearchKind) -> Vectors:
        """Return the vector of what a query means; empty where words alone are to count."""
        await self._meanings.refresh()
        if kind == "words":
            return NOTHING
        return await self._meanings.vector(query.question)

    async def _joined(
        self,
        hits: Sequence[Hit],
        vector: Vectors,
        language: Language,
        readers: frozenset[str],
        most: int,
    ) -> list[Hit]:
        """
        Return the hits of both arms: all that words found, with their meaning, and among the first
        `most` those that only meaning found, in place of the last ones.
        """
        nearest = self._nearest(vector, language, readers, most)
        by_id = {passage_id(near.version, near.position): near for near in nearest}
        for hit in hits:
            by_id.pop(hit.passage.id, None)
        only = await self._by_meaning(by_id, int(most * BY_MEANING), readers)

        by_words = hits[: most - len(only)]
        places = [(hit.passage.version, hit.passage.position) for hit in by_words]
        meant = self._meanings.of(vector, readers, places)
        pool = [_meaning(hit, near) for hit, near in zip(by_words, meant, strict=True)]
        pool += only
        rest = hits[len(by_words) :]
        return [replace(hit, rank=rank) for rank, hit in enumerate([*pool, *rest], 1)]

    def _nearest(
        self, vector: Vectors, language: Language, readers: frozenset[str], most: int
    ) -> list[Near]:
        """
        Return the passages nearest in meaning, those in the question's language and in the other
        one by turns: figures of two languages cannot be compared.
        """
        own = self._meanings.nearest(vector, readers, language, most)
        others: list[Near] = []
        for other in LANGUAGES:
            if other != language:
                others += self._meanings.nearest(vector, readers, other, most)
        by_turns = chain.from_iterable(zip_longest(own, others))
        return [near for near in by_turns if near is not None and near.score >= FARTHEST]

    async def _by_meaning(
        self, near_by_id: Mapping[str, Near], most: int, readers: frozenset[str]
    ) -> list[Hit]:
        """Return the first passages as hits; only what is still published for these readers."""
        ids = list(near_by_id)[:most]
        hits: dict[str, Hit] = {}
        for payload in await self._index.fetch(ids):
            if not is_passage(payload) or not self._visible(payload, readers):
                continue
            passage = passage_of(payload)
            hit = Hit(passage, 0.0, terms=self._terms(passage, payload))
            hits[passage.id] = _meaning(hit, near_by_id[passage.id])
        return [hits[id_] for id_ in ids if id_ in hits]

    async def _published(
        self, vector: SparseVector, near: Sequence[float], readers: frozenset[str], limit: int
    ) -> list[Match]:
        """
        Return at least `limit` matches that are published for these readers, where there are so
        many.

        A pointer that moved while the index answered makes it search again, for more.
        """
        where = {"shelf": [LIVE], "audience": sorted(readers)}
        wanted = max(limit, POOL)
        visible: list[Match] = []
        for _ in range(ROUNDS):
            before = self._registry.entries
            matches = await self._first(vector, near, where, wanted)
            visible = [match for match in matches if self._visible(match.payload, readers)]
            dropped = len(matches) > len(visible)
            if dropped and self._index.shared:
                await self._registry.refresh(now=True)
            enough = not dropped or len(visible) >= limit or len(matches) < wanted
            if enough and before is self._registry.entries:
                break
            wanted *= 2
        return visible

    async def _first(
        self, vector: SparseVector, near: Sequence[float], where: Where, limit: int
    ) -> list[Match]:
        """
        Return the first stage's passages with their sparse scores, which the second one weighs; 0
        where there is none.
        """
        if not near:
            return await self._index.find(vector, where, limit)
        sparse, both = await asyncio.gather(
            self._index.find(vector, where, limit), self._index.fused(vector, near, where, limit)
        )
        scores = {match.id: match.score for match in sparse}
        return [replace(match, score=scores.get(match.id, 0.0)) for match in both]

    def _hits(self, matches: Sequence[Match], *, fused: bool) -> list[Hit]:
        """Return the first stage's hits; those of the second stage's pool with their words."""
        hits = []
        for rank, match in enumerate(matches, 1):
            passage = passage_of(match.payload)
            terms = self._terms(passage, match.payload) if rank <= POOL else ""
            hits.append(Hit(passage, match.score, (), rank, terms, fused=fused))
        return hits

    def _terms(self, passage: Passage, payload: Payload) -> str:
        """
        Return a passage's words as stored; from an outdated index they may mean something else, and
        are made here.
        """
        if self._index.outdated:
            return terms_of(passage, self._encoder.analysis).pack()
        return str(payload["terms"])

    def _visible(self, payload: Payload, readers: frozenset[str]) -> bool:
        document = payload["document"]
        return (
            payload["audience"] in readers
            and self._registry.current(document) == payload["version"]
            and self._registry.audience(document) in readers
        )


def _meaning(hit: Hit, near: Near | None) -> Hit:
    """Return a hit with how near it lies, where that is known."""
    if near is None:
        return hit
    return replace(hit, meaning=near.score, near=near.units)


def _require(readers: frozenset[str]) -> None:
    if not readers:
        raise ValueError("a search needs the audiences its reader belongs to; none were given")


def _position(passage: Passage) -> int:
    return passage.position


def _is_id(text: str) -> bool:
    """Report whether a text can be the id of a passage; the index fails at any other."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True
