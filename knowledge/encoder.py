"""
How a text becomes one sparse vector: words, character pairs, word pairs and title words, side by side.

Each family of terms hashes into its own part of a 32-bit space and is weighted by BM25's saturation and length at encoding;
the index multiplies by the terms' rarity. The sum over one dot product is then a weighted BM25 over four fields, with no
fusion step. Constants were chosen on development sets only; changing any of them changes `VERSION`.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise

from knowledge.analysis import Analysis, normalise

SATURATION = 0.9  # BM25's k1


@dataclass(frozen=True, slots=True)
class Field:
    """A family of terms: its weight in the sum, BM25's b, and the length (in terms) that counts as average."""

    weight: float
    length_share: float
    average: float


FIELDS = {
    "words": Field(1.0, 0.75, 150.0),
    "bigrams": Field(0.3, 0.75, 250.0),
    "pairs": Field(0.2, 0.75, 150.0),
    "title": Field(0.5, 0.3, 6.0),
}
VERSION = blake2b(repr(("blake2b-32", "sudachi-a", SATURATION, FIELDS)).encode(), digest_size=6).hexdigest()


@dataclass(frozen=True, slots=True)
class SparseVector:
    """Dimensions (unsigned 32-bit, ascending) and their values, of equal length."""

    indices: tuple[int, ...]
    values: tuple[float, ...]


class Encoder:
    """Turns passages and questions into sparse vectors. Stateless but for its dictionary; safe in threads."""

    version = VERSION

    def __init__(self, analysis: Analysis | None = None) -> None:
        self.analysis = analysis or Analysis()

    def encode_passage(self, text: str, title: str = "") -> SparseVector:
        """Return the vector of a passage; its title counts as part of the text and once more by itself. About 1 ms."""
        whole = normalise(f"{title}\n{text}" if title else text)
        terms = self._terms(whole)
        terms["title"] = self.analysis.forms(normalise(title)) if title else []
        vector: dict[int, float] = {}
        for name, words in terms.items():
            field = FIELDS[name]
            length = 1 - field.length_share + field.length_share * len(words) / field.average
            for word, times in Counter(words).items():
                value = field.weight * times * (SATURATION + 1) / (times + SATURATION * length)
                vector[dimension(name, word)] = vector.get(dimension(name, word), 0.0) + value
        ordered = sorted(vector)
        return SparseVector(tuple(ordered), tuple(vector[d] for d in ordered))

    def encode_question(self, text: str) -> SparseVector:
        """Return the vector of a question: every term once, at 1.0; English words also under their katakana form."""
        dimensions = sorted({d for part in self.question_parts(text).values() for d in part})
        return SparseVector(tuple(dimensions), (1.0,) * len(dimensions))

    def question_parts(self, text: str) -> dict[str, tuple[int, ...]]:
        """Return a question's dimensions by family ("words", "bigrams", "pairs", "title"), each without repeats."""
        whole = normalise(text)
        terms = self._terms(whole)
        terms["words"] = [*terms["words"], *self.analysis.loanwords(whole)]
        terms["title"] = terms["words"]
        return {name: tuple({dimension(name, word): None for word in words}) for name, words in terms.items()}

    def _terms(self, normalised: str) -> dict[str, Sequence[str]]:
        words = self.analysis.forms(normalised)
        pairs = [f"{a}\x01{b}" for a, b in pairwise(words)]
        return {"words": words, "bigrams": self.analysis.bigrams(normalised), "pairs": pairs}


@lru_cache(maxsize=300_000)
def dimension(family: str, term: str) -> int:
    """Return the place of a term in the 32-bit space."""
    return int.from_bytes(blake2b(f"{family}\x00{term}".encode(), digest_size=4).digest(), "little")
