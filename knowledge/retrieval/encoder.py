"""
How a text becomes one sparse vector: words, character pairs, word pairs, title words, meanings,
amounts and references.

Each family of terms hashes into its own part of a 32-bit space and is weighted by BM25's saturation
and length at encoding; a question's terms are multiplied by their rarity (`documents/rarities.py`).
The sum over one dot product is then a weighted BM25 over all fields, with no fusion step. Values
are multiples of `GRAIN`, so that no engine has to round: a score is the same whatever else an index
holds and in whatever order it is added up. Constants were chosen on development sets only; changing
any of them changes `VERSION`.
"""

from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from itertools import chain, pairwise

import numpy as np
import numpy.typing as npt

from knowledge.index.protocol import SparseVector
from knowledge.retrieval.glossary import Glossary
from knowledge.retrieval.passage_terms import Analysed
from knowledge.retrieval.terms import FORMAT
from knowledge.text.analysis import Analysis, Token, normalise
from knowledge.text.filler import plain
from knowledge.text.quantities import exact, place, places

SATURATION = 0.9  # BM25's k1
GRAIN = (
    1 / 128
)  # of a value; products with a question's weights (1/64) are exact in 32 bits up to a sum of 2,000
ADDED = 0.5  # weight of a word that the glossary adds to a question


@dataclass(frozen=True, slots=True)
class Field:
    """
    A family of terms: its weight in the sum, BM25's b, and the length (in terms) that counts as
    average.
    """

    weight: float
    length_share: float
    average: float


FIELDS = {
    "words": Field(1.0, 0.75, 150.0),
    "bigrams": Field(0.3, 0.75, 250.0),
    "pairs": Field(0.2, 0.75, 150.0),
    "meanings": Field(0.3, 0.75, 50.0),
    "exact": Field(0.3, 0.3, 3.0),
    "title": Field(0.5, 0.3, 6.0),
    "heading": Field(
        2.0, 0.3, 1.5
    ),  # amounts and references in the title, and the passage's own place
}
_MADE_OF = ("blake2b-32", "sudachi-a by line", "rarity apart", GRAIN, SATURATION, FIELDS, FORMAT)
VERSION = blake2b(repr(_MADE_OF).encode(), digest_size=6).hexdigest()


class Encoder:
    """
    Turns passages and questions into sparse vectors. Stateless but for its dictionary; safe in
    threads.
    """

    version = VERSION

    def __init__(self, analysis: Analysis | None = None) -> None:
        self.analysis = analysis or Analysis()

    def encode_passage(self, said: Analysed) -> SparseVector:
        """
        Return the vector of a passage; its title counts as part of the text and once more by
        itself.
        """
        tokens = [*said.title_words, *chain(*said.lines.values())]
        terms = self._terms(f"{said.title}\n{said.text}", tokens)
        terms["exact"] = [*said.title_amounts, *said.amounts]
        terms["title"] = [t.form for t in said.title_words]
        terms["heading"] = [*said.title_amounts, *([place(said.number)] if said.number else [])]
        dimensions: list[int] = []
        weights: list[np.ndarray[tuple[int], np.dtype[np.float64]]] = []
        for name, words in terms.items():
            field, counted = FIELDS[name], Counter(words)
            length = 1 - field.length_share + field.length_share * len(words) / field.average
            times = np.fromiter(counted.values(), np.float64, len(counted))
            dimensions += [dimension(name, word) for word in counted]
            weights.append(field.weight * times * (SATURATION + 1) / (times + SATURATION * length))
        indices, where = np.unique(np.array(dimensions, np.uint32), return_inverse=True)
        values = grained(np.bincount(where, np.concatenate(weights)).astype(np.float64), GRAIN)
        return SparseVector(array("I", indices.tobytes()), array("d", values.tobytes()))

    def encode_question(self, text: str, glossary: Glossary | None = None) -> SparseVector:
        """
        Return the vector of a question: each term once, at 1.0; English words also as katakana;
        glossary words at half.
        """
        vector = {d: 1.0 for part in self.question_parts(text).values() for d in part}
        for _, others in glossary.alternatives(normalise(text)) if glossary else ():
            for token in self.analysis.tokens(" ".join(others)):
                if token.content:
                    vector.setdefault(dimension("words", token.form), ADDED)
                    vector.setdefault(dimension("title", token.form), ADDED)
        ordered = sorted(vector)
        return SparseVector(tuple(ordered), tuple(vector[d] for d in ordered))

    def encode_words(self, text: str) -> SparseVector:
        """
        Return the vector of a question's words alone, for showing what the other families add.
        """
        parts = self.question_parts(text)
        ordered = sorted({*parts["words"], *parts["title"]})
        return SparseVector(tuple(ordered), (1.0,) * len(ordered))

    def question_parts(self, text: str) -> dict[str, tuple[int, ...]]:
        """
        Return a question's dimensions by family (the names of `FIELDS`), each without repeats.
        """
        whole = plain(normalise(text))
        terms = self._terms(whole, self.analysis.words(whole))
        terms["exact"] = exact(whole)
        terms["words"] = [*terms["words"], *self.analysis.loanwords(whole)]
        terms["title"] = terms["words"]
        terms["heading"] = [*terms["exact"], *places(whole)]
        return {
            name: tuple({dimension(name, word): None for word in words})
            for name, words in terms.items()
        }

    def _terms(self, normalised: str, tokens: Sequence[Token]) -> dict[str, list[str]]:
        words = [t.form for t in tokens]
        return {
            "words": words,
            "bigrams": self.analysis.bigrams(normalised),
            "pairs": [f"{a}\x01{b}" for a, b in pairwise(words)],
            "meanings": [str(group) for t in tokens for group in t.meanings],
        }


def grained(values: npt.NDArray[np.floating], grain: float) -> npt.NDArray[np.float64]:
    """Return the nearest multiples of `grain`, none of them 0."""
    return np.maximum(np.round(values / grain), 1.0) * grain


@lru_cache(maxsize=300_000)
def dimension(family: str, term: str) -> int:
    """Return the place of a term in the 32-bit space."""
    return int.from_bytes(blake2b(f"{family}\x00{term}".encode(), digest_size=4).digest(), "little")
