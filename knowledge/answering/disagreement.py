"""
Do two documents say different things on the same subject?

Told by form alone: two sentences of different documents that share most of their words once figures
are taken out, and say other figures of the same kind (a time, an amount, a share, a count, a date)
with the same predicate, or allow what the other forbids. Which of the two holds, their documents
tell: `retrieval/preference.py`.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import Literal

from knowledge.answering.trace import Limit
from knowledge.answering.wording import Wording
from knowledge.errors import UnknownDocument
from knowledge.retrieval.preference import Standing, standing
from knowledge.text.units import units
from knowledge.values import Document, Hit, Passage

SAME = 0.6  # of the shorter sentence's words in the longer one: they speak of the same thing
ALIKE = 0.5  # of the longer one's in the shorter one
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
# from when a document holds: each has its own day, and none differs with another's
_IN_FORCE = re.compile(
    r"施行|改[正定訂]|制定|発行|\b(?:effective|in force|published|updated|revised)\b", re.IGNORECASE
)

Relation = Literal["disagreement", "overruled_overdue", "overruled_older", "overruled_lower"]
Describe = Callable[[str], Awaitable[Document]]


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


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a passage, as it is quoted."""

    passage: Passage
    text: str


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


def between(one: Sequence[Passage], other: Sequence[Passage]) -> list[tuple[Line, Line]]:
    """
    Return the lines of two documents that say different things on one subject, in the order of the
    first; each line of either once.
    """
    theirs = [line for line in _told(other) if _compares(line.text)]
    index: dict[str, list[int]] = {}
    for number, line in enumerate(theirs):
        for word in _subject(unicodedata.normalize("NFKC", line.text)):
            index.setdefault(word, []).append(number)
    found: list[tuple[Line, Line]] = []
    used: set[int] = set()
    for line in _told(one):
        if not _compares(line.text):
            continue
        shared: Counter[int] = Counter()
        for word in _subject(unicodedata.normalize("NFKC", line.text)):
            shared.update(index.get(word, ()))
        for number, words in shared.most_common():
            if words < FEWEST:
                break
            same_language = line.passage.language == theirs[number].passage.language
            if number in used or not same_language or not _differ(line.text, theirs[number].text):
                continue
            used.add(number)
            found.append((line, theirs[number]))
            break
    return found


async def stronger_first(
    pair: tuple[Line, Line], describe: Describe, today: date
) -> tuple[Line, Line]:
    """Return two lines with the one whose document holds first, as they are where neither does."""
    one, other = [
        (await _source(Hit(line.passage, 0.0), describe, today)).standing for line in pair
    ]
    if one is not None and other is not None and other.above(one):
        return pair[1], pair[0]
    return pair


async def said_of(
    pair: tuple[Line, Line], describe: Describe, today: date, wording: Wording
) -> Limit:
    """Return a sentence on two lines that differ: what each says, and which of the two holds."""
    hits = [Hit(line.passage, 0.0) for line in pair]
    said = _differ(pair[0].text, pair[1].text) or (pair[0].text, pair[1].text)
    known = await differences([Disagreement(0, 1, *said)], hits, describe, today, wording)
    return known[0]


async def differences(
    pairs: Sequence[Disagreement],
    hits: Sequence[Hit],
    describe: Describe,
    today: date,
    wording: Wording,
) -> list[Limit]:
    """Return a sentence for each pair: which of the two holds, or that nobody has said so."""
    known = []
    for pair in pairs:
        one = await _source(hits[pair.one], describe, today)
        other = await _source(hits[pair.other], describe, today)
        text = wording.phrase(
            _relation(one.standing, other.standing),
            one=one.name,
            first=pair.first,
            other=other.name,
            second=pair.second,
        )
        known.append(Limit("disagreement", text))
    return known


@dataclass(frozen=True, slots=True)
class _Source:
    """A document as it is named in a sentence; `standing` is None for one that is gone."""

    name: str
    standing: Standing | None


async def _source(hit: Hit, describe: Describe, today: date) -> _Source:
    title = hit.passage.title
    try:
        document = await describe(hit.passage.document)
    except UnknownDocument:
        return _Source(title, None)
    version = document.version(hit.passage.version)
    since = document.metadata.effective
    if not since and version is not None:
        since = version.published[:10]
    if since:
        title = f"{title} ({since})"
    return _Source(title, standing(document, today))


def _relation(one: Standing | None, other: Standing | None) -> Relation:
    """Return the name of the sentence on a document that is followed and one that differs."""
    if one is None or other is None or not one.above(other):
        return "disagreement"
    if other.overdue:
        return "overruled_overdue"
    if one.worth == other.worth:
        return "overruled_older"
    return "overruled_lower"


def differ(one: Hit, other: Hit) -> bool:
    """Report whether two passages say different things on a subject that both speak of."""
    pairs = product(_lines(one), _lines(other))
    return any(_differ(line, their) for line, their in pairs)


def _lines(hit: Hit) -> Iterator[str]:
    for unit in units(hit.passage):
        yield from unit.lines


def _told(passages: Sequence[Passage]) -> Iterator[Line]:
    for passage in passages:
        for unit in units(passage):
            for text in unit.lines:
                yield Line(passage, text.strip())


def _compares(text: str) -> bool:
    """Report whether a line says something another could say differently: a figure, a rule."""
    plain = unicodedata.normalize("NFKC", text)
    if _IN_FORCE.search(plain):
        return False
    return bool(_FIGURE.search(plain) or _FORBIDDEN.search(plain) or _ALLOWED.search(plain))


def _same_subject(one: str, other: str) -> bool:
    """
    Report whether two sentences speak of the same thing, whatever they say of it: the same words
    but for figures, and the same predicate.
    """
    one, other = unicodedata.normalize("NFKC", one), unicodedata.normalize("NFKC", other)
    mine, theirs = _subject(one), _subject(other)
    shared = len(mine & theirs)
    smaller, larger = sorted((len(mine), len(theirs)))
    if smaller < FEWEST or shared < SAME * smaller or shared < ALIKE * larger:
        return False
    return not _predicate(one).isdisjoint(_predicate(other))


def _differ(one: str, other: str) -> tuple[str, str] | None:
    """Return what two lines say differently, None when they agree or speak of different things."""
    if not _same_subject(one, other):
        return None
    one, other = unicodedata.normalize("NFKC", one), unicodedata.normalize("NFKC", other)
    own, foreign = _figures(one), _figures(other)
    for kind in own.keys() & foreign.keys():
        if not own[kind] & foreign[kind]:
            return min(own[kind]), min(foreign[kind])
    if own.keys() == foreign.keys() and _opposite(one, other):
        return one, other
    return None


def _opposite(one: str, other: str) -> bool:
    """Report whether one of two lines allows what the other forbids."""
    forbidden = bool(_FORBIDDEN.search(one)), bool(_FORBIDDEN.search(other))
    if forbidden[0] == forbidden[1]:
        return False
    permission = other if forbidden[0] else one
    return bool(_ALLOWED.search(permission))


def _predicate(text: str) -> set[str]:
    """
    Return what a line says of its subject: of Japanese the last words, in pairs of signs; English
    has no such place, there all its words count.
    """
    runs = _WORDS.findall(_FIGURE.sub(" ", text))
    if not runs or runs[-1].isascii():
        return _subject(text)
    last = runs[-1][-2:]
    return {last, *last}


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
