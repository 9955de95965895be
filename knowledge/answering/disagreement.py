"""
Do two documents say different things on the same subject?

Told by form alone: two sentences of different documents that share most of their words once figures
are taken out, and give other figures of the same kind (a time, an amount, a share, a count, a
date), or allow what the other forbids.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from knowledge.text.units import units
from knowledge.values import Hit

SAME = 0.6  # of the shorter sentence's words in the longer one: they speak of the same thing
FEWEST = 3  # pairs or words a sentence must have for that to mean anything
_FIGURE = re.compile(
    r"(?P<number>\d+(?:[.,]\d+)*|[一二三四五六七八九十百千]+)\s*(?:"
    r"(?P<date>年度?(?=\d)|月\d+日)"
    r"|(?P<time>営業日|か月|カ月|ヶ月|ヵ月|箇月|年|月|週|日|時間|分"
    r"|(?:business |working )?(?:day|week|month|year|hour|minute)s?)"
    r"|(?P<money>[万億千]?円|yen|usd|eur|ドル|ユーロ)|(?P<share>%|割|percent)"
    r"|(?P<count>名|人|件|台|回|個|部|社|people|times|characters|字|MB|GB))",
    re.IGNORECASE,
)
_WORDS = re.compile(r"[\u30a1-\u30ff\u3400-\u4dbf\u4e00-\u9fff々]+|[A-Za-z][A-Za-z-]{2,}")
_ALLOWED = re.compile(
    r"できる|できます|認める|認めます|可能|許可|利用可|\b(?:may|allowed|permitted|can)\b(?! not)",
    re.IGNORECASE,
)
_FORBIDDEN = re.compile(
    r"できない|できません|認めない|禁止|禁じ|不可|してはならない|してはいけない|しない(?=。|$)|しません(?=。|$)"
    r"|\b(?:must not|may not|cannot|can't|not allowed|prohibited|forbidden|never)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Disagreement:
    """
    Two passages by their index among the hits, and what each of them says: a figure, or its whole
    sentence.
    """

    one: int
    other: int
    first: str
    second: str


def disagreements(
    cited: Sequence[tuple[int, str]], hits: Sequence[Hit]
) -> tuple[Disagreement, ...]:
    """
    Compare each cited quote (index of its hit, text) with what the other documents among `hits`
    say; one for each pair.

    What is cited from beyond `hits` (a side of a comparison, found far down) is not compared.
    """
    found: dict[tuple[str, str], Disagreement] = {}
    for at, quote in cited:
        if at >= len(hits):
            continue
        mine = hits[at].passage
        for other, hit in enumerate(hits):
            theirs = hit.passage
            pair = (mine.document, theirs.document)
            if (
                theirs.document == mine.document
                or theirs.language != mine.language
                or {pair, pair[::-1]} & set(found)
            ):
                continue
            for line in _lines(hit):
                if said := _differ(quote, line):
                    found[pair] = Disagreement(at, other, *said)
                    break
    return tuple(found.values())


def _lines(hit: Hit) -> Iterator[str]:
    for unit in units(hit.passage):
        yield from unit.lines


def _differ(one: str, other: str) -> tuple[str, str] | None:
    """Return what two lines say differently, None when they agree or speak of different things."""
    one, other = unicodedata.normalize("NFKC", one), unicodedata.normalize("NFKC", other)
    mine, theirs = _subject(one), _subject(other)
    smaller = min(len(mine), len(theirs))
    if (
        smaller < FEWEST
        or len(mine & theirs) < SAME * smaller
        or len(mine & theirs) < SAME * max(len(mine), len(theirs)) * SAME
    ):
        return None
    own, foreign = _figures(one), _figures(other)
    for kind in own.keys() & foreign.keys():
        if not own[kind] & foreign[kind]:
            return min(own[kind]), min(foreign[kind])
    allowed = [
        (bool(_ALLOWED.search(text)) and not _FORBIDDEN.search(text), bool(_FORBIDDEN.search(text)))
        for text in (one, other)
    ]
    if (
        allowed in ([(True, False), (False, True)], [(False, True), (True, False)])
        and own.keys() == foreign.keys()
    ):
        return one, other
    return None


def _subject(text: str) -> set[str]:
    """Return a line's words without its figures: pairs of kanji and katakana, Latin words."""
    words: set[str] = set()
    for run in _WORDS.findall(_FIGURE.sub(" ", text)):
        if run.isascii():
            words.add(run.lower())
            continue
        for at in range(len(run) - 1):
            words.add(run[at : at + 2])
    return words


def _figures(text: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for match in _FIGURE.finditer(text):
        found.setdefault(match.lastgroup or "", set()).add(match.group().strip())
    return found
