"""
Whether a statement says what its source says, in whatever words and in either language.

No model reads here: a statement is compared with its source by what carries meaning. Figures and
dates must be stated or follow (`reckoning.py`), what is demanded, allowed, forbidden or denied must
stay so (`modality.py`), conditions, names and bounds must be kept, words the source lacks may not
stand among words of its own, and the question must be met (`signs.py`). `entailment.json` weighs
these signs; it is made by `tests/benchmarks/grounding.py` alone.
"""

import json
import math
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from knowledge.answering.comparison import Comparison
from knowledge.answering.signs import signs
from knowledge.text.analysis import Analysis

FILE = Path(__file__).with_name("entailment.json")


class Entailment:
    """Judges statements with one dictionary; `weights` are those of the file unless given."""

    def __init__(self, analysis: Analysis, weights: Mapping[str, float] | None = None) -> None:
        self._analysis = analysis
        self._weights = _weights() if weights is None else weights

    def probability(
        self, question: str, statement: str, places: Sequence[str], topic: str = ""
    ) -> float:
        """Return how likely these places say the statement, 0..1. About 5 ms."""
        return weighed(self.signs(question, statement, places, topic), self._weights)

    def signs(
        self,
        question: str,
        statement: str,
        places: Sequence[str],
        topic: str = "",
        answer: str = "",
        before: str = "",
    ) -> dict[str, float]:
        """Return what speaks for and against a statement, by name, each 0..1."""
        seen = Comparison(
            self._analysis,
            question,
            statement,
            places=places,
            topic=topic,
            answer=answer,
            before=before,
        )
        return signs(seen)

    def weigh(self, found: Mapping[str, float]) -> float:
        """Return the probability that signs make up."""
        return weighed(found, self._weights)


def weighed(found: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """Return the logistic function of the weighed signs; one without a weight counts nothing."""
    total = weights.get("bias", 0.0)
    for name, value in found.items():
        total += weights.get(name, 0.0) * value
    return 1.0 / (1.0 + math.exp(-total))


@cache
def _weights() -> dict[str, float]:
    content: dict[str, float] = json.loads(FILE.read_text(encoding="utf-8"))
    return content
