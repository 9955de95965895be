"""
Answering without a model: the few units of the best passages that most likely hold the answer,
quoted as they stand.

A linear model over what each unit shares with the question, trained on Japanese
reading-comprehension questions; it chooses by form, so `certainty.py` says how sure it is instead
of pretending to understand.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from knowledge.answering.certainty import Certainty, Verdict, gaps
from knowledge.retrieval.features import Features
from knowledge.retrieval.likeness import Likeness
from knowledge.retrieval.points import terms
from knowledge.retrieval.query import Floats, Query
from knowledge.retrieval.rerank import weights
from knowledge.retrieval.table import compared
from knowledge.retrieval.terms import Terms
from knowledge.text.analysis import Analysis
from knowledge.text.provisions import whole as whole_article
from knowledge.text.units import Span, Unit, goes_on, quotable, tells, whole
from knowledge.values import Hit

UNIT = (
    "share",
    "cue",
    "titled",
    "focus",
    "before",
    "length",
    "fresh",
    "rank",
    "gap",
    "first",
    "digits",
)
DEPTH = 5  # passages looked into
FURTHER = 4  # passages more, where they belong to the article of the best one
SPREAD = 1.0  # taken off a unit for each one already chosen from its passage
BETTER_PART = 0.6  # of the softmax over all units: enough is shown when that took a list or a table


@dataclass(frozen=True, slots=True)
class Pick:
    """
    A unit chosen from the hit at index `hit`, with its score; `spans` are where its lines stand in
    the passage's text.

    `partial`: it is a part of a list that is too long to be shown.
    """

    hit: int
    unit: Unit
    score: float
    spans: tuple[Span, ...] = ((0, 0),)
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """
    A unit that may hold the sentence that answers, of the hit at index `hit`, with its score.

    `share` is how much of the question's content words (0..1, by rarity) it and its headings hold,
    `likeness` how much of the question it speaks of itself, in words of like meaning, too.
    `missing` are those they lack, `lacking` those it lacks itself. `number` is the unit's among the
    passage's, from 0.
    """

    hit: int
    spans: tuple[Span, ...]
    score: float
    share: float = 0.0
    missing: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    number: int = -1
    likeness: float = 0.0


@dataclass(frozen=True, slots=True)
class Extract:
    """
    The chosen units in order of choice; none when nothing may be quoted. `likely` is how likely the
    answer is among them, 0..1; `verdict` says it in the words of an answer. `missing` are content
    words that no passage holds. `table`, for questions that compare, has a header and rows of
    cells, every cell an exact quote of the first pick's passage. `candidates` are all units that
    may be quoted, in reading order, passage by passage. `coverage` are the signs that `likely` was
    judged by, empty where words alone were compared.
    """

    picks: tuple[Pick, ...]
    likely: float
    verdict: Verdict
    missing: tuple[str, ...]
    table: tuple[tuple[str, ...], ...] = ()
    candidates: tuple[Candidate, ...] = ()
    coverage: Mapping[str, float] = field(default_factory=dict)


class Extractor:
    """
    Compares by the words that came with each hit; hits from elsewhere are analysed here, a
    millisecond each.
    """

    def __init__(self, analysis: Analysis, likeness: Likeness | None = None) -> None:
        """`likeness` compares words by what they mean; None where that is not known."""
        self._analysis = analysis
        self._likeness = likeness
        self._certainty = Certainty(analysis, likeness.kinship if likeness else None)

    def extract(
        self, asked: Query, hits: Sequence[Hit], *, most: int = 3, depth: int = DEPTH
    ) -> Extract:
        """
        Choose at most `most` units from the best `depth` hits (best first); a list or table counts
        by its lines.
        """
        looked = hits[:depth]
        if not looked or not asked.forms:
            return Extract((), 0.0, "none", ())
        known = [self.terms(hit) for hit in looked]
        overlap = Features(asked, known)
        distances = gaps(looked)
        scores = features(overlap, distances, _articles(looked)) @ weights("unit", UNIT)
        judgement = self._certainty.judge(overlap, looked, distances)
        table = compared(asked, [hit.passage for hit in looked], self._analysis)
        if asked.wants("choice"):
            most = 1  # no passage can answer for the asker; the nearest one is enough
        least = 1
        if judgement.verdict != "sure":
            least = min(most, 2)  # who is not sure shows a second one
        first = 0
        rows: tuple[tuple[str, ...], ...] = ()
        if table is not None:
            first, rows = table.hit, table.rows
        picks = _chosen(scores.tolist(), looked, known, (least, most), first=first)
        candidates = _candidates(overlap, scores.tolist(), looked, known)
        candidates += self._elsewhere(asked, hits, depth)
        candidates = self._compared(asked, candidates, hits)
        verdict = judgement.verdict
        if not picks:
            return Extract(picks, judgement.likely, "none", judgement.missing)
        if verdict == "sure" and not all(is_whole(looked[pick.hit], pick.spans) for pick in picks):
            verdict = "unsure"  # a sentence that somebody tore may say the opposite
        return Extract(
            picks,
            judgement.likely,
            verdict,
            judgement.missing,
            rows,
            candidates,
            judgement.coverage,
        )

    def _elsewhere(self, asked: Query, hits: Sequence[Hit], depth: int) -> tuple[Candidate, ...]:
        """
        Return the units of further passages of the best one's article: of a long article the one
        that answers may be found by few words.
        """
        best = hits[0].passage
        numbers: list[int] = []
        for number, hit in enumerate(hits[depth:], start=depth):
            label = hit.passage.place.label
            of_one = (hit.passage.version, whole_article(label)) == (
                best.version,
                whole_article(best.place.label),
            )
            if of_one and whole_article(label) != label:
                numbers.append(number)
        if not numbers or depth < DEPTH:
            return ()
        looked = [hits[0], *map(hits.__getitem__, numbers[:FURTHER])]
        known = [self.terms(hit) for hit in looked]
        overlap = Features(asked, known)
        scores = features(overlap, gaps(looked), _articles(looked)) @ weights("unit", UNIT)
        found = _candidates(overlap, scores.tolist(), looked, known)
        return tuple(replace(one, hit=numbers[one.hit - 1]) for one in found if one.hit > 0)

    def _compared(
        self, asked: Query, candidates: Sequence[Candidate], hits: Sequence[Hit]
    ) -> tuple[Candidate, ...]:
        """Return the candidates with how much of the question each speaks of."""
        if self._likeness is None:
            return tuple(candidates)
        texts: list[str] = []
        for candidate in candidates:
            text = hits[candidate.hit].passage.text
            texts.append("\n".join(text[start:end] for start, end in candidate.spans))
        shares = self._likeness.of(asked, texts)
        pairs = zip(candidates, shares, strict=True)
        return tuple(replace(candidate, likeness=share) for candidate, share in pairs)

    def terms(self, hit: Hit) -> Terms:
        """Return the words of a hit's passage."""
        if hit.terms:
            return Terms.unpack(hit.terms)
        return terms(hit.passage, self._analysis)

    def lacking(self, asked: Query, hit: Hit, candidate: Candidate) -> tuple[str, ...]:
        """Return the question's content words that a unit of a passage and its title lack."""
        known = self.terms(hit)
        overlap = Features(asked, [known])
        for number in range(len(known.sizes)):
            if tuple(known.unit(number)) == candidate.spans:
                held = overlap.units[number] | (overlap.titles[0] > 0)
                return asked.missing(held)
        return asked.missing(overlap.held[0])

    def missing(self, asked: Query, hit: Hit) -> tuple[str, ...]:
        """Return the question's content words that a passage and its title lack."""
        return asked.missing(Features(asked, [self.terms(hit)]).held[0])


def features(overlap: Features, distances: Floats, articles: Sequence[int] | None = None) -> Floats:
    """
    Return one row of `UNIT` for each unit of the best passages; `distances` are their scores below
    the best one's, 0 or less. `articles` are the passages' articles, from 0 as they come: passages
    of one article rank as the best of them.
    """
    asked, passage = overlap.query, overlap.passage
    content = overlap.content(titled=False)
    opens = np.diff(passage, prepend=-1) > 0
    article = passage
    if articles is not None:
        best = [articles.index(number) for number in articles]
        distances = distances[best]
        article = np.array(articles)[passage]
    before = np.where(opens, 0.0, np.roll(content, 1))
    focus: Floats = np.zeros(len(content))
    digits: Floats = np.zeros(len(content))
    if asked.focus >= 0:
        focus = overlap.units[:, asked.focus].astype(np.float64)
    if asked.wants("number", "when"):
        digits = overlap.shows("digits").astype(np.float64)
    return np.column_stack(
        [
            overlap.share(),
            overlap.cues(),
            overlap.content(titled=True),
            focus,
            before,
            np.log1p(overlap.length),
            overlap.fresh(),
            1 / (1 + article),
            distances[passage],
            opens,
            digits,
        ]
    )


def _articles(hits: Sequence[Hit]) -> list[int]:
    """Return for each hit the number of its article, as they come, from 0."""
    numbers: dict[tuple[str, str], int] = {}
    articles: list[int] = []
    for hit in hits:
        label = hit.passage.place.label
        article = whole_article(label)
        key = (hit.passage.version, article)
        if article == label:
            key = (hit.passage.id, "")  # not a part of one
        articles.append(numbers.setdefault(key, len(numbers)))
    return articles


def _chosen(
    scores: list[float],
    hits: Sequence[Hit],
    known: Sequence[Terms],
    limits: tuple[int, int],
    *,
    first: int,
) -> tuple[Pick, ...]:
    """
    Choose the best units, each passage's next one a little later, beginning with the hit at index
    `first`.

    `limits` are the least and the most units; between them it is enough when as many lines as the
    most units hold the better part of the mass. A unit without a line that may be shown is passed
    over.
    """
    least, most = limits
    left = _places(scores, known)
    top = max(scores, default=0.0)
    mass = sum(math.exp(score - top) for score in scores)
    used: dict[int, int] = {}
    picks: list[Pick] = []
    shown: set[str] = set()
    held = 0.0
    while (
        left
        and len(picks) < most
        and (len(picks) < least or len(shown) < most or held < BETTER_PART)
    ):
        chosen = max(
            left,
            key=lambda row: (
                bool(picks) or not first or row[1] == first,
                row[0] - SPREAD * used.get(row[1], 0),
            ),
        )
        left.remove(chosen)
        score, hit, n = chosen
        held += math.exp(score - top) / mass
        text, spans = hits[hit].passage.text, tuple(known[hit].unit(n))
        again = any(pick.hit == hit and goes_on(text, pick.spans, spans) for pick in picks)
        if again or not tells(hits[hit].passage, spans):
            continue  # one part of a long list is enough, and a heading none
        if lines := quotable(text, spans):
            used[hit] = used.get(hit, 0) + 1
            shown.update(lines)
            partial = _is_partial(text, known[hit], n)
            picks.append(Pick(hit, Unit(lines, "\n".join(lines)), score, spans, partial))
    return tuple(picks)


def _candidates(
    overlap: Features, scores: Sequence[float], hits: Sequence[Hit], known: Sequence[Terms]
) -> tuple[Candidate, ...]:
    """Return the units that may be quoted and say something by themselves."""
    shares = overlap.content(titled=True).tolist()
    held = overlap.units | (overlap.titles[overlap.passage] > 0)
    candidates: list[Candidate] = []
    for row, (score, hit, number) in enumerate(_places(scores, known)):
        passage = hits[hit].passage
        spans = tuple(known[hit].unit(number))
        if not tells(passage, spans) or not quotable(passage.text, spans):
            continue
        missing = overlap.query.missing(held[row])
        lacking = overlap.query.missing(overlap.units[row])
        candidates.append(Candidate(hit, spans, score, shares[row], missing, lacking, number))
    return tuple(candidates)


def is_whole(hit: Hit, spans: Sequence[Span]) -> bool:
    """Whether lines of a passage are no torn sentence."""
    return hit.passage.kind != "prose" or whole(hit.passage.text, spans)


def _is_partial(text: str, words: Terms, number: int) -> bool:
    """Tell whether the unit at `number` is a part of a list that its neighbour goes on with."""
    spans = words.unit(number)
    if number > 0 and goes_on(text, spans, words.unit(number - 1)):
        return True
    last = number + 1 == len(words.sizes)
    return not last and goes_on(text, spans, words.unit(number + 1))


def _places(scores: Sequence[float], known: Sequence[Terms]) -> list[tuple[float, int, int]]:
    """Return each unit's score with its hit and its number there; both in order, from 0."""
    places = []
    units = iter(scores)
    for hit, words in enumerate(known):
        for number in range(len(words.sizes)):
            place = (next(units), hit, number)
            places.append(place)
    return places
