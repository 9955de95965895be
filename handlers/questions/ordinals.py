"""Which one of a list a message means by its number: "2番目", "the second one". Pure."""

import re
import unicodedata

LAST = -1
_NAMED = (
    ("一|ひと|first|one", 1),
    ("二|ふた|second|two", 2),
    ("三|みっ|third|three", 3),
    ("四|よっ|fourth|four", 4),
    ("五|いつ|fifth|five", 5),
    ("六|sixth|six", 6),
    ("七|seventh|seven", 7),
    ("八|eighth|eight", 8),
)
_JA = "一|二|三|四|五|六|七|八|ひと|ふた|みっ|よっ"
_EN = "first|second|third|fourth|fifth|sixth|seventh|eighth"
_ORDINAL = re.compile(
    rf"(?P<ja>\d{{1,2}}|{_JA})(?:番目?|つ目|個目|件目|本目|つめ)|(?P<last>最後|一番下|\blast\b)"
    r"|\b(?:number|no\.?|#) ?(?P<en>\d{1,2}|one|two|three|four|five|six|seven|eight)\b"
    r"|\b(?P<digits>\d{1,2})(?:st|nd|rd|th)\b"
    rf"|\b(?P<word>{_EN})\b",
    re.IGNORECASE,
)


def ordinal(text: str) -> int:
    """Return the number, counted from 1, that a message names; `LAST`, or 0 for none."""
    match = _ORDINAL.search(unicodedata.normalize("NFKC", text))
    if match is None:
        return 0
    if match["last"]:
        return LAST
    said = match["ja"] or match["en"] or match["digits"] or match["word"]
    if said.isdecimal():
        return int(said)
    return _number(said.lower())


def _number(word: str) -> int:
    for names, number in _NAMED:
        if word in names.split("|"):
            return number
    return 0
