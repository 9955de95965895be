"""
An answer made of quotes: the answer in one sentence, then the article it stands in, whole or, where
that is too long for a chat, what belongs to the deciding line and stands next to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter

from knowledge.answering.articles import Article
from knowledge.answering.asked import Asked, Deciding
from knowledge.answering.citations import Draft
from knowledge.answering.lead import lead
from knowledge.answering.placing import place_of, placed
from knowledge.answering.rows import header_of
from knowledge.answering.wording import Wording
from knowledge.text.article import Line, above, within
from knowledge.text.outline import CELL, LEADS, unmarked
from knowledge.text.predicates import EXCEPTION
from knowledge.text.ranges import fits
from knowledge.text.sanitise import quoted
from knowledge.text.web_addresses import web_addresses
from knowledge.values import Language, Passage, Sentence

SHORT = 540  # characters of an answer in a chat, its sources apart
LEAST = 180  # of them for the article, however long the lead is
LONGER = 2.0  # of the room of an article, that a list which is asked for may take in addition
BESIDE = 240  # characters of a comparison that is said in one sentence
GAP = "…"

Rows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """
    One thing asked, the sentence that answers it and the article that stands in; `name` is that of
    a side of a comparison, `table` a header and rows that set sides beside each other.
    """

    asked: Asked
    deciding: Deciding
    article: Article
    name: str = ""
    table: Rows = ()


def composed(parts: Sequence[Part], language: Language, wording: Wording) -> Draft:
    """
    Return the draft of an answer: the lead of each part, then each article once, numbered as they
    come.
    """
    groups = _together(parts)
    leads: list[Sentence] = []
    firsts: set[str] = set()
    for number, group in enumerate(groups, start=1):
        for part in group:
            first = _lead(part, language, wording)
            if first and first not in firsts:
                firsts.add(first)
                leads.append(Sentence(first, (number,), "lead"))
    said = " ".join(lead.text for lead in leads)
    budget = max(SHORT - len(said), LEAST) // len(groups)
    short, whole = list(leads), list(leads)
    quotes: list[tuple[int, str]] = []
    around: list[tuple[Passage, ...]] = []
    for number, group in enumerate(groups, start=1):
        article = group[0].article
        kept = sorted({line for part in group for line in _kept(part, budget)})
        short += _sentences(group, kept, number, said)
        whole += _sentences(group, _all(group[0]), number, said)
        quotes.append((article.hit, article.quote))
        around.append(article.passages[: article.own] + article.passages[article.own + 1 :])
    left_out = () if whole == short else tuple(whole)
    return Draft(tuple(short), tuple(quotes), left_out, tuple(around))


def _together(parts: Sequence[Part]) -> list[list[Part]]:
    """Return the parts by the article they stand in, in order."""
    groups: list[list[Part]] = []
    for part in parts:
        for group in groups:
            first = group[0].article
            if first.passages == part.article.passages and first.lines == part.article.lines:
                group.append(part)
                break
        else:
            groups.append([part])
    return groups


def _lead(part: Part, language: Language, wording: Wording) -> str:
    """Return what a part says first, behind the name of its side where it is one."""
    if beside_each_other(part.table):
        differing = _differing(part.table, language, wording)
        return placed(differing, place_of(part.article, language), language)
    if part.asked.wanted.kind == "address":
        address = _address(part.article)
        if address:
            told = wording.phrase("lead_address", address=address).to(language)
            return placed(told, place_of(part.article, language), language)
    first = lead(part.asked, part.deciding, part.article, language, wording)
    if not part.name or not first:
        return first
    return wording.phrase("lead_side", side=part.name, sentence=first).to(language)


def beside_each_other(table: Rows) -> str:
    """Return the rows of a comparison as one sentence, "" where they are too long for one."""
    rows = []
    for row in table[1:]:
        head, *cells = row
        named = zip(table[0][1:], cells, strict=True)
        pairs = [f"{name} {cell}" for name, cell in named if cell]
        rows.append(f"{head}: {' · '.join(pairs)}")
    text = quoted(" / ".join(rows))
    return text if len(text) <= BESIDE else ""


def _address(article: Article) -> str:
    """Return the web address of the deciding line, else the first of its article, "" for none."""
    for line in (article.lines[article.at], *article.lines):
        for address in web_addresses(line.text):
            return address
    return ""


def _differing(table: Rows, language: Language, wording: Wording) -> str:
    """
    Return in what the rows of a comparison differ; what they say, the table beside it tells.
    """
    header, *rows = table
    columns: list[str] = []
    for name, *cells in zip(*table, strict=True):
        if name != header[0] and len(set(cells)) > 1:
            columns.append(name)
    differing = columns or header[1:]
    opens, between, closes, joint = "“", "” and “", "”", " and "
    if language == "ja":
        opens, between, closes, joint = "「", "」と「", "」", "・"
    sides = opens + between.join(map(itemgetter(0), rows)) + closes
    told = wording.phrase("lead_beside", sides=sides, columns=joint.join(differing))
    return quoted(told.to(language))


def _all(part: Part) -> list[int]:
    return list(range(len(part.article.lines)))


def _sentences(
    group: Sequence[Part], numbers: Sequence[int], citation: int, said: str
) -> list[Sentence]:
    """Return these lines of an article, with a gap wherever others stand between them."""
    article = group[0].article
    marks = {part.article.at: part.article.deciding for part in group}
    numbers = _without_headings(article, numbers)
    if _says_nothing_more(article, numbers, said):
        return []
    sentences: list[Sentence] = []
    shown_head = ""
    last = -1
    for number in numbers:
        line = article.lines[number]
        if number > last + 1 and _is_left_out(article, last, number):
            sentences.append(Sentence(GAP, (), "gap"))
        if line.kind == "row" and not shown_head and not _has_header(article, number):
            shown_head = quoted(header_of(article))
            if shown_head:
                sentences.append(Sentence(shown_head, (citation,)))
        if line.kind == "header":
            shown_head = line.text
        text = quoted(line.text)
        if text:
            mark = quoted(marks.get(number, ""))
            depth = _depth(article.lines, number)
            sentences.append(Sentence(text, (citation,), mark=mark, depth=depth))
        last = number
    if _is_left_out(article, last, len(article.lines)):
        sentences.append(Sentence(GAP, (), "gap"))
    return sentences


def _depth(lines: Sequence[Line], number: int) -> int:
    """Return how many items a line stands within."""
    kinds = [lines[head].kind for head in above(lines, number)]
    return kinds.count("item")


def _is_left_out(article: Article, last: int, number: int) -> bool:
    """Whether a line that says something stands between two."""
    between = article.lines[last + 1 : number]
    if last >= 0 and article.lines[last].kind == "header" and number < len(article.lines):
        return False  # a row stands under its header, whatever rows are left out
    return any(line.kind not in ("heading", "header") for line in between)


def _without_headings(article: Article, numbers: Sequence[int]) -> list[int]:
    """Leave out the article's own heading, and headings of nothing."""
    kept: list[int] = []
    for at, number in enumerate(numbers):
        line = article.lines[number]
        following = numbers[at + 1 : at + 2]
        if line.kind == "heading":
            heads_nothing = not following or article.lines[following[0]].kind == "heading"
            if heads_nothing or not kept:
                continue
        kept.append(number)
    return kept


def _has_header(article: Article, number: int) -> bool:
    for line in reversed(article.lines[:number]):
        if line.kind == "header":
            return True
        if line.kind != "row":
            return False
    return False


def _says_nothing_more(article: Article, numbers: Sequence[int], first: str) -> bool:
    """Whether the lead has said already all that these lines say; a list is read as a list."""
    kinds = [article.lines[number].kind for number in numbers]
    if kinds.count("item") > 1:
        return False
    said = "".join(first.split())
    for number in numbers:
        line = article.lines[number]
        words = "".join(quoted(unmarked(line.text)).rstrip("。.").split())
        if words not in said:
            return False
    return True


def _kept(part: Part, budget: int) -> list[int]:
    """Return which lines are shown: all, or the deciding one with what it needs and its near."""
    lines, at = part.article.lines, part.article.at
    if part.table:
        return _rows_of(part)
    if sum(map(_size, lines)) <= budget:
        return list(range(len(lines)))
    kept, complete = _needed(part, budget)
    if lines[at].kind == "row" or not complete:
        return sorted(kept)
    left = budget - sum(_size(lines[number]) for number in kept)
    heads = above(lines, at)
    floor = heads[-1] if heads else 0
    end = max(kept) + 1
    while end < len(lines) and _size(lines[end]) <= left:
        kept.add(end)
        left -= _size(lines[end])
        end += 1
    first = at
    while first > floor and _size(lines[first - 1]) <= left:
        first -= 1
        if first not in kept:
            kept.add(first)
            left -= _size(lines[first])
    return sorted(kept)


def _rows_of(part: Part) -> list[int]:
    """Return the rows that a comparison sets side by side, with their header."""
    firsts = {row[0] for row in part.table}
    kept: list[int] = []
    for number, line in enumerate(part.article.lines):
        of_sides = line.kind == "row" and line.text.split(CELL)[0].strip() in firsts
        if line.kind == "header" or of_sides:
            kept.append(number)
    return kept or [part.article.at]


def _needed(part: Part, budget: int) -> tuple[set[int], bool]:
    """
    Return the deciding line, what announces it, what it announces and its exception, and whether
    that is all of it.

    A list that is asked for may be longer than other answers.
    """
    lines, at = part.article.lines, part.article.at
    needed = {*above(lines, at), at}
    for number, line in enumerate(lines):
        if line.kind in ("row", "item") and fits(part.asked.text, line.text) > 0:
            needed |= {*above(lines, number), number}
    left = budget - sum(_size(lines[number]) for number in needed)
    if part.asked.wanted.kind in ("items", "steps"):
        left += int(budget * LONGER)
    start, end = _below(lines, at)
    for number in range(start, end):
        left -= _size(lines[number])
        if left < 0:
            return needed, False
        needed.add(number)
    behind = max(needed) + 1
    if behind < len(lines) and EXCEPTION.match(unmarked(lines[behind].text)):
        needed.add(behind)
    return needed, True


def _below(lines: Sequence[Line], at: int) -> tuple[int, int]:
    """Return the lines that a line announces: its items, or what stands under headings."""
    start, end = within(lines, at)
    leads = LEADS.search(lines[at].text)
    if start == end and leads and start < len(lines) and lines[start].kind == "heading":
        return start, len(lines)
    return start, end


def _size(line: Line) -> int:
    return len(line.text) + 1
