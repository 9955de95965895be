"""Where to go on from an answer, drawn from the shelf: further questions, and what a short question may have meant."""

from collections.abc import Iterator, Sequence

from knowledge.asked import Asked
from knowledge.extract import Extractor
from knowledge.values import Hit, Language
from knowledge.wording import Wording

AMONG = 10  # best passages whose headings are looked at
FURTHER = 2  # questions suggested
SHORT = 2  # content words up to which a question may mean several things
TIE = 0.8  # of the best score: places above it are as likely meant
MEANINGS = range(2, 5)  # how many meanings are offered


def further(
    hits: Sequence[Hit], cited: Sequence[int], said: Sequence[str], language: Language, wording: Wording
) -> tuple[str, ...]:
    """Return questions about headings found beside the cited ones and not `said` before, at most two."""
    known = {hits[at].passage.headings[-1:] for at in cited}
    headings = dict.fromkeys(
        heading
        for heading, hit in _headed(hits, language)
        if cited and hit.passage.headings[-1:] not in known and not any(heading in words for words in said)
    )
    return tuple(wording.phrase("followup_section", heading=h).to(language) for h in list(headings)[:FURTHER])


def meanings(
    asked: Asked, question: str, hits: Sequence[Hit], extractor: Extractor, language: Language, wording: Wording
) -> tuple[str, ...]:
    """
    Return two to four questions that a short one may have meant: places that hold all its words and score alike.

    None when the question is clear or one place stands out.
    """
    if not hits or asked.content.astype(bool).sum() > SHORT:
        return ()
    found: dict[tuple[str, str], str] = {}
    for heading, hit in _headed(hits, language):
        if hit.score >= TIE * hits[0].score and not extractor.missing(asked, hit):
            phrase = wording.phrase("meaning", title=hit.passage.title, heading=heading, question=question)
            found.setdefault((hit.passage.title, heading), phrase.to(language))
    return tuple(found.values()) if len(found) in MEANINGS else ()


def _headed(hits: Sequence[Hit], language: Language) -> Iterator[tuple[str, Hit]]:
    """Yield the best hits of a language with their nearest heading."""
    return ((h.passage.headings[-1], h) for h in hits[:AMONG] if h.passage.headings and h.passage.language == language)
