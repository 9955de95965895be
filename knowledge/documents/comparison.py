"""
What a new version of a document changes, section by section, and what to ask it before it is
published.

Sections are what people call them: a heading's text, a slide, a sheet, a page. Text that only moved
is no change.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from knowledge.sentences import phrase
from knowledge.values import Language, Passage, Place

QUESTIONS = 3
_HEADING = 40  # characters of a heading, or of a first sentence, asked for
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Section:
    """
    A stretch of a document under one name. `heading` may be empty; `text` is without white space.
    """

    heading: str
    place: Place
    text: str


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
    kept = Counter(s.text for s in old) & Counter(s.text for s in new)
    gone, come = _without(old, kept), _without(new, kept)
    named = {_name(s) for s in gone}
    changed = tuple(s for s in come if _name(s) in named)
    again = {_name(s) for s in changed}
    return Changes(
        tuple(s for s in come if _name(s) not in again),
        tuple(s for s in gone if _name(s) not in again),
        changed,
    )


def questions(passages: Sequence[Passage], language: Language) -> tuple[str, ...]:
    """Return up to three questions about the longest sections of a version, in its order."""
    found = {(_subject(s)): s for s in sections(passages) if _subject(s)}
    longest = sorted(found, key=lambda subject: -len(found[subject].text))[:QUESTIONS]
    return tuple(
        phrase("ask_about", subject=subject).to(language) for subject in found if subject in longest
    )


def stands_in(quotes: Sequence[str], passages: Sequence[Passage]) -> tuple[bool, ...]:
    """
    Report for each quote whether the version still says it word by word; white space does not
    count.
    """
    whole = "".join(s.text for s in sections(passages))
    return tuple(tight(quote) in whole for quote in quotes)


def sections(passages: Sequence[Passage]) -> Iterator[Section]:
    """Yield the sections that these passages, in order, belong to."""
    held: list[Passage] = []
    for passage in [*passages, None]:
        if held and (passage is None or _key(passage) != _key(held[0])):
            first = held[0]
            yield Section(_heading(first), first.place, "".join(tight(p.text) for p in held))
            held = []
        if passage is not None:
            held.append(passage)


def _without(found: list[Section], kept: Counter[str]) -> list[Section]:
    """Return the sections but for those whose text is kept, each as often as it is."""
    left = Counter(kept)
    others = []
    for section in found:
        left[section.text] -= 1
        if left[section.text] < 0:
            others.append(section)
    return others


def _key(passage: Passage) -> tuple[str, str, int | None]:
    place = passage.place
    return place.kind, _heading(passage), None if place.kind == "section" else place.number


def _heading(passage: Passage) -> str:
    """Return the nearest heading; a table's header row, which continues a table, is none."""
    if passage.place.label:
        return passage.place.label
    return next((h for h in passage.headings[1:] if " | " not in h), "")


def _name(section: Section) -> tuple[str, str, int | None]:
    """What makes two sections the same one: the heading, or where it has none the number."""
    return section.place.kind, section.heading, None if section.heading else section.place.number


def _subject(section: Section) -> str:
    return (
        section.heading if 1 < len(section.heading) <= _HEADING else section.text[: _HEADING // 2]
    )


def tight(text: str) -> str:
    """
    Return a text without white space, for a file may be broken into lines otherwise than before.
    """
    return _SPACE.sub("", text)
