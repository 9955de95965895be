"""What is said of sources that cannot be had, in both languages."""

from functools import cache
from pathlib import Path
from typing import Literal

from knowledge.sentences import fill, read
from knowledge.sources.source import SourceUnavailable, Trouble
from knowledge.values import Phrase

_FILE = Path(__file__).with_name("sentences.yaml")
Name = Literal[
    "away",
    "denied",
    "no_such",
    "unknown",
    "extra",
    "no_git",
    "no_secret",
    "gone_meanwhile",
    "too_large",
    "too_many",
    "login",
    "robots",
    "elsewhere",
    "unsupported",
    "slow",
    "busy",
    "bad_secret",
    "needs_secret",
]


def phrase(name: Name, /, **values: object) -> Phrase:
    """Return a sentence about a source in both languages, its values filled in."""
    sentence = _sentences()[name]
    return Phrase(fill(sentence.ja, values), fill(sentence.en, values))


def unavailable(name: Name, /, **values: object) -> SourceUnavailable:
    """Return the error with this sentence."""
    return SourceUnavailable(f"source_{name}", phrase(name, **values))


def trouble(id_: str, name: Name, /, *, whole: bool = True, **values: object) -> Trouble:
    """Return what keeps one entry out, with this sentence."""
    return Trouble(id_, f"source_{name}", phrase(name, **values), whole)


def too_many(source: str, most: int) -> Trouble:
    """Return that a source holds more than `most` entries: the list ends here, and is half."""
    return trouble("", "too_many", whole=False, name=source, limit=f"{most:,}")


@cache
def _sentences() -> dict[str, Phrase]:
    return read(_FILE)
