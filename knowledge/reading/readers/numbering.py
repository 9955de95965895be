"""
Word's automatic numbers: "第1条", "(2)", "ア". They stand in no paragraph's text, and people cite by
nothing else.

Counted as Word counts (ECMA-376 17.9): a level starts again after one above it, lists of one kind
go on counting.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from knowledge.reading.readers.archive import Archive, parse
from knowledge.reading.readers.refusal import Budget

_LEVELS = 9
_KANJI = "〇一二三四五六七八九"
_AIUEO = (
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"
)
_IROHA = "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマケフコエテアサキユメミシヱヒモセスン"
_HALF_AIUEO = "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜｦﾝ"
_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l")),
    *((40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)
_ROMAN_END = 4000


@dataclass(slots=True)
class _Level:
    start: int = 1
    kind: str = "decimal"
    text: str = ""


def _no_counts() -> list[int | None]:
    return [None] * _LEVELS


@dataclass(slots=True)
class _List:
    levels: dict[int, _Level] = field(default_factory=dict)
    counts: list[int | None] = field(default_factory=_no_counts)

    def number(self, at: int) -> str:
        """Return the present number of a level as the list writes it, its first before it began."""
        level = self.levels.get(at, _Level())
        count = self.counts[at]
        return _written(level.start if count is None else count, level.kind)


class Numbering:
    """The lists of a document; `label` counts one paragraph on."""

    def __init__(self, archive: Archive, name: str, budget: Budget) -> None:
        self._lists: dict[str, _List] = {}
        self._numbers: dict[str, str] = {}
        self._starts: dict[tuple[str, int], int] = {}
        self._begun: set[tuple[str, int]] = set()
        data = archive.part(name) if name else None
        if data is not None:
            definitions = _Definitions(self._lists, self._numbers, self._starts)
            parse(data, budget, definitions.start)

    def label(self, number: str, level: int) -> str:
        """
        Return the number of the next paragraph of list `number` at `level`; "-" for a bullet, empty
        for none.
        """
        numbered = self._lists.get(self._numbers.get(number, ""))
        if numbered is None or level not in numbered.levels or not 0 <= level < _LEVELS:
            return ""
        own = numbered.levels[level]
        self._count(numbered.counts, number, level, own.start)
        if own.kind == "bullet":
            return "-"

        def shown(mark: re.Match[str]) -> str:
            return numbered.number(int(mark[1]) - 1)

        return re.sub(r"%([1-9])", shown, own.text).strip()

    def _count(self, counts: list[int | None], number: str, level: int, start: int) -> None:
        """Count one paragraph on: from its list's own start, from where the list began, or on."""
        before = counts[level]
        own = (number, level)
        if own in self._starts and own not in self._begun:
            self._begun.add(own)
            counts[level] = self._starts[own]
        elif before is None:
            counts[level] = start
        else:
            counts[level] = before + 1
        counts[level + 1 :] = [None] * (_LEVELS - level - 1)


class _Definitions:
    """Gathers the lists that a numbering part defines: abstract ones, and those that use them."""

    def __init__(
        self,
        lists: dict[str, _List],
        numbers: dict[str, str],
        starts: dict[tuple[str, int], int],
    ) -> None:
        self._lists = lists
        self._numbers = numbers
        self._starts = starts
        self._list = _List()
        self._number = ""  # of the list that uses another one; empty within an abstract one
        self._level = 0

    def start(self, tag: str, values: dict[str, str]) -> None:
        value = values.get("val", "")
        if tag == "abstractNum":
            self._number = ""
            self._list = self._lists.setdefault(values.get("abstractNumId", ""), _List())
        elif tag == "num":
            self._number = values.get("numId", "")
        elif tag == "abstractNumId" and self._number:
            self._numbers[self._number] = value
        elif tag in {"lvl", "lvlOverride"}:
            self._begin_level(tag, values.get("ilvl", ""))
        elif tag == "startOverride" and value.isdigit():
            self._starts[self._number, self._level] = int(value)
        elif not self._number and self._level in self._list.levels:
            _define(self._list.levels[self._level], tag, value)

    def _begin_level(self, tag: str, level: str) -> None:
        self._level = int(level) if level.isdigit() else 0
        if tag == "lvl" and not self._number:
            self._list.levels[self._level] = _Level()


def _define(level: _Level, tag: str, value: str) -> None:
    """Take one property of a level."""
    if tag == "start" and value.isdigit():
        level.start = int(value)
    elif tag == "numFmt":
        level.kind = value
    elif tag == "lvlText":
        level.text = value[:60]


def _written(value: int, kind: str) -> str:
    """Return a number as this kind of list writes it; plain digits where it has none."""
    if kind in {"none", "bullet"}:
        return ""
    write: Callable[[int], str | None] = _KINDS.get(kind, str)
    written = write(value)
    if written is None:
        return str(value)
    if kind in {"upperLetter", "upperRoman"}:
        return written.upper()
    return written


def _padded(value: int) -> str:
    return f"{value:02}"


def _wide(value: int) -> str:
    """Return full-width digits."""
    return "".join(chr(ord(digit) + 0xFEE0) for digit in str(value))


def _circled(value: int) -> str | None:
    """Return ① to ⑳, nothing beyond."""
    if not 1 <= value <= 20:
        return None
    return chr(ord("①") + value - 1)


def _digit_by_digit(value: int) -> str:
    return "".join(_KANJI[int(digit)] for digit in str(value))


def _aiueo(value: int) -> str | None:
    return _sign_of(_AIUEO, value)


def _half_aiueo(value: int) -> str | None:
    return _sign_of(_HALF_AIUEO, value)


def _iroha(value: int) -> str | None:
    return _sign_of(_IROHA, value)


def _sign_of(signs: str, value: int) -> str | None:
    """Return the sign at this place, from 1, beginning anew behind the last."""
    return signs[(value - 1) % len(signs)] if value else None


def _letter(value: int) -> str | None:
    """Return a to z, aa, bb …"""
    if not value:
        return None
    times, place = divmod(value - 1, 26)
    return chr(ord("a") + place) * (times + 1)


def _roman(value: int) -> str | None:
    """Return i to mmmcmxcix, nothing beyond."""
    if value >= _ROMAN_END:
        return None
    written = ""
    for size, letters in _ROMAN:
        count, value = divmod(value, size)
        written += letters * count
    return written


def _counted(value: int) -> str:
    """Return 一, 十, 十二, 二十, 百五 …; plain digits from 1,000 on."""
    if not 0 < value < 1000:
        return str(value) if value else _KANJI[0]
    written = ""
    for size, sign in ((100, "百"), (10, "十")):
        digit, value = divmod(value, size)
        if digit > 1:
            written += _KANJI[digit]
        if digit:
            written += sign
    if value:
        written += _KANJI[value]
    return written


_KINDS: dict[str, Callable[[int], str | None]] = {
    "decimalZero": _padded,
    "decimalFullWidth": _wide,
    "decimalFullWidth2": _wide,
    "decimalEnclosedCircle": _circled,
    "decimalEnclosedCircleChinese": _circled,
    "japaneseCounting": _counted,
    "chineseCounting": _counted,
    "chineseCountingThousand": _counted,
    "taiwaneseCounting": _counted,
    "ideographDigital": _digit_by_digit,
    "japaneseDigitalTenThousand": _digit_by_digit,
    "chineseLegalSimplified": _digit_by_digit,
    "aiueoFullWidth": _aiueo,
    "aiueo": _half_aiueo,
    "irohaFullWidth": _iroha,
    "iroha": _iroha,
    "upperLetter": _letter,
    "lowerLetter": _letter,
    "upperRoman": _roman,
    "lowerRoman": _roman,
}
