"""
The published transcript of a slide deck: a page's text with one numbered item per slide that has
text.

The items are numbered without gaps, the slides are not: a slide's place is the number printed on
it, found among the loose numbers of its text as the rising sequence with the smallest steps. A
slide that shows no number gets no invented one.
"""

import re
from collections.abc import Iterator
from operator import itemgetter

from knowledge.reading.readers.refusal import Budget
from knowledge.reading.readers.sections import Item, Omitted, Title
from knowledge.values import Page, Place

_START = re.compile(r"^\s*Transcript\s*$", re.MULTILINE)
_ITEM = re.compile(r"^[ \t]{0,8}(\d{1,4})\. (?=\S)", re.MULTILINE)
_NUMBER = re.compile(r"(?<!\S)(\d{1,4})(?!\S)")
_COPYRIGHT = re.compile(
    r"(?:©|\(c\)|Ⓒ)\s*(?:\d{4}\s*)?[\w .&-]{1,40}?"
    r"(?:,?\s*(?:Inc|Ltd|LLC|Corp)\.?|株式会社)(?:\s+All rights reserved\.?)?",
    re.IGNORECASE,
)
_BULLET = re.compile(
    r"\s*(?<!\S)([•●■◆▪◦○▸‣]|・(?=\S)|[①-⑳](?=\s)|(?:[a-z]|[ivx]{1,4}|\d{1,2})\.(?=\s))\s*"
)
_NESTED = frozenset("◦○‣▸")
_SIGNS = "•●■◆▪・◦○▸‣"
_JAPANESE = r"[\u3041-\u30ff\u4e00-\u9fff]"
# A line broken in mid-word leaves a sign that cannot start a word, or one loose character, behind
# the gap.
_TORN = re.compile(
    rf"(?<={_JAPANESE})\s+(?=[ぁぃぅぇぉっゃゅょァィゥェォッャュョーヽ々、。])"
    rf"|(?<={_JAPANESE})[ \t]+(?={_JAPANESE}(?:\s|$))"
)
_CHROME = ("share decks privately", "More Decks by", "Other Decks in", "Tweet")
_FIRST_MISSING = 12  # cost of leaving a slide unnumbered, in skipped slide numbers
_TITLE = 60  # characters

Number = re.Match[str] | None  # that is printed on a slide, in its text
Choice = tuple[int, list[Number]]  # the cost of numbers, and these


def recognised(text: str) -> bool:
    """
    Tell whether `text` is a published deck's transcript: the word "Transcript" alone on a line,
    then items from 1 on.
    """
    start = _START.search(text[:200_000])
    if start is None:
        return False
    items = _items(text[start.end() :])
    return len(items) > 1


def slides(text: str, budget: Budget) -> Iterator[Item]:
    """Yield the deck's title and its slides, each at the number printed on it."""
    head, body = _head_and_body(text)
    title = _title(head)
    if title:
        yield Title(title)
    # what stands around the deck, and on each slide's edge
    yield Omitted(head + " ".join(_COPYRIGHT.findall(body)))
    items = [_COPYRIGHT.sub(" ", item).strip() for item in _items(body)]
    budget.pages(len(items))
    for position, (item, mark) in enumerate(zip(items, _slide_numbers(items), strict=True), 1):
        without_number = item
        place = Place("part", position)
        if mark is not None:
            without_number = f"{item[: mark.start()]} {item[mark.end() :]}"
            place = Place("slide", int(mark[1]))
        heading, lines = _title_and_lines(without_number)
        shown = "\n".join(lines)
        budget.characters(len(shown))
        yield Page(position, place, shown, title=heading)


def _head_and_body(text: str) -> tuple[str, str]:
    """Return what stands before the transcript, and the transcript."""
    start = _START.search(text)
    if start is None:
        return "", text
    return text[: start.start()], text[start.end() :]


def _title(head: str) -> str:
    """Return the deck's title: the first line that is none of the publishing site's own."""
    for line in head.split("\n"):
        own = any(word in line for word in _CHROME)
        if line.strip() and not own:
            return line.strip()
    return ""


def _items(body: str) -> list[str]:
    """
    Return the numbered items in order: item n is the first line "n." after item n - 1, so that
    lists inside stay whole.
    """
    items: list[str] = []
    begin = -1
    for mark in _ITEM.finditer(body):
        if int(mark[1]) != len(items) + 1 + (begin >= 0):
            continue
        if begin >= 0:
            items.append(body[begin : mark.start()])
        begin = mark.end()
    if begin >= 0:
        items.append(body[begin:])
    return items


def _slide_numbers(items: list[str]) -> list[Number]:
    """
    Choose one loose number per slide so that they rise with the smallest steps; None where that
    fails.
    """
    cheapest: dict[int, Choice] = {0: (0, [])}  # by the last number chosen
    for item in items:
        marks = {int(mark[1]): mark for mark in reversed(list(_NUMBER.finditer(item)))}
        following: dict[int, Choice] = {}
        for last, (cost, chosen) in cheapest.items():
            _offer(following, last, (cost + _FIRST_MISSING, [*chosen, None]))
            for number, mark in marks.items():
                if number > last:
                    _offer(following, number, (cost + number - last - 1, [*chosen, mark]))
        cheapest = following
    _, numbers = min(cheapest.values(), key=itemgetter(0))
    return numbers


def _offer(cheapest: dict[int, Choice], number: int, choice: Choice) -> None:
    """Take a choice that ends at this number when it costs less than the one there is."""
    if number not in cheapest or choice[0] < cheapest[number][0]:
        cheapest[number] = choice


def _title_and_lines(item: str) -> tuple[str, list[str]]:
    """
    Return the slide's title and its lines: torn words joined, each bullet on a line of its own, the
    title first.
    """
    whole_words = _TORN.sub("", item)
    flat = re.sub(r"[ \t]+", " ", re.sub(r"\s*\n\s*", "\n", whole_words)).strip()
    heading = _heading(flat)
    rest = flat[len(heading) :].strip()
    before, *bullets = _BULLET.split(rest)
    lines = [heading, *before.strip().split("\n")]
    for sign, text in zip(bullets[::2], bullets[1::2], strict=True):
        lines.append(_bullet(sign, text))
    return heading, [line for line in lines if line.strip(" -")]


def _heading(flat: str) -> str:
    """Return a slide's title: its first word in Japanese, else what stands before a bullet."""
    first = re.split(r"\s", flat, maxsplit=1)[0]
    if not re.search(_JAPANESE, first):
        first = _BULLET.split(flat, maxsplit=1)[0].split("\n")[0]
    return first[:_TITLE].strip()


def _bullet(sign: str, text: str) -> str:
    """Return a bullet as one line; a number or letter of its own stays, a mere sign does not."""
    words = " ".join(text.split())
    lead = "  - " if sign in _NESTED else "- "
    if sign in _SIGNS:
        return lead + words
    return lead + f"{sign} {words}".strip()
