"""
Text aimed at an AI rather than at a reader: flagged for the admin, never obeyed, never removed.

Benign look-alikes are common in guidelines about generative AI ("AIの回答は必ず確認すること"), so a pattern needs both an
order and its aim: what was said before, what the answer must be, or the markers of a chat format. The patterns are in
instructions.txt.
"""

import re
import unicodedata
from functools import cache
from pathlib import Path

from knowledge.readers.decode import blocks

_EXCERPT = 80  # characters shown to the admin
_FILE = Path(__file__).with_suffix(".txt")
_ORDERS = frozenset({"ignore", "disregard", "forget"})
_AIMS = frozenset({"previous", "instructions", "instruction", "prompt"})


def found(text: str) -> str:
    """Return an excerpt of the first text that addresses an AI, or "" when there is none."""
    for block in blocks(text):
        plain = unicodedata.normalize("NFKC", block)
        for pattern in _patterns():
            mark = pattern.search(plain)
            if mark:
                return " ".join(plain[mark.start() : mark.start() + _EXCERPT].split())
        if orders := _scrambled(plain):
            return orders
    return ""


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    lines = _FILE.read_text(encoding="utf-8").splitlines()
    return tuple(re.compile(line, re.IGNORECASE | re.MULTILINE) for line in lines if line and not line.startswith("# "))


def _scrambled(text: str) -> str:
    """Find orders whose inner letters were swapped ("Ignroe all prevoius insturctions")."""
    orders, aims = {_shape(word) for word in _ORDERS}, {_shape(word) for word in _AIMS}
    for line in text.split("\n"):
        shapes = {_shape(word) for word in re.findall(r"[A-Za-z]{5,14}", line[:2000].lower())}
        if shapes & orders and len(shapes & aims) > 1:
            return line.strip()[:_EXCERPT]
    return ""


def _shape(word: str) -> str:
    return word[0] + "".join(sorted(word[1:-1])) + word[-1]
