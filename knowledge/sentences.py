"""
How our own YAML files are read, how a sentence in them takes its values, and the library's own.

`$n` is a value; `{n|page|pages}` is the word that goes with a number, of which English has two
forms: "$n {n|page|pages}" says "1 page" and "2 pages". The number may be a text ("1,200").
"""

import re
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import Template
from typing import Any

import yaml

from knowledge.errors import InvalidModel
from knowledge.values import Phrase

_LIBRARY = Path(__file__).with_name("library.yaml")
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml is ten times as fast; both safe
_NAME = re.compile(r"^(\w+):", re.MULTILINE)  # at the beginning of a line, as our files have it
_PLURAL = re.compile(r"\{(\w+)\|([^{}|]*)\|([^{}|]+)\}")


def yaml_values(text: str | bytes) -> Any:
    """Return what a YAML file of ours holds, as plain values."""
    return yaml.load(text, Loader=LOADER)  # noqa: S506 - a safe loader


def names_of_values(text: str) -> set[str]:
    """Return the names of the values that a sentence takes, those of its plurals too."""
    counted = {plural.group(1) for plural in _PLURAL.finditer(text)}
    return set(Template(text).get_identifiers()) | counted


def is_well_formed(text: str) -> bool:
    """Report whether every `$` and every plural of a sentence is complete."""
    rest = _PLURAL.sub("", text)
    return Template(text).is_valid() and "|" not in rest


def fill(text: str, values: Mapping[str, object]) -> str:
    """
    Return a sentence with its values filled in; what a value holds is never read for more.

    Raises:
        KeyError: a value is missing.
    """

    def form(plural: re.Match[str]) -> str:
        name, one, many = plural.groups()
        if str(values[name]) == "1":
            return one
        return many

    return Template(_PLURAL.sub(form, text)).substitute(values)


def read(path: Path) -> dict[str, Phrase]:
    """
    Return the sentences of a file by name.

    Raises:
        InvalidModel: a sentence stands there twice, lacks a language, its languages take different
            values, or a value or plural is malformed; the error names the file and the sentence.
    """
    text = path.read_text("utf-8")
    twice = _twice(text)
    if twice:
        raise _invalid("sentence_twice", f"{path.name}: {twice}")
    rows: dict[str, object] = yaml_values(text) or {}
    return {str(name): _checked(f"{path.name}: {name}", row) for name, row in rows.items()}


def filled(sentence: Phrase, values: Mapping[str, object]) -> Phrase:
    """Return a sentence with its values filled in, a Phrase among them in its own language."""
    ja, en = dict(values), dict(values)
    for name, value in values.items():
        if isinstance(value, Phrase):
            ja[name], en[name] = value.ja, value.en
    return Phrase(fill(sentence.ja, ja), fill(sentence.en, en))


def phrase(key: str, **values: object) -> Phrase:
    """Return the library's sentence `key` in both languages with its values filled in."""
    return filled(_library()[key], values)


def _twice(text: str) -> str:
    """Return the first name a file gives two sentences, "" without any; YAML keeps the last."""
    names = Counter(_NAME.findall(text))
    return next((name for name, count in names.items() if count > 1), "")


def _checked(place: str, row: object) -> Phrase:
    if not isinstance(row, dict) or set(row) != {"ja", "en"}:
        raise _invalid("sentence_half", place)
    ja, en = str(row["ja"]), str(row["en"])
    if not is_well_formed(ja) or not is_well_formed(en):
        raise _invalid("sentence_malformed", place)
    if names_of_values(ja) != names_of_values(en):
        raise _invalid("sentence_values", place)
    return Phrase(ja, en)


def _invalid(fault: str, place: str) -> InvalidModel:
    """Return the error about a sentence, worded even where the library's own file is at fault."""
    row = yaml_values(_LIBRARY.read_text("utf-8"))[fault]
    values = {"place": place, "value": "$name", "plural": "{name|one|many}"}
    return InvalidModel("invalid_texts", filled(Phrase(row["ja"], row["en"]), values))


@cache
def _library() -> dict[str, Phrase]:
    return read(_LIBRARY)
