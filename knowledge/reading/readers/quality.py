"""
Whether a text reads like a text. PDF fonts without a usable character map give letters that look
like letters to a machine.

A writer stays within one or two scripts and within the characters of their everyday standard;
garbage does not.
"""

import re
import unicodedata
from collections import Counter
from itertools import groupby, pairwise

_LETTERS = 12  # fewer cannot be judged
_SAMPLE = 20_000  # characters
_WORD = 3  # letters; a shorter stretch of another script is not a word of it
_HAN = 4  # fewer kanji cannot be judged
_THRESHOLD = 0.45
_PLAIN = re.compile(
    r"[\n\t -~]*"
)  # what no font gets wrong; everything below would say so, too, only later
_CHARACTER_SETS = ("shift_jis", "gb2312", "big5", "euc_kr")


def garbled(text: str) -> bool:
    """
    Tell whether `text` is most likely not what its page shows. Short texts are given the benefit of
    the doubt.
    """
    sample = text[:_SAMPLE]
    if _PLAIN.fullmatch(sample):
        return False
    scripts = [name for name in map(_script, sample) if name]
    if len(scripts) < _LETTERS:
        return len(scripts) > 2 and scripts.count("bad") * 2 > len(scripts)
    counts = Counter(scripts)
    bad = counts.pop("bad", 0) / len(scripts)
    main = {"latin", "japanese", "hangul"} | {
        name for name, count in counts.most_common(2) if count >= len(scripts) * 0.1
    }
    runs = [(name, len(list(run))) for name, run in groupby(scripts)]
    odd = sum(
        count for name, count in runs if name not in main and name != "bad" and count < _WORD
    ) / len(scripts)
    jumps = sum(
        a != b and {a, b} != {"latin", "japanese"} for (a, _), (b, _) in pairwise(runs)
    ) / len(scripts)
    return 2.5 * bad + 2 * odd + 1.5 * jumps + 1.2 * _rare(sample) > _THRESHOLD


def _rare(sample: str) -> float:
    """Return the share of kanji outside the best-fitting everyday standard."""
    han = [sign for sign in sample if "\u3400" <= sign <= "\u9fff"]
    if len(han) < _HAN:
        return 0.0
    return min(
        sum(not sign.encode(name, "ignore") for sign in han) for name in _CHARACTER_SETS
    ) / len(han)


def _script(sign: str) -> str:
    if sign < "\x80":
        return "latin" if sign.isalpha() else ("bad" if sign < " " and sign not in "\t\n" else "")
    if (
        "\u3040" <= sign <= "\u30ff"
        or "\u3400" <= sign <= "\u9fff"
        or "\uf900" <= sign <= "\ufaff"
        or sign in "々〇"
    ):
        return "japanese"
    category = unicodedata.category(sign)
    if sign == "\ufffd" or category in {"Co", "Cn", "Cs", "Cc"}:
        return "bad"
    if category[0] != "L" or category == "Lm":
        return ""
    first = unicodedata.name(sign, "?").split(" ", 1)[0].lower()
    return {"fullwidth": "latin", "halfwidth": "japanese", "cjk": "japanese"}.get(first, first)
