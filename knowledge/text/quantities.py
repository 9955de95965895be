"""
Amounts and references in one spelling: 2割 and 20 %, 半年 and 6か月, 1億 and 100,000,000, 第二十七条の三十八 and
第27条の38.

Words alone cannot meet across such spellings, and a wrong number is worse than none; so each found
amount becomes one term that is equal only when the amount is.
"""

import re
from collections.abc import Callable, Iterator

_KANJI = {sign: value for value, sign in enumerate("〇一二三四五六七八九")}
_SMALL = {"十": 10, "百": 100, "千": 1000}
_LARGE = {
    "万": 10**4,
    "億": 10**8,
    "兆": 10**12,
    "thousand": 10**3,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
}
_ENGLISH = {
    word: value
    for value, word in enumerate(
        (
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
        ),
        1,
    )
}
_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925}
# unit → (what it measures, how many of it one such unit is)
_UNITS = {
    "円": ("yen", 1), "yen": ("yen", 1), "ドル": ("dollar", 1), "dollar": ("dollar", 1),
    "ユーロ": ("euro", 1), "euro": ("euro", 1), "%": ("percent", 1), "パーセント": ("percent", 1),
    "percent": ("percent", 1), "割": ("percent", 10), "年間": ("month", 12), "か年": ("month", 12),
    "year": ("month", 12), "年": ("month", 12), "か月": ("month", 1), "か月間": ("month", 1),
    "月間": ("month", 1), "month": ("month", 1), "週間": ("day", 7), "週": ("day", 7),
    "week": ("day", 7), "営業日": ("business day", 1), "business day": ("business day", 1),
    "working day": ("business day", 1), "日間": ("day", 1), "日": ("day", 1), "day": ("day", 1),
    "時間": ("minute", 60), "hour": ("minute", 60), "分間": ("minute", 1), "分": ("minute", 1),
    "minute": ("minute", 1), "秒": ("second", 1), "second": ("second", 1), "人": ("person", 1),
    "名": ("person", 1), "people": ("person", 1), "person": ("person", 1), "文字": ("letter", 1),
    "字": ("letter", 1), "character": ("letter", 1), "キロメートル": ("metre", 1000),
    "km": ("metre", 1000), "メートル": ("metre", 1), "m": ("metre", 1), "キログラム": ("gram", 1000),
    "kg": ("gram", 1000), "トン": ("gram", 1000000), "グラム": ("gram", 1), "g": ("gram", 1),
    "kb": ("byte", 1000), "mb": ("byte", 1000000), "gb": ("byte", 1000000000),
    "tb": ("byte", 1000000000000), "パラメータ": ("parameter", 1), "パラメーター": ("parameter", 1),
    "parameter": ("parameter", 1), "件": ("件", 1), "台": ("台", 1), "回": ("回", 1), "個": ("個", 1),
    "枚": ("枚", 1), "本": ("本", 1), "社": ("社", 1), "歳": ("age", 1), "才": ("age", 1), "倍": ("倍", 1),
    "点": ("点", 1), "位": ("位", 1), "種類": ("種類", 1),
}  # fmt: skip
_BARE = 1000  # a number from here on is told by itself, whatever it counts

_DIGITS = r"\d+(?:,\d{3})*(?:\.\d+)?"
# Atomic as a whole: cut in one way only, or a long number takes for ever. Possessive parts would do
# the same, but before
# Python 3.11.5 one that fails half-way keeps what it had: "1,4" was fourteen.
_NUMERAL = rf"(?>(?:{_DIGITS}|[〇一二三四五六七八九十百千万億兆])(?:[〇一二三四五六七八九十百千万億兆]|{_DIGITS})*)"
_PIECE = re.compile(rf"{_DIGITS}|.")
_UNIT = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_WORDS = "|".join(_ENGLISH)
_AMOUNT = re.compile(
    rf"(?P<sign>[¥$])?(?P<number>{_NUMERAL}|\b(?:{_WORDS})\b)(?:[ -]?(?P<scale>thousand|million"
    rf"|billion|trillion)\b)?"
    rf"(?P<gap>[ -]?)(?P<unit>{_UNIT})?(?P<half>半)?"
)
_MONTHS = re.compile(r"[ヶヵカケ箇]月")
_HALF = re.compile(r"半(年|月|日|時間)|half an? (year|day|hour)|half-(year|day|hour)")
_HALVES = {
    "年": "month=6", "year": "month=6", "月": "day=15", "日": "minute=720", "day": "minute=720",
    "時間": "minute=30", "hour": "minute=30",
}  # fmt: skip
_YEAR = rf"(令和|平成|昭和)(元|{_NUMERAL})|(\d{{4}}|[〇一二三四五六七八九]{{4}})"
_DATE = re.compile(rf"(?:{_YEAR})年(?:度|({_NUMERAL})月(?:({_NUMERAL})日)?)?")
_CLOCK = re.compile(
    rf"(午前|午後)?(?:({_NUMERAL})時(?!間)(?:({_NUMERAL})分|(半))?|(\d{{1,2}}):(\d{{2}}))(?:\s?([ap]m))?"
)
_REFERENCE = re.compile(
    rf"第?({_NUMERAL})(条|項|号|章|節|編)((?:の(?:{_NUMERAL}))*)"
    rf"|\b(article|section|chapter|clause) (\d+(?:\.\d+)*)(?:\(([a-z])\))?"
)
_KANJI_REFERENCE = re.compile(
    r"第([〇一二三四五六七八九十百]+)(条|項|号|章|節|編)((?:の[〇一二三四五六七八九十]+(?![\w]))*)"
)
_PLACE = re.compile(
    r"(?:スライド|slide) ?(?:no\.? ?)?(\d+)|(?:ページ|頁|\bpage|\bp\.) ?(\d+)|(\d+) ?(?:枚目|ページ|頁)"
)
_PARTS = {
    "条": "article",
    "項": "paragraph",
    "号": "item",
    "章": "chapter",
    "節": "section",
    "編": "part",
}


def exact(normalised: str) -> list[str]:
    """
    Return the amounts, dates, times and references of a normalised text, each in its one spelling,
    in no promised order.
    """
    text = _MONTHS.sub("か月", normalised)
    taken = bytearray(len(text))
    terms: list[str] = []
    for pattern, read, signs in _READERS:
        if signs and not _holds_any(text, signs):
            continue  # looking for one of them is far quicker than the pattern
        for match in pattern.finditer(text):
            start, end = match.span()
            if any(taken[start:end]):
                continue
            own = list(read(match))
            if own:
                taken[start:end] = b"\1" * (end - start)
                terms += own
    return terms


def _holds_any(text: str, signs: tuple[str, ...]) -> bool:
    return any(sign in text for sign in signs)


def in_digits(normalised: str) -> str:
    """Return a text with the numbers of articles and their parts in digits: 第三十七条 as 第37条."""
    return _KANJI_REFERENCE.sub(_in_digits, normalised)


def _in_digits(match: re.Match[str]) -> str:
    numerals = re.split("(の)", match[3])
    branches = [one if one in {"", "の"} else f"{_value(one):g}" for one in numerals]
    return f"第{_value(match[1]):g}{match[2]}{''.join(branches)}"


def places(normalised: str) -> list[str]:
    """
    Return the slides or pages a question names, as `place` gives them: "スライド18", "18ページ", "page
    18".
    """
    return [place(int(_only_group(match))) for match in _PLACE.finditer(normalised)]


def _only_group(match: re.Match[str]) -> str:
    """Return the one group of a pattern's alternatives that took part in a match."""
    return str(next(filter(None, match.groups())))


def place(number: int) -> str:
    """Return the term of a slide or page."""
    return f"place={number}"


def number(numeral: str) -> float | None:
    """
    Return the value of a numeral in digits, kanji or both ("1億2千万", "二十七", "3万5,000"); None when it
    is none.
    """
    if numeral in _ENGLISH:
        return float(_ENGLISH[numeral])
    if numeral.isascii():
        return float(numeral.replace(",", ""))
    if all(sign in _KANJI for sign in numeral):  # 二〇二五: read digit by digit
        return float("".join(str(_KANJI[sign]) for sign in numeral))
    return _mixed(numeral)


def _mixed(numeral: str) -> float | None:
    """Return the value of a numeral with 十, 千 or 万 in it; None for two digits side by side."""
    total = part = 0.0
    digit: float | None = None
    for piece in _PIECE.findall(numeral):
        if piece in _LARGE:
            total += (part + (digit or 0.0) or 1.0) * _LARGE[piece]
            part, digit = 0.0, None
        elif piece in _SMALL:
            count = 1.0 if digit is None else digit
            part += count * _SMALL[piece]
            digit = None
        elif digit is not None:
            return None
        else:
            digit = _digit(piece)
    return total + part + (digit or 0.0)


def _digit(piece: str) -> float:
    if piece in _KANJI:
        return float(_KANJI[piece])
    return float(piece.replace(",", ""))


def _date(match: re.Match[str]) -> Iterator[str]:
    era, era_year, year, month, day = match.groups()
    if not era:
        value = _value(year)
    elif era_year == "元":
        value = _ERAS[era] + 1.0
    else:
        value = _ERAS[era] + _value(era_year)
    yield f"year={value:g}"
    if not month:
        return
    yield f"month-of-year={_value(month):g}"
    date = f"date={value:g}-{_value(month):g}"
    if day:
        date += f"-{_value(day):g}"
    yield date


def _value(numeral: str) -> float:
    """Return the value of a numeral, 0 for what is none."""
    return number(numeral) or 0.0


def _clock(match: re.Match[str]) -> Iterator[str]:
    half_day, hour, minute, half, plain_hour, plain_minute, english = match.groups()
    hours = number(hour or plain_hour)
    minutes = 30.0 if half else number(minute or plain_minute or "0")
    if hours is None or minutes is None:
        return
    afternoon = half_day == "午後" or english == "pm"
    if afternoon and hours < 12:
        hours += 12
    yield f"clock={hours:g}:{minutes:g}"


def _half(match: re.Match[str]) -> Iterator[str]:
    yield _HALVES[_only_group(match)]


def _reference(match: re.Match[str]) -> Iterator[str]:
    first, part, branches, english, numbers, letter = match.groups()
    if english:
        name = english.replace("clause", "article")
        yield f"{name}={numbers.replace('.', '-')}"
        if letter:
            yield f"item={letter}"
        return
    value = number(first)
    if value is None:
        return
    term = f"{_PARTS[part]}={value:g}"
    for branch in filter(None, branches.split("の")):
        term += f"-{_value(branch):g}"
    yield term


def _amount(match: re.Match[str]) -> Iterator[str]:
    value = number(match["number"])
    if value is None or match.group() == "十分":  # enough, more often than ten minutes
        return
    value *= _LARGE.get(match["scale"] or "", 1)
    if match["half"]:
        value += 0.5
    unit = _unit(match)
    if unit:
        kind, size = _UNITS[unit]
        yield f"{kind}={value * size:.12g}"
    # 千 alone is more often part of a name
    if value >= _BARE and (unit or len(match["number"]) > 1):
        yield f"number={value:.12g}"


def _unit(match: re.Match[str]) -> str:
    """Return the unit behind a number, or the currency before it; "" for none."""
    unit = match["unit"] or {"¥": "円", "$": "ドル"}.get(match["sign"] or "", "")
    if unit in {"m", "g"} and match["gap"]:  # a single letter behind a space is no unit
        return ""
    return unit


_READERS: tuple[
    tuple[re.Pattern[str], Callable[[re.Match[str]], Iterator[str]], tuple[str, ...]], ...
] = (
    (_DATE, _date, ("年",)),
    (_REFERENCE, _reference, (*_PARTS, "article", "section", "chapter", "clause")),
    (_CLOCK, _clock, ("時", ":")),
    (_HALF, _half, ("半", "half")),
    (_AMOUNT, _amount, ()),
)
