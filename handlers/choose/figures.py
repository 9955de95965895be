"""
How figures of a result are written, the same in text, chart and memo: points with a true minus
sign, money in yen, options by their names.
"""

from collections.abc import Sequence

from handlers.conversation import Bar
from knowledge.advisor.engine import Advisor
from knowledge.advisor.values import LIST, Range
from knowledge.values import Language

WIDTH = 24  # cells of the longest bar in letters
HUNDRED_MILLION = 10_000  # yen, in 10,000 yen
MILLION = 100  # yen, in 10,000 yen
BILLION = 100_000  # yen, in 10,000 yen
THOUSAND = 0.1  # yen, in 10,000 yen
YEN = 10_000  # yen of one unit of money
TO = "〜"


def points(value: float) -> str:
    """Return 29.7, −14.0 (U+2212); a value that rounds to nothing has no sign."""
    shown = f"{abs(value):.1f}"
    if value < 0 and float(shown):
        return f"−{shown}"
    return shown


def signed(value: float) -> str:
    """Return +13.0 or −4.3."""
    shown = points(value)
    if value > 0:
        return f"+{shown}"
    return shown


def money(value: float, language: Language) -> str:
    """
    Return an amount of 10,000 yen as "120万円" or "1.1億円"; "1.2M yen", "90,000 yen" or
    "3.6B yen" in English. Both show as many digits.
    """
    value = _rounded(value)
    if 0 < value < THOUSAND:
        return f"{value * YEN:,.0f}{'円' if language == 'ja' else ' yen'}"
    if language == "ja":
        if value >= HUNDRED_MILLION:
            return f"{value / HUNDRED_MILLION:,.1f}億円"
        return f"{value:,g}万円" if value else "0円"
    if value >= BILLION:
        return f"{value / BILLION:,.1f}B yen"
    if value >= MILLION:
        return f"{value / MILLION:,.1f}M yen"
    return f"{value * YEN:,.0f} yen"


def _rounded(value: float) -> float:
    """Return an amount without digits nobody needs: they would promise what is a rough guide."""
    if value < THOUSAND:
        return round(value, 3)
    if value < 10:
        return round(value, 1)
    return float(round(value))


def span(amount: Range, language: Language) -> str:
    """
    Return both ends of an amount of money, the unit once where it is the same one; or the one end
    where both are the same.
    """
    low, high = money(amount.low, language), money(amount.high, language)
    if low == high:
        return low
    unit = " yen"
    if language == "ja":
        unit = "円"
    first, second = low.removesuffix(unit), high.removesuffix(unit)
    if not amount.low or first[-1].isalpha() == second[-1].isalpha():
        return between(first, high, language)
    return between(low, high, language)


def count(amount: Range, language: Language) -> str:
    """Return both ends of months or people."""
    return between(plain(amount.low), plain(amount.high), language)


def between(low: str, high: str, language: Language) -> str:
    """Return "2〜6", "2-6" in English, "2" where both are the same."""
    if low == high:
        return low
    if language == "ja":
        return f"{low}{TO}{high}"
    return f"{low}–{high}"


def plain(value: float) -> str:
    """Return a number with one decimal at most: 0.5, 3."""
    return f"{round(value, 1):,g}"


def drawn(bar: Bar, bars: Sequence[Bar]) -> str:
    """Return a bar in letters; nothing is drawn below zero, the number says it."""
    top = max((other.value for other in bars), default=0.0) or 1.0
    cells = 0
    if top > 0:
        cells = max(0, round(WIDTH * bar.value / top))
    return "█" * cells + "░" * (WIDTH - cells)


def slides(numbers: Sequence[int], language: Language) -> str:
    """Return "スライド15・18"; empty where there are none."""
    if not numbers:
        return ""
    shown = [str(number) for number in numbers]
    if language == "ja":
        return f"スライド{'・'.join(shown)}"
    return f"slides {', '.join(shown)}"


def answer(advisor: Advisor, criterion: str, option: str, language: Language) -> str:
    """Return "予算: 500万円未満"."""
    return f"{subject(advisor, criterion, language)}: {text(advisor, criterion, option, language)}"


def text(advisor: Advisor, criterion: str, option: str, language: Language) -> str:
    """Return an answer in words; several options stand one after the other."""
    known = advisor.model.criterion(criterion)
    options = [known.option(one).text.to(language) for one in option.split(LIST)]
    return " / ".join(options)


def subject(advisor: Advisor, criterion: str, language: Language) -> str:
    """Return a question's short name."""
    return advisor.model.criterion(criterion).words.label.to(language)


def name(advisor: Advisor, option: str, language: Language) -> str:
    """Return an option by the labels of its blocks: "商用API + RAG"."""
    blocks = [advisor.model.block(block) for block in advisor.blocks(option)]
    return " + ".join([block.label.to(language) for block in blocks])


def sentence(text: str) -> str:
    """Return a text with a capital at its beginning, as a sentence has."""
    return text[:1].upper() + text[1:]


def full(advisor: Advisor, option: str, language: Language) -> str:
    """Return an option by the names of its blocks."""
    blocks = [advisor.model.block(block) for block in advisor.blocks(option)]
    return " + ".join([block.name.to(language) for block in blocks])
