"""
Whether the figures of a statement are stated in its source, or follow from what is stated there.

A colleague says 3万円 for 15 people at 2,000円 each, and 9 April for thirty days after 10 March: such
results stand nowhere. So a figure counts as explained when it is a sum, difference, product or
quotient of figures of the source and the question that has its unit, or a day that far from theirs.
"""

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from knowledge.answering.grounding import plain
from knowledge.text.analysis import normalise
from knowledge.text.quantities import exact

YEAR = 2025  # any year without a 29 February: only month and day are compared
MONTH = 12
# fmt: off
_MONTHS = [
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
]
# fmt: on
_NAMES = "|".join(_MONTHS)
_JAPANESE_DAY = re.compile(r"(\d{1,2})月(\d{1,2})日")
_DAY_MONTH = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)? (?:of )?({_NAMES})\b")
_MONTH_DAY = re.compile(rf"\b({_NAMES}) (\d{{1,2}})\b(?! ?\d{{4}}\b)")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_NEXT_MONTH = re.compile(r"翌月(?:の)?(\d{1,2})日")
_RATE = re.compile(
    r"(?<![\d年か])(年|月|週|日|四半期)(?:に|間|額|あたり)?\s*(?=\d)|毎(年|月|週|日)"
    r"|\b(?:a|per|each|every) (?:calendar )?(day|week|month|year|night|quarter)\b"
    r"|\b(daily|nightly|weekly|monthly|quarterly|yearly|annual)"
)
_RATES = {
    "年": "year", "月": "month", "週": "week", "日": "day", "四半期": "quarter", "night": "day",
    "daily": "day", "nightly": "day", "weekly": "week", "monthly": "month",
    "quarterly": "quarter", "yearly": "year", "annual": "year",
}  # fmt: skip
# what a table's header calls a column whose cells are bare numbers, by what they count
_HEADS = {
    "day": r"days?|weeks?|日数?|週", "month": r"months?|years?|月数?|年数?",
    "minute": r"hours?|minutes?|時間|分", "percent": r"percent|share|rate|%|割合|率",
    "yen": r"yen|jpy|円|金額", "euro": r"eur|euros?", "dollar": r"usd|dollars?|ドル",
    "person": r"people|persons?|人数?|名", "times": r"times|回数?",
}  # fmt: skip
_NOON = re.compile(r"正午|\bnoon\b")
_AFTERNOON = re.compile(r"午後|夕方|昼|\bp\.?m\b|afternoon|evening")
_COUNTED = re.compile(r"(\d+)(?:つ|か所|箇所|点|通り|者)")  # how many things a sentence lists
_SCALED = re.compile(r"半額|半分|二分の一|\bhalf\b|倍|\bdouble|\btwice\b|割|%|percent")
_BOUND = re.compile(
    r"(\d+(?:\.\d+)?)[^\d、。,.;]{0,8}?"
    r"(以上|以下|未満|超|まで|以内|以降|前|後|に満た|に届か|or more|or less|before|after|in advance|later)"
)
_BOUND_BEFORE = re.compile(
    r"\b(at least|at most|up to|less than|more than|under|over|above|below|within|no later than"
    r"|longer than)\b\D{0,12}?(\d+(?:\.\d+)?)"
)
_BOUNDS = {
    "以上": "+", "超": "+", "or more": "+", "at least": "+", "more than": "+", "over": "+",
    "above": "+", "longer than": "+", "まで": "-", "以下": "-", "未満": "-", "以内": "-", "に満た": "-",
    "に届か": "-", "or less": "-", "at most": "-", "up to": "-", "less than": "-", "under": "-",
    "below": "-", "within": "-", "no later than": "-", "前": "<", "before": "<",
    "in advance": "<", "以降": ">", "後": ">", "after": ">", "later": ">",
}  # fmt: skip
_NO_MORE = re.compile(r"\b(?:not\b[^.;]{0,60}?\b(?:more|longer)|no more) than (\d+)")
_NO_MORE_JA = re.compile(r"(\d+[^\d、。]{0,4})を?超え[てる][^。]{0,25}(?:ない|ません|ならず)")
_OPPOSITE = {"+": "-<", "-": "+>", "<": "+>", ">": "-<"}
_PARTS = ("month-of-year", "date", "place", "year")  # told by their days, or names of places


@dataclass(frozen=True, slots=True)
class Figures:
    """
    What a text counts: `typed` amounts by unit ("yen", 2000.0), `bare` numbers, `days` of a year.
    """

    typed: frozenset[tuple[str, float]]
    bare: frozenset[float]
    days: frozenset[tuple[int, int]]
    relative: frozenset[int] = frozenset()  # days of "the following month"

    @property
    def numbers(self) -> set[float]:
        """All that is counted, whatever its unit."""
        return {value for _, value in self.typed} | self.bare

    @property
    def written(self) -> set[float]:
        """The numbers its amounts may be written with."""
        writings: set[float] = set()
        for _, value in self.typed:
            writings.update(_writings(value))
        return writings


@lru_cache(maxsize=2048)
def figures(text: str) -> Figures:
    """Return all that a text counts, whatever its spelling."""
    normal = plain(normalise(text))
    days = frozenset(_days(normal))
    typed: set[tuple[str, float]] = set()
    bare = {float(number) for number in _NUMBER.findall(normal)}
    if _NOON.search(normal):
        bare.add(12.0)
    undated = _DAY_MONTH.sub(" ", _JAPANESE_DAY.sub(" ", normal))
    for term in exact(undated):
        kind, _, value = term.partition("=")
        if kind in _PARTS or not re.fullmatch(r"\d+(?:\.\d+)?(?:e\+?\d+)?", value):
            continue
        if kind == "number":
            bare.add(float(value))
        else:
            typed |= _alike(kind, float(value))
    for number in _COUNTED.findall(normal):
        bare.discard(float(number))
    if _AFTERNOON.search(normal):
        bare |= {number + 12 for number in bare if number < 12}
    if days:
        bare -= _parts(days)
    relative = frozenset(int(day) for day in _NEXT_MONTH.findall(normal))
    return Figures(frozenset(typed), frozenset(bare), days, relative)


@dataclass(frozen=True, slots=True)
class Reckoned:
    """How many figures of a statement nothing explains, and how many had to be calculated."""

    unexplained: int
    calculated: int


def reckon(statement: str, source: str, question: str, near: str = "") -> Reckoned:
    """
    Look for each figure of a statement in its source and its question, or calculate it from those
    of the question and of `near`, the part of the source the statement is about.
    """
    ours, theirs, asked = figures(statement), figures(source), figures(question)
    close = figures(near or source)
    unexplained = calculated = 0
    for day in ours.days - theirs.days - asked.days:
        if _is_day_of(day, theirs, asked):
            calculated += 1
        else:
            unexplained += 1
    stated = theirs.typed | asked.typed
    operands = close.typed | asked.typed
    bare = theirs.bare | asked.bare | _parts(theirs.days | asked.days)
    at_hand = close.bare | asked.bare | _parts(close.days | asked.days)
    counts = asked.numbers | _ratios(operands)
    if _SCALED.search(plain(f"{near or source} {question}")):
        counts |= {2.0, 0.5}
        counts |= {value / 100 for kind, value in operands if kind == "percent"}
    for kind, value in ours.typed - stated:
        counted = {other for other, amount in stated if amount == value}
        if value in bare and not counted and not any(other == kind for other, _ in stated):
            continue  # the source counts the same in a unit we do not know
        if _stands_in_column(kind, value, source, bare):
            continue
        if _is_result(kind, value, operands, counts):
            calculated += 1
        else:
            unexplained += 1
    for value in ours.bare - bare - ours.written - theirs.written - asked.written:
        if _is_count(value, operands, at_hand, counts):
            calculated += 1
        else:
            unexplained += 1
    return Reckoned(unexplained, calculated)


def _stands_in_column(kind: str, value: float, source: str, bare: AbstractSet[float]) -> bool:
    """Whether a table has the number in a column whose header names the unit."""
    header = re.match(r"[^\d\n]*\|[^\d\n]*", source)
    named = header and re.search(_HEADS.get(kind, "(?!)"), header[0], re.IGNORECASE)
    return bool(named) and any(number in bare for number in _writings(value))


def unplaced(statement: str, near: str) -> bool:
    """Whether a statement has a number without a unit that its own part of the source has not."""
    ours, theirs = figures(statement), figures(near)
    return bool(ours.bare - theirs.bare - ours.written)


def rates(text: str) -> frozenset[str]:
    """Return per what a text counts: "year" for 年10回 and "per year"."""
    named = set()
    for match in _RATE.finditer(plain(text)):
        word = next(filter(None, match.groups()))
        named.add(_RATES.get(word, word))
    return frozenset(named)


def turned_bounds(statement: str, source: str) -> bool:
    """Whether a figure of the source is bound on its other side: 2日前 became 2日後, 以上 未満."""
    theirs = bounds(source)
    new = bounds(statement) - theirs
    return any((value, other) in theirs for value, side in new for other in _OPPOSITE[side])


def bounds(text: str) -> frozenset[tuple[float, str]]:
    """
    Return each bound figure with its side: "+" from it on, "-" up to it, "<" before, ">" after. Not
    more than ten is up to ten.
    """
    normal = _NO_MORE.sub(r"up to \1 ", _NO_MORE_JA.sub(r"\1まで", plain(text)))
    found = {(float(number), _BOUNDS[word]) for number, word in _BOUND.findall(normal)}
    found |= {(float(number), _BOUNDS[word]) for word, number in _BOUND_BEFORE.findall(normal)}
    return frozenset(found)


def _alike(kind: str, value: float) -> set[tuple[str, float]]:
    """Return an amount with what it is in other units people change it into."""
    alike = {(kind, value)}
    if kind == "business day":
        alike |= {("day", value), ("day", value * 7 / 5)}
    if kind == "minute" and value % 1440 == 0:
        alike.add(("day", value / 1440))
    return alike


def _days(normal: str) -> Iterator[tuple[int, int]]:
    for month, day in _JAPANESE_DAY.findall(normal):
        yield from _day(int(month), int(day))
    for day, name in _DAY_MONTH.findall(normal):
        yield from _day(_MONTHS.index(name) + 1, int(day))
    for name, day in _MONTH_DAY.findall(normal):
        yield from _day(_MONTHS.index(name) + 1, int(day))


def _day(month: int, day: int) -> Iterator[tuple[int, int]]:
    if 1 <= month <= MONTH and 1 <= day <= 31:
        yield month, day


def _parts(days: frozenset[tuple[int, int]]) -> set[float]:
    parts: set[float] = set()
    for month, day in days:
        parts |= {float(month), float(day)}
    return parts


def _is_day_of(day: tuple[int, int], theirs: Figures, asked: Figures) -> bool:
    """Whether a day is as far from a known one as the source says, a day more or less."""
    ours = _ordinal(day)
    for known in theirs.days | asked.days:
        gap = abs(ours - _ordinal(known))
        gap = min(gap, 365 - gap)
        months = (day[0] - known[0]) % MONTH
        if months == 1 and day[1] in theirs.relative:
            return True
        for kind, value in theirs.typed:
            if kind == "day" and abs(gap - value) <= 1:
                return True
            whole = kind == "month" and value % MONTH in {months, MONTH - months}
            if whole and abs(day[1] - known[1]) <= 1:
                return True
    return False


def _ordinal(day: tuple[int, int]) -> int:
    """Return the day's number in its year; one beyond the month's end is that end's neighbour."""
    start = date(YEAR, day[0], 1)
    return (start + timedelta(days=day[1] - 1)).timetuple().tm_yday


def _writings(value: float) -> tuple[float, ...]:
    """Return the numbers an amount may be written with: 24 months as 2 years, 50000 as 5万."""
    return (value, value / 12, value / 7, value / 60, value / 10_000, value / 24, value - 720)


def _is_result(
    kind: str, value: float, known: frozenset[tuple[str, float]], counts: AbstractSet[float]
) -> bool:
    """
    Whether a figure follows from known ones of its unit: their sum or difference, or one of them as
    often as the question counts.
    """
    of_kind = [other for own, other in known if own == kind]
    for at, one in enumerate(of_kind):
        for other in of_kind[at + 1 :]:
            if _close(one + other, value) or _close(abs(one - other), value):
                return True
        for count in counts - {0.0, 1.0}:
            if _close(one * count, value) or _close(one / count, value):
                return True
    return False


def _is_count(
    value: float,
    known: frozenset[tuple[str, float]],
    bare: AbstractSet[float],
    counts: AbstractSet[float],
) -> bool:
    """
    Whether a number without a unit follows: from one of the question, or by how often one amount,
    or a year, holds another.
    """
    for one in {*bare, *(amount for _, amount in known)}:
        for count in counts - {0.0, 1.0}:
            if _close(one * count, value) or _close(abs(one - count), value):
                return True
    months = [amount for kind, amount in known if kind == "month" and amount]
    return value in _ratios(known) or any(_close(MONTH / amount, value) for amount in months)


def _ratios(known: frozenset[tuple[str, float]]) -> set[float]:
    """Return how many times one figure goes into another of its unit: 6 times at 2 each is 3."""
    ratios = set()
    for kind, one in known:
        for other_kind, other in known:
            if kind == other_kind and other and one > other:
                ratios.add(one / other)
    return ratios


def _close(one: float, other: float) -> bool:
    return abs(one - other) < 1e-6
