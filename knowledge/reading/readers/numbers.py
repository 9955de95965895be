"""
A spreadsheet's number as people see it: dates, times, percentages, fixed places and the words
around them (ECMA-376 18.8.31).

Only the separator of thousands is left out, so that a number is found however it is written.
"""

import math
import re
from datetime import datetime, timedelta
from functools import lru_cache

# Built-in formats that have no code in the file (ECMA-376 18.8.30), with what Excel shows in
# Japanese.
BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??",
    14: "yyyy/m/d", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm",
    21: "h:mm:ss", 22: "yyyy/m/d h:mm", 27: "[$-411]ge.m.d", 28: '[$-411]ggge"年"m"月"d"日"', 29: '[$-411]ggge"年"m"月"d"日"',
    30: "m/d/yy", 31: 'yyyy"年"m"月"d"日"', 32: 'h"時"mm"分"', 33: 'h"時"mm"分"ss"秒"', 34: 'yyyy"年"m"月"', 35: 'm"月"d"日"',
    36: "[$-411]ge.m.d", 37: "#,##0", 38: "#,##0", 39: "#,##0.00", 40: "#,##0.00", 45: "mm:ss", 46: "[h]:mm:ss",
    47: "mm:ss.0", 50: "[$-411]ge.m.d", 51: '[$-411]ggge"年"m"月"d"日"', 52: 'yyyy"年"m"月"', 53: 'm"月"d"日"',
    54: '[$-411]ggge"年"m"月"d"日"', 55: 'yyyy"年"m"月"', 56: 'm"月"d"日"', 57: "[$-411]ge.m.d",
    58: '[$-411]ggge"年"m"月"d"日"',
}  # fmt: skip
_PART = re.compile(
    r'"(?P<text>[^"]*)"|\\(?P<sign>.)|\[(?P<bracket>[^\]]*)\]|(?P<pad>[_*].)'
    r"|(?P<noon>AM/PM|A/P|上午/下午|午前/午後)|(?P<number>[0#?][0#?,.]*(?:[eE][+-]0+)?|\.[0#?]+)"
    r"|(?P<general>General|G/標準)|(?P<date>y+|m+|d+|h+|s+|g+|e+|a{3,4}|\.0+)|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_FIRST_DAY = datetime(1899, 12, 30)  # noqa: DTZ001  a spreadsheet's day number has no time zone
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
_LONG = 12  # significant digits of a number without a format: what Excel shows of 0.1 + 0.2 is 0.3

Parts = tuple[tuple[str, str], ...]


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
    sections = _sections(code)
    section = sections[0]
    if len(sections) > 1 and number < 0:
        section, number = sections[1], -number
    elif len(sections) > 2 and number == 0:
        section = sections[2]
    kinds = {kind for kind, _ in section}
    if "date" in kinds:
        return _date(number, section) or value
    if (
        "number" in kinds and ("text", "/") not in section
    ):  # a fraction is shown as the number it is
        return _number(number, section)
    words = "".join(text for kind, text in section if kind == "text")
    if ("text", "/") in section or ("text", "@") in section or not words:
        return _general(value, number)
    return f"{_general(value, number)}{words}" if "general" in kinds else words


@lru_cache(maxsize=512)
def _sections(code: str) -> tuple[Parts, ...]:
    """Return the format's sections (positive; negative; zero) as parts with their kinds."""
    sections: list[list[tuple[str, str]]] = [[]]
    for mark in _PART.finditer(code[:500]):
        kind, text = str(mark.lastgroup), mark[0]
        if kind == "other" and text == ";":
            sections.append([])
        elif kind == "bracket":
            inside = text[1:-1]
            if inside.lower() in {"h", "hh", "m", "mm", "s", "ss"}:
                sections[-1].append(("date", f"[{inside[0].lower()}]"))
            elif inside.startswith("$") and inside[1:].partition("-")[0]:
                sections[-1].append(("text", inside[1:].partition("-")[0]))
        elif kind == "other" and text == "%":
            sections[-1].append(("percent", text))
        elif kind in {"text", "sign", "other"}:
            sections[-1].append(("text", mark["text"] if kind == "text" else text[-1]))
        elif kind == "noon":
            sections[-1].append(("date", "noon"))
        elif kind != "pad":
            sections[-1].append((kind, text if kind == "number" else text.lower()))
    return tuple(tuple(section) for section in sections[:3]) or ((),)


def _number(number: float, section: Parts) -> str:
    percent = sum(kind == "percent" for kind, _ in section)
    number *= 100**percent
    pattern = "".join(text for kind, text in section if kind == "number")
    thousands = len(pattern) - len(pattern.rstrip(","))
    number /= 1000**thousands
    told = False
    out: list[str] = []
    for kind, text in section:
        if kind == "number" and not told:
            told = True
            out.append(_digits(number, pattern.rstrip(",")))
        elif kind in {"text", "percent"}:
            out.append(text)
    return " ".join("".join(out).split())


def _digits(number: float, pattern: str) -> str:
    if "e" in pattern.lower():
        places = len(pattern.lower().partition("e")[0].partition(".")[2])
        return f"{number:.{places}E}"
    whole, _, fraction = pattern.replace(",", "").partition(".")
    fixed = sum(sign in "0?" for sign in fraction)
    text = f"{abs(number):.{min(len(fraction), 15)}f}"
    before, _, after = text.partition(".")
    after = after[:fixed] + after[fixed:].rstrip("0")
    before = before.zfill(whole.count("0"))
    minus = "-" if number < 0 and (before.strip("0") or after.strip("0")) else ""
    return f"{minus}{before}.{after}" if after else f"{minus}{before}"


def _general(value: str, number: float) -> str:
    """
    Return a number without a format: whole ones as they stand, others without the noise of binary
    fractions.
    """
    if number == int(number) and abs(number) < 1e15:
        return str(int(number))
    return value if abs(number) >= 1e15 else f"{number:.{_LONG}g}"


def _date(days: float, section: Parts) -> str:
    parts = [
        text if kind == "date" else f"={text}"
        for kind, text in section
        if kind in {"date", "text", "number"}
    ]
    if not 0 <= days <= _LAST_DAY:
        return ""
    moment = _FIRST_DAY + timedelta(seconds=round(days * 86400))
    noon = "noon" in parts
    out: list[str] = []
    for at, part in enumerate(parts):
        out.append(
            part[1:] if part.startswith("=") else _field(part, at, parts, moment, days, noon=noon)
        )
    return " ".join("".join(out).split())


def _field(
    part: str, at: int, parts: list[str], moment: datetime, days: float, *, noon: bool
) -> str:
    spent = round(days * 86400)
    wide = len(part) > 1
    match part[0]:
        case "y":
            return f"{moment.year:04}" if len(part) > 2 else f"{moment.year % 100:02}"
        case "m" if _is_minute(at, parts):
            return f"{moment.minute:02}" if wide else str(moment.minute)
        case "m":
            return (
                str(moment.month)
                if not wide
                else f"{moment.month:02}"
                if len(part) == 2
                else _name(_MONTHS[moment.month - 1], part)
            )
        case "d":
            return (
                str(moment.day)
                if not wide
                else f"{moment.day:02}"
                if len(part) == 2
                else _name(_DAYS[moment.weekday()], part)
            )
        case "h":
            hour = (moment.hour % 12 or 12) if noon else moment.hour
            return f"{hour:02}" if wide else str(hour)
        case "s":
            return f"{moment.second:02}" if wide else str(moment.second)
        case "g" | "e":
            return _era(part, moment)
        case "a":
            return _WEEKDAYS[moment.weekday()] + ("曜日" if len(part) > 3 else "")
        case "n":
            return "午前" if moment.hour < 12 else "午後"
        case "[":
            return str(spent // {"h": 3600, "m": 60, "s": 1}[part[1]])
        case _:
            return ""


def _is_minute(at: int, parts: list[str]) -> bool:
    """An "m" is a minute after hours and before seconds, a month elsewhere."""
    fields = [(n, p) for n, p in enumerate(parts) if not p.startswith("=") and p != "noon"]
    place = next(i for i, (n, _) in enumerate(fields) if n == at)
    before = fields[place - 1][1][:2] if place else ""
    after = fields[place + 1][1][0] if place + 1 < len(fields) else ""
    return before.startswith("h") or before == "[h" or after == "s"


def _era(part: str, moment: datetime) -> str:
    for (year, month, day), name, letter in _ERAS:
        if (moment.year, moment.month, moment.day) >= (year, month, day):
            if part[0] == "e":
                return str(moment.year - year + 1)
            return {1: letter, 2: name[0]}.get(len(part), name)
    return str(moment.year) if part[0] == "e" else ""


def _name(word: str, part: str) -> str:
    return word[:3] if len(part) == 3 else word
