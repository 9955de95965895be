"""
The provisions of a set of rules: articles, paragraphs and numbered clauses, however they are set.

An article's name may stand alone, before its text or below its caption, in digits or kanji; a
paragraph is one whose number follows that of the paragraph before it. Numbers that follow nothing
are figures or items of lists, and begin no provision.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from knowledge.text.lines import ended
from knowledge.text.quantities import number

_DIGITS = r"[0-9０-９一二三四五六七八九十百〇]{1,7}"
_ARTICLE = re.compile(
    rf"[ \t\u3000]*第\s*({_DIGITS})\s*条((?:\s*の\s*{_DIGITS}(?![\w]))*)"
    r"(?P<gap>[ \t\u3000]*)(?P<caption>[（(【][^（()）【】\n]{1,40}[）)】])?(?P<rest>[^\n]*)"
)
_BRANCH = re.compile(_DIGITS)
_NOT_BEGUN = re.compile(
    r"[のにをはがとでもやへ、。・,.]|及び|又は|並び|若し|から|まで|第|各|本文|ただし|中|前|後|以"
)
_ANNEX = re.compile(
    rf"[ \t\u3000]*(?P<name>[附付]\s*則|別\s*表(?:\s*第?\s*(?P<number>{_DIGITS}))?)"
    r"(?P<caption>[ \t\u3000]*[（(][^（()）\n]{1,40}[）)])?(?=[\s\u3000:：]|$)[^\n]*"
)
_CHAPTER = re.compile(rf"[ \t\u3000]*第\s*{_DIGITS}\s*[編部章節款](?=[\s\u3000]|$)[^\n。]{{0,40}}$")
_CAPTION = re.compile(r"[ \t\u3000]*[（(【][^（()）【】\n]{1,40}[）)】][ \t\u3000]*")
_PARAGRAPH = re.compile(
    rf"[ \t\u3000]*(?:(?P<plain>[0-9０-９]{{1,2}})(?:[ \t\u3000]+|[.．、][ \t\u3000]*(?![0-9０-９]))"
    rf"|第\s*(?P<named>{_DIGITS})\s*項[ \t\u3000]+|(?P<circled>[①-⑳])[ \t\u3000]*)(?=\S)"
)
_ITEM = re.compile(
    rf"[ \t\u3000]*(?:[（(]({_DIGITS})[）)]|([一二三四五六七八九十]{{1,3}})[ \t\u3000]+)"
)
_CLAUSE = re.compile(
    r"[ \t]*(?:#{1,6}[ \t]+)?(?:(?P<word>Article|Section|Clause)[ \t]+)?"
    r"(?P<number>\d{1,3}(?:\.\d{1,3}){0,4})[.:)]?[ \t]+(?=[A-Z“\"'(])(?P<rest>[^\n]*)",
    re.IGNORECASE,
)
_LETTER = re.compile(r"[ \t]*\(([a-z]{1,4})\)[ \t]+(?=\S)")
_LINE = re.compile(r"[^\n]+")
_HEADING = 60  # characters of a heading of clauses
_FEWEST = 2  # articles, or clauses, that make a text a set of rules
_PART = re.compile(
    r"第\d+項|第\d+号(?:の\d+)*|(?<=[項号\d])[ア-ン](?![ァ-ン])|(?<=[\d)])\([a-z\d]{1,4}\)"
)
ARTICLE = re.compile(r"第\d+条|附則|別表|clause \d")  # in the name of a place
_OPENING = 80  # characters of an article's first line that its later paragraphs are found by


@dataclass(frozen=True, slots=True)
class Provision:
    """
    One article, or one of its paragraphs: `name` is the article's ("第37条", "附則", "clause 4.2"),
    in digits; `caption` is in brackets or empty; `paragraph` is 0 where it is the article's only
    one, `letter` that of a clause's part. `opening` is how the article begins; `headed` tells that
    its name is a heading.
    """

    name: str
    caption: str = ""
    paragraph: int = 0
    letter: str = ""
    opening: str = ""
    headed: bool = False

    @property
    def label(self) -> str:
        """As it is cited: "第37条第2項（届出）"."""
        paragraph = f"第{self.paragraph}項" if self.paragraph else ""
        letter = f"({self.letter})" if self.letter else ""
        return f"{self.name}{paragraph}{letter}{self.caption}"

    @property
    def article(self) -> "Provision":
        """The whole article it belongs to."""
        return replace(self, paragraph=0, letter="", opening="")

    @property
    def reference(self) -> str:
        """As people ask for it: "第37条第2項"."""
        return replace(self, caption="").label


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a text from `start` to `end`, and the provision it belongs to, if any."""

    start: int
    end: int
    provision: Provision | None


@dataclass(frozen=True, slots=True)
class _Open:
    """The article that is being read, and whether text has stood in it yet."""

    provision: Provision
    bodied: bool = False


def whole(label: str) -> str:
    """Return the article of a place's label, which its paragraphs have in common."""
    return _PART.sub("", label)


def part_begun(line: str) -> str:
    """Return the number or letter of the part of an article that a line begins, "" for none."""
    match = _PARAGRAPH.match(line)
    if match is not None:
        return str(_count(match))
    match = _LETTER.match(line)
    return match[1] if match else ""


class Provisions:
    """Follows the provisions of a document over its pages, which are given in order."""

    def __init__(self, texts: Sequence[str]) -> None:
        """`texts` are all headings and pages of the document."""
        articles: set[str] = set()
        clauses: set[str] = set()
        for text in texts:
            for line in _LINE.findall(text):
                articles.update(_names(line))
                if match := _CLAUSE.match(line):
                    clauses.add(match["number"])
        deep = any("." in one for one in clauses)
        self._japanese = len(articles) >= _FEWEST
        self._english = not self._japanese and deep and len(clauses) > _FEWEST
        self._open: _Open | None = None
        self._annex = ""
        self._last = 0  # number of the last article

    def enter(self, headings: Sequence[str]) -> None:
        """Go on below these headings, the outermost one first."""
        self._open, self._annex = None, ""
        for heading in headings:
            begun = self._begun(heading, alone=True)
            if begun is not None:
                self._open = replace(begun, provision=replace(begun.provision, headed=True))

    def stretches(self, text: str) -> Iterator[Stretch]:
        """Yield the parts of a page's text in order; each belongs to one provision or to none."""
        if not (self._japanese or self._english):
            yield Stretch(0, len(text), None)
            return
        bounds = [(0, self._provision())]
        above: int | None = None  # where what belongs to the next article begins
        for match in _LINE.finditer(text):
            line = match.group()
            if self._announces(line):
                if above is None:
                    above = match.start()
                continue
            start = match.start()
            begun = self._begun(line, alone=False)
            if begun is not None:
                if above is not None:
                    start = above
                begun = _captioned(begun, text[start : match.start()])
                self._open = _as_headed(begun, self._open)
                bounds.append((start, self._provision()))
            elif self._next_part(line):
                if self._is_first():
                    start = bounds.pop()[0]
                bounds.append((start, self._provision()))
            above = None
        yield from _parted(bounds, len(text))

    def _provision(self) -> Provision | None:
        return self._open.provision if self._open else None

    def _is_first(self) -> bool:
        """Tell whether the open paragraph is the first, which its article's name belongs to."""
        return self._open is not None and self._open.provision.paragraph == 1

    def _announces(self, line: str) -> bool:
        """Tell whether a line belongs to the article below it: a caption, or a chapter's name."""
        if self._english:
            match = _CLAUSE.match(line)
            return match is not None and _is_chapter(match)
        if _CHAPTER.fullmatch(line):
            self._annex = ""
            return True
        return _CAPTION.fullmatch(line) is not None

    def _begun(self, line: str, *, alone: bool) -> _Open | None:
        """Return the article or clause that a line begins; `alone` for a heading."""
        if self._japanese:
            return self._annexed(line) or self._article(line, alone=alone)
        if self._english:
            return _clause(line, alone=alone)
        return None

    def _annexed(self, line: str) -> _Open | None:
        match = _ANNEX.match(line)
        if match is None:
            return None
        name = "".join(match["name"].split()).replace("付則", "附則")
        if match["number"]:
            name = f"別表第{_whole(match['number'])}"
        self._annex, self._last = name, 0
        named = "caption" if match["caption"] else "name"
        rest = line[match.end(named) :]
        caption = (match["caption"] or "").strip()
        return _Open(Provision(name, caption, opening=_opening(line)), bodied=bool(rest.strip()))

    def _article(self, line: str, *, alone: bool) -> _Open | None:
        match = _ARTICLE.match(line)
        if match is None:
            return None
        count, rest = _whole(match[1]), match["rest"]
        spaced = bool(match["gap"] or match["caption"] or not rest.strip())
        follows = count in {self._last, self._last + 1} and not _NOT_BEGUN.match(rest)
        if not (alone or spaced or follows):
            return None
        name = f"第{count}条{_branches(match[2])}"
        if self._annex.endswith("則"):
            name = f"{self._annex}{name}"
        self._last = count
        caption = match["caption"] or ""
        words = caption
        if alone and not words:
            words = rest.strip()
        heading = _as_caption(words) if words else ""
        bodied = bool(rest.strip()) and not alone
        return _Open(Provision(name, heading, opening=_opening(line)), bodied=bodied)

    def _next_part(self, line: str) -> bool:
        """Take a line of the open article; tell whether its next paragraph begins with it."""
        here = self._open
        if here is None or not line.strip():
            return False
        part = _next_paragraph(here, line)
        if self._english:
            part = _next_letter(here, line)
        self._open = _Open(part or here.provision, bodied=True)
        return part is not None


def _next_paragraph(here: _Open, line: str) -> Provision | None:
    """Return the open article's next paragraph if the line begins it."""
    match = _PARAGRAPH.match(line)
    if match is None:
        return None
    count, last = _count(match), here.provision.paragraph
    first = count == 1 and not here.bodied
    following = here.bodied and count == max(last, 1) + 1
    if not (first or following):
        return None
    return replace(here.provision, paragraph=count)


def _next_letter(here: _Open, line: str) -> Provision | None:
    """Return the open clause's next lettered part if the line begins it."""
    match = _LETTER.match(line)
    last = here.provision.letter
    wanted = chr(ord(last) + 1) if last else "a"
    if match is None or match[1].lower() != wanted:
        return None
    return replace(here.provision, letter=wanted)


def _names(line: str) -> Iterator[str]:
    """Yield the article that a line begins with, if it surely does."""
    match = _ARTICLE.match(line)
    if match and (match["gap"] or match["caption"] or not match["rest"].strip()):
        yield f"{_whole(match[1])}{_branches(match[2])}"


def _clause(line: str, *, alone: bool) -> _Open | None:
    match = _CLAUSE.match(line)
    if match is None:
        return None
    if "." not in match["number"] and not match["word"] and not alone:
        return None
    name = f"clause {match['number']}"
    return _Open(Provision(name, opening=_opening(line)), bodied=True)


def _is_chapter(match: re.Match[str]) -> bool:
    """Tell whether a clause of one number is the heading of those below it."""
    rest = match["rest"]
    return "." not in match["number"] and len(rest) <= _HEADING and not ended(rest)


def _parted(bounds: Sequence[tuple[int, Provision | None]], end: int) -> Iterator[Stretch]:
    """Yield what lies between the bounds; the first paragraph is one where a second follows."""
    ends = [start for start, _ in bounds[1:]]
    following = [provision for _, provision in bounds[1:]]
    rows = zip(bounds, [*ends, end], [*following, None], strict=True)
    for (start, provision), until, after in rows:
        if start < until:
            yield Stretch(start, until, _first_of(provision, after))


def _first_of(provision: Provision | None, after: Provision | None) -> Provision | None:
    """Return a provision as the first paragraph of its article where `after` is the second."""
    if provision is None or after is None or provision.paragraph:
        return provision
    if after.paragraph != 2 or after.name != provision.name:
        return provision
    return replace(provision, paragraph=1)


def _captioned(begun: _Open, above: str) -> _Open:
    """Return an article with the caption that stands above it."""
    captions = [line for line in above.split("\n") if _CAPTION.fullmatch(line)]
    if not captions or begun.provision.caption:
        return begun
    caption = _as_caption(captions[-1].strip())
    return replace(begun, provision=replace(begun.provision, caption=caption))


def _as_headed(begun: _Open, above: _Open | None) -> _Open:
    """Return an article as its heading names it, where its text repeats the name below that."""
    if above is None or not above.provision.headed or begun.provision.caption:
        return begun
    if begun.provision.name != above.provision.name:
        return begun
    caption = above.provision.caption
    return replace(begun, provision=replace(begun.provision, caption=caption, headed=True))


def _as_caption(words: str) -> str:
    """Return a caption in brackets."""
    return f"（{words.strip('（()）【】 　')}）"


def _opening(line: str) -> str:
    return " ".join(line.split())[:_OPENING]


def _whole(written: str) -> int:
    """Return the value of a numeral in any digits."""
    return int(number(unicodedata.normalize("NFKC", written)) or 0)


def _branches(written: str) -> str:
    """Return "の2の3" in digits."""
    return "".join(f"の{_whole(one)}" for one in _BRANCH.findall(written))


def _count(match: re.Match[str]) -> int:
    """Return a paragraph's number."""
    if match["circled"]:
        return ord(match["circled"]) - ord("①") + 1
    return _whole(match["plain"] or match["named"])
