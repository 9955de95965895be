"""
How figures of a result are written, the same in text, chart and memo: points with a true minus
sign, shares in percent.
"""

import re
from collections.abc import Sequence

from handlers.conversation import Bar
from knowledge.advisor.engine import Advisor
from knowledge.values import Language

WIDTH = 24  # cells of the longest bar in letters
_SLIDE = re.compile(r"p(\d+)")


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


def drawn(bar: Bar, bars: Sequence[Bar]) -> str:
    """Return a bar in letters; nothing is drawn below zero, the number says it."""
    top = max((other.value for other in bars), default=0.0) or 1.0
    cells = 0
    if top > 0:
        cells = max(0, round(WIDTH * bar.value / top))
    return "█" * cells + "░" * (WIDTH - cells)


def sources(rows: Sequence[str], language: Language) -> str:
    """
    Return "スライド15・18 / AWS RAG options guide": slides of the deck first, other sources as they are
    named.
    """
    slides, names = [], []
    for row in rows:
        slide = _SLIDE.fullmatch(row)
        if slide:
            slides.append(slide.group(1))
        else:
            names.append(row)
    if slides:
        names.insert(0, _slides(slides, language))
    return " / ".join(names)


def _slides(numbers: list[str], language: Language) -> str:
    if language == "ja":
        return f"スライド{'・'.join(numbers)}"
    return f"slides {', '.join(numbers)}"


def answer(advisor: Advisor, criterion: str, option: str, language: Language) -> str:
    """Return "予算: 500万円未満"."""
    subject = advisor.guidance.criteria[criterion].to(language)
    text = advisor.model.criterion(criterion).option(option).text.to(language)
    return f"{subject}: {text}"


def name(advisor: Advisor, configuration: str, language: Language) -> str:
    """Return a configuration's full name."""
    return advisor.model.configuration(configuration).text.to(language)
