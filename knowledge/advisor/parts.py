"""
Reading the parts of a YAML file so that whatever is wrong is said with its place.

A file may come from chat, so that its size, its aliases and its numbers are bounded before anything
is computed from them.
"""

import difflib
import math
import re
from collections.abc import Collection, Mapping
from typing import Any

import yaml

from knowledge.errors import InvalidModel
from knowledge.values import Phrase

SIZE = 200_000  # characters of a file
SENTENCE = 300  # characters of one sentence
NAME = 40  # characters of an id or a version
_NAME = re.compile(rf"[A-Za-z0-9._+-]{{1,{NAME}}}")
_WORDS = {False: "no", True: "yes"}  # what YAML makes of bare no and yes
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # both are safe


def invalid(place: str, ja: str, en: str) -> InvalidModel:
    return InvalidModel("invalid_model", Phrase(f"{place}: {ja}。", f"{place} {en}."))


def parse_yaml(text: str, name: str) -> dict[str, Any]:
    """
    Return the mapping in a YAML text.

    Raises:
        InvalidModel: it is too long, no YAML (the sentence names the line), no mapping, or uses
        aliases.
    """
    if len(text) > SIZE:
        raise invalid(
            name,
            f"{len(text):,}文字あります。{SIZE:,}文字までです",
            f"has {len(text):,} characters; at most {SIZE:,}",
        )
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=_LOADER)):
            raise invalid(
                name, "YAMLの別名(*)は使えません", "uses YAML aliases (*), which are not taken"
            )
        raw = yaml.load(text, Loader=_LOADER)  # noqa: S506 - a safe loader
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise invalid(
            name, f"{line}行目がYAMLとして読めません", f"is not valid YAML at line {line}"
        ) from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise invalid(name, "YAMLとして読めません", "is not valid YAML") from error
    if not isinstance(raw, dict):
        raise invalid(name, "項目の一覧になっていません", "is not a mapping")
    return raw


def fields(
    row: Any, place: str, known: Collection[str], needed: Collection[str] = ()
) -> dict[str, Any]:
    """
    Return `row` as a mapping that has all of `needed` and nothing outside `known` and `needed`.
    """
    found = mapping(row, place)
    names = [*needed, *known]
    for name in found:
        if name not in names:
            near = difflib.get_close_matches(name, names, n=1, cutoff=0.0)[0]
            ja = f"「{name}」という項目はありません。近いのは「{near}」です"
            raise invalid(place, ja, f"has an unknown field “{name}”; the nearest is “{near}”")
    for name in needed:
        if name not in found:
            raise invalid(place, f"「{name}」がありません", f"lacks “{name}”")
    return found


def mapping(row: Any, place: str) -> dict[str, Any]:
    """Return a mapping whose keys are words; bare yes and no are words, too."""
    if not isinstance(row, dict):
        raise invalid(place, "項目の一覧になっていません", "is not a mapping")
    return {word(key): value for key, value in row.items()}


def listed(row: Any, place: str) -> list[Any]:
    if not isinstance(row, list):
        raise invalid(place, "一覧(-)になっていません", "is not a list")
    return row


def words(row: Any, place: str) -> tuple[str, ...]:
    """Return a list of words, each once."""
    found = [word(item) for item in listed(row, place)]
    twice = next((item for item in found if found.count(item) > 1), None)
    if twice is not None:
        raise invalid(place, f"「{twice}」が2回あります", f"has “{twice}” twice")
    return tuple(found)


def sets(row: Any, place: str) -> Mapping[str, frozenset[str]]:
    return {
        key: frozenset(words(value, f"{place}.{key}")) for key, value in mapping(row, place).items()
    }


def word(value: Any) -> str:
    return _WORDS[value] if isinstance(value, bool) else str(value)


def name(value: Any, place: str) -> str:
    """Return a name that buttons, files and commands can carry: letters, digits and ._+- only."""
    found = word(value)
    if not _NAME.fullmatch(found):
        raise invalid(
            place,
            f"「{found[:NAME]}」は名前にできません。半角の英数字と._+-で{NAME}文字までです",
            _no_name(found),
        )
    return found


def _no_name(found: str) -> str:
    return f"cannot be named “{found[:NAME]}”; use up to {NAME} letters, digits and ._+-"


def number(value: Any, place: str, low: float, high: float) -> float:
    """Return a finite number from `low` to `high`."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise invalid(place, f"「{value}」は数ではありません", f"is not a number: “{value}”")
    if not low <= value <= high:
        raise invalid(
            place,
            f"{value:g}です。{low:g}から{high:g}までにしてください",
            f"is {value:g}; it must be {low:g} to {high:g}",
        )
    return float(value)


def flag(value: Any, place: str) -> bool:
    if not isinstance(value, bool):
        raise invalid(place, "true か false にしてください", "must be true or false")
    return value


def phrase(row: Any, place: str, longest: int = SENTENCE) -> Phrase:
    """Return the sentence at `place`, which must hold both languages."""
    if not isinstance(row, dict) or not row.get("ja") or not row.get("en"):
        raise invalid(place, "日本語(ja)と英語(en)の両方が必要です", "needs both ja and en")
    found = Phrase(str(row["ja"]), str(row["en"]))
    size = max(len(found.ja), len(found.en))
    if size > longest:
        raise invalid(
            place,
            f"{size}文字あります。{longest}文字までです",
            f"has {size} characters; at most {longest}",
        )
    return found
