"""A passage made ready for the index and taken out again: its vector, its words unit by unit, and itself as plain data."""

from collections.abc import Sequence
from dataclasses import asdict

import numpy as np

from knowledge.analysis import Analysis, normalise
from knowledge.chunks import passage_title
from knowledge.cues import cues
from knowledge.encoder import Encoder, dimension
from knowledge.exact import exact, place
from knowledge.index import Payload, Point
from knowledge.terms import Terms
from knowledge.units import cut
from knowledge.values import Passage, Place


def point(passage: Passage, shelf: str, encoder: Encoder) -> Point:
    """Return a passage as it is stored, about 2 ms of work."""
    number = passage.place.number if passage.place.kind in ("slide", "page") else None
    vector = encoder.encode_passage(passage.text, passage_title(passage), number)
    return Point(passage.id, {**asdict(passage), "shelf": shelf, "terms": terms(passage, encoder.analysis).pack()}, vector)


def remake(id: str, payload: Payload, *, encoder: Encoder) -> Point:  # noqa: A002  # the index knows it as id
    """Return a stored point as it is made today: a passage with its words and vector anew, a record as it is."""
    return point(passage_of(payload), payload["shelf"], encoder) if "text" in payload else Point(id, payload)


def passage_of(payload: Payload) -> Passage:
    """Return the passage that `point` stored."""
    fields = {name: value for name, value in payload.items() if name not in ("shelf", "terms")}
    return Passage(**{**fields, "place": Place(**payload["place"]), "headings": tuple(payload["headings"])})


def terms(passage: Passage, analysis: Analysis) -> Terms:
    """Return a passage's words, unit by unit. About a millisecond."""
    words: list[int] = []
    kinds: list[int] = []
    sizes: list[int] = []
    shown: list[int] = []
    lines: list[tuple[int, int]] = []
    line_sizes: list[int] = []
    for spans in cut(passage):
        text = normalise("\n".join(passage.text[start:end] for start, end in spans))
        tokens = analysis.cut(text)
        words += [dimension("words", t.form) for t in tokens]
        kinds += [ord(t.kind) for t in tokens]
        sizes.append(len(tokens))
        shown.append(cues(text))
        lines += spans
        line_sizes.append(len(spans))
    named = normalise(passage_title(passage))
    amounts = [*exact(normalise(passage.text)), *exact(named)]
    if passage.place.number and passage.place.kind in ("slide", "page"):
        amounts.append(place(passage.place.number))
    return Terms(
        words=_numbers(words),
        kinds=np.array(kinds, np.uint8),
        sizes=_numbers(sizes),
        cues=np.array(shown, np.uint8),
        lines=_numbers([at for span in lines for at in span]).reshape(-1, 2),
        line_sizes=_numbers(line_sizes),
        title=_numbers([dimension("words", t.form) for t in analysis.words(named)]),
        exact=_numbers(sorted({dimension("exact", amount) for amount in amounts})),
    )


def _numbers(values: Sequence[int]) -> "np.ndarray[tuple[int], np.dtype[np.uint32]]":
    return np.array(values, np.uint32)
