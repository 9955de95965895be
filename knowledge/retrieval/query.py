"""
What a question asks for, as numbers that can be compared with a passage's terms: its words and how
rare they are, what stands for them elsewhere (loan words, the glossary), the kind of thing wanted,
the amounts and references it names.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from knowledge.retrieval.encoder import dimension
from knowledge.retrieval.glossary import Glossary
from knowledge.text.analysis import ASCII, JAPANESE, KEY_KINDS, Analysis, Token, normalise
from knowledge.text.answer_types import ASKS, bits, counted
from knowledge.text.filler import plain
from knowledge.text.frame import FRAME
from knowledge.text.language import language_of
from knowledge.text.quantities import exact, in_digits
from knowledge.values import Language

# words of a question that are compared; whoever pastes a page is still answered within the second
LONGEST = 200
VERB = 0.4  # of a noun's weight in what a question is about
NOUN = 0.5  # how surely a word has to be one
Floats = npt.NDArray[np.float64]

_NAME = re.compile(r"(?<=[\w,;:] )[A-Z][\w-]*|\b[A-Z][A-Z0-9-]+\b|\b\w*[a-z][A-Z]\w*")


class Query:
    """
    A question in slots, one for each different word. `ids` leads from a dimension to its slot, so
    that several may stand for one word; `phrases` are slots and the dimensions that stand for them
    together. `order` are the slots as the words came. `weights` are
    rarities and come from the index (see `weigh`). `glossary` is the one it was read with, `others`
    the words that stand for one of its own, by the form of that.
    """

    def __init__(self, question: str, analysis: Analysis, glossary: Glossary) -> None:
        self.question = question
        self.glossary = glossary
        self.text = in_digits(normalise(question))
        self.plain = plain(self.text)
        tokens = analysis.tokens(self.plain)[:LONGEST]
        slots: dict[str, int] = {}
        order: list[int] = []
        for token in tokens:
            slot = slots.setdefault(token.form, len(slots))
            order.append(slot)
        self.forms = tuple(slots)
        self.order = tuple(order)
        self.ids = {dimension("words", form): slot for form, slot in slots.items()}
        self.own = tuple(self.ids)
        self._add_loanwords(tokens, slots, analysis)
        self._add_glossary(glossary, slots, analysis)

        exact_terms = [dimension("exact", term) for term in exact(self.plain)]
        self.exact = np.unique(np.array(exact_terms, np.uint32))
        self.kinds = frozenset(name for name, asks in ASKS if asks.search(self.text))
        self._weigh_kinds(tokens, slots, _names(question, analysis))
        self.focus = _focus(tokens, slots)
        self.counter = _counter(counted(self.text), slots)
        self.weights: Floats = np.ones(len(self.forms))

    def weigh(self, rarities: Mapping[int, float]) -> "Query":
        """Give each word its rarity; `rarities` is by the dimensions of `own`."""
        self.weights = np.array([rarities[d] for d in self.own])
        return self

    @cached_property
    def language(self) -> Language:
        """The language it is asked in, by its script."""
        return language_of(self.question, "ja")

    @cached_property
    def cue_bits(self) -> int:
        """The kinds of thing asked for, as bits of `answer_types.CUES`; 0 for none."""
        return bits(*self.kinds)

    @cached_property
    def all(self) -> Floats:
        """Each slot's share of the whole question, by rarity; they sum to 1."""
        return _shares(self.weights)

    @cached_property
    def content(self) -> Floats:
        """Each slot's share of the content words, 0 for the others."""
        return _shares(self.weights * self._content)

    @cached_property
    def subject(self) -> Floats:
        """
        Each slot's share of what the question is about, without the words it is merely made with
        (`text/frame.py`); nouns count more. They sum to 1 where it is about anything.
        """
        framing = np.array([form in FRAME for form in self.forms], np.bool_)
        nouns = np.where(self.nouns >= NOUN, 1.0, VERB)
        weights: Floats = self.content * nouns * ~framing
        if not weights.sum():
            weights = self.content
        return _shares(weights)

    @cached_property
    def key(self) -> Floats:
        """Each slot's share of names, numbers and Latin words; all 0 when there are none."""
        return _shares(self.weights * self._key)

    @cached_property
    def pairs(self) -> dict[tuple[int, int], float]:
        """Neighbouring words, as slots, and their share of all neighbours, by rarity."""
        weights: dict[tuple[int, int], float] = {}
        for first, second in pairwise(self.order):
            weights[first, second] = float(self.weights[first] + self.weights[second])

        total = sum(weights.values()) or 1.0
        return {pair: weight / total for pair, weight in weights.items()}

    def wants(self, *kinds: str) -> bool:
        """Report whether one of these kinds of thing is asked for."""
        return not self.kinds.isdisjoint(kinds)

    def missing(self, held: npt.NDArray[np.bool_]) -> tuple[str, ...]:
        """Return the content words whose slots are not held."""
        missing = self._content & ~held
        return tuple(self.forms[slot] for slot in np.flatnonzero(missing).tolist())

    def unheard(self, held: npt.NDArray[np.bool_]) -> float:
        """
        Return the share 0..1 of the content words that are nouns and not held: they are what it is
        about.
        """
        if not len(held):
            return 0.0
        return float((self.nouns * ~held).sum() / self._content.sum())

    def _add_loanwords(
        self, tokens: Sequence[Token], slots: Mapping[str, int], analysis: Analysis
    ) -> None:
        """Let the katakana of an English word stand for it."""
        for token in tokens:
            for form in analysis.loanwords(token.form):
                self.ids.setdefault(dimension("words", form), slots[token.form])

    def _add_glossary(
        self, glossary: Glossary, slots: Mapping[str, int], analysis: Analysis
    ) -> None:
        """
        Let what the glossary says stand for the word it explains: a word by itself, several where
        they stand together.
        """
        phrases: list[tuple[int, tuple[int, ...]]] = []
        self.others: dict[str, tuple[str, ...]] = {}
        for word, others in glossary.alternatives(self.text):
            explained = _first_slot(_content_forms(word, analysis), slots)
            if explained < 0:
                continue
            form = self.forms[explained]
            self.others[form] = (*self.others.get(form, ()), *others)
            for other in others:
                forms = _content_forms(other, analysis)
                dimensions = tuple(dimension("words", form) for form in forms)
                if len(forms) == 1:
                    self.ids.setdefault(dimensions[0], explained)
                elif len(forms) > 1:
                    phrases.append((explained, dimensions))
        self.phrases = tuple(phrases)

    def _weigh_kinds(
        self, tokens: Sequence[Token], slots: Mapping[str, int], names: frozenset[str]
    ) -> None:
        """
        Tell for each slot whether it is a content word or a key word, and how surely (0..1) a noun.

        A Latin word counts as a noun or a key where it is one of `names`.
        """
        count = len(slots)
        self._content = np.zeros(count, np.bool_)
        self._key = np.zeros(count, np.bool_)
        self.nouns: Floats = np.zeros(count)
        for token in tokens:
            slot = slots[token.form]
            latin = token.kind == ASCII
            if latin:  # an English word may be a noun or not
                self.nouns[slot] = max(self.nouns[slot], 0.5)
            if token.content:
                self._content[slot] = True
            if latin and token.form not in names:
                continue
            if token.content and token.noun:
                self.nouns[slot] = 1.0
            if token.kind in KEY_KINDS:
                self._key[slot] = True

        if not self._content.any():
            self._content[:] = True


def _focus(tokens: Sequence[Token], slots: Mapping[str, int]) -> int:
    """Return the slot of the last noun, -1 without any."""
    for token in reversed(tokens):
        if token.content and token.noun:
            return slots[token.form]
    return -1


def _counter(unit: str, slots: Mapping[str, int]) -> int:
    """Return the slot of the thing whose number is asked for, -1 where none is."""
    if not unit:
        return -1
    for form, slot in slots.items():
        if form.startswith(unit):
            return slot
    return -1


def _first_slot(forms: Sequence[str], slots: Mapping[str, int]) -> int:
    """Return the slot of the first form that has one, -1 where none has."""
    for form in forms:
        if form in slots:
            return slots[form]
    return -1


def _content_forms(text: str, analysis: Analysis) -> list[str]:
    return [token.form for token in analysis.tokens(text) if token.content]


def _names(question: str, analysis: Analysis) -> frozenset[str]:
    """
    Return the Latin words that are names: all of them among Japanese, in English those in capitals
    inside the sentence.
    """
    parts = [question]
    if not JAPANESE.search(question):
        parts = _NAME.findall(question)
    names: set[str] = set()
    for part in parts:
        for token in analysis.tokens(part):
            names.add(token.form)
    return frozenset(names)


def _shares(weights: Floats) -> Floats:
    total = weights.sum()
    if not total:
        return weights
    shares: Floats = weights / total
    return shares
