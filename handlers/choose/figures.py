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
    return f"−{shown}" if value < 0 and float(shown) else shown


def signed(value: float) -> str:
    """Return +13.0 or −4.3."""
    shown = points(value)
    return shown if value <= 0 else f"+{shown}"


def drawn(bar: Bar, bars: Sequence[Bar]) -> str:
    """Return a bar in letters; nothing is drawn below zero, the number says it."""
    top = max((b.value for b in bars), default=0.0) or 1.0
    cells = max(0, round(WIDTH * bar.value / top)) if top > 0 else 0
    return "█" * cells + "░" * (WIDTH - cells)


def sources(rows: Sequence[str], language: Language) -> str:
    """
    Return "スライド15・18 / AWS RAG options guide": slides of the deck first, other sources as they are
    named.
    """
    slides = [m.group(1) for row in rows if (m := _SLIDE.fullmatch(row))]
    others = [row for row in rows if not _SLIDE.fullmatch(row)]
    if not slides:
        return " / ".join(others)
    named = f"スライド{'・'.join(slides)}" if language == "ja" else f"slides {', '.join(slides)}"
    return " / ".join((named, *others))


def answer(advisor: Advisor, criterion: str, option: str, language: Language) -> str:
    """Return "予算: 500万円未満"."""
    subject = advisor.guidance.criteria[criterion].to(language)
    return f"{subject}: {advisor.model.criterion(criterion).option(option).text.to(language)}"


def name(advisor: Advisor, configuration: str, language: Language) -> str:
    return advisor.model.configuration(configuration).text.to(language)
