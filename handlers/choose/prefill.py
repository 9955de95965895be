"""
Reading a situation told in plain words, by rules alone; what is read is proposed and never counts
unconfirmed.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from knowledge.yaml_values import yaml_values

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
        for pattern, factor in self.units.items():
            for match in pattern.finditer(text):
                number = _number(match.group(1)) * factor
                yield (
                    next(option for option, limit in self.limits.items() if number <= limit),
                    match.group().strip("、。"),
                )


class Prefill:
    def __init__(
        self, words: Mapping[str, Mapping[str, re.Pattern[str]]], amounts: Mapping[str, Amount]
    ) -> None:
        self._words = words
        self._amounts = amounts

    @classmethod
    def load(cls) -> Self:
        rows = yaml_values(Path(__file__).with_name("prefill.yaml").read_text(encoding="utf-8"))
        words = {
            criterion: {
                option: re.compile("|".join(hints), re.IGNORECASE)
                for option, hints in options.items()
            }
            for criterion, options in rows["words"].items()
        }
        amounts = {
            criterion: Amount(
                {re.compile(p, re.IGNORECASE): f for p, f in row["units"].items()}, row["limits"]
            )
            for criterion, row in rows["amounts"].items()
        }
        return cls(words, amounts)

    def read(self, text: str) -> tuple[dict[str, Hit], dict[str, tuple[str, ...]]]:
        """
        Return (option, the words it was read from) by criterion, and where the text disagrees with
        itself, its words.
        """
        plain = unicodedata.normalize("NFKC", text)[:LONGEST]
        found, torn = {}, {}
        for criterion in dict.fromkeys((*self._words, *self._amounts)):
            hits = dict(self._hits(criterion, plain))
            if len(hits) == 1:
                found[criterion] = next(iter(hits.items()))
            elif hits:
                torn[criterion] = tuple(hits.values())
        return found, torn

    def _hits(self, criterion: str, text: str) -> Iterator[Hit]:
        """Yield every option that is hinted at, with the words that do so."""
        for option, pattern in self._words.get(criterion, {}).items():
            if match := pattern.search(text):
                yield option, match.group()
        if criterion in self._amounts:
            yield from self._amounts[criterion].read(text)


def _number(text: str) -> float:
    """Return a number as people write it; words such as "half" and "a" stand for one unit."""
    try:
        return float(text.replace(",", "").strip("."))
    except ValueError:
        return 1.0
