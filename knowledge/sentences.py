"""The library's own sentences, from library.yaml."""

from functools import cache
from pathlib import Path

from knowledge.values import Phrase
from knowledge.yaml_values import yaml_values


@cache
def _sentences() -> dict[str, dict[str, str]]:
    loaded: dict[str, dict[str, str]] = yaml_values(
        Path(__file__).with_name("library.yaml").read_text("utf-8")
    )
    return loaded


def phrase(key: str, **fills: object) -> Phrase:
    """Return the sentence `key` in both languages with its gaps filled."""
    sentence = _sentences()[key]
    return Phrase(sentence["ja"].format(**fills), sentence["en"].format(**fills))
