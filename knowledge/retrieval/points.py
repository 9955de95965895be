"""
A passage made ready for the index and taken out again: its vector, its words unit by unit, and
itself as plain data.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from itertools import chain

import numpy as np

from knowledge.index.protocol import Payload, Point
from knowledge.reading.readers.paragraphs import text_of
from knowledge.retrieval.encoder import Encoder, dimension
from knowledge.retrieval.passage_terms import Analysed, analysed
from knowledge.retrieval.terms import Terms, Words
from knowledge.text.analysis import Analysis, normalise
from knowledge.text.answer_types import cues
from knowledge.text.quantities import place
from knowledge.values import Passage, Place


def point(passage: Passage, shelf: str, encoder: Encoder) -> Point:
    """Return a passage as it is stored, about 1.5 ms of work."""
    said = analysed(passage, encoder.analysis)
    payload = {**asdict(passage), "shelf": shelf, "terms": _terms(passage, said).pack()}
    return Point(passage.id, payload, encoder.encode_passage(said))


def remake(id: str, payload: Payload, *, encoder: Encoder) -> Point:  # noqa: A002  # the index knows it as id
    """
    Return a stored point as it is made today: a passage with its words and vector anew, a record as
    it is.

    Prose that was read before lines were joined is joined here as far as one passage shows it.
    """
    if not is_passage(payload):
        return Point(id, payload)
    passage = passage_of(payload)
    if passage.kind == "prose":
        passage = replace(passage, text=text_of(passage.text))
    return point(passage, payload["shelf"], encoder)


def is_passage(payload: Payload) -> bool:
    """Report whether a stored point is a passage, and no record of any kind."""
    return "text" in payload


def passage_of(payload: Payload) -> Passage:
    """Return the passage that `point` stored."""
    fields = {name: value for name, value in payload.items() if name not in ("shelf", "terms")}
    return Passage(
        **{**fields, "place": Place(**payload["place"]), "headings": tuple(payload["headings"])}
    )


def terms(passage: Passage, analysis: Analysis) -> Terms:
    """Return a passage's words, unit by unit. About a millisecond."""
    return _terms(passage, analysed(passage, analysis))


def _terms(passage: Passage, said: Analysed) -> Terms:
    units = [[token for span in spans for token in said.lines[span]] for spans in said.units]
    tokens = list(chain(*units))
    spans = list(chain(*said.units))
    amounts = [*said.amounts, *said.title_amounts, *([place(said.number)] if said.number else [])]
    return Terms(
        words=_dimensions("words", (t.form for t in tokens)),
        kinds=np.array([ord(t.kind) for t in tokens], np.uint8),
        sizes=_numbers([len(unit) for unit in units]),
        cues=np.array(
            [
                cues(normalise("\n".join(passage.text[slice(*s)] for s in spans)))
                for spans in said.units
            ],
            np.uint8,
        ),
        lines=_numbers(list(chain(*spans))).reshape(-1, 2),
        line_sizes=_numbers([len(spans) for spans in said.units]),
        title=_dimensions("words", (t.form for t in said.title_words)),
        exact=_numbers(sorted({dimension("exact", amount) for amount in amounts})),
    )


def _dimensions(family: str, forms: Iterable[str]) -> Words:
    return _numbers([dimension(family, form) for form in forms])


def _numbers(values: Sequence[int]) -> Words:
    return np.array(values, np.uint32)
