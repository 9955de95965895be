"""
The stretch of a passage that is shown under its source: whole sentences around the one that was
quoted.
"""

import re

from knowledge.text.sanitise import quoted

ITEM = "- "  # begins an item of a list, which an emphasis before it would end
EXCERPT = 900  # characters shown; a single sentence may be longer
_PIECE = re.compile(
    r"[^\n]*?(?:[。！？]+[」』）)]*|[.!?]+[\"”)]*(?=\s)|\n+|$)[^\S\n]*\n*", re.DOTALL
)


def marked(text: str, quote: str) -> str:
    """
    Return whole sentences around a quote, the quote in bold, without anything that could be
    clicked.
    """
    at = text.find(quote) if quote else -1
    if at < 0 or "**" in text or "\n" in quote.strip():
        return quoted(opening(text))
    until = at + len(quote)
    start, end = _around(text, at, until)
    if quote.startswith(ITEM):
        at += len(ITEM)
    return quoted(f"{text[start:at]}**{text[at:until]}**{text[until:end]}".strip())


def opening(text: str) -> str:
    """Return the whole sentences a text begins with."""
    end = _around(text, 0, 1)[1] if text else 0
    return text[:end].rstrip()


def _around(text: str, begin: int, until: int) -> tuple[int, int]:
    """
    Return where the sentences of a span begin and end, and those around it as far as there is room.
    """
    pieces = [match.span() for match in _PIECE.finditer(text) if match.group()]
    first = next(at for at, piece in enumerate(pieces) if piece[1] > begin)
    last = next(at for at, piece in enumerate(pieces) if piece[1] >= until)
    grown = True
    while grown:
        grown = False
        if first and pieces[last][1] - pieces[first - 1][0] <= EXCERPT:
            first, grown = first - 1, True
        if last + 1 < len(pieces) and pieces[last + 1][1] - pieces[first][0] <= EXCERPT:
            last, grown = last + 1, True
    return pieces[first][0], pieces[last][1]
