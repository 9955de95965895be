"""What is said where the documents hold no answer: the nearest places, and what they lack."""

import unicodedata
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from knowledge.answering.extractive import Extractor
from knowledge.retrieval.features import Features
from knowledge.retrieval.query import Query
from knowledge.text.frame import FRAME
from knowledge.values import Hit, Nearest, Passage

NEAREST = 3  # documents named
WORDS = 3  # words that a place is said to lack
NOUN = 0.5  # how surely a word has to be one: a verb is said in many ways


def nearest(query: Query, hits: Sequence[Hit], extractor: Extractor) -> tuple[Nearest, ...]:
    """
    Return the best passage of the three nearest documents, with the nouns of the question that do
    not occur in it.
    """
    best: dict[str, Nearest] = {}
    for hit in hits:
        if len(best) == NEAREST:
            break
        passage = hit.passage
        if passage.document in best:
            continue
        held = Features(query, [extractor.terms(hit)]).held[0]
        missing = _absent(query, held, passage)
        near = Nearest(passage.document, passage.title, passage.place, missing, passage.id)
        best[passage.document] = near
    return tuple(best.values())


def _absent(query: Query, held: npt.NDArray[np.bool_], passage: Passage) -> tuple[str, ...]:
    """
    Return what of the question does not stand in a passage, letter by letter as it was asked, so
    that whoever opens the passage finds it true.
    """
    text = _folded(" ".join((passage.title, *passage.headings, passage.text)))
    absent = [word for word in _runs(query, held) if _folded(word) not in text]
    return tuple(dict.fromkeys(absent))[:WORDS]


def _runs(query: Query, held: npt.NDArray[np.bool_]) -> list[str]:
    """Return the nouns that are not held as they stand in the question, neighbours joined."""
    question = unicodedata.normalize("NFKC", query.question)
    folded = question.lower()
    runs: list[str] = []
    start = end = -1  # of the run that may go on
    for slot in query.order:
        form = query.forms[slot]
        at = folded.find(form, max(end, 0))
        content = query.content[slot] > 0
        goes_on = at == end and content  # as a suffix does, which is no noun by itself
        noun = query.nouns[slot] >= NOUN and form not in FRAME
        if held[slot] or at < 0 or not (noun or goes_on):
            start = end = -1
            continue
        if goes_on:
            runs.pop()
        else:
            start = at
        end = _word_end(folded, at + len(form))
        runs.append(question[start:end])
    return runs


def _word_end(text: str, at: int) -> int:
    """Return where the Latin word ends whose stem ends at `at`; others end there."""
    if not text[at - 1].isascii():
        return at
    while at < len(text) and text[at].isascii() and text[at].isalnum():
        at += 1
    return at


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).lower().split())
