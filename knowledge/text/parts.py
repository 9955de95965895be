"""
Which part of an article a stretch of it stands in: its paragraph (項), its item (号), what is below.

A short article is one passage, so that its place names the article alone. What a sentence is cited
by follows from the numbers before it, read from the article's beginning: a number that goes on from
a paragraph is one, a number that goes on from an item is one, and a list begins with its first. A
number that follows nothing is a figure.
"""

import re
from dataclasses import dataclass, replace

from knowledge.text.analysis import normalise
from knowledge.text.outline import LEADS
from knowledge.text.quantities import in_digits, number

_SPACE = r"[ \t\u3000]"
_DIGITS = r"[0-9０-９]{1,2}"
_KANJI = r"[一二三四五六七八九十]{1,3}"
_STYLES = {
    "named": re.compile(rf"第({_DIGITS}|{_KANJI})項{_SPACE}*"),
    "item": re.compile(rf"第({_DIGITS}|{_KANJI})号(?:の{_DIGITS}|の{_KANJI})?{_SPACE}+"),
    "plain": re.compile(rf"({_DIGITS}){_SPACE}+(?=[^\s0-9０-９])"),
    "dotted": re.compile(rf"({_DIGITS})[.．、)）]{_SPACE}*(?![0-9０-９])"),
    "circled": re.compile(rf"([①-⑳]){_SPACE}*"),
    "round": re.compile(rf"[(（]({_DIGITS}|{_KANJI})[)）]{_SPACE}*"),
    "kanji": re.compile(rf"({_KANJI}(?:の{_KANJI})?)[ \t\u3000.．、]+"),
    "kana": re.compile(r"([ア-ンヰヱ])[ \t\u3000.．、)）]+"),
    "round kana": re.compile(rf"[(（]([ア-ンヰヱ])[)）]{_SPACE}*"),
    "roman": re.compile(rf"[(（]([ivx]{{1,4}})[)）]{_SPACE}*"),
    "letter": re.compile(rf"[(（]?([a-zA-Z])[)）.]{_SPACE}*"),
}
_PARAGRAPHS = ("named", "plain", "dotted", "circled")  # that a paragraph may be numbered by
_UNCOUNTED = ("kana", "round kana")  # two orders are in use (アイウ, イロハ)
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv")
_NAME = re.compile(
    r"(?P<name>第\s*[0-9０-９一二三四五六七八九十百〇]{1,7}\s*条(?:\s*の\s*[0-9０-９一二三四五六七八九十]+)*"
    r"|[附付]\s*則|別\s*表(?:\s*第?\s*[0-9０-９一二三四五六七八九十]+)?)"
)
_LABEL = re.compile(rf"{_NAME.pattern}(?P<paragraph>第\d+項)?(?=[\s（(【›:：]|$)")
_CLAUSE = re.compile(
    r"(?P<name>^(?:.* › )?(?:(?:article|section|clause) \d{1,3}|\d{1,3}(?=\.\d))(?:\.\d{1,3}){0,4})"
    r"(?P<paragraph>\([a-z]\))?(?=[\s:：]|$)",
    re.IGNORECASE,
)
_HEAD = re.compile(
    rf"{_SPACE}*(?:{_NAME.pattern}|(?:(?:article|section|clause) )?\d{{1,3}}(?:\.\d{{1,3}})+[.:)]?)"
    rf"{_SPACE}*(?:[（(【][^（()）【】\n]{{1,40}}[）)】])?{_SPACE}*",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"第(\d+)(項|号)((?:の\d+)*)([ア-ン]|[(（][ア-ン][)）])?|(?<=[\d)])\(([a-z]{1,4})\)"
)
_LINE = re.compile(r"[^\n]+")

Parts = tuple[str, ...]  # from the outside in: "第2項", "第3号", "ア"; "(b)", "(ii)"


@dataclass(frozen=True, slots=True)
class _Level:
    """An item that is open: how it is numbered, its number, and as it is cited."""

    style: str
    count: int
    cited: str
    indent: int


@dataclass(frozen=True, slots=True)
class _Open:
    """What is open at a line: a paragraph, 0 for one without a number, and items below it."""

    paragraph: int = 0
    style: str = ""  # of the paragraphs' numbers
    levels: tuple[_Level, ...] = ()
    bodied: bool = False
    led: bool = False  # the line before announces a list


def parts_of(label: str, text: str, at: int) -> Parts:
    """
    Return the parts of the article called `label` that its text stands in at `at`; none where it
    has no parts, or where `label` names no article.
    """
    name = _LABEL.search(label) or _CLAUSE.search(label)
    if name is None:
        return ()
    english = name.re is _CLAUSE
    here = _Open()
    given = _NAMED.match(name["paragraph"] or "")
    if given and not english:
        here = replace(here, paragraph=int(given[1]), bodied=True)
    paragraphs = here.paragraph > 1
    stands = here
    for line in _LINE.finditer(text):
        here = _followed(here, line.group(), english=english)
        if line.start() <= at:
            stands = here
        paragraphs = paragraphs or here.paragraph > 1
    if not stands.bodied:
        return ()
    parts = [level.cited for level in stands.levels]
    if paragraphs and not english:
        parts.insert(0, f"第{max(stands.paragraph, 1)}項")
    return tuple(parts)


def shared_parts(label: str, text: str, start: int, end: int) -> Parts:
    """Return the parts that all of a stretch of an article's text stands in."""
    first, last = parts_of(label, text, start), parts_of(label, text, max(start, end - 1))
    depth = 0
    while depth < min(len(first), len(last)) and first[depth] == last[depth]:
        depth += 1
    return first[:depth]


def parts_named(question: str) -> Parts:
    """
    Return the parts of an article that a question names (第5条第1項第3号, "Section 4.2(b)"), none
    where it names none.
    """
    parts: list[str] = []
    for match in _NAMED.finditer(in_digits(normalise(question))):
        if match[5]:
            parts.append(f"({match[5]})")
            continue
        parts.append(f"第{match[1]}{match[2]}{match[3]}")
        if match[4]:
            parts.append(match[4].strip("()（）"))
    return tuple(parts)


def same_parts(one: Parts, other: Parts) -> bool:
    """Whether two ways to name a part mean the same: an only paragraph need not be named."""
    return _bare(one) == _bare(other)


def with_parts(label: str, parts: Parts) -> str:
    """Return an article's label with parts of it: "第5条第1項第3号（服務）", "clause 4.2(b)"."""
    name = _LABEL.search(label) or _CLAUSE.search(label)
    if name is None or not parts:
        return label
    return f"{label[: name.end('name')]}{''.join(parts)}{label[name.end() :]}"


def _bare(parts: Parts) -> Parts:
    if len(parts) > 1 and parts[0] == "第1項":
        return parts[1:]
    return parts


def _followed(here: _Open, line: str, *, english: bool) -> _Open:
    """Return what is open once a line was read."""
    head = _HEAD.match(line)
    rest = line[head.end() :] if head else line.lstrip(" \t\u3000")
    if not rest.strip("#* \u3000"):
        return here
    indent = len(line) - len(line.lstrip(" \t\u3000"))
    opened = _opened(here, rest, indent, english=english)
    if opened is None:
        levels = here.levels
        if levels and indent <= levels[0].indent:
            levels = ()  # it follows the list, as a part of the paragraph
        opened = replace(here, levels=levels)
    return replace(opened, bodied=True, led=bool(LEADS.search(rest)))


def _opened(here: _Open, words: str, indent: int, *, english: bool) -> _Open | None:
    """Return what is open from a line with a number on; None where it has none that counts."""
    marks = _marks(words)
    for style, written in marks:
        count = _count(style, written)
        for depth in range(len(here.levels) - 1, -1, -1):
            level = here.levels[depth]
            follows = count == level.count + 1 or style in _UNCOUNTED or "の" in written
            if level.style == style and follows:
                cited = _cited(style, written, depth, english=english)
                below = (*here.levels[:depth], _Level(style, count, cited, indent))
                return replace(here, levels=below)
    for style, written in marks:
        count = _count(style, written)
        if not english and _is_paragraph(here, style, count):
            return replace(here, paragraph=count, style=style, levels=())
        goes_on = not here.levels and not here.bodied and style not in _PARAGRAPHS
        if count == 1 or style in _UNCOUNTED or goes_on:
            return _listed(here, style, written, indent, english=english)
    return None


def _listed(here: _Open, style: str, written: str, indent: int, *, english: bool) -> _Open:
    """Return it with a list begun: below what is open, or in place of one of the same style."""
    levels = here.levels
    if not here.led:
        for depth, level in enumerate(levels):
            if level.style == style:
                levels = levels[:depth]
                break
    cited = _cited(style, written, len(levels), english=english)
    level = _Level(style, _count(style, written), cited, indent)
    return replace(here, levels=(*levels, level))


def _is_paragraph(here: _Open, style: str, count: int) -> bool:
    """Whether a number is that of a paragraph: the first before any text, or the next one."""
    if style not in _PARAGRAPHS:
        return False
    if style == "named":
        return True
    if count == 1:
        return not here.bodied
    alike = here.style in ("", style)
    return alike and count in (here.paragraph, max(here.paragraph, 1) + 1)


def _marks(words: str) -> list[tuple[str, str]]:
    """Return the styles a line's number may be of, with the number as it is written."""
    marks = []
    for style, form in _STYLES.items():
        if match := form.match(words):
            marks.append((style, match[1]))
    return marks


def _count(style: str, written: str) -> int:
    if style == "circled":
        return ord(written) - ord("①") + 1
    if style == "letter":
        return ord(written.lower()) - ord("a") + 1
    if style == "roman":
        return _ROMAN.index(written) + 1 if written in _ROMAN else 0
    if style in _UNCOUNTED:
        return 1
    return _whole(written.partition("の")[0])


def _cited(style: str, written: str, depth: int, *, english: bool) -> str:
    """Return an item as it is cited: the outermost one of a Japanese article is a 号."""
    if english or style in ("letter", "roman"):
        return f"({written})"
    if style in _UNCOUNTED:
        return written
    if depth:
        return f"({_count(style, written)})"
    main, _, branch = written.partition("の")
    number_ = f"第{_count(style, main)}号"
    if branch:
        return f"{number_}の{_whole(branch)}"
    return number_


def _whole(written: str) -> int:
    return int(number(normalise(written)) or 0)
