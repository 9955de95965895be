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
from knowledge.text.quantities import exact

# words of a question that are compared; whoever pastes a page is still answered within the second
LONGEST = 200
Floats = npt.NDArray[np.float64]

_NAME = re.compile(r"(?<=[\w,;:] )[A-Z][\w-]*|\b[A-Z][A-Z0-9-]+\b|\b\w*[a-z][A-Z]\w*")


class Query:
    """
    A question in slots, one for each different word. `ids` leads from a dimension to its slot, so
    that several may stand for one word; `order` are the slots as the words came. `weights` are
    rarities and come from the index (see `weigh`). `glossary` is the one it was read with.
    """

    def __init__(self, question: str, analysis: Analysis, glossary: Glossary) -> None:
        self.question = question
        self.glossary = glossary
        self.text = normalise(question)
        self.plain = plain(self.text)
        tokens = analysis.tokens(self.plain)[:LONGEST]
        self.forms = tuple(dict.fromkeys(t.form for t in tokens))
        slot = {form: n for n, form in enumerate(self.forms)}
        self.order = tuple(slot[t.form] for t in tokens)
        self.ids = {dimension("words", form): n for form, n in slot.items()}
        self.own = tuple(self.ids)
        for token in tokens:
            for form in analysis.loanwords(token.form):
                self.ids.setdefault(dimension("words", form), slot[token.form])
        self._join(glossary, analysis, slot)
        self.exact = np.unique(
            np.array([dimension("exact", term) for term in exact(self.plain)], np.uint32)
        )
        self._content = _mask(slot, [t for t in tokens if t.content])
        if not self._content.any():
            self._content[:] = True
        named = _named(question, analysis)
        self.nouns = np.maximum(
            1.0
            * _mask(
                slot,
                [
                    t
                    for t in tokens
                    if t.content and t.noun and (t.kind != ASCII or t.form in named)
                ],
            ),
            0.5
            * _mask(
                slot, [t for t in tokens if t.kind == ASCII]
            ),  # an English word may be a noun or not
        )
        self._key = _mask(
            slot,
            [t for t in tokens if t.kind in KEY_KINDS and (t.kind != ASCII or t.form in named)],
        )
        self.kinds = frozenset(name for name, asks in ASKS if asks.search(self.text))
        self.focus = next((slot[t.form] for t in reversed(tokens) if t.content and t.noun), -1)
        unit = counted(self.text)
        self.counter = next((n for form, n in slot.items() if unit and form.startswith(unit)), -1)
        self.weights: Floats = np.ones(len(self.forms))

    def weigh(self, rarities: Mapping[int, float]) -> "Query":
        """Give each word its rarity; `rarities` is by the dimensions of `own`."""
        self.weights = np.array([rarities[d] for d in self.own])
        return self

    @cached_property
    def cue_bits(self) -> int:
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
    def key(self) -> Floats:
        """Each slot's share of names, numbers and Latin words; all 0 when there are none."""
        return _shares(self.weights * self._key)

    @cached_property
    def pairs(self) -> dict[tuple[int, int], float]:
        """Neighbouring words and their share of all neighbours, by rarity."""
        found = {
            pair: float(self.weights[pair[0]] + self.weights[pair[1]])
            for pair in pairwise(self.order)
        }
        total = sum(found.values()) or 1.0
        return {pair: weight / total for pair, weight in found.items()}

    def wants(self, *kinds: str) -> bool:
        return not self.kinds.isdisjoint(kinds)

    def missing(self, held: npt.NDArray[np.bool_]) -> tuple[str, ...]:
        """Return the content words whose slots are not held."""
        return tuple(form for n, form in enumerate(self.forms) if self._content[n] and not held[n])

    def unheard(self, held: npt.NDArray[np.bool_]) -> float:
        """
        Return the share 0..1 of the content words that are nouns and not held: they are what it is
        about.
        """
        return float((self.nouns * ~held).sum() / self._content.sum()) if len(held) else 0.0

    def _join(self, glossary: Glossary, analysis: Analysis, slot: Mapping[str, int]) -> None:
        """Let the single words of the glossary stand for the word they explain."""
        for word, others in glossary.alternatives(self.text):
            own = [slot[t.form] for t in analysis.tokens(word) if t.content and t.form in slot]
            for other in others if own else ():
                words = [token for token in analysis.tokens(other) if token.content]
                if len(words) == 1:  # one word of several means less than all of them
                    self.ids.setdefault(dimension("words", words[0].form), own[0])


def _mask(slot: Mapping[str, int], tokens: Sequence[Token]) -> npt.NDArray[np.bool_]:
    mask = np.zeros(len(slot), np.bool_)
    mask[[slot[t.form] for t in tokens]] = True
    return mask


def _named(question: str, analysis: Analysis) -> frozenset[str]:
    """
    Return the Latin words that are names: all of them among Japanese, in English those in capitals
    inside the sentence.
    """
    if JAPANESE.search(question):
        return frozenset(t.form for t in analysis.tokens(question))
    return frozenset(t.form for name in _NAME.findall(question) for t in analysis.tokens(name))


def _shares(weights: Floats) -> Floats:
    total = weights.sum()
    return weights / total if total else weights
