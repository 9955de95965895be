"""
A statement beside its source, both cut into parts and words once, for all that compares them.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from knowledge.answering.grounding import content, plain, share
from knowledge.answering.reckoning import figures
from knowledge.text.analysis import NUMBER, Analysis

_KANA = re.compile(r"[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
_SENTENCE = re.compile(r"(?<=[。！？!?])|(?<=\.)\s+|\n+")
_QUESTION = re.compile(r"[?？]\s*$|か。\s*$")
_CLAUSE = re.compile(r"[、。;；,.!?！？\n]|\bbut\b|\band\b")
_LEAD = re.compile(
    r"^(?:(?P<yes>はい|ええ|yes|sure|大丈夫(?:です)?)|(?P<no>いいえ|no|not yet|いけません))"
    r"(?![a-zぁ-ん])[、。.,;:—\s]*",
    re.IGNORECASE,
)
ALIKE = 0.75  # share of the best likeness from which on a place is as likely meant
FIGURES, GOES_ON = 0.15, 0.12  # what like figures, and the place before, add to a likeness of 0..1


@dataclass(frozen=True, slots=True)
class Words:
    """The content words of a text in their dictionary form, and their groups of like meaning."""

    groups: Mapping[str, frozenset[int]]
    meanings: frozenset[int]

    def has(self, form: str, groups: frozenset[int]) -> bool:
        """Whether a word stands here, or one that means the same."""
        return form in self.groups or bool(groups & self.meanings)

    def lacks(self, others: "Words", *more: "Words") -> list[str]:
        """Return which of the other text's words stand neither here nor in `more`."""
        texts = (self, *more)
        lacking = []
        for form, groups in others.groups.items():
            if not any(text.has(form, groups) for text in texts):
                lacking.append(form)
        return lacking


def words_of(analysis: Analysis, text: str) -> Words:
    """Return a text's content words; numbers are no words."""
    groups: dict[str, frozenset[int]] = {}
    for token in analysis.tokens(text):
        if token.content and token.kind != NUMBER:
            groups[token.form] = frozenset(token.meanings) | groups.get(token.form, frozenset())
    return Words(groups, frozenset().union(*groups.values()))


def is_japanese(text: str) -> bool:
    return bool(_KANA.search(text))


def sentences(text: str) -> list[str]:
    """Return a text's sentences, without those of no letter."""
    return _lettered(_SENTENCE.split(text))


def clauses(text: str) -> list[str]:
    """Return a text's clauses, without those of no letter."""
    return _lettered(_CLAUSE.split(text))


def _lettered(parts: Sequence[str]) -> list[str]:
    return [part.strip() for part in parts if re.search(r"\w", part)]


class Comparison:
    """
    What the signs look at.

    `places` are sentences, rows with their headers and items with their heads, `topic` is title and
    headings, `answer` the whole of which the statement is part, `before` what was said before it.
    `lead` is "yes" or "no" where the
    statement begins so, `body` what follows; `share` is how much of its letters the source has,
    0..1.
    """

    def __init__(  # noqa: PLR0913  # a statement, what it is held against, what it stands in
        self,
        analysis: Analysis,
        question: str,
        statement: str,
        *,
        places: Sequence[str],
        topic: str = "",
        answer: str = "",
        before: str = "",
    ) -> None:
        self.question, self.statement = question, statement
        self.places, self.topic = tuple(places), topic
        self.words = partial(words_of, analysis)
        self.lead, self.body = "", statement
        lead = _LEAD.match(statement)
        if lead:
            self.lead = lead.lastgroup or ""
            self.body = statement[lead.end() :].strip() or statement
        self.sentences = sentences(self.body) or [self.body]
        self.whole = "\n".join((*self.places, topic))
        self.said, self.asked = self.words(self.body), self.words(f"{question} {before}")
        self.held = self.words(self.whole)
        self.told = self.words(answer)
        self._places = [self.words(place) for place in places]
        self._each = [self.words(sentence) for sentence in self.sentences]
        self.nearest: list[int] = []
        self._likely: list[tuple[int, ...]] = []  # for each sentence, the places it may be about
        for at in range(len(self.sentences)):
            self.nearest.append(self._nearest(at))
        self.share = share(content(plain(self.body)), content(plain(self.whole)))
        self.foreign = is_japanese(self.body) != is_japanese("".join(self.places))

    @property
    def near(self) -> str:
        """The places its sentences are closest to."""
        return "\n".join(self.places[at] for at in self.nearest)

    def pairs(self) -> list[tuple[str, Words, str, Words]]:
        """Return each sentence beside the place that says it, with the words of both."""
        rows = []
        for sentence, own, at in zip(self.sentences, self._each, self.nearest, strict=True):
            rows.append((sentence, own, self.places[at], self._places[at]))
        return rows

    def likely(self, at: int) -> list[str]:
        """Return the places that a sentence may be about, the closest among them."""
        return [self.places[number] for number in self._likely[at]]

    def _nearest(self, at: int) -> int:
        """
        Return the place closest to a sentence: by its rarer words and the question's, then by its
        figures; a sentence without a subject goes on where the one before it was.
        """
        counted = figures(self.sentences[at]).typed
        scores = []
        for number, place in enumerate(self._places):
            closeness = self._shared(self._each[at], place)
            closeness += 0.4 * self._shared(self.asked, place)
            if counted:
                own = figures(self.places[number]).typed
                closeness += FIGURES * len(counted & own) / len(counted)
            if self.nearest and number == self.nearest[-1]:
                closeness += GOES_ON
            if _QUESTION.search(self.places[number]):
                closeness -= 1.0
            scores.append(closeness)
        most = max(scores)
        alike = [number for number, score in enumerate(scores) if score >= ALIKE * most]
        self._likely.append(tuple(alike))
        return scores.index(most)

    def _shared(self, ours: Words, place: Words) -> float:
        """Return the share of words that stand at a place, each less the more places have it."""
        total = 0.0
        for form, groups in ours.groups.items():
            if place.has(form, groups):
                holding = [other for other in self._places if other.has(form, groups)]
                total += 1.0 / len(holding)
        return total / max(len(ours.groups), 1)
