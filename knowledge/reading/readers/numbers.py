"""
A spreadsheet's number as people see it: dates, times, percentages, fixed places and the words
around them (ECMA-376 18.8.31).

Only the separator of thousands is left out, so that a number is found however it is written.
"""

import math
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

# Built-in formats that have no code in the file (ECMA-376 18.8.30), with what Excel shows in
# Japanese.
BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00",
    12: "# ?/?", 13: "# ??/??", 14: "yyyy/m/d", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy",
    18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "yyyy/m/d h:mm",
    27: "[$-411]ge.m.d", 28: '[$-411]ggge"年"m"月"d"日"', 29: '[$-411]ggge"年"m"月"d"日"', 30: "m/d/yy",
    31: 'yyyy"年"m"月"d"日"', 32: 'h"時"mm"分"', 33: 'h"時"mm"分"ss"秒"', 34: 'yyyy"年"m"月"',
    35: 'm"月"d"日"', 36: "[$-411]ge.m.d", 37: "#,##0", 38: "#,##0", 39: "#,##0.00", 40: "#,##0.00",
    45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 50: "[$-411]ge.m.d", 51: '[$-411]ggge"年"m"月"d"日"',
    52: 'yyyy"年"m"月"', 53: 'm"月"d"日"', 54: '[$-411]ggge"年"m"月"d"日"', 55: 'yyyy"年"m"月"',
    56: 'm"月"d"日"', 57: "[$-411]ge.m.d", 58: '[$-411]ggge"年"m"月"d"日"',
}  # fmt: skip
_PART = re.compile(
    r'"(?P<text>[^"]*)"|\\(?P<sign>.)|\[(?P<bracket>[^\]]*)\]|(?P<pad>[_*].)'
    r"|(?P<noon>AM/PM|A/P|上午/下午|午前/午後)|(?P<number>[0#?][0#?,.]*(?:[eE][+-]0+)?|\.[0#?]+)"
    r"|(?P<general>General|G/標準)|(?P<date>y+|m+|d+|h+|s+|g+|e+|a{3,4}|\.0+)|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_FIRST_DAY = datetime(1899, 12, 30)  # noqa: DTZ001  a spreadsheet's day number has no time zone
DAY = 86_400  # seconds
_LAST_DAY = 2_958_465  # 9999-12-31
_ERAS = (
    ((2019, 5, 1), "令和", "R"),
    ((1989, 1, 8), "平成", "H"),
    ((1926, 12, 25), "昭和", "S"),
    ((1912, 7, 30), "大正", "T"),
)
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WEEKDAYS = "月火水木金土日"
_EXACT = 1e15  # from here on a number has more digits than a spreadsheet keeps
_LONG = 12  # significant digits of a number without a format: what Excel shows of 0.1 + 0.2 is 0.3

Part = tuple[str, str]  # its kind, and itself
Parts = tuple[Part, ...]


def shown(value: str, code: str) -> str:
    """
    Return the number `value`, as the file writes it, in the format `code`; as it stands where
    either makes no sense.
    """
    try:
        number = float(value)
    except ValueError:
        return value
    if not math.isfinite(number):
        return value
    section, number = _section_of(number, _sections(code))
    kinds = {kind for kind, _ in section}
    fraction = ("text", "/") in section  # shown as the number it is
    if "date" in kinds:
        return _date(number, section) or value
    if "number" in kinds and not fraction:
        return _number(number, section)
    words = "".join(text for kind, text in section if kind == "text")
    if fraction or ("text", "@") in section or not words:
        return _general(value, number)
    return f"{_general(value, number)}{words}" if "general" in kinds else words


def _section_of(number: float, sections: tuple[Parts, ...]) -> tuple[Parts, float]:
    """Return the section a number is shown by, and the number it shows: a negative one's amount."""
    if len(sections) > 1 and number < 0:
        return sections[1], -number
    if len(sections) > 2 and number == 0:
        return sections[2], number
    return sections[0], number


@lru_cache(maxsize=512)
def _sections(code: str) -> tuple[Parts, ...]:
    """Return the format's sections (positive; negative; zero) as parts with their kinds."""
    sections: list[list[Part]] = [[]]
    for mark in _PART.finditer(code[:500]):
        if mark["other"] == ";":
            sections.append([])
            continue
        part = _part(mark)
        if part is not None:
            sections[-1].append(part)
    return tuple(tuple(section) for section in sections)


def _part(mark: re.Match[str]) -> Part | None:
    """Return one part of a format with its kind; None for what shows nothing."""
    kind, text = str(mark.lastgroup), mark[0]
    if kind == "pad":
        return None
    if kind == "bracket":
        return _bracket(text[1:-1])
    fixed = {"noon": ("date", "noon"), "text": ("text", mark["text"]), "number": (kind, text)}
    if kind in fixed:
        return fixed[kind]
    if kind in {"sign", "other"}:
        percent = kind == "other" and text == "%"
        return ("percent" if percent else "text", text[-1])
    return kind, text.lower()


def _bracket(inside: str) -> Part | None:
    """Return what brackets stand for: hours without end or a currency; None for anything else."""
    if inside.lower() in {"h", "hh", "m", "mm", "s", "ss"}:
        return "date", f"[{inside[0].lower()}]"
    currency, _, _ = inside.removeprefix("$").partition("-")
    if inside.startswith("$") and currency:
        return "text", currency
    return None


def _number(number: float, section: Parts) -> str:
    kinds = [kind for kind, _ in section]
    pattern = "".join(text for kind, text in section if kind == "number")
    whole_pattern = pattern.rstrip(",")
    thousands = len(pattern) - len(whole_pattern)  # commas at the end: shown in thousands
    number *= 100 ** kinds.count("percent")
    number /= 1000**thousands
    written: list[str] = []
    for at, (kind, text) in enumerate(section):
        if kind == "number" and kinds.index("number") == at:
            written.append(_digits(number, whole_pattern))
        elif kind in {"text", "percent"}:
            written.append(text)
    return " ".join("".join(written).split())


def _digits(number: float, pattern: str) -> str:
    """Return a number's digits in a pattern such as "#,##0.00"; thousands are not separated."""
    if "e" in pattern.lower():
        mantissa, _, _ = pattern.lower().partition("e")
        places = len(mantissa.partition(".")[2])
        return f"{number:.{places}E}"
    whole, _, fraction = pattern.replace(",", "").partition(".")
    fixed = fraction.count("0") + fraction.count("?")
    text = f"{abs(number):.{min(len(fraction), 15)}f}"
    before, _, after = text.partition(".")
    after = after[:fixed] + after[fixed:].rstrip("0")
    written = before.zfill(whole.count("0"))
    if after:
        written += f".{after}"
    nothing = not written.strip("0.")
    return f"-{written}" if number < 0 and not nothing else written


def _general(value: str, number: float) -> str:
    """
    Return a number without a format: whole ones as they stand, others without the noise of binary
    fractions.
    """
    if abs(number) >= _EXACT:
        return value
    if number == int(number):
        return str(int(number))
    return f"{number:.{_LONG}g}"


def _date(days: float, section: Parts) -> str:
    """Return a day number as its format shows it; "" for one beyond the calendar."""
    if not 0 <= days <= _LAST_DAY:
        return ""
    fields: list[str] = []  # words in between begin with "="
    for kind, text in section:
        if kind == "date":
            fields.append(text)
        elif kind in {"text", "number"}:
            fields.append(f"={text}")
    moment = _Moment(_FIRST_DAY + timedelta(seconds=round(days * DAY)), days, "noon" in fields)
    written: list[str] = []
    for at, name in enumerate(fields):
        if name.startswith("="):
            written.append(name[1:])
        elif name.startswith("m") and _is_minute(at, fields):
            written.append(_two(moment.time.minute, name))
        else:
            written.append(moment.field(name))
    return " ".join("".join(written).split())


@dataclass(frozen=True, slots=True)
class _Moment:
    """A moment, in days since a spreadsheet's first one as well; `noon`: hours go to twelve."""

    time: datetime
    days: float
    noon: bool

    def field(self, name: str) -> str:
        """Return one field of it: year, month, day, hour, second, era, weekday, half of the day."""
        fields = {
            "y": self._year,
            "m": self._month,
            "d": self._day,
            "h": self._hour,
            "s": self._second,
            "g": self._era,
            "e": self._era,
            "a": self._weekday,
            "n": self._half_day,
            "[": self._spent,
        }
        write = fields.get(name[0])
        return write(name) if write else ""

    def _year(self, name: str) -> str:
        if len(name) > 2:
            return f"{self.time.year:04}"
        return f"{self.time.year % 100:02}"

    def _month(self, name: str) -> str:
        return _named(self.time.month, _MONTHS[self.time.month - 1], name)

    def _day(self, name: str) -> str:
        return _named(self.time.day, _DAYS[self.time.weekday()], name)

    def _hour(self, name: str) -> str:
        hour = self.time.hour
        if self.noon:
            hour = hour % 12 or 12
        return _two(hour, name)

    def _second(self, name: str) -> str:
        return _two(self.time.second, name)

    def _half_day(self, _: str) -> str:
        return "午前" if self.time.hour < 12 else "午後"

    def _weekday(self, name: str) -> str:
        ending = "曜日" if len(name) > 3 else ""
        return _WEEKDAYS[self.time.weekday()] + ending

    def _spent(self, name: str) -> str:
        """Return all hours, minutes or seconds since the beginning: [h]:mm of 36 hours is 36:00."""
        seconds = {"h": 3600, "m": 60, "s": 1}[name[1]]
        return str(round(self.days * DAY) // seconds)

    def _era(self, name: str) -> str:
        """Return the Japanese era, or the year in it; without one the plain year, and no era."""
        of_year = name[0] == "e"
        today = (self.time.year, self.time.month, self.time.day)
        for first, era, letter in _ERAS:
            if today < first:
                continue
            if of_year:
                return str(self.time.year - first[0] + 1)
            return {1: letter, 2: era[0]}.get(len(name), era)
        return str(self.time.year) if of_year else ""


def _two(number: int, name: str) -> str:
    """Return a number in two digits where its field is written with two letters."""
    digits = min(len(name), 2)
    return str(number).zfill(digits)


def _named(number: int, word: str, name: str) -> str:
    """Return a month or day: as a number, from three letters on as a word, from four on whole."""
    match len(name):
        case 1 | 2:
            return _two(number, name)
        case 3:
            return word[:3]
    return word


def _is_minute(at: int, fields: list[str]) -> bool:
    """Tell whether an "m" is a minute: after hours or before seconds; a month elsewhere."""
    before = after = ""
    for place, name in enumerate(fields):
        if name.startswith("=") or name == "noon" or place == at:
            continue
        if place < at:
            before = name
        else:
            after = name
            break
    return before.startswith(("h", "[h")) or after.startswith("s")
