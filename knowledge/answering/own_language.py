"""
What says in the asker's language the same as a sentence in another one: people want their own.

Houses keep a rule and a summary of it for those who read another language; which of the two a
question finds first is chance.
"""

from collections.abc import Sequence
from dataclasses import replace

from knowledge.answering.asked import Asked, Deciding
from knowledge.answering.deciding import ranked
from knowledge.answering.extractive import Extractor
from knowledge.answering.sides import index_of
from knowledge.answering.stages import Question
from knowledge.retrieval.query import Query
from knowledge.retrieval.source import PassageSource
from knowledge.values import Hit

FOUND = 20  # passages looked at
# cosines of sentences in two languages: translations of one another lie at .4 to .8, others seldom
# above .35
SAME = 0.5
LIKE, APART = 0.36, 0.1  # nearer than this where no other passage comes as near


class OwnLanguage:
    """Looks for the counterpart of a sentence."""

    def __init__(self, source: PassageSource, extractor: Extractor) -> None:
        self._source = source
        self._extractor = extractor

    async def of(
        self, question: Question, query: Query, asked: Asked, deciding: Deciding, among: list[Hit]
    ) -> Deciding | None:
        """
        Return what decides in the asker's language, None where nothing there says the same, or the
        sentence is in that language. `among` grows by the passage it stands in.

        Raises:
            LibraryUnavailable: the index did not answer.
        """
        passage = among[deciding.hit].passage
        if passage.language == question.language:
            return None
        told = passage.text[slice(*deciding.span)]
        hits = await self._source.search(told, readers=question.readers, limit=FOUND)
        hit = _counterpart([one for one in hits if one.passage.language == question.language])
        if hit is None:
            return None
        unit = hit.near.index(max(hit.near))
        for best in ranked(asked, query, self._extractor.extract(query, [hit]).candidates, [hit]):
            said = hit.passage.text[slice(*best.span)]
            if best.candidate.number == unit and _tells_as_much(asked, told, said):
                return replace(best, hit=index_of(among, hit), score=deciding.score)
        return None


def _tells_as_much(asked: Asked, told: str, said: str) -> bool:
    """Report whether the amount, the date or the person that is asked for stands there, too."""
    return asked.wanted.found(said) or not asked.wanted.found(told)


def _counterpart(hits: Sequence[Hit]) -> Hit | None:
    """Return the passage one of whose units says the same as what was searched for."""
    near = sorted(hits, key=_nearness, reverse=True)
    if not near:
        return None
    first = _nearness(near[0])
    apart = first - _nearness(near[1]) if len(near) > 1 else first
    if first >= SAME or (first >= LIKE and apart >= APART):
        return near[0]
    return None


def _nearness(hit: Hit) -> float:
    return max(hit.near, default=0.0)
