"""
Reading a situation told in plain words, by rules alone; what is read is proposed and never counts
unconfirmed.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from knowledge.sentences import yaml_values

LONGEST = 2000  # characters that are read
Hit = tuple[str, str]  # an option and the words it was read from


@dataclass(frozen=True, slots=True)
class Amount:
    """
    Numbers of one criterion: patterns with the factor of their unit, and options by the highest
    number they hold for.
    """

    units: Mapping[re.Pattern[str], float]
    limits: Mapping[str, float]

    def read(self, text: str) -> Iterator[Hit]:
        """Yield the option of each number in the text."""
        for pattern, factor in self.units.items():
            for match in pattern.finditer(text):
                number = _number(match.group(1)) * factor
                yield self._option(number), match.group().strip("、。")

    def _option(self, number: float) -> str:
        return next(option for option, limit in self.limits.items() if number <= limit)


class Prefill:
    """Reads answers from plain words: hints and amounts by criterion."""

    def __init__(
        self, words: Mapping[str, Mapping[str, re.Pattern[str]]], amounts: Mapping[str, Amount]
    ) -> None:
        self._words = words
        self._amounts = amounts

    @classmethod
    def load(cls) -> Self:
        """Read the rules that come with us. A few milliseconds."""
        rows = yaml_values(Path(__file__).with_name("prefill.yaml").read_text(encoding="utf-8"))
        words = {criterion: _hints(options) for criterion, options in rows["words"].items()}
        amounts = {criterion: _amount(row) for criterion, row in rows["amounts"].items()}
        return cls(words, amounts)

    def read(self, text: str) -> tuple[dict[str, Hit], dict[str, tuple[str, ...]]]:
        """
        Return (option, the words it was read from) by criterion, and where the text disagrees with
        itself, its words.
        """
        plain = unicodedata.normalize("NFKC", text)[:LONGEST]
        answers, torn = {}, {}
        for criterion in dict.fromkeys((*self._words, *self._amounts)):
            hits = dict(self._hits(criterion, plain))
            if len(hits) == 1:
                answers[criterion] = next(iter(hits.items()))
            elif hits:
                torn[criterion] = tuple(hits.values())
        return answers, torn

    def _hits(self, criterion: str, text: str) -> Iterator[Hit]:
        """Yield every option that is hinted at, with the words that do so."""
        for option, pattern in self._words.get(criterion, {}).items():
            match = pattern.search(text)
            if match:
                yield option, match.group()
        if criterion in self._amounts:
            yield from self._amounts[criterion].read(text)


def _hints(options: Mapping[str, list[str]]) -> dict[str, re.Pattern[str]]:
    """Return by option what hints at it."""
    patterns = {}
    for option, hints in options.items():
        patterns[option] = re.compile("|".join(hints), re.IGNORECASE)
    return patterns


def _amount(row: Mapping[str, Any]) -> Amount:
    units = {}
    for pattern, factor in row["units"].items():
        units[re.compile(pattern, re.IGNORECASE)] = factor
    return Amount(units, row["limits"])


def _number(text: str) -> float:
    """Return a number as people write it; words such as "half" and "a" stand for one unit."""
    try:
        return float(text.replace(",", "").strip("."))
    except ValueError:
        return 1.0
