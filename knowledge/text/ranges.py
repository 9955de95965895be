"""
Whether an amount that a question names lies in the range a rule speaks of: 60 km in
"50km以上100km未満".
"""

import math
import re
import unicodedata
from dataclasses import dataclass

_UNITS = {
    "km": "km", "キロメートル": "km", "キロ": "km", "m": "m", "メートル": "m",
    "円": "円", "yen": "円", "日": "日", "日間": "日", "泊": "泊", "時間": "時間", "分": "分",
    "年": "年", "年間": "年", "か月": "月", "ヶ月": "月", "カ月": "月", "箇月": "月", "歳": "歳",
    "才": "歳", "人": "人", "名": "人", "回": "回", "週": "週", "週間": "週", "%": "%",
    "パーセント": "%", "文字": "字", "字": "字", "kg": "kg", "gb": "gb", "mb": "mb",
    "dollars": "$", "dollar": "$", "usd": "$",
    "day": "日", "days": "日", "hour": "時間", "hours": "時間", "minute": "分", "minutes": "分",
    "year": "年", "years": "年", "month": "月", "months": "月", "week": "週", "weeks": "週",
    "people": "人", "persons": "人", "person": "人", "characters": "字", "percent": "%",
}  # fmt: skip
_UNIT = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_AMOUNT = rf"(\d+(?:\.\d+)?)(万|千)? ?({_UNIT})(?![a-z])"
_ASKED = re.compile(rf"(over |more than |above )?{_AMOUNT}( ?(?:以上|超|を超え|より))?")
_LOW = re.compile(
    rf"(?:(at least |minimum of )|(more than |over |above ))?{_AMOUNT}"
    r" ?(?:(以上|or more|から)|(を?超|より長|より多))?"
)
_HIGH = re.compile(
    rf"(?:(up to |at most |no more than )|(less than |under |below ))?{_AMOUNT}"
    r" ?(?:(以下|以内|まで|or less)|(未満))?"
)
_TIMES = {"万": 10_000, "千": 1000, None: 1, "": 1}
_ABOVE = 1e-6  # how much more "more than" is


@dataclass(frozen=True, slots=True)
class Range:
    """From `low` to `high` of a unit; what is only more or only less than one is told by a hair."""

    unit: str
    low: float = -math.inf
    high: float = math.inf

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high


def fits(question: str, line: str) -> int:
    """
    Return 1 where a line speaks of a range that holds an amount of the question, -1 where all its
    ranges of that unit exclude it, 0 where they have no unit in common.
    """
    named = _amounts(_plain(question))
    if not named:
        return 0
    ranges = _ranges(_plain(line))
    seen = 0
    for unit, value in named:
        own = [one for one in ranges if one.unit == unit]
        if not own:
            continue
        if any(one.holds(value) for one in own):
            return 1
        seen = -1
    return seen


def least_of(question: str, line: str) -> float:
    """
    Return the highest lower bound of a line's ranges that hold an amount of the question: of two
    rules that begin at 10 and at 20 days, 25 days fall under the second. -inf where there is none.
    """
    bounds = [-math.inf]
    ranges = _ranges(_plain(line))
    for unit, value in _amounts(_plain(question)):
        bounds += [one.low for one in ranges if one.unit == unit and one.holds(value)]
    return max(bounds)


def _plain(text: str) -> str:
    lowered = unicodedata.normalize("NFKC", text).lower()
    return re.sub(r"(?<=\d),(?=\d{3})", "", lowered)


def _amounts(question: str) -> list[tuple[str, float]]:
    amounts: list[tuple[str, float]] = []
    for over, number, times, unit, behind in _ASKED.findall(question):
        value = float(number) * _TIMES[times]
        if over or behind.strip() in ("超", "を超え", "より"):
            value += _ABOVE
        amounts.append((_UNITS[unit], value))
    return amounts


def _ranges(line: str) -> list[Range]:
    """Return the ranges of a line; a lower bound and an upper one behind it are one range."""
    ranges: list[Range] = []
    for match in _LOW.finditer(line):
        at_least, more, number, times, unit, least, over = match.groups()
        if not (at_least or more or least or over):
            continue
        low = float(number) * _TIMES[times]
        if more or over:
            low += _ABOVE
        ranges.append(Range(_UNITS[unit], low))
    for match in _HIGH.finditer(line):
        at_most, less, number, times, unit, most, under = match.groups()
        if not (at_most or less or most or under):
            continue
        high = float(number) * _TIMES[times]
        if less or under:
            high -= _ABOVE
        ranges = _closed(ranges, Range(_UNITS[unit], high=high))
    return ranges


def _closed(ranges: list[Range], upper: Range) -> list[Range]:
    """Close the last open range of a unit from above, or add one that is open below."""
    for at in range(len(ranges) - 1, -1, -1):
        other = ranges[at]
        opens = other.unit == upper.unit and other.high == math.inf and other.low < upper.high
        if opens:
            return [*ranges[:at], Range(other.unit, other.low, upper.high), *ranges[at + 1 :]]
    return [*ranges, upper]
