"""
Where to go on from an answer, drawn from the shelf: further questions, and what a short question
may have meant.
"""

import re
from collections.abc import Iterator, Sequence

from knowledge.answering.extractive import Extractor
from knowledge.answering.wording import Wording
from knowledge.retrieval.query import Query
from knowledge.values import Hit, Language

AMONG = 10  # best passages whose headings are looked at
_ASKS = re.compile(r"(?:か[。?？]?|[?？])$")
_FRAME = re.compile(
    r"目次|時間割|表紙|登壇者|\b(?:agenda|contents|timetable|schedule|speakers?|cover|thank you)\b",
    re.IGNORECASE,
)
FURTHER = 2  # questions suggested
SHORT = 2  # content words up to which a question may mean several things
MEANINGS = range(2, 5)  # how many meanings are offered


def further(
    hits: Sequence[Hit],
    cited: Sequence[int],
    said: Sequence[str],
    language: Language,
    wording: Wording,
) -> tuple[str, ...]:
    """
    Return questions about headings found beside the cited ones and not `said` before, at most two.
    """
    if not cited:
        return ()
    known = {hits[at].passage.headings[-1] for at in cited if hits[at].passage.headings}
    questions: dict[str, str] = {}
    for heading, _ in _headed(hits, language):
        if len(questions) == FURTHER:
            break
        again = [text for text in said if heading in text]
        if heading not in known and not again:
            questions.setdefault(heading, _question(heading, language, wording))
    return tuple(questions.values())


def meanings(
    asked: Query,
    question: str,
    hits: Sequence[Hit],
    extractor: Extractor,
    language: Language,
    wording: Wording,
) -> tuple[str, ...]:
    """
    Return two to four questions that a short one may have meant, one for each place that holds all
    its words.

    None when the question says what kind of thing it asks for.
    """
    if asked.kinds or asked.content.astype(bool).sum() > SHORT:
        return ()
    found: dict[tuple[str, str], str] = {}
    for heading, hit in _headed(hits, language):
        if not extractor.missing(asked, hit):
            phrase = wording.phrase(
                "meaning", title=hit.passage.title, heading=heading, question=question
            )
            found.setdefault((hit.passage.title, heading), phrase.to(language))
    if len(found) not in MEANINGS:
        return ()
    return tuple(found.values())


def _question(heading: str, language: Language, wording: Wording) -> str:
    """Return a heading as a question; one that is a question already is asked as it stands."""
    if _ASKS.search(heading):
        return heading
    return wording.phrase("followup_section", heading=heading).to(language)


def _headed(hits: Sequence[Hit], language: Language) -> Iterator[tuple[str, Hit]]:
    """Yield the best hits of a language with their nearest heading."""
    for hit in hits[:AMONG]:
        if not hit.passage.headings or hit.passage.language != language:
            continue
        heading = hit.passage.headings[-1]
        if heading and not _FRAME.search(heading):
            yield heading, hit
