"""
Turning chosen sentences into an answer's parts: numbered citations, the limits of these sources,
the nearest misses.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date

from knowledge.answering.disagreement import Disagreement
from knowledge.answering.extractive import Extract, Extractor, Pick
from knowledge.answering.trace import Limit
from knowledge.answering.wording import Wording
from knowledge.errors import UnknownDocument
from knowledge.retrieval.query import Query
from knowledge.text.injection import suspicious
from knowledge.text.sanitise import sanitise
from knowledge.text.units import Span, context
from knowledge.values import Citation, Document, Hit, Language, Nearest, Sentence, Version

CLOSE = 0.02  # relative gap below which two best scores are called close
NEAREST = 3  # documents named when there is no answer
ROW = " | "  # between the cells of a row
Describe = Callable[[str], Awaitable[Document]]


@dataclass(frozen=True, slots=True)
class Draft:
    """
    Sentences and what they cite: `quotes` pairs each citation's hit index with its exact quote,
    number 1 first.
    """

    sentences: tuple[Sentence, ...]
    quotes: tuple[tuple[int, str], ...]


def quoted(extract: Extract, hits: Sequence[Hit], language: Language, wording: Wording) -> Draft:
    """
    Return the picks as sentences, the passages numbered in the order they appear.

    Those of one document stand as they do in it, for what comes first may be the condition of what
    follows; a heading without which a row or an item cannot be understood stands before it.
    """
    numbers: dict[int, int] = {}
    sentences: list[Sentence] = []
    shown: set[str] = set()
    for pick in _in_order(extract.picks, hits):
        heading = context(hits[pick.hit].passage, pick.spans)
        lines = (
            pick.unit.lines if not heading or suspicious(heading) else (heading, *pick.unit.lines)
        )
        texts = [text for text in map(_shown, lines) if text and text not in shown]
        if not texts:
            continue
        number = numbers.setdefault(pick.hit, len(numbers) + 1)
        shown.update(texts)
        sentences += [Sentence(text, (number,)) for text in dict.fromkeys(texts)]
        if pick.partial:
            sentences.append(Sentence(wording.phrase("list_goes_on").to(language), (number,)))
    quotes = {pick.hit: _deciding(pick) for pick in reversed(extract.picks)}
    return Draft(tuple(sentences), tuple((hit, quotes[hit]) for hit in numbers))


def _deciding(pick: Pick) -> str:
    """Return the line of a pick that answers: of a table the row, not its header."""
    lines = pick.unit.lines
    return lines[-1] if ROW in lines[-1] else lines[0]


def _shown(line: str) -> str:
    """Return a line without what could be clicked; "" when only its label is left of it."""
    text = sanitise(line)
    emptied = text != line.strip() and text.endswith((":", "："))
    return "" if emptied else text


def _in_order(picks: Sequence[Pick], hits: Sequence[Hit]) -> list[Pick]:
    """
    Return the picks document by document, the one chosen first before the others, each from its
    beginning on.
    """
    documents = list(dict.fromkeys(hits[pick.hit].passage.document for pick in picks))

    def place(pick: Pick) -> tuple[int, int, tuple[Span, ...]]:
        passage = hits[pick.hit].passage
        return documents.index(passage.document), passage.position, pick.spans

    return sorted(picks, key=place)


async def citations(
    draft: Draft, hits: Sequence[Hit], describe: Describe, today: date
) -> tuple[Citation, ...]:
    """
    Return the numbered sources. A document withdrawn meanwhile keeps its quote and loses its
    metadata.
    """
    found = []
    for number, (hit, quote) in enumerate(draft.quotes, start=1):
        passage = hits[hit].passage
        try:
            document = await describe(passage.document)
        except UnknownDocument:
            found.append(Citation(number, passage, quote))
            continue
        version = document.version(passage.version)
        meta = document.metadata
        found.append(
            Citation(
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
        )
    return tuple(found)


def _updated(version: Version | None, effective: str) -> str:
    return effective or (version.published[:10] if version else "")


async def limits(
    cited: Sequence[Citation],
    hits: Sequence[Hit],
    missing: Sequence[str],
    differing: Sequence[Disagreement],
    describe: Describe,
    wording: Wording,
) -> tuple[Limit, ...]:
    """Return what people should know about these very sources."""
    found = [
        Limit("stale", wording.phrase("stale", title=c.passage.title, review=c.review))
        for c in cited
        if c.stale
    ]
    for pair in differing:
        said = [
            (await _dated(hits[at], describe), what)
            for at, what in ((pair.one, pair.first), (pair.other, pair.second))
        ]
        (one, first), (other, second) = said
        found.append(
            Limit(
                "disagreement",
                wording.phrase("disagreement", one=one, first=first, other=other, second=second),
            )
        )
    if (
        len(hits) > 1
        and hits[0].score > 0
        and hits[0].score - hits[1].score < CLOSE * hits[0].score
    ):
        found.append(Limit("close_scores", wording.phrase("close_scores")))
    if any(hit.sparse_alone for hit in hits):
        found.append(Limit("sparse_alone", wording.phrase("sparse_alone")))
    if missing:
        found.append(
            Limit("missing_words", wording.phrase("missing_words", words="、".join(missing[:5])))
        )
    if any(suspicious(line) for c in cited for line in c.passage.text.splitlines()):
        found.append(Limit("suspicious", wording.phrase("suspicious")))
    for id_, version in dict.fromkeys((c.passage.document, c.passage.version) for c in cited):
        try:
            document = await describe(id_)
        except UnknownDocument:
            continue
        known = document.version(version)
        flags = known.flags if known else ()
        if pages := sorted({f.page for f in flags if f.kind == "image_only" and f.page}):
            numbers = ", ".join(str(page) for page in pages)
            found.append(
                Limit(
                    "image_only",
                    wording.phrase("image_only", title=document.metadata.title, pages=numbers),
                )
            )
    return tuple(dict.fromkeys(found))


async def _dated(hit: Hit, describe: Describe) -> str:
    """Return a document's title with the date from which it counts, where one is known."""
    try:
        document = await describe(hit.passage.document)
    except UnknownDocument:
        return hit.passage.title
    date_ = _updated(document.version(hit.passage.version), document.metadata.effective)
    return f"{hit.passage.title} ({date_})" if date_ else hit.passage.title


def nearest(asked: Query, hits: Sequence[Hit], extractor: Extractor) -> tuple[Nearest, ...]:
    """
    Return the best passage of the three nearest documents, with the question's words each lacks.
    """
    best: dict[str, Hit] = {}
    for hit in hits:
        best.setdefault(hit.passage.document, hit)
        if len(best) == NEAREST:
            break
    return tuple(
        Nearest(
            h.passage.document,
            h.passage.title,
            h.passage.place,
            _surfaces(extractor.missing(asked, h), asked.question),
        )
        for h in best.values()
    )


def _surfaces(forms: Sequence[str], question: str) -> tuple[str, ...]:
    """
    Return words as they stand in the question, where Latin ones were compared in lower case and by
    their stems.
    """
    words = re.findall(r"[A-Za-z][A-Za-z'-]+", question)
    return tuple(
        next((w for w in words if form.isascii() and w.lower().startswith(form)), form)
        for form in forms
    )
