"""
Whether a text reads like a text. PDF fonts without a usable character map give letters that look
like letters to a machine.

A writer stays within one or two scripts and within the characters of their everyday standard;
garbage does not.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Sequence
from itertools import groupby, pairwise

_LETTERS = 12  # fewer cannot be judged
_SAMPLE = 20_000  # characters
_WORD = 3  # letters; a shorter stretch of another script is not a word of it
_HAN = 4  # fewer kanji cannot be judged
_THRESHOLD = 0.45
_FREQUENT = 0.1  # of the letters, from which a script is one of the text's own
_JAPANESE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff々〇]")
# what no font gets wrong; everything below would say so, too, only later
_PLAIN = re.compile(r"[\n\t -~]*")
_CHARACTER_SETS = ("shift_jis", "gb2312", "big5", "euc_kr")


def garbled(text: str) -> bool:
    """
    Tell whether `text` is most likely not what its page shows. Short texts are given the benefit of
    the doubt.
    """
    sample = text[:_SAMPLE]
    if _PLAIN.fullmatch(sample):
        return False
    scripts = list(filter(None, map(_script, sample)))
    bad = scripts.count("bad")
    if len(scripts) < _LETTERS:
        return len(scripts) > 2 and bad * 2 > len(scripts)
    runs = [(script, len(list(run))) for script, run in groupby(scripts)]
    odd = _stray_letters(runs, _main_scripts(scripts))
    jumps = _jumps(runs)
    count = len(scripts)
    doubt = 2.5 * (bad / count) + 2 * (odd / count) + 1.5 * (jumps / count) + 1.2 * _rare(sample)
    return doubt > _THRESHOLD


def _main_scripts(scripts: Sequence[str]) -> set[str]:
    """Return the everyday scripts and the two most frequent ones of a text."""
    counts = Counter(scripts)
    counts.pop("bad", 0)
    main = {"latin", "japanese", "hangul"}
    for script, count in counts.most_common(2):
        if count >= len(scripts) * _FREQUENT:
            main.add(script)
    return main


def _stray_letters(runs: Sequence[tuple[str, int]], main: Collection[str]) -> int:
    """Return how many letters of other scripts stand in runs too short for a word."""
    stray = 0
    for script, count in runs:
        if script not in main and script != "bad" and count < _WORD:
            stray += count
    return stray


def _jumps(runs: Sequence[tuple[str, int]]) -> int:
    """Return how often a text changes its script, but for Latin words in Japanese."""
    jumps = 0
    for (script, _), (other, _) in pairwise(runs):
        if script != other and {script, other} != {"latin", "japanese"}:
            jumps += 1
    return jumps


def _rare(sample: str) -> float:
    """Return the share of kanji outside the best-fitting everyday standard."""
    han = [sign for sign in sample if "\u3400" <= sign <= "\u9fff"]
    if len(han) < _HAN:
        return 0.0
    fewest = len(han)
    for character_set in _CHARACTER_SETS:
        outside = sum(not sign.encode(character_set, "ignore") for sign in han)
        fewest = min(fewest, outside)
    return fewest / len(han)


def _script(sign: str) -> str:
    """Return the script of a letter, "bad" for what no text has, "" for marks and digits."""
    if sign < "\x80":
        return _ascii_script(sign)
    if _JAPANESE.match(sign):
        return "japanese"
    category = unicodedata.category(sign)
    if sign == "\ufffd" or category in {"Co", "Cn", "Cs", "Cc"}:
        return "bad"
    if category[0] != "L" or category == "Lm":
        return ""
    first = unicodedata.name(sign, "?").split(" ", 1)[0].lower()
    return {"fullwidth": "latin", "halfwidth": "japanese", "cjk": "japanese"}.get(first, first)


def _ascii_script(sign: str) -> str:
    if sign.isalpha():
        return "latin"
    control = sign < " " and sign not in "\t\n"
    return "bad" if control else ""
