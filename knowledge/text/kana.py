"""
Words typed in kana as documents write them: たいしょくきん → 退職金.

Who types on a phone, or is not sure of a sign, leaves the kana as they are, and the dictionary cuts
them into words nobody meant. Only readings long enough not to be anything else count, and only
where a run of kana begins with them.
"""

import re
from collections.abc import Iterable
from functools import cached_property

from knowledge.text.analysis import Analysis, normalise

SHORTEST = 5  # kana of a reading; shorter ones are ordinary words as well
_KANA = "ぁ-ゖァ-ヺー"
_RUN = re.compile(rf"(?<![{_KANA}])[{_KANA}]{{{SHORTEST},}}")
_JAPANESE = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+|[ァ-ヺー]+")
_HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヷ"))}


class Kana:
    """Knows how some words and their parts are read; learns it when first asked (0.1 s)."""

    def __init__(self, words: Iterable[str], analysis: Analysis) -> None:
        """`words` of any script; what has neither kanji nor katakana alone is passed over."""
        self._listed = tuple(words)
        self._analysis = analysis

    def written(self, question: str) -> str:
        """
        Return a question in which the words typed in kana stand as documents write them; any other
        as it is.
        """
        return _RUN.sub(lambda run: self._written(run.group()), question)

    def _written(self, run: str) -> str:
        """Return a run of kana whose first words, as far as they are known, are written out."""
        plain = _hiragana(run)
        written, at = "", 0
        match = self._known.match(plain)
        while match:
            written += self._words[match.group()]
            at = match.end()
            match = self._known.match(plain, at)
        return written + run[at:]

    @cached_property
    def _words(self) -> dict[str, str]:
        """The words by their readings in hiragana, whole ones before parts of them."""
        words: dict[str, str] = {}
        parts: list[tuple[str, str]] = []
        for word in map(normalise, self._listed):
            if not _JAPANESE.fullmatch(word):
                continue
            readings = self._analysis.readings(word)
            whole = "".join(reading for _, reading in readings)
            words.setdefault(_hiragana(whole), word)
            parts += readings
        for part, reading in parts:
            words.setdefault(_hiragana(reading), part)
        return {reading: word for reading, word in words.items() if len(reading) >= SHORTEST}

    @cached_property
    def _known(self) -> re.Pattern[str]:
        """What matches any of the readings, the longest first."""
        longest_first = sorted(self._words, key=len, reverse=True)
        return re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")


def _hiragana(kana: str) -> str:
    return kana.translate(_HIRAGANA)
