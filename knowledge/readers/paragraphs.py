"""
Lines that were broken for lack of room, put together again to the paragraphs they were written as.

A reader does this, because only it still knows what tells a broken line: a file's own columns, a page's geometry, a markup's
rules. Whoever comes later sees one line for each paragraph, item, heading or row, and may take the end of a line for the end of
a sentence; a rule cut at "… are not" would say its opposite.

Two things tell that a line goes on. It says so itself: "the", 「は」, a comma, a small letter in the next one. Or the
next one's first word had no room in it; this counts only where most unfinished lines of a text were broken so, for addresses
and labels end where they like. What begins something of its own is never joined to the line above it.
"""

import re
import unicodedata
from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

MARKER = re.compile(
    r"[ \t\u3000]*(?:[-*+][ \t]+|[・•◦●○■□◆◇▶▪✓※][ \t\u3000]*|[①-⑳㋐-㋾][ \t\u3000]*"
    r"|[(（](?:\d{1,3}|[０-９]{1,3}|[a-zA-Z]|[ivx]{1,4}|[一二三四五六七八九十]{1,3}|[ア-ンｱ-ﾝ])[)）][ \t\u3000]*"
    r"|(?:\d{1,3}|[０-９]{1,3}|[a-zA-Z]|[ivx]{2,4})[.)．）](?![\d０-９])[ \t\u3000]*"
    r"|\d{1,3}(?:\.\d{1,3})+\.?[ \t\u3000]+"
    r"|第\s*[0-9０-９一二三四五六七八九十百]+\s*[編部章節条項号](?:の[0-9０-９一二三四五六七八九十]+)?(?=[\s(（「]|$))"
)
_NUMBERED = re.compile(r"[ \t\u3000]*(?:[一二三四五六七八九十ア-ン０-９][ \t\u3000]+|\d{1,2}[ \t\u3000](?=[ぁ-んァ-ヶ一-龠]))")
_JAPANESE = r"\u3005-\u3007\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9d"
UNSPACED = rf"[{_JAPANESE}\u3000-\u3002\u3008-\u3020\uff01-\uff60]"  # signs that take no space beside a line's end
_UNSPACED = re.compile(UNSPACED)
_CLOSERS = r"[」』）)】〕”’\"'*_\]]*(?:\[\d{1,3}\])*\s*$"
_ENDED = re.compile(rf"[。．！？!?]{_CLOSERS}")
_ANNOUNCED = re.compile(rf"[:：]{_CLOSERS}")
_STOPPED = re.compile(rf"[.…]{_CLOSERS}")
_ABBREVIATED = re.compile(r"(?:\b(?:Mr|Mrs|Ms|Dr|No|Nos|vs|e\.g|i\.e|cf|Fig|Sec|Art|approx|[A-Z]))\.$")
_QUOTED = re.compile(r"[」』）)]\s*$")
_RULE = re.compile(r"[-=_*~\s|:+]{3,}")
_ROW = re.compile(r"\S[ \u3000]*\t\s*\S|\S\s+\|\s|^\s*\||\S(?: {3,}|\u3000{2,})\S")
_HEADING = re.compile(r"\s*(?:#{1,6}\s|</?[a-z]+[ />]|```|~~~|【|\*\*[^*]+\*\*\s*$|\[[^\]]*\]\s*$)")
_ARTICLE = re.compile(r"\s*第\s*[0-9０-９一二三四五六七八九十百]+\s*[編部章節条][^。、]{0,40}$")
_QUOTE = re.compile(r"[ \t]*(?:>[ \t]?)+")
_LABEL = re.compile(rf"\s*(?:\*\*)?(?:[A-Z][\w /&-]{{0,24}}|[{_JAPANESE}・A-Za-z]{{1,12}})(?:\*\*)?\s?[:：](?![\d/])")
_OPEN = re.compile(
    r"(?:[,，、；(（「『【〔［\[&/・]|[-\u2010\u2013\u2014]|\b(?:the|an?|of|to|for|and|or|nor|not|in|on|at|by|with|from|is|are"
    r"|was|were|be|been|must|may|shall|should|can|will|that|which|who|than|as|if|when|your|their|our|its|this|these|those|any"
    r"|no|only|before|after|within|without|per|about|under|into|unless|until|between|has|have|do|does))\s*$",
    re.IGNORECASE,
)
_PARTICLE = re.compile(
    r"(?:(?<![こもひなごふ])[とのに]|[はがをへもや]|(?<!つい)(?<!関し)(?<!当たっ)(?<!あたっ)[てで]|(?:であ|すれ|なけれ|られ|れ)ば"
    r"|から|より|など|なく|ずに|つつ|ながら|たり|および|及び|または|又は|並びに|若しくは|もしくは|かつ|ただし)\s*$"
)
_KANJI = r"一-龠々ァ-ヶー"
_GOES_ON = re.compile(
    rf"\s*(?:[、。，．）)」』】〕］ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々]|を|へ(?=[、{_KANJI}])|が(?=[、{_KANJI}あなで])|は(?=[、{_KANJI}「\d])"
    rf"|に(?!もかかわらず|おいては?、)(?=[、{_KANJI}はもよつお対関限な])|の(?=[、{_KANJI}「]|うち|ため|場合|とき)|と(?=[、しすな{_KANJI}」])"
    rf"|で(?=[、{_KANJI}あきすし])|も(?=[、{_KANJI}])|や(?=[{_KANJI}])"
    r"|され|させ|せず|せる|しな[いけくが]|して|した|しま|すれ|する(?!と)|ない|なけれ|なく|なら[なず]|なり|なる|られ|れ[るた]|ら[れな]"
    r"|ます|まし|ませ|です|でし|だ[。、けっ]|た[。、もめら場]|ため|こと(?!ば)|もの(?!づ)|とき(?!どき)|ところ(?!で)|場合(?!によって)|だけ|のみ|まで|ください"
    r"|い[るたてなま]|おり|あ[りっ]|ある(?=[。、場との])|[いうくしすつぬむりるた][、。])"
)
_BRACKETS = ("（）", "()", "「」", "『』", "【】", "〔〕")
_OPENING = re.compile(r"[（(「『【〔]")
_TIED = re.compile(r"\S[/\u2014-]\s*$")
_TOKEN = re.compile(r"\s*(?:[!-~\u00c0-\u024f]+|.[、。，．）)」』】ーっゃゅょァィゥェォッャュョ]{0,2})")
_HYPHENATED = re.compile(r"([^\W\d_]+)[-\u2010]$")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
SLACK = 4  # columns a line may be broken early: a sign that may not begin a line takes its neighbour along
BROKEN = 0.6  # of the unfinished lines that had no room for what follows: then the text is broken by its width
SPREAD = 0.95  # of the lines end within the column; the others are addresses, rows and formulas
NESTING = 8  # lines a bracket may stay open before it is taken for a slip
TAIL = 40  # characters at a line's end that tell whether it ends something
SEEN = 2048  # lines whose judgement is remembered, for each is asked for several times
BATCH = 20_000  # lines looked at together
NARROWEST = 16  # columns; nobody breaks a text into shorter lines
VERSE = 40  # columns; lines below this that end no sentence anywhere are labels


@dataclass(frozen=True, slots=True)
class Line:
    """
    A line of a file, without its end. `left` and `right` are where its ink begins and ends, in any unit, `pitch` the width of a
    column in it. `apart`: the layout sets it apart from the line above it. `hard`: it ends where its author wanted it to.
    """

    text: str
    left: float
    right: float
    pitch: float = 1.0
    apart: bool = False
    hard: bool = False


def columns(text: str) -> int:
    """Return how wide `text` is in a fixed-width font: two for a wide letter."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def measured(text: str) -> Line:
    """Return one line of plain text."""
    bare = text.expandtabs(4)
    inside = len(bare) - len(bare.lstrip(" \u3000"))
    return Line(text, columns(bare[:inside]), columns(bare))


def joined(given: Sequence[Line], *, flowing: bool = False, hyphens: bool = False) -> list[str]:
    """
    Return one text for each paragraph, item, heading or row, in order; an empty line stays one.

    `flowing`: the markup says that a line goes on unless something begins in the next one. `hyphens`: whatever set the lines
    divides words with hyphens of its own; elsewhere one at a line's end is taken for part of the word, unless the text has the
    word without it.
    """
    known: frozenset[str] = frozenset()
    found: list[list[str]] = []  # the pieces of each paragraph
    for block in _blocks(given):
        start = 0
        for at, line in enumerate(block.lines):
            if not at or not block.goes_on(start, at, flowing=flowing):
                start = at
                found.append([line.text])
                continue
            known = known or words(one.text for one in given)
            found[-1][-1:] = _pieces(found[-1][-1], line.text, known, hyphens=hyphens)
    return ["".join(pieces) for pieces in found]


def words(texts: Iterable[str]) -> frozenset[str]:
    """Return the words of a text, hyphenated ones whole, in small letters."""
    return frozenset(word.lower() for text in texts for word in _WORD.findall(text))


def text_of(given: str) -> str:
    """Return a plain text with its broken lines joined; one line stays as it is."""
    if "\n" not in given:
        return given
    return "\n".join(paragraphs(given))


def one_line(given: str) -> str:
    """Return the text of a cell, a shape or a comment: its broken lines joined, its other lines and spaces one space."""
    return " ".join(text_of(given).split())


def paragraphs(given: str) -> Iterator[str]:
    """Yield the paragraphs of a plain text and the empty lines between them."""
    written = given.split("\n")
    for at in range(0, len(written), BATCH):
        yield from joined([measured(line.rstrip()) for line in written[at : at + BATCH]])


def together(before: str, after: str) -> str:
    """Return two pieces of a sentence as one."""
    return "".join(_pieces(before, after, frozenset(), hyphens=False))


@dataclass(frozen=True, slots=True)
class _Block:
    """
    Lines none of which begins anything of its own by its form, but for the first.

    `broken` tells for each of them where its column was broken, 0 for nowhere known. `prose`: these are sentences, for a line
    ends one or is too long for a label. `small`: every line begins with a small letter and ends nothing, as a list of words.
    """

    lines: Sequence[Line]
    broken: Sequence[float]
    prose: bool
    small: bool

    def goes_on(self, start: int, at: int, *, flowing: bool) -> bool:
        """Whether the line at `at` goes on with the paragraph that began at `start`."""
        first, line, following = self.lines[start], self.lines[at - 1], self.lines[at]
        marker = MARKER.match(first.text)
        if marker and following.left < first.left - first.pitch / 2:
            return False  # back to the left of the item: no part of it
        quoting = at - start <= NESTING and _unclosed("".join(one.text for one in self.lines[start:at]))
        over = ended(line.text, following.text) and not quoting
        if quoting and not line.hard:
            return True
        if not over and says_so(line.text, following.text) and (_unfinished(line.text) or not self.small):
            return True
        if line.hard or _ARTICLE.match(line.text) or (over and _ANNOUNCED.search(line.text)):
            return False
        hanging = bool(marker) and following.left > first.left + first.pitch
        if hanging:
            return True
        without = _had_no_room(line, following, self.broken[at - 1])
        if not self.prose:
            return flowing and without
        return without or (flowing and not over)


@lru_cache(maxsize=SEEN)
def may_go_on(line: str, following: str) -> bool:
    """Whether nothing forbids that `following` is the rest of `line`'s sentence."""
    return not (parted(line, following) or ended(line, following))


@lru_cache(maxsize=SEEN)
def parted(line: str, following: str) -> bool:
    """Whether one of two lines is no part of a paragraph, or the second begins something of its own."""
    mark, next_mark = _QUOTE.match(line), _QUOTE.match(following)
    if mark and next_mark:
        line, following = line[mark.end() :], following[next_mark.end() :]
    elif next_mark:
        return True
    own = line[mark.end() :] if (mark := MARKER.match(line)) else line
    mark = MARKER.match(following)
    if not own.strip() or not following.strip() or (mark and not mark.group().strip().startswith("第")):
        return True
    if any(_RULE.fullmatch(one) or _ROW.search(one) or _HEADING.match(one) for one in (own, following)):
        return True
    begins = mark or _NUMBERED.match(following) or _LABEL.match(following)
    return bool(begins) and not _unfinished(line)


def says_so(line: str, following: str) -> bool:
    """Whether the words on either side of a line's end show that the sentence goes on."""
    small = following.lstrip()[:1]
    return _unfinished(line) or bool(_GOES_ON.match(following)) or (small.islower() and small.isascii())


@lru_cache(maxsize=SEEN)
def _unfinished(line: str) -> bool:
    tail = line.rstrip()[-TAIL:]
    return bool(_OPEN.search(tail) or _PARTICLE.search(tail)) or _unclosed(line)


def _unclosed(line: str) -> bool:
    return bool(_OPENING.search(line)) and any(line.count(pair[0]) > line.count(pair[1]) for pair in _BRACKETS)


@lru_cache(maxsize=SEEN)
def ended(line: str, following: str = "") -> bool:
    """Whether a line ends a sentence, or announces what follows it."""
    small = following.lstrip()[:1]
    tail = line.rstrip()[-TAIL:]
    if _ENDED.search(tail):
        return not (_unclosed(line) or (_QUOTED.search(tail) and _GOES_ON.match(following)))
    if _unclosed(line) or not (_STOPPED.search(tail) or _ANNOUNCED.search(tail)):
        return False
    return not (_ABBREVIATED.search(tail) or (small.islower() and small.isascii()))


def _blocks(given: Sequence[Line]) -> Iterator[_Block]:
    runs: list[list[Line]] = []
    for line in given:
        if line.apart or not runs or parted(runs[-1][-1].text, line.text):
            runs.append([])
        runs[-1].append(line)
    bands = _bands(given)
    broken = [_column([[one for one in run if _band(one, bands) == at] for run in runs]) for at in range(len(bands))]
    for run in runs:
        own = _own(run)
        prose = any(ended(line.text) or columns(line.text) >= VERSE for line in run)
        small = all(line.text.lstrip()[:1].islower() and not ended(line.text) for line in run)
        yield _Block(run, [own or broken[_band(line, bands)] for line in run], prose, small)


def _bands(given: Sequence[Line]) -> list[float]:
    """Return where the columns of a page begin, from left to right; a plain text has one."""
    lefts = [0.0]
    rights: list[float] = []  # in order
    last = 0.0
    for line in sorted((one for one in given if one.text.strip()), key=lambda one: one.left):
        further = line.left > last
        if further and rights and line.left >= rights[len(rights) // 2]:
            lefts.append(line.left)
            rights = []
        insort(rights, line.right)
        last = line.left
    return lefts


def _band(line: Line, bands: Sequence[float]) -> int:
    return max(0, bisect_right(bands, line.left) - 1)


def _own(run: Sequence[Line]) -> float:
    """Return the column of a paragraph that shows it by itself: most of its lines without room, and an end."""
    pairs = _pairs([run])
    if len(pairs) < 2 or not ended(run[-1].text) or run[-1].left > min(line.right for line in run):
        return 0.0
    column = max(line.right for line in run)
    without = sum(_had_no_room(line, following, column) for line, following in pairs)
    return column if without >= BROKEN * len(pairs) else 0.0


def _column(runs: Sequence[Sequence[Line]]) -> float:
    """Return where most unfinished lines were broken, 0 where they were not broken by their width."""
    pairs = _pairs(runs)
    rights = sorted(line.right for run in runs if len(run) > 1 for line in run if not _ROW.search(line.text))
    if not pairs or not rights:
        return 0.0
    column = rights[min(len(rights) - 1, int(len(rights) * SPREAD))]
    without = sum(_had_no_room(line, following, column) for line, following in pairs)
    return column if without >= BROKEN * len(pairs) else 0.0


def _pairs(runs: Sequence[Sequence[Line]]) -> list[tuple[Line, Line]]:
    """Return the unfinished lines with the ones below them; one of half a paragraph's width is a heading, and says nothing."""
    found = []
    for run in runs:
        widest = max((line.right for line in run), default=0.0)
        wide = [pair for pair in pairwise(run) if pair[0].right > widest / 2]
        found += [pair for pair in wide if may_go_on(pair[0].text, pair[1].text)]
    return found


def _had_no_room(line: Line, following: Line, column: float) -> bool:
    token = _TOKEN.match(following.text)
    wanted = columns(token.group().strip()) if token else 1
    space = 0 if _unspaced(line.text, following.text) else 1
    return column > NARROWEST * line.pitch and line.right + (space + wanted + SLACK) * line.pitch > column


def _pieces(before: str, after: str, known: frozenset[str], *, hyphens: bool) -> list[str]:
    """Return two pieces of a sentence as they stand in it; the second one with what parts them."""
    before, after = before.rstrip(), after.strip()
    if _QUOTE.match(before) and (mark := _QUOTE.match(after)):
        after = after[mark.end() :]
    divided = _HYPHENATED.search(before)
    rest = _WORD.match(after)
    if divided and rest and rest.group()[:1].islower():
        first, second = divided[1].lower(), rest.group().lower()
        whole = first + second in known or (hyphens and f"{first}-{second}" not in known)
        return [before[:-1] if whole else before, after]
    return [before, ("" if _unspaced(before, after) else " ") + after]


def _unspaced(before: str, after: str) -> bool:
    """Whether no space belongs between two pieces of a sentence: Japanese stands on either side of the break."""
    last, first = before.rstrip()[-1:], after.lstrip()[:1]
    return bool(_UNSPACED.match(last) or _UNSPACED.match(first)) or bool(_TIED.search(before))
