"""
How much of what a question is about a text speaks of, in its own words or in words of like meaning.

Words are compared one by one, so that a text in another language can be judged by all it says,
where a vector of the whole question tells only what it is about: what, for whom, how long.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from knowledge.retrieval.kinship import Kinship
from knowledge.retrieval.query import Floats, Query
from knowledge.text.analysis import Analysis, normalise
from knowledge.values import Hit, Passage

FAR, NEAR = 0.5, 0.8  # the cosines between which a word comes to stand for another
LINES = 20_000  # whose words are kept
MOST = 500  # different words of texts compared at once; what is longer says no more


class Likeness:
    """Compares questions with texts; one object serves all threads."""

    def __init__(self, kinship: Kinship, analysis: Analysis) -> None:
        self.kinship = kinship
        self._analysis = analysis
        self._words = lru_cache(maxsize=LINES)(self._words_of)

    def of(self, query: Query, texts: Sequence[str]) -> list[float]:
        """
        Return for each text the share 0..1 of what a question is about that it speaks of; all 0
        where words cannot be compared.
        """
        wanted = dict(self.wanted(query).values())
        by_text = [self.words(text) for text in texts]
        columns: dict[str, int] = {}
        for words in by_text:
            for word in words:
                columns.setdefault(word, len(columns))
        among = list(columns)
        cosines = self.kinship.cosines(list(wanted), among)
        if cosines is None:
            return [0.0] * len(texts)
        likeness = np.clip((cosines - FAR) / (NEAR - FAR), 0.0, 1.0)
        weights: Floats = np.array(list(wanted.values()))
        shares: list[float] = []
        for words in by_text:
            best = likeness[:, [columns[word] for word in words]].max(axis=1, initial=0.0)
            shares.append(float(weights @ best))
        return shares

    def words(self, text: str) -> tuple[str, ...]:
        """Return the different content words of a text, in order, as they can be compared."""
        words: dict[str, None] = {}
        for line in text.split("\n"):
            words.update(dict.fromkeys(self._words(line)))
        return tuple(words)[:MOST]

    def wanted(self, query: Query) -> dict[str, tuple[str, float]]:
        """Return the words a question is about by form: as they are compared, and their shares."""
        shares = dict(zip(query.forms, query.subject.tolist(), strict=True))
        wanted: dict[str, tuple[str, float]] = {}
        for form, surface in self._analysis.surfaces(query.plain):
            if shares.get(form, 0.0) > 0:
                wanted[form] = (surface, shares.pop(form))
        return wanted

    def _words_of(self, line: str) -> tuple[str, ...]:
        surfaces = [surface for _, surface in self._analysis.surfaces(normalise(line))]
        return tuple(word for word in dict.fromkeys(surfaces) if _tells(word))


def compared(likeness: Likeness | None, query: Query, hits: Sequence[Hit], most: int) -> list[Hit]:
    """
    Return the hits, the first `most` of them that are in another language than the question with
    how much of it they speak of.
    """
    if likeness is None:
        return list(hits)
    foreign: list[int] = []
    for at, hit in enumerate(hits[:most]):
        if hit.passage.language != query.language:
            foreign.append(at)
    texts = [told(hits[at].passage) for at in foreign]
    with_shares = list(hits)
    for at, share in zip(foreign, likeness.of(query, texts), strict=True):
        with_shares[at] = replace(hits[at], likeness=share)
    return with_shares


def told(passage: Passage) -> str:
    """Return all that a passage says, what stands above it first."""
    return "\n".join((passage.title, *passage.headings, passage.text))


def _tells(word: str) -> bool:
    """Whether a word can be compared alone: a Latin letter or a number cannot."""
    return not word.isascii() or (len(word) > 1 and not word.isdigit())
