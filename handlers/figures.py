"""How figures of a result are written, the same in text, chart and memo: points with a true minus sign, shares in percent."""

import re
from collections.abc import Sequence

from knowledge.advisor.engine import Advisor
from knowledge.values import Language

_SLIDE = re.compile(r"p(\d+)")


def points(value: float) -> str:
    """Return 29.7, −14.0 (U+2212); a value that rounds to nothing has no sign."""
    shown = f"{abs(value):.1f}"
    return f"−{shown}" if value < 0 and float(shown) else shown


def signed(value: float) -> str:
    """Return +13.0 or −4.3."""
    shown = points(value)
    return shown if value <= 0 else f"+{shown}"


def percent(share: float) -> str:
    """Return a share as whole percent, never rounded up to 100 or down to 0."""
    whole = round(share * 100)
    if whole == 100 and share < 1:
        whole = 99
    return str(max(whole, 1) if share > 0 else whole)


def sources(rows: Sequence[str], language: Language) -> str:
    """Return "スライド15・18 / AWS RAG options guide": slides of the deck first, other sources as they are named."""
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
