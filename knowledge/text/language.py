"""
Which of our two languages a text is in, told by its script alone: it costs microseconds and never
guesses from words.
"""

import re

from knowledge.values import Language

_HIRAGANA = re.compile(r"[\u3041-\u309f]")
_JAPANESE = re.compile(r"[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9d々]")
_LATIN_WORD = re.compile(r"[A-Za-z]{2,}")
# Latin words from which on a text without hiragana is an English sentence that names a Japanese
# word
_SENTENCE = 3


def language_of(text: str, fallback: Language) -> Language:
    """
    Return "ja" for text with kana or kanji, "en" for text with Latin letters, `fallback` for digits
    and signs alone.

    An English sentence that only names something in katakana or kanji ("What does 稟議 mean?") stays
    English.
    """
    if _HIRAGANA.search(text):
        return "ja"
    if _JAPANESE.search(text):
        english_sentence = len(_LATIN_WORD.findall(text)) >= _SENTENCE
        return "en" if english_sentence else "ja"
    if re.search(r"[A-Za-z]", text):
        return "en"
    return fallback
