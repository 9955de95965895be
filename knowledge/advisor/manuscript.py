"""
A company's file as it was written: what its values no longer show (a sentence cut at a comma, a
name that stands twice), and the line of every place.

A sentence about a file names the line, because whoever wrote it has an editor open, not a tree.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Literal, Self

import yaml

from knowledge.advisor.faults import InvalidPlace, invalid
from knowledge.sentences import LOADER

LANGUAGES = ("ja", "en")
ROOTS = ("", "model.")  # places begin below `model` or at the top of a file
Cause = Literal["tab", "wide", "colon", "indent", "sign", "alias", "documents", "not_yaml"]
CAUSES: Mapping[str, Cause] = {  # what the reader of YAML says: what most probably is behind it
    "mapping values": "colon",
    "expected key": "indent",
    "expected '-'": "indent",
    "cannot start": "sign",
    "undefined alias": "alias",
    "another document": "documents",
}
SHOWN = 40  # characters of somebody's words in a sentence about them
_CORE = "tag:yaml.org,2002:"
_PLAIN = ("str", "int", "float", "bool", "null", "map", "seq", "timestamp", "merge")
_WIDE = re.compile(r"^\s*\u3000|^[^'\"#]*?[\w]：\s*(?:\S|$)")
_POSITION = re.compile(r"\[(\d+)\]")
_ASIDE = re.compile(r"\s*\(.*\)$")


class Manuscript:
    """The lines of a file by place, as `criteria.docs.weight` or `twins.1.source`; from 1."""

    def __init__(self, lines: dict[str, int]) -> None:
        self._lines = lines

    @classmethod
    def read(cls, text: str, name: str) -> Self:
        """
        Return where everything stands.

        Raises:
            InvalidModel: it is no YAML, has an alias, a tag or a date, says something twice, or has
            words that YAML drops; the sentence names the line, the likely cause and the way out.
        """
        try:
            node = yaml.compose(text, Loader=LOADER)
        except yaml.MarkedYAMLError as error:
            raise _unreadable(error, text, name) from error
        except (yaml.YAMLError, RecursionError, ValueError) as error:
            raise invalid(name, "not_yaml") from error
        lines: dict[str, int] = {}
        if node is not None:
            for place, line in _walk(node, "", text.splitlines()):
                lines.setdefault(place, line)
        return cls(lines)

    def line(self, place: str) -> int | None:
        """Return the line of a place, or of the nearest part around it; None for none."""
        parts = _POSITION.sub(r".\1", _ASIDE.sub("", place)).split(".")
        for size in range(len(parts), 0, -1):
            inner = ".".join(parts[:size])
            for root in ROOTS:
                if root + inner in self._lines:
                    return self._lines[root + inner]
        return None

    def located(self, error: InvalidPlace) -> InvalidPlace:
        """Return the same refusal with the line it is about in front, where the file has one."""
        line = self.line(error.place)
        if line is None:
            return error
        return InvalidPlace.at_line(line, error)


def _walk(node: yaml.Node, place: str, lines: list[str]) -> Iterator[tuple[str, int]]:
    """Yield each place with its line; refuse what the values will not show any more."""
    line = node.start_mark.line + 1
    tag = node.tag.removeprefix(_CORE)
    if tag not in _PLAIN:
        raise InvalidPlace.at_line(line, invalid(_shown(place), "tag", tag=tag))
    if tag == "timestamp":
        raise InvalidPlace.at_line(line, invalid(_shown(place), "date", value=node.value))
    if isinstance(node, yaml.SequenceNode):
        for position, item in enumerate(node.value, 1):
            inner = f"{place}.{position}"
            yield inner, item.start_mark.line + 1
            yield from _walk(item, inner, lines)
    elif isinstance(node, yaml.MappingNode):
        yield from _entries(node, place, lines)


def _entries(node: yaml.MappingNode, place: str, lines: list[str]) -> Iterator[tuple[str, int]]:
    first: dict[str, int] = {}
    for key, value in node.value:
        line, name = key.start_mark.line + 1, str(key.value)
        if name in first:
            raise InvalidPlace.at_line(
                line, invalid(_shown(_joined(place, name)), "key_twice", first=first[name])
            )
        first[name] = line
        if node.flow_style and _bare(key, value):
            raise InvalidPlace.at_line(line, invalid(_shown(place), "comma", words=name[:SHOWN]))
        inner = _joined(place, name)
        if name in LANGUAGES:
            _whole(value, inner, lines)
        yield inner, line
        yield from _walk(value, inner, lines)
    _languages(first, place)


def _languages(names: dict[str, int], place: str) -> None:
    """A mapping with one language holds nothing but languages: another name would be dropped."""
    if not set(names) & set(LANGUAGES):
        return
    for name, line in names.items():
        if name not in LANGUAGES:
            raise InvalidPlace.at_line(
                line, invalid(_shown(place), "language_unknown", name=name[:SHOWN])
            )


def _bare(key: yaml.Node, value: yaml.Node) -> bool:
    """Report whether words between two commas are no entry: nothing at all was written for them."""
    empty = isinstance(value, yaml.ScalarNode) and value.tag == _CORE + "null" and not value.value
    return empty and key.end_mark.index == value.start_mark.index


def _whole(value: yaml.Node, place: str, lines: list[str]) -> None:
    """Refuse what is no sentence, or ends at a " #" for want of quotes: no more of it is read."""
    if not isinstance(value, yaml.ScalarNode):
        raise InvalidPlace.at_line(value.start_mark.line + 1, invalid(_shown(place), "not_text"))
    if value.style or value.end_mark.line >= len(lines):
        return
    rest = lines[value.end_mark.line][value.end_mark.column :].strip()
    if value.value and rest.startswith("#"):
        raise InvalidPlace.at_line(
            value.end_mark.line + 1, invalid(_shown(place), "remark", words=rest[:SHOWN])
        )


def _joined(place: str, name: str) -> str:
    return f"{place}.{name}".lstrip(".")


def _shown(place: str) -> str:
    """Return a place as sentences name it."""
    return place.removeprefix(ROOTS[1]) or "–"


def _unreadable(error: yaml.MarkedYAMLError, text: str, name: str) -> InvalidPlace:
    """Return the refusal of what is no YAML, with the likeliest cause."""
    mark = error.problem_mark
    line = 1
    if mark:
        line = mark.line + 1
    context, problem = error.context or "", error.problem or ""
    if error.context_mark and "scanning a quoted" in context:
        return InvalidPlace.at_line(error.context_mark.line + 1, invalid(name, "quote_open"))
    if error.context_mark and "parsing a flow" in context:
        return InvalidPlace.at_line(error.context_mark.line + 1, invalid(name, "bracket_open"))
    lines = text.splitlines()
    before = max(line - 2, 0)
    around = lines[before:line]
    for number, row in enumerate(around, before + 1):
        if row.count('"') % 2:
            return InvalidPlace.at_line(number, invalid(name, "quote_open"))
    return InvalidPlace.at_line(line, invalid(name, _cause(around, problem)))


def _cause(around: list[str], problem: str) -> Cause:
    """Return the fault that most probably made these lines unreadable."""
    if any("\t" in row[: len(row) - len(row.lstrip())] for row in around):
        return "tab"
    if any(_WIDE.search(row) for row in around):
        return "wide"
    for sign, fault in CAUSES.items():
        if sign in problem:
            return fault
    return "not_yaml"
