"""
Answering without a model: the few sentences of the best passages that most likely hold the answer, quoted as they stand.

A linear model over nine features of each sentence, trained on Japanese reading-comprehension questions; it chooses by form, so
it says how sure it is instead of pretending to understand.
"""

import math
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.analysis import Analysis
from knowledge.asked import Asked, Words, words
from knowledge.units import Unit, units
from knowledge.values import Hit, Passage

# all words, cue, content words with title, focus noun, content of the sentence before, length, new nouns, passage rank, gap
WEIGHTS = (1.145, 1.636, 1.843, 0.769, 0.192, -0.526, 0.91, 1.506, 0.683)
DEPTH = 5  # passages looked into
SPREAD = 1.0  # taken off a sentence for each one already chosen from its passage
MASS = 0.9  # of the softmax over all sentences: enough is shown
CACHE = 2000  # passages whose words are kept


@dataclass(frozen=True, slots=True)
class Pick:
    """A unit chosen from the hit at index `hit`, with its score."""

    hit: int
    unit: Unit
    score: float


@dataclass(frozen=True, slots=True)
class Extract:
    """The chosen units in order of choice; `cover` is the share of the question's content (by rarity) the passages hold."""

    picks: tuple[Pick, ...]
    cover: float
    best: float
    missing: tuple[str, ...]
    unheard: float


@dataclass(frozen=True, slots=True)
class _Analysed:
    units: tuple[tuple[Unit, Words], ...]
    title: frozenset[str]
    all: frozenset[str]


class Extractor:
    """Keeps the analysis of passages it has seen: about a millisecond each."""

    def __init__(self, analysis: Analysis) -> None:
        self._analysis = analysis
        self._seen: OrderedDict[tuple[str, str], _Analysed] = OrderedDict()

    def extract(self, asked: Asked, hits: Sequence[Hit], *, most: int = 3) -> Extract:
        """Choose at most `most` units from the best five hits (best first); none when nothing may be quoted."""
        looked = [self._analyse(h.passage) for h in hits[:DEPTH]]
        rows = self._score(asked, hits, looked)
        held = frozenset().union(*(a.all for a in looked)) if looked else frozenset()
        missing, unheard = asked.missing(held), asked.unheard(held)
        best = max((asked.cover(a.all) for a in looked), default=0.0)
        together = asked.cover(held)
        if not rows:
            return Extract((), together, best, missing, unheard)
        top = max(score for score, _, _ in rows)
        mass = sum(math.exp(score - top) for score, _, _ in rows)
        picks: list[Pick] = []
        used: dict[int, int] = {}
        shown = 0.0
        enough = 1.0 if asked.wants("why", "name") else MASS
        while rows and len(picks) < most and shown < enough:
            chosen = max(rows, key=lambda row: row[0] - SPREAD * used.get(row[1], 0))
            rows.remove(chosen)
            score, at, unit = chosen
            used[at] = used.get(at, 0) + 1
            shown += math.exp(score - top) / mass
            picks.append(Pick(at, unit, score))
        return Extract(tuple(picks), together, best, missing, unheard)

    def words_of(self, passage: Passage) -> frozenset[str]:
        """Return every normalised word of a passage and its title."""
        return self._analyse(passage).all

    def _score(self, asked: Asked, hits: Sequence[Hit], looked: list[_Analysed]) -> list[tuple[float, int, Unit]]:
        rows = []
        for at, analysed in enumerate(looked):
            gap = max(hits[at].score - hits[0].score, -10.0)
            before = 0.0
            for unit, found in analysed.units:
                features = (
                    asked.share(found.all),
                    asked.cue(unit.text, found),
                    asked.cover(found.all | analysed.title),
                    float(asked.focus in found.all),
                    before,
                    math.log(1 + found.length),
                    min(len(found.nouns - asked.words), 8) / 8,
                    1 / (at + 1),
                    gap,
                )
                before = asked.cover(found.all)
                rows.append((_dot(features), at, unit))
        return rows

    def _analyse(self, passage: Passage) -> _Analysed:
        key = (passage.id, passage.version)
        if (known := self._seen.get(key)) is not None:
            self._seen.move_to_end(key)
            return known
        rows = tuple((unit, words(unit.text, self._analysis)) for unit in units(passage))
        title = words(" ".join((passage.title, *passage.headings)), self._analysis).all
        analysed = _Analysed(rows, title, title.union(*(w.all for _, w in rows)))
        self._seen[key] = analysed
        if len(self._seen) > CACHE:
            self._seen.popitem(last=False)
        return analysed


def _dot(features: Sequence[float]) -> float:
    return sum(f * w for f, w in zip(features, WEIGHTS, strict=True))
