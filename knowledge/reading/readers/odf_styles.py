"""The styles of an OpenDocument file: what they hide, which is a title, how lists are numbered."""

from dataclasses import dataclass

from knowledge.reading.readers.archive import parse
from knowledge.reading.readers.refusal import Budget

_PROPERTIES = frozenset(
    {"text-properties", "table-properties", "drawing-page-properties", "section-properties"}
)
_HIDDEN = frozenset({"none", "false", "hidden"})


@dataclass(frozen=True, slots=True)
class _Level:
    """How a level of a list is marked: by a number between these signs, or by a bullet."""

    numbered: bool
    before: str = ""
    behind: str = ""


class Styles:
    """What the styles of a file say, the common ones first."""

    def __init__(self, common: bytes | None, content: bytes, budget: Budget) -> None:
        self._hiding: set[str] = set()
        self._titles: set[str] = {"Title"}
        self._levels: dict[tuple[str, int], _Level] = {}
        self._name = ""
        for data in (common, content):
            if data is not None:
                parse(data, budget, self._start)

    def hides(self, name: str) -> bool:
        """Tell whether a style makes text, a sheet or a slide unseen."""
        return name in self._hiding

    def is_title(self, name: str) -> bool:
        """Tell whether a paragraph of this style is the document's title."""
        return name in self._titles

    def marker(self, name: str, depth: int, count: int) -> str:
        """Return what stands before the item of this number at this depth of a list."""
        level = self._levels.get((name, depth))
        if level is None or not level.numbered:
            return "-"
        return f"{level.before}{count}{level.behind}"

    def _start(self, tag: str, values: dict[str, str]) -> None:
        if tag in {"style", "list-style"}:
            self._name = values.get("name", "")
            if values.get("parent-style-name") in self._titles:
                self._titles.add(self._name)
        elif tag in _PROPERTIES:
            states = {values.get("display", ""), values.get("visibility", "")}
            if states & _HIDDEN:
                self._hiding.add(self._name)
        elif tag in {"list-level-style-number", "list-level-style-bullet"}:
            self._level(tag, values)

    def _level(self, tag: str, values: dict[str, str]) -> None:
        depth = values.get("level", "")
        if depth.isascii() and depth.isdigit() and len(depth) == 1:
            numbered = tag.endswith("number") and values.get("num-format", "1") == "1"
            before, behind = values.get("num-prefix", ""), values.get("num-suffix", ".")
            self._levels[self._name, int(depth)] = _Level(numbered, before, behind)
