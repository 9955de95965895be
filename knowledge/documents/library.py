"""
The library: documents on a shelf, found by question in two stages: by one sparse vector, then
compared word by word.

Every passage carries its document, version, audience and shelf. A search sees only the "live" shelf
and the asker's audiences, then drops whatever is not the current version of its document; when the
pointer moved meanwhile it searches again. So an answer never mixes two versions and never falls
between them.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property

from knowledge.documents.comparison import Changes, compare, questions, stands_in, tight
from knowledge.documents.identity import Alike, Identity
from knowledge.documents.staging import LIVE, of, passage_id
from knowledge.documents.store import DocumentStore, unknown
from knowledge.index.protocol import Match, Payload, SparseVector, Where
from knowledge.models.embedding import Embedding
from knowledge.retrieval.dense import fuse
from knowledge.retrieval.glossary import Groups
from knowledge.retrieval.points import is_passage, passage_of
from knowledge.retrieval.points import terms as terms_of
from knowledge.retrieval.query import Query
from knowledge.retrieval.rerank import rank
from knowledge.retrieval.shared_glossary import SharedGlossary
from knowledge.values import Document, Hit, Language, Mark, Passage, Rule, SearchKind

POOL = 30  # passages the second stage looks at
ROUNDS = 3  # searches of one question before a moving pointer is accepted as it is


class Library(DocumentStore):
    """A shelf that can be searched. Every search names its readers; admin calls name a document."""

    async def search(
        self,
        question: str,
        *,
        readers: frozenset[str],
        limit: int = 6,
        kind: SearchKind = "whole",
        dense: bool | None = None,
    ) -> list[Hit]:
        """
        Return the published passages that best match `question` and that `readers` may see, best
        first.

        At most `limit`; none when nothing shares a term. `Hit.score` is a share of all that was
        found; where `kind` leaves the second stage out it is the first stage's own, unbounded.
        About 3 ms at 10,000 passages embedded. `dense` says whether dense vectors count, too; None
        leaves that to the last evaluation. Then hits are in the order of reciprocal rank fusion,
        and `Hit.sparse_alone` where the provider was away.

        Raises:
            ValueError: `readers` is empty.
            LibraryUnavailable: the index did not answer, or, where `dense` is asked for, the
            embedding model.
        """
        _held(readers)
        glossary = await self._words.whole()
        encoder = self._encoder
        where = {"shelf": [LIVE], "audience": sorted(readers)}
        await self._registry.refresh()
        await self._rarities.refresh()
        terms = (
            encoder.encode_words(question)
            if kind == "words"
            else encoder.encode_question(question, glossary)
        )
        vector = self._rarities.weighed(terms, readers)
        due = kind != "words" and await self._dense.due(forced=dense)
        near = await self._dense.vector(question, forced=dense is True) if due else ()
        wanted = max(limit, POOL)
        kept: list[Match] = []
        for _ in range(ROUNDS):
            before = self._registry.entries
            found = await self._first(vector, near, where, wanted)
            kept = [m for m in found if self._visible(m.payload, readers)]
            dropped = len(found) > len(kept)
            if dropped and self._index.shared:
                await self._registry.refresh(now=True)
            if before is self._registry.entries and (
                not dropped or len(kept) >= limit or len(found) < wanted
            ):
                break
            wanted *= 2
        if kind != "whole":
            shown = [(passage_of(m.payload), m) for m in kept[:limit]]
            hits = [
                Hit(p, m.score, (), at, self._terms(p, m.payload))
                for at, (p, m) in enumerate(shown, start=1)
            ]
        else:
            hits = self._ranked(
                await self.asked(question, readers=readers), kept, limit, fused=bool(near)
            )
        return [replace(hit, sparse_alone=True) for hit in hits] if due and not near else hits

    async def asked(self, question: str, *, readers: frozenset[str] | None) -> Query:
        """
        Return the question as passages are compared with it, its words weighed by how rare they
        are.

        They are counted in what `readers` may read, so that nothing is told of the rest; None
        stands for an admin, who may read everything.
        """
        asked = Query(question, self._encoder.analysis, await self._words.whole())
        await self._rarities.refresh()
        return asked.weigh(self._rarities.of(asked.own, readers))

    async def preview(self, question: str, *, version: str, limit: int = 6) -> list[Hit]:
        """Return the best passages of one version, published or not; for admins."""
        asked = await self.asked(question, readers=None)
        terms = self._encoder.encode_question(question, await self._words.whole())
        found = await self._index.find(
            self._rarities.weighed(terms, None), of(version), max(limit, POOL)
        )
        return self._ranked(asked, found, limit)

    async def passage(self, id: str, *, readers: frozenset[str]) -> Passage:  # noqa: A002  # callers know it as id
        """
        Return a published passage.

        Raises:
            UnknownDocument: it is gone, replaced, or not for these readers.
        """
        _held(readers)
        await self._registry.refresh()
        for payload in await self._index.fetch([id]):
            if is_passage(payload) and self._visible(payload, readers):
                return passage_of(payload)
        raise unknown()

    async def neighbours(
        self, passage: Passage, *, readers: frozenset[str], around: int = 1
    ) -> list[Passage]:
        """
        Return the passages up to `around` positions away in the same version, in order, without the
        passage itself.
        """
        _held(readers)
        places = [passage.position + step for step in range(-around, around + 1) if step]
        ids = [passage_id(passage.version, place) for place in places if place > 0]
        found = [passage_of(p) for p in await self._index.fetch(ids) if self._visible(p, readers)]
        return sorted(found, key=lambda p: p.position)

    async def passages(self, version: str) -> list[Passage]:
        """Return the passages of one version in order, published or not; for admins."""
        return await self._staging.passages(version)

    async def changes(self, document: str, version: str) -> Changes:
        """
        Return what a version changes against the published one; everything is added where there is
        none.
        """
        known = await self.document(document)
        before = await self.passages(known.current) if known.current not in ("", version) else []
        return compare(before, await self.passages(version))

    async def alike(self, document: str, version: str) -> tuple[Alike, ...]:
        """
        Return the documents a new one resembles, the most alike first; none for a further version
        of a document.
        """
        known = await self.document(document)
        drawn = known.version(version)
        return await Identity(self._registry, self.passages).alike(known, drawn) if drawn else ()

    async def questions(self, version: str, language: Language) -> tuple[str, ...]:
        """Return up to three questions to try a version with, about its longest sections."""
        return questions(await self.passages(version), language)

    async def standing(self, version: str, quotes: Sequence[str]) -> tuple[bool, ...]:
        """Report for each quote of an old answer whether `version` still says it word by word."""
        return stands_in(quotes, await self.passages(version))

    async def mark(self, passage: str, criterion: str, option: str = "") -> Document:
        """
        Mark a passage as the rule for a criterion of the guided dialog; a mark on the same text and
        criterion is replaced.

        Raises:
            UnknownDocument: the passage is gone.
        """
        found = [passage_of(p) for p in await self._index.fetch([passage]) if is_passage(p)]
        if not found:
            raise unknown()
        document = await self.document(found[0].document)
        others = (
            m
            for m in document.metadata.marks
            if (m.criterion, m.quote) != (criterion, found[0].text)
        )
        return await self.edit(
            document.id, {"marks": (*others, Mark(criterion, option, found[0].text))}
        )

    async def rules(self, *, readers: frozenset[str]) -> list[Rule]:
        """
        Return what the marks of the published documents these readers may see point at today, by
        document.

        A mark whose text a newer version no longer has gives none; `lost_marks` names those to
        admins.
        """
        _held(readers)
        found: list[Rule] = []
        for document in await self.documents(readers=readers):
            if document.metadata.marks:
                at = await self._marked(document)
                found += [
                    Rule(m.criterion, m.option, m.quote, at[m])
                    for m in document.metadata.marks
                    if m in at
                ]
        return found

    async def lost_marks(self, document: str) -> tuple[Mark, ...]:
        """Return the marks of a document whose text its published version no longer has."""
        known = await self.document(document)
        at = await self._marked(known)
        return tuple(m for m in known.metadata.marks if m not in at)

    async def _marked(self, document: Document) -> dict[Mark, Passage]:
        passages = await self.passages(document.current) if document.current else []
        texts = [(passage, tight(passage.text)) for passage in reversed(passages)]
        return {
            m: passage
            for m in document.metadata.marks
            for passage, text in texts
            if tight(m.quote) in text
        }

    async def glossary(self) -> Groups:
        """
        Return the admin's groups of words that mean the same; those that come with us are not among
        them.
        """
        return await self._words.read()

    async def set_glossary(self, groups: Iterable[Sequence[str]]) -> Groups:
        """
        Replace the admin's groups for every process that shares this index; they count from the
        next question on.

        Raises:
            KnowledgeError: too many groups or words, or a word that is too long; the sentence names
            it.
        """
        return await self._words.write(groups)

    @cached_property
    def _words(self) -> SharedGlossary:
        return SharedGlossary(self._index)

    @property
    def embedding(self) -> Embedding | None:
        return self._dense.embedding

    @property
    def dense(self) -> bool:
        """Whether dense vectors can be searched, be they used or not."""
        return bool(self._index.dense)

    async def judge(self, *, wins: bool) -> None:
        """Keep whether dense vectors count in every search from now on, in all processes."""
        await self._dense.judge(wins=wins)

    async def _first(
        self, vector: SparseVector, near: Sequence[float], where: Where, limit: int
    ) -> list[Match]:
        """
        Return the first stage's passages with their sparse scores, which the second one weighs; 0
        where there is none.
        """
        if not near:
            return await self._index.find(vector, where, limit)
        found, both = await asyncio.gather(
            self._index.find(vector, where, limit), self._index.fused(vector, near, where, limit)
        )
        scores = {match.id: match.score for match in found}
        return [replace(match, score=scores.get(match.id, 0.0)) for match in both]

    def _ranked(
        self, asked: Query, found: Sequence[Match], limit: int, *, fused: bool = False
    ) -> list[Hit]:
        """
        Return the hits in the second stage's order; what lies below its pool follows in the first
        stage's.

        The second stage knows words alone: where the first one was `fused` with dense vectors, both
        orders count.
        """
        passages = [passage_of(m.payload) for m in found]
        packed = [self._terms(p, m.payload) for p, m in zip(passages[:POOL], found, strict=False)]
        ranked = rank(asked, packed, [m.score for m in found])
        if fused:
            known = {r.at: r for r in ranked}
            ranked = [known[at] for at in fuse([r.at for r in ranked], range(len(found)))]
        ranked = ranked[:limit]
        return [
            Hit(
                passages[r.at],
                r.score,
                r.parts,
                r.at + 1,
                packed[r.at] if r.at < len(packed) else "",
            )
            for r in ranked
        ]

    def _terms(self, passage: Passage, payload: Payload) -> str:
        """
        Return a passage's words as stored; from an outdated index they may mean something else, and
        are made here.
        """
        return (
            terms_of(passage, self._encoder.analysis).pack()
            if self._index.outdated
            else str(payload["terms"])
        )

    def _visible(self, payload: Payload, readers: frozenset[str]) -> bool:
        document = payload["document"]
        return (
            payload["audience"] in readers
            and self._registry.current(document) == payload["version"]
            and self._registry.audience(document) in readers
        )


def _held(readers: frozenset[str]) -> None:
    if not readers:
        raise ValueError("a search needs the audiences its reader belongs to; none were given")
