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
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from knowledge.index.protocol import SparseVector
from knowledge.retrieval.glossary import Glossary
from knowledge.retrieval.passage_terms import PassageTerms
from knowledge.retrieval.terms import FORMAT
from knowledge.text.analysis import Analysis, Token, normalise
from knowledge.text.filler import plain
from knowledge.text.quantities import exact, in_digits, places

SATURATION = 0.9  # BM25's k1
# of a value; products with a question's weights (1/64) are exact in 32 bits up to a sum of 2,000
GRAIN = 1 / 128
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
    # amounts and references in the title, and the passage's own place
    "heading": Field(2.0, 0.3, 1.5),
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

    def encode_passage(self, parts: PassageTerms) -> SparseVector:
        """
        Return the vector of a passage; its title counts as part of the text and once more by
        itself.
        """
        tokens = list(parts.title_words)
        for line in parts.lines.values():
            tokens += line
        terms = self._terms(f"{parts.title}\n{parts.text}", tokens)
        terms["exact"] = [*parts.title_amounts, *parts.amounts]
        terms["title"] = [token.form for token in parts.title_words]
        terms["heading"] = [*parts.title_amounts, *parts.places]

        dimensions: list[int] = []
        weights: list[npt.NDArray[np.float64]] = []
        for family, words in terms.items():
            counts = Counter(words)
            dimensions += [dimension(family, word) for word in counts]
            times = np.fromiter(counts.values(), np.float64, len(counts))
            weights.append(_saturated(times, len(words), FIELDS[family]))

        # families may share a dimension by chance: their weights add up there
        indices, place = np.unique(np.array(dimensions, np.uint32), return_inverse=True)
        sums = np.bincount(place, np.concatenate(weights)).astype(np.float64)
        values = grained(sums, GRAIN)
        return SparseVector(array("I", indices.tobytes()), array("d", values.tobytes()))

    def encode_question(self, text: str, glossary: Glossary | None = None) -> SparseVector:
        """
        Return the vector of a question: each term once, at 1.0; English words also as katakana;
        glossary words at half.
        """
        vector: dict[int, float] = {}
        for part in self.question_parts(text).values():
            vector.update(dict.fromkeys(part, 1.0))
        if glossary is not None:
            self._add_glossary(vector, glossary.alternatives(normalise(text)))

        ordered = sorted(vector)
        return SparseVector(tuple(ordered), tuple(vector[place] for place in ordered))

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
        whole = plain(in_digits(normalise(text)))
        terms = self._terms(whole, self.analysis.words(whole))
        terms["exact"] = exact(whole)
        terms["words"] = [*terms["words"], *self.analysis.loanwords(whole)]
        terms["title"] = terms["words"]
        terms["heading"] = [*terms["exact"], *places(whole)]
        parts = {}
        for family, words in terms.items():
            dimensions = [dimension(family, word) for word in words]
            parts[family] = tuple(dict.fromkeys(dimensions))
        return parts

    def _add_glossary(
        self, vector: dict[int, float], alternatives: Iterable[tuple[str, Sequence[str]]]
    ) -> None:
        """Add the content words of each group's others; what is there keeps its weight."""
        for _, others in alternatives:
            for token in self.analysis.tokens(" ".join(others)):
                if token.content:
                    vector.setdefault(dimension("words", token.form), ADDED)
                    vector.setdefault(dimension("title", token.form), ADDED)

    def _terms(self, normalised: str, tokens: Sequence[Token]) -> dict[str, list[str]]:
        words: list[str] = []
        meanings: list[str] = []
        for token in tokens:
            words.append(token.form)
            meanings += map(str, token.meanings)
        return {
            "words": words,
            "bigrams": self.analysis.bigrams(normalised),
            "pairs": [f"{first}\x01{second}" for first, second in pairwise(words)],
            "meanings": meanings,
        }


def _saturated(
    times: npt.NDArray[np.float64], length: int, field: Field
) -> npt.NDArray[np.float64]:
    """Return BM25's weight of terms that occur so many `times` in a field of `length` terms."""
    norm = 1 - field.length_share + field.length_share * length / field.average
    weights: npt.NDArray[np.float64] = (
        field.weight * times * (SATURATION + 1) / (times + SATURATION * norm)
    )
    return weights


def grained(values: npt.NDArray[np.floating], grain: float) -> npt.NDArray[np.float64]:
    """Return the nearest multiples of `grain`, none of them 0."""
    return np.maximum(np.round(values / grain), 1.0) * grain


@lru_cache(maxsize=300_000)
def dimension(family: str, term: str) -> int:
    """Return the place of a term in the 32-bit space."""
    return int.from_bytes(blake2b(f"{family}\x00{term}".encode(), digest_size=4).digest(), "little")
