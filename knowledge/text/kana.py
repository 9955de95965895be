"""
Words typed in kana, or with another sign of the same sound, as documents write them: たいしょくきん →
退職金, 有級休暇 → 有給休暇.

Who types on a phone, or is not sure of a sign, leaves the kana as they are, and the dictionary cuts
them into words nobody meant. Only readings long enough not to be anything else count, and only
where a run of kana begins with them. A sign is taken for another one where the dictionary does not
have the word, and one known word sounds the same and has all of its other signs.
"""

import re
from collections.abc import Iterable
from functools import cached_property

from knowledge.text.analysis import Analysis, normalise

SHORTEST = 5  # kana of a reading; shorter ones are ordinary words as well
_KANA = "ぁ-ゖァ-ヺー"
_RUN = re.compile(rf"(?<![{_KANA}])[{_KANA}]{{{SHORTEST},}}")
_KANJI = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]{2,}")
_COUNTS = re.compile(r"[何一二三四五六七八九十百千万]")  # 一次 is none of 一時
_JAPANESE = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+|[ァ-ヺー]+")
_JAPANESE_KANA = re.compile(r"[ぁ-ゖァ-ヺー]+")
_ALONE = re.compile(rf"(?:^|(?<=[ \u3000]))[{_KANA}]{{{SHORTEST - 1}}}(?=[ \u3000]|$)")
# what is left here is one's work: to leave it, not to stop something
_LEAVES = re.compile(r"(?P<work>(?:会社|仕事|職場|勤め先)[をは、]?)や(?=め[たるまよて])")
_HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヷ"))}


class Kana:
    """Knows how some words and their parts are read; learns it when first asked (0.1 s)."""

    def __init__(self, words: Iterable[str], analysis: Analysis) -> None:
        """`words` of any script; what has neither kanji nor katakana alone is passed over."""
        self._listed = tuple(words)
        self._analysis = analysis

    def written(self, question: str) -> str:
        """
        Return a question in which the words typed in kana, or with a sign of the same sound, stand
        as documents write them; any other as it is.
        """
        question = _LEAVES.sub(r"\g<work>辞", question)
        alone = _ALONE.sub(self._alone, question)
        question = _RUN.sub(lambda run: self._written(run.group()), alone)
        return _KANJI.sub(lambda run: self._spelt(run.group()), question)

    def _spelt(self, run: str) -> str:
        """Return a run of kanji with the first word that has a wrong sign of the same sound."""
        parts = self._analysis.readings(run)
        for length in range(len(parts), 1, -1):
            for first in range(len(parts) - length + 1):
                among = parts[first : first + length]
                typed = "".join(part for part, _ in among)
                each_a_word = all(len(part) > 1 for part, _ in among)
                if each_a_word or _COUNTS.search(typed):
                    continue
                meant = self._sounding(typed, "".join(reading for _, reading in among))
                if meant:
                    return run.replace(typed, meant, 1)
        return run

    def _sounding(self, typed: str, reading: str) -> str:
        """Return the only known word of a reading that differs by one sign, "" without one."""
        likely: set[str] = set()
        for word in self._homophones.get(_hiragana(reading), ()):
            if word == typed:
                return ""
            pairs = zip(word, typed, strict=False)
            differing = [one for one, other in pairs if one != other]
            if len(word) == len(typed) and len(differing) == 1:
                likely.add(word)
        return likely.pop() if len(likely) == 1 else ""

    def _alone(self, word: re.Match[str]) -> str:
        """Return a short word that stands between spaces as documents write it, as far as known."""
        return self._short.get(_hiragana(word.group()), word.group())

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
        """The words by their readings in hiragana, where nothing else is meant by them."""
        return {reading: word for reading, word in self._read.items() if len(reading) >= SHORTEST}

    @cached_property
    def _short(self) -> dict[str, str]:
        """The words in kanji with short readings, which are meant where they stand alone."""
        short = [
            (reading, word) for reading, word in self._read.items() if len(reading) == SHORTEST - 1
        ]
        return {reading: word for reading, word in short if not _JAPANESE_KANA.fullmatch(word)}

    @cached_property
    def _read(self) -> dict[str, str]:
        """The first word of each reading in hiragana."""
        return {reading: known[0] for reading, known in self._homophones.items()}

    @cached_property
    def _homophones(self) -> dict[str, list[str]]:
        """All words by their readings in hiragana, whole ones before parts of them."""
        words: dict[str, list[str]] = {}
        parts: list[tuple[str, str]] = []
        for word in map(normalise, self._listed):
            if not _JAPANESE.fullmatch(word):
                continue
            readings = self._analysis.readings(word)
            whole = "".join(reading for _, reading in readings)
            words.setdefault(_hiragana(whole), []).append(word)
            parts += readings
        for part, reading in parts:
            words.setdefault(_hiragana(reading), []).append(part)
        return words

    @cached_property
    def _known(self) -> re.Pattern[str]:
        """What matches any of the readings, the longest first."""
        longest_first = sorted(self._words, key=len, reverse=True)
        return re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")


def _hiragana(kana: str) -> str:
    return kana.translate(_HIRAGANA)
