"""
English words typed one letter wrong, as they are written: recrods → records.

A word is taken for misspelt where the encoder's vocabulary cuts it into pieces and nothing on the
shelf holds it; it is mended where one word a letter away stands on the shelf or in the glossary,
or is the only one there is. Anything else stays as it was typed.
"""

import re
from collections.abc import Callable, Collection, Iterator
from string import ascii_lowercase

_WORD = re.compile(r"(?<![\w'’.@/-])[A-Za-z][a-z]{4,23}(?![\w'’@/:-]|\.\w)")
# how many pieces of the vocabulary a word is made of; 0 where that is not known
Pieces = Callable[[str], int]
Known = Callable[[Collection[str]], Collection[str]]  # which of some words the shelf holds


def mended(question: str, pieces: Pieces, known: Known) -> str:
    """Return a question with its misspelt English words mended. 20 ms for a word in doubt."""

    def written(match: re.Match[str]) -> str:
        typed = match[0]
        meant = _meant(typed.lower(), pieces, known)
        if meant is None:
            return typed
        return meant

    return _WORD.sub(written, question)


def _meant(word: str, pieces: Pieces, known: Known) -> str | None:
    """Return what a word was meant to be; None for one that is right, or could be several."""
    cut = pieces(word)
    if cut < 2 or word in known([word]):
        return None
    candidates: list[str] = []
    for other in dict.fromkeys(_a_letter_away(word)):
        whole = pieces(other.removesuffix("s"))
        if whole == 1 and pieces(other) < cut:
            candidates.append(other)
    candidates = list(known(candidates)) or candidates
    if len(candidates) != 1:
        return None
    return candidates[0]


def _a_letter_away(word: str) -> Iterator[str]:
    """Yield what a word becomes by one letter less, more, other, or changed with its neighbour."""
    for at in range(len(word) + 1):
        before, after = word[:at], word[at:]
        if after:
            yield before + after[1:]
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
        for letter in ascii_lowercase:
            yield before + letter + after
            if after:
                yield before + letter + after[1:]
