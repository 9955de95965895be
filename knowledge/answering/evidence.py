"""
Finding the words a model names in the passage it cites, letter by letter.

White space, width and the shape of quotation marks make no difference, anything else does. What is
shown is the passage's own text, never the model's copy of it.
"""

import unicodedata

LEAST = 4  # letters of words that may count as evidence
_SKIPPED = frozenset("「」『』“”‘’\"'`*|　 \t\r\n")


def located(words: str, text: str) -> str:
    """Return the stretch of a text that reads as `words` do, "" where there is none."""
    wanted = _folded(words)
    if len(wanted) < LEAST:
        return ""
    letters = _letters(text)
    start = _folded(text).find(wanted.rstrip("。.…、,"))
    if start < 0:
        return ""
    end = start + len(wanted.rstrip("。.…、,")) - 1
    return text[letters[start][1] : letters[end][1] + 1].strip()


def stands_in(words: str, text: str) -> bool:
    """Whether one of two texts holds the other, both read as `located` reads them."""
    one, other = _folded(words), _folded(text)
    return bool(one) and bool(other) and (one in other or other in one)


def _folded(text: str) -> str:
    return "".join(letter for letter, _ in _letters(text))


def _letters(text: str) -> list[tuple[str, int]]:
    """Return a text's letters in one width and case, each with its place in the text."""
    letters = []
    for at, sign in enumerate(text):
        if sign in _SKIPPED:
            continue
        folded = unicodedata.normalize("NFKC", sign).casefold()
        letters += [(letter, at) for letter in folded if not letter.isspace()]
    return letters
