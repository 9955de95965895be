"""
A passage made ready for the index and taken out again: its vector, its words unit by unit, and
itself as plain data.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace

import numpy as np

from knowledge.index.protocol import Payload, Point
from knowledge.reading.readers.paragraphs import text_of
from knowledge.retrieval.encoder import Encoder, dimension
from knowledge.retrieval.passage_terms import PassageTerms, analysed
from knowledge.retrieval.terms import Terms, Words
from knowledge.text.analysis import Analysis, Token, normalise
from knowledge.text.answer_types import cues
from knowledge.text.units import Span
from knowledge.values import Passage, Place


def point(passage: Passage, shelf: str, encoder: Encoder) -> Point:
    """Return a passage as it is stored, about 1.5 ms of work."""
    parts = analysed(passage, encoder.analysis)
    payload = {**asdict(passage), "shelf": shelf, "terms": _terms(passage, parts).pack()}
    return Point(passage.id, payload, encoder.encode_passage(parts))


def remake(point_id: str, payload: Payload, *, encoder: Encoder) -> Point:
    """
    Return a stored point as it is made today: a passage with its words and vector anew, a record as
    it is.

    Prose that was read before lines were joined is joined here as far as one passage shows it.
    """
    if not is_passage(payload):
        return Point(point_id, payload)
    passage = passage_of(payload)
    if passage.kind == "prose":
        passage = replace(passage, text=text_of(passage.text))
    return point(passage, payload["shelf"], encoder)


def is_passage(payload: Payload) -> bool:
    """Report whether a stored point is a passage, and no record of any kind."""
    return "text" in payload


def passage_of(payload: Payload) -> Passage:
    """Return the passage that `point` stored."""
    fields = dict(payload)
    fields.pop("shelf", None)
    fields.pop("terms", None)
    fields["place"] = Place(**payload["place"])
    fields["headings"] = tuple(payload["headings"])
    return Passage(**fields)


def terms(passage: Passage, analysis: Analysis) -> Terms:
    """Return a passage's words, unit by unit. About a millisecond."""
    return _terms(passage, analysed(passage, analysis))


def _terms(passage: Passage, parts: PassageTerms) -> Terms:
    tokens: list[Token] = []
    sizes: list[int] = []
    unit_cues: list[int] = []
    spans: list[Span] = []
    line_sizes: list[int] = []
    for unit in parts.units:
        before = len(tokens)
        for span in unit:
            tokens += parts.lines[span]
        sizes.append(len(tokens) - before)
        unit_cues.append(cues(_text(passage, unit)))
        spans += unit
        line_sizes.append(len(unit))

    exact_terms = {*parts.amounts, *parts.title_amounts, *parts.places}
    return Terms(
        words=_dimensions("words", (token.form for token in tokens)),
        kinds=np.array([ord(token.kind) for token in tokens], np.uint8),
        sizes=_numbers(sizes),
        cues=np.array(unit_cues, np.uint8),
        lines=np.array(spans, np.uint32).reshape(-1, 2),
        line_sizes=_numbers(line_sizes),
        title=_dimensions("words", (token.form for token in parts.title_words)),
        exact=np.unique(_dimensions("exact", exact_terms)),
    )


def _text(passage: Passage, unit: Sequence[Span]) -> str:
    """Return the lines of a unit, normalised."""
    lines = [passage.text[start:end] for start, end in unit]
    return normalise("\n".join(lines))


def _dimensions(family: str, forms: Iterable[str]) -> Words:
    return _numbers([dimension(family, form) for form in forms])


def _numbers(values: Sequence[int]) -> Words:
    return np.array(values, np.uint32)
