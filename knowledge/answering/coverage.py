"""
By what an answer is known to be among the best passages, or not to be: shares of what the question
is about that they hold, in its own words and in words of like meaning.

What a question is about are its content words without those it is merely made with
(`text/frame.py`): nouns above all, rare ones before common ones.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from knowledge.retrieval.features import Bools, Features
from knowledge.retrieval.kinship import Kinship
from knowledge.retrieval.query import Floats, Query
from knowledge.text.analysis import Analysis, normalise
from knowledge.text.predicates import asked_for
from knowledge.text.wanted import wanted
from knowledge.values import Passage

COVERAGE = (
    "held", "together", "unit", "share", "pairs", "sequence", "key", "score", "margin", "unheard",
    "subject", "passage", "window", "second", "compounds", "rarest", "rarest_best", "titled",
    "untyped", "foreign", "words", "one", "kin", "kin_weakest", "kin_rarest",
    "heard", "name_held", "name_absent", "yes_no",
    "none_typed", "none_counted", "top_uncounted", "near_typed",
)  # fmt: skip
UNRIVALLED = 3.0  # the margin of a passage that was found alone
WINDOWS = 4  # places whose words are compared with those of the question that they lack
TOP = 0.15  # of the subject, that a unit may hold less than the best one and still be looked at
HEAVY = 0.3  # of the heaviest word's weight, from which a word must not be missing
# the cosines between which a word comes to stand for another, and what it then counts
FAR, NEAR, LIKE = 0.45, 0.85, 0.9
# the cosines of units that hold nothing and all of a question, where no vector is made yet
APART, ALIKE = 0.3, 0.75


class Coverage:
    """That of one question and its best passages, at most five, best first."""

    def __init__(
        self,
        overlap: Features,
        passages: Sequence[Passage],
        distances: Floats,
        analysis: Analysis,
        *,
        near: Sequence[Sequence[float]] = (),
    ) -> None:
        """
        `distances` are the passages' scores below the best one's, as logarithms; `near` tells how
        near each unit of a passage lies to the question, empty where that is not known.
        """
        self._near = near
        self._overlap = overlap
        self._passages = passages
        self._distances = distances
        self._analysis = analysis
        self._subject = overlap.query.subject
        titled = overlap.titles[overlap.passage] > 0
        self._units: Bools = np.logical_or(overlap.units, titled)
        self._windows = _windows(self._units, overlap.passage)

    def row(self, kinship: Kinship) -> Floats:
        """Return the row of `COVERAGE`."""
        overlap, query, wanted = self._overlap, self._overlap.query, self._subject
        share, titled, pairs = overlap.share(), overlap.content(titled=True), overlap.pairs()
        best = int(np.argmax(titled + share + 0.5 * pairs))
        words, title = overlap.bm25()
        together = held_by_any(overlap)
        held = overlap.held @ wanted
        units = np.sort(self._units @ wanted)
        rarest = int(np.argmax(wanted))
        columns = {
            "held": (overlap.held @ query.content).max(),
            "together": together @ query.content,
            "unit": titled[best],
            "share": share[best],
            "pairs": pairs[best],
            "sequence": overlap.sequence([best])[0],
            "key": together @ query.key - query.key.sum(),
            "score": (words + title).max() / (query.weights.sum() or 1.0),
            "margin": self._margin(),
            "unheard": query.unheard(together),
            "subject": together @ wanted,
            "passage": held.max(),
            "window": (self._windows @ wanted).max(),
            "second": units[-2] if len(units) > 1 else 0.0,
            "compounds": _compounds(overlap, wanted),
            "rarest": together[rarest],
            "rarest_best": overlap.held[int(np.argmax(held))][rarest],
            "titled": ((overlap.titles > 0) @ wanted).max(),
            "untyped": self._untyped(),
            "foreign": self._passages[0].language != query_language(query),
            "words": math.log1p((wanted > 0).sum()),
            "one": 1.0,
            **self._of_kin(kinship),
            **self._of_names(together),
            **self._of_form(),
        }
        return np.array([float(columns[name]) for name in COVERAGE])

    def _of_kin(self, kinship: Kinship) -> dict[str, float]:
        """Return how surely the best window speaks of the question, in words of like meaning."""
        wanted = self._subject
        order = np.argsort(-(self._windows @ wanted + 0.2 * (self._units @ wanted)), kind="stable")
        heavy = wanted > HEAVY * wanted.max()
        rarest = int(np.argmax(wanted))
        weakest = 0.0
        best = (0.0, 0.0, 0.0)
        for unit in order[:WINDOWS].tolist():
            shares = self._kin(unit, kinship)
            weakest = max(weakest, float(shares[heavy].min()))
            best = max(best, (float(shares @ wanted), weakest, float(shares[rarest])))
        return {"kin": best[0], "kin_weakest": weakest, "kin_rarest": best[2]}

    def _of_names(self, together: Bools) -> dict[str, float]:
        """Return how much the best window holds, by rarity, and whether the names are heard of."""
        query = self._overlap.query
        heard = (self._windows * (self._subject > 0)) @ query.weights
        is_word = np.array([not form.isdigit() for form in query.forms])
        names = (query.key > 0) & is_word
        return {
            "heard": float(heard.max()) / 10,
            "name_held": float((names & together).any()),
            "name_absent": float((names & ~together).any()),
        }

    def _of_form(self) -> dict[str, float]:
        """Return whether what is asked for (an amount, a date, a person) is anywhere to be seen."""
        question = self._overlap.query.question
        form = wanted(question)
        texts = self._unit_texts()
        typed = np.ones(len(texts), np.bool_)
        if form.shows is not None:
            typed = np.array([form.found(text) for text in texts])
        counted = typed
        if form.counted is not None:
            counted = np.array([form.counts(text) for text in texts])
        held = self._windows @ self._subject
        top = held >= held.max() - TOP
        near = 0.0
        for cosines, shown in zip(self._cosines(), typed.tolist(), strict=True):
            if shown:
                near = max(near, cosines)
        return {
            "yes_no": float(asked_for(question) is not None),
            "none_typed": float(not typed.any()),
            "none_counted": float(not counted.any()),
            "top_uncounted": float(not counted[top].any()),
            "near_typed": near,
        }

    def _unit_texts(self) -> list[str]:
        """Return the text of each unit, its lines joined."""
        texts: list[str] = []
        for passage, terms in zip(self._passages, self._overlap.terms, strict=True):
            for number in range(len(terms.sizes)):
                lines = [passage.text[start:end] for start, end in terms.unit(number)]
                texts.append(" ".join(lines))
        return texts

    def _cosines(self) -> list[float]:
        """
        Return how near each unit lies to the question; by its words where no vector is known, and
        at least so where it is about one thing alone: all that is said of it answers that.
        """
        alone = int((self._subject > 0).sum()) == 1
        held = self._windows @ self._subject
        supposed = (APART + (ALIKE - APART) * held).tolist()
        cosines: list[float] = []
        for at, terms in enumerate(self._overlap.terms):
            near = self._near[at] if at < len(self._near) else ()
            for number in range(len(terms.sizes)):
                by_words = supposed[len(cosines)]
                known = number < len(near)
                if known and alone:
                    cosines.append(max(near[number], by_words))
                elif known:
                    cosines.append(near[number])
                else:
                    cosines.append(by_words)
        return cosines

    def _margin(self) -> float:
        """Return how far the second passage lies behind the first, as a logarithm."""
        if len(self._distances) < 2:
            return UNRIVALLED
        return -float(self._distances[1])

    def _untyped(self) -> float:
        """Return 1 where the best unit shows nothing of the kind that is asked for."""
        query = self._overlap.query
        if not query.cue_bits and not query.wants("who", "where"):
            return 0.0
        best = int(np.argmax(self._units @ self._subject + 0.3 * self._overlap.pairs()))
        return 1.0 - float(self._overlap.cues()[best])

    def _kin(self, unit: int, kinship: Kinship) -> Floats:
        """Return for each slot how surely the window that begins at a unit speaks of it, 0..1."""
        shares: Floats = self._windows[unit].astype(np.float64)
        surfaces = self._surfaces()
        forms = self._overlap.query.forms
        wanted = np.flatnonzero((self._subject > 0) & ~self._windows[unit]).tolist()
        lacking = [slot for slot in wanted if forms[slot] in surfaces]
        if not lacking:
            return shares
        words = [surfaces[forms[slot]] for slot in lacking]
        among = list(_words(self._window_text(unit), self._analysis).values())
        for slot, cosine in zip(lacking, kinship.nearest(words, among), strict=True):
            shares[slot] = LIKE * min(1.0, max(0.0, (cosine - FAR) / (NEAR - FAR)))
        return shares

    def _surfaces(self) -> dict[str, str]:
        """Return the question's words as they can be encoded, by their form."""
        return _words(self._overlap.query.plain, self._analysis)

    def _window_text(self, unit: int) -> str:
        """Return a unit with the one behind it and what stands above them."""
        at = int(self._overlap.passage[unit])
        passage = self._passages[at]
        first = unit - int(np.searchsorted(self._overlap.passage, at))
        terms = self._overlap.terms[at]
        spans = terms.unit(first)
        if first + 1 < len(terms.sizes):
            spans = spans + terms.unit(first + 1)
        lines = [passage.text[start:end] for start, end in spans]
        return "\n".join((passage.title, *passage.headings, *lines))


def held_by_any(overlap: Features) -> Bools:
    """Return which slots the passages hold together."""
    return np.asarray(overlap.held.any(axis=0), np.bool_)


def query_language(query: Query) -> str:
    """Return the language a question is asked in, by its script."""
    if query.text.isascii():
        return "en"
    return "ja"


def _windows(units: Bools, passage: npt.NDArray[np.int64]) -> Bools:
    """Return what each unit and the next one of its passage hold together."""
    windows = units.copy()
    together = passage[:-1] == passage[1:]
    windows[:-1][together] |= units[1:][together]
    return windows


def _compounds(overlap: Features, wanted: Floats) -> float:
    """
    Return the share of the question's neighbouring words of its subject that are neighbours in one
    unit, too: 住宅手当 is not held where 住宅 and 手当 stand apart.
    """
    order = overlap.query.order
    weights: dict[tuple[int, int], float] = {}
    for first, second in pairwise(order):
        if first != second and wanted[first] > 0 and wanted[second] > 0:
            weights[first, second] = float(wanted[first] + wanted[second])
    total = sum(weights.values())
    if not total:
        return 1.0
    held = {(first, second) for _, first, second in overlap.neighbours()}
    return sum(weight for pair, weight in weights.items() if pair in held) / total


def _words(text: str, analysis: Analysis) -> dict[str, str]:
    """Return the content words of a text by their form: Latin ones as they stand there."""
    words: dict[str, str] = {}
    for form, surface in analysis.surfaces(normalise(text)):
        words.setdefault(form, surface)
    return words
