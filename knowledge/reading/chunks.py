"""
Cuts a reading into passages: the unit that is found, quoted and cited.

A passage is an exact stretch of its page's text, so a quote can always be found again in the
original. Cuts fall between paragraphs, rows and sentences (Japanese and English), never inside 「」;
a slide stays whole when it fits, and so does a list with the line that announces it. Same reading,
same document and version: byte-identical passages with the same ids.
"""

import re
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

from knowledge.reading.readers.sections import SEPARATOR
from knowledge.reading.reading import Reading, language
from knowledge.text.outline import CELL, LEADS, Row, items, row_of, stands_within
from knowledge.text.provisions import Provision, Provisions, Stretch
from knowledge.values import Page, Passage, Place

TARGET = 400  # characters of Japanese; a Latin letter counts as _NARROW of one
LONGEST = 520
SLIDE = 800  # a slide up to this stays whole
_NARROW = 0.45
_LATIN = re.compile("[\0-\u024f]")
_NAMESPACE = uuid.UUID("5c6cf1d6-8bb1-5e0c-9d0f-1f2a6b1f7d9a")  # fixed: ids must never change
_OPEN, _CLOSE = "「『（(【", "」』）)】"
_END = re.compile(r"[。！？!?．]+[」』）)】”\"]*|\.(?=\s)|\n")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|No|Inc|Ltd|Co|vs|etc|e\.g|i\.e|cf|Fig|Sec|Art|approx)|\b[A-Z]"
    r"|^\s*\d{1,3})$",
    re.MULTILINE,
)
_CLAUSE = re.compile(r"[、,;；:：]\s*|\s+")
_NESTING = 200  # characters a bracket may stay open before it is taken for a slip
_LINE = re.compile(r"[^\n]+")
_STOPPED = re.compile(r"[。．.！？!?][」』）)】”\"*]*$")
_HEADER = 200  # characters of a table's header row, or of what announces a list, kept as context

Kind = Literal["prose", "slide", "table", "notes"]


@dataclass(frozen=True, slots=True)
class _Cut:
    start: int
    end: int
    paragraph: int
    kind: Kind
    header: str = ""
    provision: Provision | None = None


@dataclass(frozen=True, slots=True)
class _List:
    """
    A list in a text: where its head, its items and it itself begin or end, and what its head says.
    """

    start: int
    items: int
    end: int
    head: str


def passages(
    reading: Reading, *, document: str, version: str, audience: str, title: str
) -> tuple[Passage, ...]:
    """
    Return the passages of `reading` in order, positions from 1.

    `title` is the document's title as people know it; it comes first in every passage's `headings`.
    Speaker notes become passages of kind "notes" at their slide's place.
    """
    numbered: list[Passage] = []
    for page, text, cut in _all_cuts(reading):
        position = len(numbered) + 1
        words = text[cut.start : cut.end]
        passage = Passage(
            id=str(uuid.uuid5(_NAMESPACE, f"{document}\n{version}\n{position}")),
            document=document,
            version=version,
            position=position,
            title=title,
            place=_place(page, cut),
            text=words,
            headings=_headings(title, page, cut),
            language=language(words),
            kind=cut.kind,
            audience=audience,
        )
        numbered.append(passage)
    return tuple(numbered)


def _all_cuts(reading: Reading) -> Iterator[tuple[Page, str, _Cut]]:
    """Yield where each passage lies: its page, the text it is cut from, and the cut."""
    texts = [f"{_last_heading(page)}\n{page.text}" for page in reading.pages]
    provisions = Provisions(texts)
    file = ""
    for page in reading.pages:
        if page.place.kind == "section" or page.file != file:
            provisions.enter(page.title.split(SEPARATOR))
        file = page.file
        for cut in _cuts(page, provisions):
            yield page, page.text, cut
        for cut in _prose(page.notes, "notes"):
            yield page, page.notes, cut


def _last_heading(page: Page) -> str:
    return page.title.rpartition(SEPARATOR)[2]


def passage_title(passage: Passage) -> str:
    """
    Return the words the encoder weighs as a title: the document's title and the nearest headings.
    """
    return " ".join(dict.fromkeys((passage.title, *passage.headings)))


def sentences(text: str) -> tuple[str, ...]:
    """
    Return the sentences of `text` without outer white space, each an exact substring of it; a row
    counts as one.
    """
    return tuple(text[start:end] for start, end in _spans(text))


def weight(text: str) -> float:
    """Return the length of `text` in Japanese characters."""
    narrow = len(text) if text.isascii() else len(_LATIN.findall(text))
    return len(text) - narrow * (1 - _NARROW)


def _place(page: Page, cut: _Cut) -> Place:
    """Return where a cut stands: at its provision where it has one, and on its page."""
    place = page.place
    label = place.label
    if cut.provision is not None:
        label = _label(place, cut.provision)
    label = SEPARATOR.join(filter(None, (page.file, label)))
    if place.kind == "section" or (place.kind == "part" and label):
        return Place("section", cut.paragraph, label)
    return replace(place, label=label)


def _label(place: Place, provision: Provision) -> str:
    """Return a provision as it is cited; where it is all of a section, by the section's heading."""
    alone = not (provision.paragraph or provision.letter)
    if place.kind == "section" and provision.headed and alone:
        return place.label
    return provision.label


def _headings(title: str, page: Page, cut: _Cut) -> tuple[str, ...]:
    """
    Return the document's title, the headings above a cut, its provision and its table's header,
    each once.
    """
    path = page.title.split(SEPARATOR)
    sheet = page.place.label if page.place.kind == "sheet" else ""
    provision: list[str] = []
    if cut.provision is not None:
        if not path[-1].startswith(cut.provision.reference):
            provision.append(cut.provision.reference)
        if cut.provision.paragraph > 1 or cut.provision.letter:
            provision.append(cut.provision.opening)
    names = dict.fromkeys((title, page.file, *path, sheet, *provision, cut.header))
    return tuple(filter(None, names))


def _cuts(page: Page, provisions: Provisions) -> Iterator[_Cut]:
    """Yield the cuts of a page's own text: a short slide whole, else its tables and its prose."""
    kind: Kind = "slide" if page.place.kind == "slide" else "prose"
    if kind == "slide" and weight(page.text) <= SLIDE:
        begin, end = _trim(page.text, 0, len(page.text))
        if begin < end:
            yield _Cut(begin, end, 1, "slide")
        return
    for stretch in _fitting(page.text, provisions.stretches(page.text)):
        for cut in _cuts_between(page.text, kind, stretch.start, stretch.end):
            yield replace(cut, provision=stretch.provision)


def _fitting(text: str, stretches: Iterator[Stretch]) -> Iterator[Stretch]:
    """
    Yield the stretches of a text; the paragraphs of an article that fits into one passage together,
    since each is understood by the others.
    """
    for _, parts in groupby(stretches, _article_of):
        article = list(parts)
        first, last = article[0], article[-1]
        goes_on = first.provision is not None and first.provision.paragraph > 1
        if goes_on or weight(text[first.start : last.end]) > LONGEST:
            yield from article
        else:
            yield Stretch(first.start, last.end, _article_of(first))


def _article_of(stretch: Stretch) -> Provision | None:
    return stretch.provision.article if stretch.provision else None


def _cuts_between(text: str, kind: Kind, begin: int, until: int) -> Iterator[_Cut]:
    """Yield the cuts of a stretch of text: its tables and its prose."""
    for start, end, table in _runs(text[begin:until]):
        first, last = begin + start, begin + end
        yield from _table(text, first, last) if table else _prose(text, kind, first, last)


def _runs(text: str) -> Iterator[tuple[int, int, bool]]:
    """Yield the stretches of `text` that are tables or not; two rows or more make a table."""
    lines = text.splitlines(keepends=True)
    rows = [CELL in line for line in lines]
    begin = offset = 0
    table = False
    for at, line in enumerate(lines):
        beside_row = any(rows[max(0, at - 1) : at] + rows[at + 1 : at + 2])
        in_table = rows[at] and beside_row
        if in_table != table and offset > begin:
            yield begin, offset, table
            begin = offset
        table = in_table
        offset += len(line)
    if offset > begin:
        yield begin, offset, table


def _table(text: str, start: int, end: int) -> Iterator[_Cut]:
    """Yield groups of rows; from the second group on the header row stands in the headings."""
    header = ""
    paragraph = text.count("\n", 0, start) + 1
    for first, last in _packed_spans(text, list(_lines(text, start, end)), TARGET):
        yield _Cut(first, last, paragraph, "table", header)
        if not header:
            header = text[first:last].split("\n", 1)[0].strip()[:_HEADER]


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    at = start
    for line in text[start:end].splitlines(keepends=True):
        begin, stop = _trim(text, at, at + len(line))
        if begin < stop:
            yield from _short_spans(text, begin, stop)
        at += len(line)


def _prose(text: str, kind: Kind, start: int = 0, end: int | None = None) -> Iterator[_Cut]:
    """
    Yield passages; a later part of a list that is too long for one has in its headings what
    announced it.
    """
    stop = len(text) if end is None else end
    paragraph, at = text.count("\n", 0, start) + 1, start
    lists = list(_lists(text, start, stop))
    stretches = [(listed.start, listed.end) for listed in lists]
    whole = [(begin, until) for begin, until in stretches if weight(text[begin:until]) <= LONGEST]
    spans = _joined_within(list(_spans(text, start, stop)), whole)
    for first, last in _packed_spans(text, spans, TARGET):
        paragraph += text.count("\n", at, first)
        at = first
        yield _Cut(first, last, paragraph, kind, _announced(lists, first))


def _announced(lists: Sequence[_List], at: int) -> str:
    """Return what announces the list whose items a cut begins among; "" for none."""
    for listed in lists:
        if listed.items < at < listed.end:
            return listed.head
    return ""


def _lists(text: str, start: int, end: int) -> Iterator[_List]:
    """Yield the lists of a text with the lines that announce them."""
    rows: list[Row] = []
    for match in _LINE.finditer(text, start, end):
        begin, stop = _trim(text, match.start(), match.end())
        if begin < stop:
            rows.append(row_of(text, begin, stop))
    at = 0
    while at < len(rows):
        count = items(text, rows, at)
        head = _announcement(text, rows, at) if count else ""
        if not head:
            at += 1
            continue
        last = at + count
        yield _List(rows[at].span[0], rows[at + 1].span[0], rows[last].span[1], head)
        at = last + 1


def _announcement(text: str, rows: Sequence[Row], at: int) -> str:
    """Return what announces the items below the row at `at`, "" where nothing does."""
    line = text[slice(*rows[at].span)]
    if LEADS.search(line) or stands_within(rows, at) or not _STOPPED.search(line):
        return line[-_HEADER:]
    return ""


def _joined_within(
    spans: list[tuple[int, int]], whole: list[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Join the spans within each stretch that is to stay whole."""
    joined: list[tuple[int, int]] = []
    left = whole
    for first, last in spans:
        while left and left[0][1] <= first:
            left = left[1:]
        inside = bool(left) and left[0][0] < first
        if inside:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return joined


def _packed_spans(
    text: str, spans: list[tuple[int, int]], target: int
) -> Iterator[tuple[int, int]]:
    """
    Join neighbouring spans up to about `target`; a blank line ends a passage early once it is half
    full.
    """
    begin = end = -1
    size = 0.0
    for first, last in spans:
        more = weight(text[first:last])
        gap = begin >= 0 and "\n\n" in text[end:first] and size >= target / 2
        if begin >= 0 and (gap or size + more > target * 1.12):
            yield begin, end
            begin = -1
        if begin < 0:
            begin, size = first, 0.0
        end, size = last, size + more
    if begin >= 0:
        yield begin, end


def _spans(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
    """Yield each sentence's start and end; none is longer than `LONGEST` allows."""
    stop = len(text) if end is None else end
    begin = start
    depth, scanned, opened = 0, start, start
    for mark in _END.finditer(text, start, stop):
        for at in range(scanned, mark.start()):
            if text[at] in _OPEN:
                depth, opened = depth + 1, at
            elif text[at] in _CLOSE:
                depth = max(0, depth - 1)
        scanned = max(scanned, mark.start())
        sign = mark[0]
        if sign == "\n":
            depth, scanned = 0, mark.end()
        else:
            closing = sum(letter in _CLOSE for letter in sign)
            if sign == "." and _ABBREVIATION.search(
                text, max(begin, mark.start() - 12), mark.start()
            ):
                continue
            if depth - closing > 0 and mark.start() - opened < _NESTING:
                continue
            if closing and mark.end() < stop and text[mark.end()] not in "\n 　":
                continue  # 「…する。」と書く: the quotation ends, the sentence goes on
            depth, scanned = 0, mark.end()
        yield from _trimmed_spans(text, begin, mark.end())
        begin = mark.end()
    yield from _trimmed_spans(text, begin, stop)


def _trimmed_spans(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    begin, stop = _trim(text, start, end)
    if begin < stop:
        yield from _short_spans(text, begin, stop)


def _short_spans(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """
    Cut what has no end of sentence for too long at a comma or a space, or anywhere as a last
    resort.
    """
    while weight(text[start : min(end, start + LONGEST * 3)]) > LONGEST:
        cut = high = min(end, start + TARGET)
        for mark in _CLAUSE.finditer(text, start + TARGET // 2, high):
            cut = mark.end()
        begin, stop = _trim(text, start, cut)
        if begin < stop:
            yield begin, stop
        start, _ = _trim(text, cut, end)
    if start < end:
        yield start, end


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
