"""
How a text becomes one sparse vector: words, character pairs, word pairs, title words, meanings, amounts and references.

Each family of terms hashes into its own part of a 32-bit space and is weighted by BM25's saturation and length at encoding;
the index multiplies by the terms' rarity. The sum over one dot product is then a weighted BM25 over all fields, with no
fusion step. Constants were chosen on development sets only; changing any of them changes `VERSION`.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise

from knowledge.analysis import Analysis, Token, normalise
from knowledge.exact import exact, place, places
from knowledge.glossary import Glossary
from knowledge.spoken import plain
from knowledge.terms import FORMAT

SATURATION = 0.9  # BM25's k1
ADDED = 0.5  # weight of a word that the glossary adds to a question


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
    "meanings": Field(0.3, 0.75, 50.0),
    "exact": Field(0.3, 0.3, 3.0),
    "title": Field(0.5, 0.3, 6.0),
    "heading": Field(2.0, 0.3, 1.5),  # amounts and references in the title, and the passage's own place
}
VERSION = blake2b(repr(("blake2b-32", "sudachi-a", SATURATION, FIELDS, FORMAT)).encode(), digest_size=6).hexdigest()


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

    def encode_passage(self, text: str, title: str = "", number: int | None = None) -> SparseVector:
        """
        Return the vector of a passage; its title counts as part of the text and once more by itself. About 1 ms.

        `number` is that of its slide or page.
        """
        named = normalise(title)
        whole = f"{named}\n{normalise(text)}" if title else normalise(text)
        terms = self._terms(whole, self.analysis.cut(whole))
        terms["title"] = [t.form for t in self.analysis.words(named)]
        terms["heading"] = [*exact(named), *([place(number)] if number else [])]
        vector: dict[int, float] = {}
        for name, words in terms.items():
            field = FIELDS[name]
            length = 1 - field.length_share + field.length_share * len(words) / field.average
            for word, times in Counter(words).items():
                at = dimension(name, word)
                vector[at] = vector.get(at, 0.0) + field.weight * times * (SATURATION + 1) / (times + SATURATION * length)
        ordered = sorted(vector)
        return SparseVector(tuple(ordered), tuple(vector[d] for d in ordered))

    def encode_question(self, text: str, glossary: Glossary | None = None) -> SparseVector:
        """Return the vector of a question: each term once, at 1.0; English words also as katakana; glossary words at half."""
        vector = {d: 1.0 for part in self.question_parts(text).values() for d in part}
        for _, others in glossary.alternatives(normalise(text)) if glossary else ():
            for token in self.analysis.tokens(" ".join(others)):
                if token.content:
                    vector.setdefault(dimension("words", token.form), ADDED)
                    vector.setdefault(dimension("title", token.form), ADDED)
        ordered = sorted(vector)
        return SparseVector(tuple(ordered), tuple(vector[d] for d in ordered))

    def encode_words(self, text: str) -> SparseVector:
        """Return the vector of a question's words alone, for showing what the other families add."""
        parts = self.question_parts(text)
        ordered = sorted({*parts["words"], *parts["title"]})
        return SparseVector(tuple(ordered), (1.0,) * len(ordered))

    def question_parts(self, text: str) -> dict[str, tuple[int, ...]]:
        """Return a question's dimensions by family (the names of `FIELDS`), each without repeats."""
        whole = plain(normalise(text))
        terms = self._terms(whole, self.analysis.words(whole))
        terms["words"] = [*terms["words"], *self.analysis.loanwords(whole)]
        terms["title"] = terms["words"]
        terms["heading"] = [*terms["exact"], *places(whole)]
        return {name: tuple({dimension(name, word): None for word in words}) for name, words in terms.items()}

    def _terms(self, normalised: str, tokens: Sequence[Token]) -> dict[str, list[str]]:
        words = [t.form for t in tokens]
        return {
            "words": words,
            "bigrams": self.analysis.bigrams(normalised),
            "pairs": [f"{a}\x01{b}" for a, b in pairwise(words)],
            "meanings": [str(group) for t in tokens for group in t.meanings],
            "exact": exact(normalised),
        }


@lru_cache(maxsize=300_000)
def dimension(family: str, term: str) -> int:
    """Return the place of a term in the 32-bit space."""
    return int.from_bytes(blake2b(f"{family}\x00{term}".encode(), digest_size=4).digest(), "little")
