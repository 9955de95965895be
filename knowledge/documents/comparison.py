"""
What a new version of a document changes, section by section, and what to ask it before it is
published.

Sections are what people call them: a heading's text, a slide, a sheet, a page. Text that only moved
is no change.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from knowledge.sentences import phrase
from knowledge.text.outline import CELL
from knowledge.values import Language, Passage, Place

ROWS = 10  # rows from which a table of figures is data
QUESTIONS = 3
TOPICS = 12  # headings that may become a question to begin with
_HEADING = 40  # characters of a heading, or of a first sentence, asked for
_COMPARED = 6000  # characters of a section compared word by word
_WORD = re.compile(  # amounts with their signs or units, and stretches of one script
    r"[一二三四五六七八九十百千万]+[日月年週時分秒人名件回円枚個条項号版割]*[間前後]?|"
    r"[0-9０-９]+(?:[.,．，][0-9０-９]+)*|[A-Za-z]+|[一-龠々〆ヶ]+|[ァ-ヴー]+|[ぁ-ん]+|\S"
)
_SPACE = re.compile(r"\s+")
Name = tuple[str, str, int | None]  # kind of place, heading, number where it has no heading


@dataclass(frozen=True, slots=True)
class Section:
    """
    A stretch of a document under one name. `heading` may be empty; `text` is without white space.

    `shown` is the text as it stands there; `before` is what stood there in the version before,
    where that is compared.
    """

    heading: str
    place: Place
    text: str
    shown: str = ""
    before: str = ""


@dataclass(frozen=True, slots=True)
class Changes:
    """
    The sections that came, went and changed, each in the order of its document; `changed` holds the
    new ones.
    """

    added: tuple[Section, ...] = ()
    removed: tuple[Section, ...] = ()
    changed: tuple[Section, ...] = ()


def compare(before: Sequence[Passage], after: Sequence[Passage]) -> Changes:
    """Return what changed between two versions, given all their passages in order."""
    old, new = list(sections(before)), list(sections(after))
    same = Counter(map(_text, old)) & Counter(map(_text, new))
    gone, come = _without(old, same), _without(new, same)
    in_both = set(map(_name, gone)) & set(map(_name, come))
    changed, added = _parted(come, in_both)
    changed_before, removed = _parted(gone, in_both)
    return Changes(added, removed, tuple(_beside(changed, changed_before)))


def replaced(section: Section) -> tuple[tuple[str, str], ...]:
    """
    Return which words of a changed section took the place of which, in order: ("課長", "部長").
    One side is empty where words only came or went.
    """
    old = _WORD.findall(section.before[:_COMPARED])
    new = _WORD.findall(section.shown[:_COMPARED])
    pairs = []
    for kind, first, last, begin, end in SequenceMatcher(None, old, new).get_opcodes():
        if kind != "equal":
            pairs.append((_joined(old[first:last]), _joined(new[begin:end])))
    return tuple(pairs)


def questions(passages: Sequence[Passage], language: Language) -> tuple[str, ...]:
    """
    Return up to three questions about the longest sections of a version, in its order; none about
    rows of figures, of which no one says what is asked for.
    """
    lengths: dict[str, int] = {}
    for section in sections(passages):
        subject = _subject(section)
        if subject and not _data(section):
            lengths[subject] = len(section.text)
    longest = sorted(lengths, key=lengths.__getitem__, reverse=True)[:QUESTIONS]
    subjects = [subject for subject in lengths if subject in longest]
    return tuple(phrase("ask_about", subject=subject).to(language) for subject in subjects)


def topics(passages: Sequence[Passage]) -> tuple[str, ...]:
    """Return the headings of the longest sections, at most twelve, the longest first."""
    lengths: dict[str, int] = {}
    for section in sections(passages):
        heading = section.heading
        if 1 < len(heading) <= _HEADING and CELL not in heading and not _data(section):
            lengths[heading] = len(section.text)
    return tuple(sorted(lengths, key=lengths.__getitem__, reverse=True)[:TOPICS])


def _data(section: Section) -> bool:
    """Report whether a section is rows of figures and dates rather than something that is said."""
    rows = [line for line in section.shown.split("\n") if CELL in line]
    if len(rows) < ROWS:
        return False
    cells = [cell.rpartition(":")[2] for row in rows for cell in row.split(CELL)]
    figures = [cell for cell in cells if any(sign.isdigit() for sign in cell)]
    return len(figures) * 2 >= len(cells)


def stands_in(quotes: Sequence[str], passages: Sequence[Passage]) -> tuple[bool, ...]:
    """
    Report for each quote whether the version still says it word by word; white space does not
    count.
    """
    whole = "".join(map(_text, sections(passages)))
    return tuple(tight(quote) in whole for quote in quotes)


def sections(passages: Sequence[Passage]) -> Iterator[Section]:
    """Yield the sections that these passages, in order, belong to."""
    held: list[Passage] = []
    for passage in [*passages, None]:
        if held and (passage is None or _key(passage) != _key(held[0])):
            yield _section(held)
            held = []
        if passage is not None:
            held.append(passage)


def _section(passages: Sequence[Passage]) -> Section:
    first = passages[0]
    texts = [tight(passage.text) for passage in passages]
    whole = [passage.text for passage in passages]
    shown = "\n".join(whole)
    return Section(_heading(first), first.place, "".join(texts), shown)


def _text(section: Section) -> str:
    return section.text


def _parted(
    sections: Sequence[Section], names: Collection[Name]
) -> tuple[tuple[Section, ...], tuple[Section, ...]]:
    """Return the sections of these names, and the others."""
    named: list[Section] = []
    others: list[Section] = []
    for section in sections:
        part = named if _name(section) in names else others
        part.append(section)
    return tuple(named), tuple(others)


def _joined(words: Sequence[str]) -> str:
    """Return words as they are written: apart in a Latin script."""
    text = "".join(words)
    if text.isascii():
        return " ".join(words)
    return text


def _beside(after: Sequence[Section], before: Sequence[Section]) -> Iterator[Section]:
    """Yield the sections with what stood under their names before, in order."""
    texts: dict[Name, list[str]] = {}
    for section in before:
        texts.setdefault(_name(section), []).append(section.shown)
    for section in after:
        held = texts.get(_name(section)) or [""]
        yield replace(section, before=held.pop(0))


def _without(sections: list[Section], same: Counter[str]) -> list[Section]:
    """Return the sections but for those whose text stays the same, each as often as it does."""
    left = Counter(same)
    others = []
    for section in sections:
        left[section.text] -= 1
        if left[section.text] < 0:
            others.append(section)
    return others


def _key(passage: Passage) -> Name:
    """What passages of one section share: kind of place, heading, and the number where it tells."""
    place = passage.place
    if place.kind == "section":
        return place.kind, _heading(passage), None
    return place.kind, _heading(passage), place.number


def _heading(passage: Passage) -> str:
    """Return the nearest heading; a table's header row, which continues a table, is none."""
    if passage.place.label:
        return passage.place.label
    for heading in passage.headings[1:]:
        if CELL not in heading:
            return heading
    return ""


def _name(section: Section) -> Name:
    """What makes two sections the same one: the heading, or where it has none the number."""
    if section.heading:
        return section.place.kind, section.heading, None
    return section.place.kind, "", section.place.number


def _subject(section: Section) -> str:
    """Return what a question about a section names: its heading, or how its text begins."""
    if 1 < len(section.heading) <= _HEADING:
        return section.heading
    return section.text[: _HEADING // 2]


def tight(text: str) -> str:
    """
    Return a text without white space, for a file may be broken into lines otherwise than before.
    """
    return _SPACE.sub("", text)
