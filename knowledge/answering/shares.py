"""Which share of a question's words a line holds, by their letters or what else they are called."""

import re
from collections.abc import Mapping, Sequence

from knowledge.text.analysis import normalise

_WORDS = re.compile(r"[a-z0-9]+")


def share_of(
    line: str, weights: Mapping[str, float], others: Mapping[str, tuple[str, ...]]
) -> float:
    """
    Return the share of the question's words that a line holds, 0..1, by their letters or by those
    of what else they are called.
    """
    text = normalise(line)
    latin = _WORDS.findall(text)
    shared = 0.0
    for form, weight in weights.items():
        if any(_holds(text, latin, word) for word in (form, *others.get(form, ()))):
            shared += weight
    return shared


def _holds(text: str, latin: Sequence[str], form: str) -> bool:
    if form.isascii():
        return any(word.startswith(form) for word in latin)
    return form in text
