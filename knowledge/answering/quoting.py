"""
Answering by quotes: for each thing a question asks, the sentence that answers and its article.

A question may ask several things, or compare two; each is then looked up by itself, for no passage
need hold both.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from knowledge.answering.articles import article
from knowledge.answering.asked import Asked, Deciding
from knowledge.answering.asked_kinds import kinds
from knowledge.answering.chosen import Choice
from knowledge.answering.composing import Part, Rows, beside_each_other, composed
from knowledge.answering.deciding import ranked
from knowledge.answering.defining import defines
from knowledge.answering.extractive import Candidate, Extract, Extractor
from knowledge.answering.own_language import OwnLanguage
from knowledge.answering.sides import asked_of, index_of, sides
from knowledge.answering.stages import Question, Written
from knowledge.answering.sureness import Sureness
from knowledge.answering.wording import Wording
from knowledge.retrieval.preference import prefer
from knowledge.retrieval.query import Query
from knowledge.retrieval.source import PassageSource
from knowledge.text.subquestions import subquestions
from knowledge.text.topic import lacks_topic, topics
from knowledge.values import Hit

FOUND = 30  # passages looked at
# 大阪で宿泊費どれくらい: not only the name of a side
_MORE_THAN_A_NAME = re.compile(r"[でがを]|どれ|\b(?:is|are|do|does|in|for)\b")
TOPIC = 4  # words that a question takes over from the one before it in the same message


@dataclass(frozen=True, slots=True)
class Judged:
    """A part of an answer, and whether it is sure."""

    part: Part
    sure: bool


class Quoter:
    """Answers from what was retrieved, and looks again for the parts of a question."""

    def __init__(
        self,
        source: PassageSource,
        extractor: Extractor,
        sureness: Sureness,
        wording: Wording,
    ) -> None:
        self._source = source
        self._extractor = extractor
        self._sureness = sureness
        self._wording = wording
        self._own = OwnLanguage(source, extractor)

    async def write(
        self, question: Question, query: Query, written: Written, extract: Extract
    ) -> Written:
        """
        Return the answer in one sentence with its article; of a comparison both sides, of several
        questions each. It is sure where each of them is.

        Raises:
            LibraryUnavailable: the index did not answer.
        """
        among = list(written.hits)
        held = extract.verdict == "sure"
        judged: list[Judged] = []
        if not _sets_beside(extract.table, sides(question.search_text)):
            judged = await self._both_sides(question, among, tabled=bool(extract.table))
            held = held or len(judged) > 0
        if not judged and not extract.table:
            judged = await self._several(question, among)
        if not judged:
            judged = [await self._one(question, query, among, extract)]
            held = held or defines(question.search_text, judged[0].part.article.deciding)
        parts = [one.part for one in judged]
        sure = all(one.sure for one in judged)
        if parts[0].asked.not_forbidden:
            sure = False  # what nothing forbids, no line says
        return replace(
            written,
            mode="extractive",
            hits=tuple(among),
            draft=composed(parts, question.language, self._wording),
            certainty="sure" if sure else "unsure",
            held=held,
            table=() if len(parts) > 1 else extract.table,
        )

    async def _one(
        self, question: Question, query: Query, among: list[Hit], extract: Extract
    ) -> Judged:
        """Return what answers the whole question, in the asker's language where that says it."""
        asked = Asked.of(question.search_text)
        candidates = extract.candidates
        if extract.table:
            first = extract.picks[0].hit  # where the table stands
            candidates = tuple(one for one in candidates if one.hit == first)
        told = ranked(asked, query, candidates, among)
        best = told[0] if told else _picked(extract)
        own = await self._own.of(question, query, asked, best, among)
        if own is not None:
            best, told = own, [own, *told[1:]]
        part = await self._part(question, asked, best, among, table=extract.table)
        if defines(question.search_text, part.article.deciding):
            return Judged(part, sure=True)
        choice = Choice(asked, query, among, told, best, part.article)
        return Judged(part, self._sureness.is_sure(choice, extract))

    async def _part(  # all of it is one part: whose, what, where
        self,
        question: Question,
        asked: Asked,
        deciding: Deciding,
        hits: Sequence[Hit],
        *,
        table: tuple[tuple[str, ...], ...] = (),
    ) -> Part:
        every = asked.wanted.every
        whole = await article(self._source, question.readers, deciding, hits, every=every)
        if every or asked.wanted.kind in ("items", "steps"):
            whole = whole.led()
        return Part(asked, deciding, whole, table=table)

    async def _both_sides(
        self, question: Question, among: list[Hit], *, tabled: bool
    ) -> list[Judged]:
        """
        Return what is said of each of two things that a question compares, none unless something
        likely is said of both, and surely where a table is the other choice (`tabled`). `among`
        grows by the passages found for them.
        """
        names = sides(question.search_text)
        if names is None:
            return []
        judged: list[Judged] = []
        for name, text in zip(names, asked_of(question.search_text, names), strict=True):
            side = await self._side(question, name, text, among, only_sure=tabled)
            if side is None:
                return []
            judged.append(side)
        first, second = judged
        if first.part.article.quote == second.part.article.quote:
            return []
        return judged

    async def _side(
        self, question: Question, name: str, text: str, among: list[Hit], *, only_sure: bool
    ) -> Judged | None:
        """Return what is said of one side, from a passage that holds every word of its name."""
        named = await self._source.query(name, readers=question.readers)
        hits = await self._search(question, named)
        strict = only_sure or _MORE_THAN_A_NAME.search(name)
        verdict = self._extractor.extract(named, hits, most=1).verdict
        if verdict == "none" or (verdict != "sure" and strict):
            return None
        query = await self._source.query(text, readers=question.readers)
        extract = self._extractor.extract(query, hits)
        about = [one for one in extract.candidates if self._names(named, hits[one.hit], one)]
        extract = replace(extract, candidates=tuple(about))
        side = await self._judged(question, query, text, hits, extract, among)
        if side is None:
            return None
        return replace(side, part=replace(side.part, name=name))

    def _names(self, named: Query, hit: Hit, candidate: Candidate) -> bool:
        """Whether a unit, or the heading above it, holds every word of a name."""
        lacking = self._extractor.lacking(named, hit, candidate)
        return not lacking

    async def _several(self, question: Question, among: list[Hit]) -> list[Judged]:
        """Return what answers each of several questions, none where there is but one."""
        texts = subquestions(question.search_text)
        if len(texts) < 2:
            return []
        judged: list[Judged] = []
        topic = ""
        for text in texts:
            alone = f"{topic} {text}" if topic and _goes_on(text) else text
            topic = " ".join(topics(alone)[:TOPIC])
            query = await self._source.query(alone, readers=question.readers)
            hits = await self._search(question, query)
            extract = self._extractor.extract(query, hits)
            if extract.verdict == "none":
                continue
            one = await self._judged(question, query, alone, hits, extract, among)
            if one is not None:
                judged.append(one)
        return judged

    async def _judged(  # all of it is one part: whose, what, where
        self,
        question: Question,
        query: Query,
        text: str,
        hits: Sequence[Hit],
        extract: Extract,
        among: list[Hit],
    ) -> Judged | None:
        """
        Return what answers one of several questions, None where no sentence may be said. `among`
        grows by its passage.
        """
        asked = Asked.of(text)
        told = ranked(asked, query, extract.candidates, hits)
        if not told:
            return None
        best = replace(told[0], hit=index_of(among, hits[told[0].hit]))
        part = await self._part(question, asked, best, among)
        choice = Choice(asked, query, hits, told, told[0], part.article)
        return Judged(part, self._sureness.is_sure(choice, extract))

    async def _search(self, question: Question, query: Query) -> list[Hit]:
        hits = await self._source.search(
            query, readers=question.readers, limit=FOUND, kind=question.kind
        )
        return prefer(hits, question.language)[: question.limit]


def _goes_on(text: str) -> bool:
    """Whether one of several questions names nothing but what it wants to know: 申請もいる?"""
    return lacks_topic(text) or all(map(kinds, topics(text)))


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
