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
_ROMAN = (
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
    (10, "x"),
    (9, "ix"),
)
_ROMAN_ONES = ((5, "v"), (4, "iv"), (1, "i"))
_HALF = str.maketrans(
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン",
    "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜｦﾝ",
)


@dataclass(slots=True)
class _Level:
    start: int = 1
    kind: str = "decimal"
    text: str = ""


@dataclass(slots=True)
class _List:
    levels: dict[int, _Level] = field(default_factory=dict)
    counts: list[int | None] = field(default_factory=lambda: [None] * _LEVELS)


class Numbering:
    """The lists of a document; `label` counts one paragraph on."""

    def __init__(self, archive: Archive, name: str, budget: Budget) -> None:
        self._lists: dict[str, _List] = {}
        self._numbers: dict[str, str] = {}
        self._starts: dict[tuple[str, int], int] = {}
        self._begun: set[tuple[str, int]] = set()
        data = archive.part(name) if name else None
        if data is not None:
            parse(data, budget, self._reader())

    def label(self, number: str, level: int) -> str:
        """
        Return the number of the next paragraph of list `number` at `level`; "-" for a bullet, empty
        for none.
        """
        found = self._lists.get(self._numbers.get(number, ""))
        if found is None or level not in found.levels or not 0 <= level < _LEVELS:
            return ""
        counts, own = found.counts, found.levels[level]
        fresh = (number, level) in self._starts and (number, level) not in self._begun
        if fresh:
            self._begun.add((number, level))
            counts[level] = self._starts[number, level]
        else:
            before = counts[level]
            counts[level] = own.start if before is None else before + 1
        counts[level + 1 :] = [None] * (_LEVELS - level - 1)
        if own.kind == "bullet":
            return "-"

        def shown(mark: re.Match[str]) -> str:
            at = int(mark[1]) - 1
            one = found.levels.get(at, _Level())
            return _written(counts[at] if counts[at] is not None else one.start, one.kind)

        return re.sub(r"%([1-9])", shown, own.text).strip()

    def _reader(self) -> Callable[[str, dict[str, str]], None]:
        current = _List()
        number = ""
        level = 0

        def start(tag: str, values: dict[str, str]) -> None:
            nonlocal current, number, level
            value = values.get("val", "")
            if tag == "abstractNum":
                number, current = (
                    "",
                    self._lists.setdefault(values.get("abstractNumId", ""), _List()),
                )
            elif tag == "num":
                number = values.get("numId", "")
            elif tag == "abstractNumId" and number:
                self._numbers[number] = value
            elif tag in {"lvl", "lvlOverride"}:
                level = int(values["ilvl"]) if values.get("ilvl", "").isdigit() else 0
                if tag == "lvl" and not number:
                    current.levels[level] = _Level()
            elif tag == "startOverride" and value.isdigit():
                self._starts[number, level] = int(value)
            elif number or level not in current.levels:
                return
            elif tag == "start" and value.isdigit():
                current.levels[level].start = int(value)
            elif tag == "numFmt":
                current.levels[level].kind = value
            elif tag == "lvlText":
                current.levels[level].text = value[:60]

        return start


def _written(number: int | None, kind: str) -> str:
    """Return a number as a list writes it."""
    value = number or 0
    match kind:
        case "none" | "bullet":
            return ""
        case "decimalZero":
            return f"{value:02}"
        case "decimalFullWidth" | "decimalFullWidth2":
            return "".join(chr(ord(sign) + 0xFEE0) for sign in str(value))
        case "decimalEnclosedCircle" | "decimalEnclosedCircleChinese" if 1 <= value <= 20:
            return chr(0x2460 + value - 1)
        case (
            "japaneseCounting" | "chineseCounting" | "chineseCountingThousand" | "taiwaneseCounting"
        ):
            return _counted(value)
        case "ideographDigital" | "japaneseDigitalTenThousand" | "chineseLegalSimplified":
            return "".join(_KANJI[int(digit)] for digit in str(value))
        case "aiueoFullWidth" | "aiueo" if value:
            sign = _AIUEO[(value - 1) % len(_AIUEO)]
            return sign.translate(_HALF) if kind == "aiueo" else sign
        case "irohaFullWidth" | "iroha" if value:
            return _IROHA[(value - 1) % len(_IROHA)]
        case "upperLetter" | "lowerLetter" if value:
            sign = chr(ord("a") + (value - 1) % 26) * ((value - 1) // 26 + 1)
            return sign.upper() if kind == "upperLetter" else sign
        case "upperRoman" | "lowerRoman" if value < 4000:
            sign = ""
            for size, letters in (*_ROMAN, *_ROMAN_ONES):
                sign, value = sign + letters * (value // size), value % size
            return sign.upper() if kind == "upperRoman" else sign
        case _:
            return str(value)


def _counted(value: int) -> str:
    """Return 一, 十, 十二, 二十, 百五 …; plain digits from 1,000 on."""
    if not 0 < value < 1000:
        return str(value) if value else _KANJI[0]
    out = ""
    for size, sign in ((100, "百"), (10, "十")):
        digit, value = divmod(value, size)
        out += f"{_KANJI[digit] if digit > 1 else ''}{sign}" if digit else ""
    return out + (_KANJI[value] if value else "")
