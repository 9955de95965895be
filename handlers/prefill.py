"""Reading a situation told in plain words, by keywords alone; what is read is proposed and never counts unconfirmed."""

import re
import unicodedata
from pathlib import Path
from typing import Self

import yaml

LONGEST = 2000  # characters that are read


class Prefill:
    def __init__(self, patterns: dict[str, dict[str, re.Pattern[str]]]) -> None:
        self._patterns = patterns

    @classmethod
    def load(cls) -> Self:
        rows = yaml.safe_load(Path(__file__).with_name("prefill.yaml").read_text(encoding="utf-8"))
        return cls({c: {o: re.compile("|".join(words), re.IGNORECASE) for o, words in row.items()} for c, row in rows.items()})

    def read(self, text: str) -> tuple[dict[str, tuple[str, str]], dict[str, tuple[str, ...]]]:
        """Return (option, the words it was read from) by criterion, and where the text disagrees with itself, its words."""
        plain = unicodedata.normalize("NFKC", text)[:LONGEST]
        found, torn = {}, {}
        for criterion, options in self._patterns.items():
            hits = [(option, match.group()) for option, pattern in options.items() if (match := pattern.search(plain))]
            if len(hits) == 1:
                found[criterion] = hits[0]
            elif hits:
                torn[criterion] = tuple(words for _, words in hits)
        return found, torn
