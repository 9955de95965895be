"""
Reading the parts of a YAML file so that whatever is wrong is said with its place.

A file may come from chat, so that its size, its aliases and its numbers are bounded before anything
is computed from them.
"""

import difflib
import math
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import yaml

from knowledge.advisor.faults import invalid
from knowledge.advisor.values import Range
from knowledge.sentences import LOADER
from knowledge.values import Phrase

SIZE = 400_000  # characters of a file
MOST = 1e9  # of any amount
SLIDES = 1000  # the last slide a model may name
SENTENCE = 300  # characters of one sentence
NAME = 40  # characters of an id or a version
_NAME = re.compile(rf"[A-Za-z0-9._+-]{{1,{NAME}}}")
# where an alias may begin: only then is all that YAML makes of a text looked through
_MAYBE_ALIAS = re.compile(r"(?:^|[\s\[{,:])\*[\w-]")
_WORDS = {False: "no", True: "yes"}  # what YAML makes of bare no and yes


def parse_yaml(text: str, name: str) -> dict[str, Any]:
    """
    Return the mapping in a YAML text.

    Raises:
        InvalidModel: it is too long, empty, no YAML, no mapping, or uses aliases.
    """
    bounded(text, name)
    try:
        if _MAYBE_ALIAS.search(text):
            _refuse_aliases(text, name)
        raw = yaml.load(text, Loader=LOADER)  # noqa: S506 - a safe loader
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise invalid(name, "not_yaml") from error
    if raw is None:
        raise invalid(name, "empty")
    if not isinstance(raw, dict):
        raise invalid(name, "no_model")
    return raw


def bounded(text: str, name: str) -> None:
    """Refuse a text that is too long to be read."""
    if len(text) > SIZE:
        raise invalid(name, "too_long", size=f"{len(text):,}", limit=f"{SIZE:,}")


def _refuse_aliases(text: str, name: str) -> None:
    """Aliases make a file of a few lines as large as they like."""
    for event in yaml.parse(text, Loader=LOADER):
        if isinstance(event, yaml.AliasEvent):
            raise invalid(name, "alias")


def needed(row: Mapping[str, Any], place: str, field: str) -> Any:
    """Return what stands under `field`, which must be there; None counts as a value."""
    if field not in row:
        raise invalid(place, "field_missing", field=field)
    return row[field]


def fields(
    row: Any, place: str, known: Collection[str], required: Collection[str] = ()
) -> dict[str, Any]:
    """
    Return `row` as a mapping that has all of `required` and nothing outside `known` and those.
    """
    values = mapping(row, place)
    names = [*required, *known]
    for name in values:
        if name not in names:
            near = difflib.get_close_matches(name, names, n=1, cutoff=0.0)[0]
            raise invalid(place, "field_unknown", field=name, near=near)
    for name in required:
        needed(values, place, name)
    return values


def mapping(row: Any, place: str) -> dict[str, Any]:
    """Return a mapping whose keys are words; bare yes and no are words, too."""
    if not isinstance(row, dict):
        raise invalid(place, "not_mapping")
    return {word(key): value for key, value in row.items()}


def listed(row: Any, place: str) -> list[Any]:
    """Return a list of whatever it holds."""
    if not isinstance(row, list):
        raise invalid(place, "not_list")
    return row


def words(row: Any, place: str) -> tuple[str, ...]:
    """Return a list of words, each once."""
    items = [word(item) for item in listed(row, place)]
    twice = first_twice(items)
    if twice is not None:
        raise invalid(place, "word_twice", word=twice)
    return tuple(items)


def first_twice(items: Sequence[str]) -> str | None:
    """Return the first item that comes again later, None when each is there once."""
    counts = Counter(items)
    return next((item for item in items if counts[item] > 1), None)


def sets(row: Any, place: str) -> Mapping[str, frozenset[str]]:
    """Return a mapping of names to lists of words."""
    values = {}
    for key, value in mapping(row, place).items():
        values[key] = frozenset(words(value, f"{place}.{key}"))
    return values


def word(value: Any) -> str:
    """Return a scalar as it was written: bare yes and no, which YAML reads as truth, as words."""
    if isinstance(value, bool):
        return _WORDS[value]
    return str(value)


def name(value: Any, place: str) -> str:
    """Return a name that buttons, files and commands can carry: letters, digits and ._+- only."""
    text = word(value)
    if not _NAME.fullmatch(text):
        raise invalid(place, "name_malformed", name=text[:NAME], limit=NAME)
    return text


def number(value: Any, place: str, low: float, high: float) -> float:
    """Return a finite number from `low` to `high`."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise invalid(place, "not_number", value=value)
    if not low <= value <= high:
        ends = {"low": f"{low:,.10g}", "high": f"{high:,.10g}"}
        raise invalid(place, "out_of_range", value=f"{value:,.10g}", **ends)
    return float(value)


def phrase(row: Any, place: str, longest: int = SENTENCE) -> Phrase:
    """Return the sentence at `place`, which must hold both languages."""
    if not isinstance(row, dict) or not _said(row, "ja") or not _said(row, "en"):
        raise invalid(place, "language_missing")
    sentence = Phrase(word(row["ja"]), word(row["en"]))
    size = max(len(sentence.ja), len(sentence.en))
    if size > longest:
        raise invalid(place, "too_long", size=size, limit=longest)
    return sentence


def _said(row: Mapping[str, Any], language: str) -> bool:
    """Report whether a sentence stands there: more than blanks."""
    said = row.get(language)
    return said is not None and bool(word(said).strip())


def phrases(rows: Any, place: str) -> tuple[Phrase, ...]:
    """Return a list of sentences; their places count from 1."""
    sentences = []
    for position, row in enumerate(listed(rows, place), 1):
        sentences.append(phrase(row, f"{place}.{position}"))
    return tuple(sentences)


def span(row: Any, place: str) -> Range:
    """Return a range written as [low, high], neither below 0."""
    ends = [number(end, place, 0, MOST) for end in listed(row, place)]
    if len(ends) != 2 or ends[0] > ends[1]:
        raise invalid(place, "not_range")
    return Range(*ends)


def numbers(row: Any, place: str) -> tuple[int, ...]:
    """Return a list of whole numbers of slides, from 1."""
    slides = [int(number(item, place, 1, SLIDES)) for item in listed(row, place)]
    return tuple(slides)
