"""
Words typed one letter wrong, as they are written: recrods → records, テレワク → テレワーク.

An English word is taken for misspelt where the encoder's vocabulary cuts it into pieces and nothing
on the shelf holds it, one in katakana where the dictionary does not have it, either; it is mended
where one word a letter away stands on the shelf or in the glossary, or is the only one there is.
Anything else stays as it was typed.
"""

import re
from collections.abc import Callable, Collection, Iterator
from string import ascii_lowercase

from knowledge.text.analysis import Analysis

_WORD = re.compile(r"(?<![\w'’.@/-])[A-Za-z][a-z]{4,23}(?![\w'’@/:-]|\.\w)")
_KATAKANA = re.compile(r"(?<![ァ-ヺー])[ァ-ヺー]{4,16}(?![ァ-ヺー])")
# letters on one key of a phone, written alike or told by a mark alone are taken for each other
_KEYS = (
    "アイウエオァィゥェォヴ", "カキクケコガギグゲゴ", "サシスセソザジズゼゾ", "タチツテトダヂヅデドッ",
    "ナニヌネノ", "ハヒフヘホバビブベボパピプペポ", "マミムメモ", "ヤユヨャュョ", "ラリルレロ", "ワヲンー",
    "アイウエオー", "シツソンノ", "アマ", "ウワフヲ", "クタケ", "チテ", "コユ", "スヌ", "ナメ", "ロコ", "ヒセ", "ルレ",
)  # fmt: skip
_OFTEN_LOST = "ーッンイウルストリクャュョ"  # letters left out most easily
_SMALL, _LARGE = "ァィゥェォッャュョ", "アイウエオツヤユヨ"
_SIZES = dict(zip(_SMALL + _LARGE, _LARGE + _SMALL, strict=True))
_MISTAKEN: dict[str, str] = {}
for _key in _KEYS:
    for _letter in _key:
        _MISTAKEN[_letter] = _MISTAKEN.get(_letter, "") + _key.replace(_letter, "")
# how many pieces of the vocabulary a word is made of; 0 where that is not known
Pieces = Callable[[str], int]
Known = Callable[[Collection[str]], Collection[str]]  # which of some words the shelf holds


def well_spelt(question: str, analysis: Analysis, pieces: Pieces | None, known: Known) -> str:
    """Return a question with its misspelt words mended, English ones where `pieces` are known."""
    if pieces is not None:
        question = mended(question, pieces, known)
    return mended_katakana(question, analysis, known)


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


def mended_katakana(question: str, analysis: Analysis, known: Known) -> str:
    """
    Return a question with its misspelt katakana words mended. 4 ms for a word that neither the
    dictionary nor the shelf has.
    """

    def written(match: re.Match[str]) -> str:
        typed = match[0]
        if analysis.has_words(typed) or typed in known([typed]):
            return typed
        sized = list(known(list(_in_other_sizes(typed))))
        if len(sized) == 1:
            return sized[0]
        others = dict.fromkeys(_a_key_away(typed))
        spelt = list(filter(analysis.has_words, others))
        meant = list(known(spelt)) or list(filter(analysis.has_word, spelt))
        if len(meant) != 1:
            return typed
        return meant[0]

    return _KATAKANA.sub(written, question)


def _in_other_sizes(word: str) -> Iterator[str]:
    """Yield what a katakana word becomes with one letter small or large: シヨン → ション."""
    for at, letter in enumerate(word):
        other = _SIZES.get(letter)
        if other:
            yield word[:at] + other + word[at + 1 :]


def _a_key_away(word: str) -> Iterator[str]:
    """
    Yield what a katakana word becomes by one letter less, another that is easily taken for it, one
    that is easily left out, or changed with its neighbour.
    """
    for at in range(len(word) + 1):
        before, after = word[:at], word[at:]
        for letter in _OFTEN_LOST:
            yield before + letter + after
        if not after:
            continue
        yield before + after[1:]
        yield before + after[1:2] + after[0] + after[2:]
        for letter in _MISTAKEN.get(after[0], ""):
            yield before + letter + after[1:]


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
