"""
Turning chosen sentences into an answer's parts: numbered citations, the limits of these sources,
the nearest misses.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from knowledge.answering.trace import Limit
from knowledge.answering.wording import Wording
from knowledge.errors import UnknownDocument
from knowledge.text.analysis import normalise
from knowledge.text.injection import suspicious
from knowledge.text.parts import shared_parts, with_parts
from knowledge.values import (
    Citation,
    Document,
    Hit,
    Passage,
    Sentence,
    Version,
)

CLOSE = 0.02  # relative gap below which two best scores are called close
Describe = Callable[[str], Awaitable[Document]]


@dataclass(frozen=True, slots=True)
class Draft:
    """
    Sentences and what they cite: `quotes` pairs each citation's hit index with its exact quote,
    number 1 first.

    `whole` are all lines of what the sentences are taken from, empty where they leave none out;
    `around` are for each citation further passages that its lines stand in.
    """

    sentences: tuple[Sentence, ...]
    quotes: tuple[tuple[int, str], ...]
    whole: tuple[Sentence, ...] = ()
    around: tuple[tuple[Passage, ...], ...] = ()


async def citations(
    draft: Draft, hits: Sequence[Hit], describe: Describe, today: date
) -> tuple[Citation, ...]:
    """
    Return the numbered sources. A document withdrawn meanwhile keeps its quote and loses its
    metadata.
    """
    cited = []
    for number, (hit, quote) in enumerate(draft.quotes, start=1):
        passage = hits[hit].passage
        around = draft.around[number - 1] if draft.around else ()
        document = await _described(passage.document, describe)
        if document is None:
            cited.append(Citation(number, passage, quote, around=around))
            continue
        known = citation(number, passage, quote, document, today)
        cited.append(replace(known, around=around))
    return tuple(cited)


def citation(
    number: int, passage: Passage, quote: str, document: Document, today: date
) -> Citation:
    """
    Return a source with what its document says of itself: version, dates, owner, address. Its place
    names the paragraph and item of an article that all of the quote stands in.
    """
    passage = _at_its_part(passage, quote)
    version = document.version(passage.version)
    meta = document.metadata
    return Citation(
        number,
        passage,
        quote,
        version=f"v{version.number}" if version else "",
        updated=_updated(version, meta.effective),
        review=meta.review,
        stale=bool(meta.review) and meta.review < today.isoformat(),
        url=meta.url,
        owner=meta.owner,
    )


def _at_its_part(passage: Passage, quote: str) -> Passage:
    """Return a passage whose place names the part of the article that a quote stands in."""
    label, at = passage.place.label, passage.text.find(quote)
    if not label or not quote or at < 0:
        return passage
    parts = shared_parts(label, passage.text, at, at + len(quote.rstrip()))
    return replace(passage, place=replace(passage.place, label=with_parts(label, parts)))


async def _described(document: str, describe: Describe) -> Document | None:
    """Return a document, None for one that is no longer there."""
    try:
        return await describe(document)
    except UnknownDocument:
        return None


def _updated(version: Version | None, effective: str) -> str:
    """Return the day from which a version counts, "" where none is known."""
    if effective or version is None:
        return effective
    return version.published[:10]


async def limits(
    cited: Sequence[Citation],
    hits: Sequence[Hit],
    missing: Sequence[str],
    differing: Sequence[Limit],
    describe: Describe,
    wording: Wording,
) -> tuple[Limit, ...]:
    """Return what people should know about these very sources."""
    known = [
        *_stale(cited, wording),
        *differing,
        *_of_the_search(hits, missing, wording),
    ]
    if any(_is_suspicious(citation.passage) for citation in cited):
        known.append(Limit("suspicious", wording.phrase("suspicious")))
    known += await _only_images(cited, describe, wording)
    return tuple(dict.fromkeys(known))


def _stale(cited: Sequence[Citation], wording: Wording) -> list[Limit]:
    known = []
    for citation in cited:
        if not citation.stale:
            continue
        text = wording.phrase("stale", title=citation.passage.title, review=citation.review)
        known.append(Limit("stale", text))
    return known


def _of_the_search(hits: Sequence[Hit], missing: Sequence[str], wording: Wording) -> list[Limit]:
    known = []
    if _are_close(hits):
        known.append(Limit("close_scores", wording.phrase("close_scores")))
    if any(hit.sparse_alone for hit in hits):
        known.append(Limit("sparse_alone", wording.phrase("sparse_alone")))
    nowhere = _nowhere(missing, hits)
    if nowhere:
        words = "、".join(nowhere[:5])
        known.append(Limit("missing_words", wording.phrase("missing_words", words=words)))
    return known


def _nowhere(words: Sequence[str], hits: Sequence[Hit]) -> list[str]:
    """Return the words that stand in no passage, nor inside a longer word (院生 in 大学院生)."""
    texts: list[str] = []
    for hit in hits:
        passage = hit.passage
        texts.append(normalise(" ".join((passage.title, *passage.headings, passage.text))))
    told = "\n".join(texts)
    return [word for word in words if word not in told]


def _are_close(hits: Sequence[Hit]) -> bool:
    """Tell whether the two best hits are about as good as each other."""
    if len(hits) < 2 or hits[0].score <= 0:
        return False
    return hits[0].score - hits[1].score < CLOSE * hits[0].score


def _is_suspicious(passage: Passage) -> bool:
    return any(suspicious(line) for line in passage.text.splitlines())


async def _only_images(
    cited: Sequence[Citation], describe: Describe, wording: Wording
) -> list[Limit]:
    """Return a limit for each cited version that has pages of which only an image is there."""
    known = []
    for id_, version in dict.fromkeys((c.passage.document, c.passage.version) for c in cited):
        document = await _described(id_, describe)
        read = document.version(version) if document else None
        if document is None or read is None:
            continue
        pages = {flag.page for flag in read.flags if flag.kind == "image_only" and flag.page}
        if pages:
            numbers = ", ".join(map(str, sorted(pages)))
            title = document.metadata.title
            text = wording.phrase("image_only", title=title, pages=numbers)
            known.append(Limit("image_only", text))
    return known
