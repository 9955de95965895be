"""
Answering by quotes: for each thing a question asks, the sentence that answers and its article.

A question may ask several things, or compare two; each is then looked up by itself, for no passage
need hold both.
"""

from collections.abc import Sequence
from dataclasses import replace

from knowledge.answering.articles import article
from knowledge.answering.asked import Asked, Deciding
from knowledge.answering.composing import Part, Rows, beside_each_other, composed
from knowledge.answering.deciding import ranked
from knowledge.answering.defining import defines
from knowledge.answering.extractive import Candidate, Extract, Extractor
from knowledge.answering.own_language import OwnLanguage
from knowledge.answering.sides import asked_of, index_of, sides
from knowledge.answering.stages import Question, Written
from knowledge.answering.wording import Wording
from knowledge.retrieval.preference import prefer
from knowledge.retrieval.query import Query
from knowledge.retrieval.source import PassageSource
from knowledge.text.subquestions import subquestions
from knowledge.text.topic import lacks_topic, topics
from knowledge.values import Hit

FOUND = 30  # passages looked at
TOPIC = 4  # words that a question takes over from the one before it in the same message


class Quoter:
    """Answers from what was retrieved, and looks again for the parts of a question."""

    def __init__(self, source: PassageSource, extractor: Extractor, wording: Wording) -> None:
        self._source = source
        self._extractor = extractor
        self._wording = wording
        self._own = OwnLanguage(source, extractor)

    async def write(
        self, question: Question, query: Query, written: Written, extract: Extract
    ) -> Written:
        """
        Return the answer in one sentence with its article; of a comparison both sides, of several
        questions each.

        Raises:
            LibraryUnavailable: the index did not answer.
        """
        among = list(written.hits)
        sure = extract.verdict == "sure"
        parts: list[Part] = []
        if not _sets_beside(extract.table, sides(question.search_text)):
            parts = await self._both_sides(question, among)
            sure = sure or len(parts) > 0
        if not parts and not extract.table:
            parts = await self._several(question, among)
        if not parts:
            parts = [await self._one(question, query, among, extract)]
            sure = sure or defines(question.search_text, parts[0].article.deciding)
        return replace(
            written,
            mode="extractive",
            hits=tuple(among),
            draft=composed(parts, question.language, self._wording),
            certainty="sure" if sure else "unsure",
            table=() if len(parts) > 1 else extract.table,
        )

    async def _one(
        self, question: Question, query: Query, among: list[Hit], extract: Extract
    ) -> Part:
        """Return what answers the whole question, in the asker's language where that says it."""
        asked = Asked.of(question.search_text)
        candidates = extract.candidates
        if extract.table:
            first = extract.picks[0].hit  # where the table stands
            candidates = tuple(one for one in candidates if one.hit == first)
        deciding = ranked(asked, query, candidates, among)
        best = deciding[0] if deciding else _picked(extract)
        best = await self._own.of(question, query, asked, best, among) or best
        return await self._part(question, asked, best, among, table=extract.table)

    async def _part(  # all of it is one part: whose, what, where
        self,
        question: Question,
        asked: Asked,
        deciding: Deciding,
        hits: Sequence[Hit],
        *,
        name: str = "",
        table: tuple[tuple[str, ...], ...] = (),
    ) -> Part:
        every = asked.wanted.every
        whole = await article(self._source, question.readers, deciding, hits, every=every)
        if every or asked.wanted.kind in ("items", "steps"):
            whole = whole.led()
        return Part(asked, deciding, whole, name, table)

    async def _both_sides(self, question: Question, among: list[Hit]) -> list[Part]:
        """
        Return what is said of each of two things that a question compares, none unless something
        likely is said of both. `among` grows by the passages found for them.
        """
        names = sides(question.search_text)
        if names is None:
            return []
        parts: list[Part] = []
        for name, text in zip(names, asked_of(question.search_text, names), strict=True):
            part = await self._side(question, name, text, among)
            if part is None:
                return []
            parts.append(part)
        first, second = parts
        if first.article.quote == second.article.quote:
            return []
        return parts

    async def _side(
        self, question: Question, name: str, text: str, among: list[Hit]
    ) -> Part | None:
        """Return what is said of one side, from a passage that holds every word of its name."""
        named = await self._source.query(name, readers=question.readers)
        hits = await self._search(question, named)
        if self._extractor.extract(named, hits, most=1).verdict != "sure":
            return None
        query = await self._source.query(text, readers=question.readers)
        extract = self._extractor.extract(query, hits)
        asked = Asked.of(text)
        about = [one for one in extract.candidates if self._names(named, hits[one.hit], one)]
        deciding = ranked(asked, query, about or extract.candidates, hits)
        if not deciding:
            return None
        best = replace(deciding[0], hit=index_of(among, hits[deciding[0].hit]))
        return await self._part(question, asked, best, among, name=name)

    def _names(self, named: Query, hit: Hit, candidate: Candidate) -> bool:
        """Whether a unit, or the heading above it, holds every word of a name."""
        lacking = self._extractor.lacking(named, hit, candidate)
        return not lacking

    async def _several(self, question: Question, among: list[Hit]) -> list[Part]:
        """Return what answers each of several questions, none where there is but one."""
        texts = subquestions(question.search_text)
        if len(texts) < 2:
            return []
        parts: list[Part] = []
        topic = ""
        for text in texts:
            alone = f"{topic} {text}" if topic and lacks_topic(text) else text
            topic = " ".join(topics(alone)[:TOPIC])
            part = await self._sub(question, alone, among)
            if part is not None:
                parts.append(part)
        return parts

    async def _sub(self, question: Question, text: str, among: list[Hit]) -> Part | None:
        """Return what answers one of several questions, None where nothing may."""
        query = await self._source.query(text, readers=question.readers)
        hits = await self._search(question, query)
        extract = self._extractor.extract(query, hits)
        asked = Asked.of(text)
        deciding = ranked(asked, query, extract.candidates, hits)
        if extract.verdict == "none" or not deciding:
            return None
        best = replace(deciding[0], hit=index_of(among, hits[deciding[0].hit]))
        return await self._part(question, asked, best, among)

    async def _search(self, question: Question, query: Query) -> list[Hit]:
        hits = await self._source.search(
            query, readers=question.readers, limit=FOUND, kind=question.kind
        )
        return prefer(hits, question.language)[: question.limit]


def _sets_beside(table: Rows, names: tuple[str, str] | None) -> bool:
    """Whether a table can be said in one sentence and names both sides of a comparison."""
    if not beside_each_other(table):
        return False
    heads = " ".join([*table[0], *(row[0] for row in table)]).casefold()
    return names is None or all(name.casefold() in heads for name in names)


def _picked(extract: Extract) -> Deciding:
    """Return the first unit chosen by form, where no sentence of another kind may be said."""
    pick = extract.picks[0]
    candidate = Candidate(pick.hit, pick.spans, pick.score)
    return Deciding(pick.hit, pick.spans[-1], None, candidate, pick.score)
