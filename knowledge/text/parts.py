"""
The part of an article that a question names (第2条第3項, "clause 4.2(b)"), and that a line begins.
"""

import re
import unicodedata

from knowledge.text.analysis import normalise
from knowledge.text.quantities import in_digits

ARTICLE = re.compile(r"第\d+条|附則|別表|clause \d")  # in the name of a place
_NAMED = re.compile(r"第(\d+)項|\b\d+(?:\.\d+)*\(([a-z])\)")
_BEGUN = re.compile(r"\s*(?:第?(\d+)項?(?:[\s.、]|(?=[^\d\s年月日円%])(?!\d))|\(([a-z])\)\s)")


def part_named(question: str) -> str:
    """Return the number or letter of the part that a question names, "" where it names none."""
    match = _NAMED.search(in_digits(normalise(question)))
    return match[1] or match[2] if match else ""


def part_begun(line: str) -> str:
    """Return the number or letter that a line begins with, "" for none."""
    match = _BEGUN.match(unicodedata.normalize("NFKC", line).lower())
    return match[1] or match[2] if match else ""
