"""
The published transcript of a slide deck: a page's text with one numbered item per slide that has
text.

The items are numbered without gaps, the slides are not: a slide's place is the number printed on
it, found among the loose numbers of its text as the rising sequence with the smallest steps. A
slide that shows no number gets no invented one.
"""

import re
from collections.abc import Iterator

from knowledge.reading.readers.refusal import Budget
from knowledge.reading.readers.sections import Item, Omitted, Title
from knowledge.values import Page, Place

_START = re.compile(r"^\s*Transcript\s*$", re.MULTILINE)
_ITEM = re.compile(r"^[ \t]{0,8}(\d{1,4})\. (?=\S)", re.MULTILINE)
_NUMBER = re.compile(r"(?<!\S)(\d{1,4})(?!\S)")
_COPYRIGHT = re.compile(
    r"(?:©|\(c\)|Ⓒ)\s*(?:\d{4}\s*)?[\w .&-]{1,40}?(?:,?\s*(?:Inc|Ltd|LLC|Corp)\.?|株式会社)(?:\s+All rights reserved\.?)?",
    re.IGNORECASE,
)
_BULLET = re.compile(
    r"\s*(?<!\S)([•●■◆▪◦○▸‣]|・(?=\S)|[①-⑳](?=\s)|(?:[a-z]|[ivx]{1,4}|\d{1,2})\.(?=\s))\s*"
)
_NESTED = frozenset("◦○‣▸")
_JAPANESE = r"[\u3041-\u30ff\u4e00-\u9fff]"
# A line broken in mid-word leaves a sign that cannot start a word, or one loose character, behind
# the gap.
_TORN = re.compile(
    rf"(?<={_JAPANESE})\s+(?=[ぁぃぅぇぉっゃゅょァィゥェォッャュョーヽ々、。])|(?<={_JAPANESE})[ \t]+(?={_JAPANESE}(?:\s|$))"
)
_CHROME = ("share decks privately", "More Decks by", "Other Decks in", "Tweet")
_FIRST_MISSING = 12  # cost of leaving a slide unnumbered, in skipped slide numbers
_TITLE = 60  # characters


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
    start = _START.search(text)
    head, body = (text[: start.start()], text[start.end() :]) if start else ("", text)
    title = next(
        (
            line.strip()
            for line in head.split("\n")
            if line.strip() and not any(word in line for word in _CHROME)
        ),
        "",
    )
    if title:
        yield Title(title)
    yield Omitted(
        head + " ".join(_COPYRIGHT.findall(body))
    )  # what stands around the deck, and on each slide's edge
    items = [" ".join(_COPYRIGHT.sub(" ", item).split(" ")).strip() for item in _items(body)]
    budget.pages(len(items))
    for position, (item, mark) in enumerate(zip(items, _printed(items), strict=True), 1):
        without = item if mark is None else item[: mark.start()] + " " + item[mark.end() :]
        heading, lines = _lay_out(without)
        shown = "\n".join(lines)
        budget.characters(len(shown))
        place = Place("slide", int(mark[1])) if mark else Place("part", position)
        yield Page(position, place, shown, title=heading)


def _items(body: str) -> list[str]:
    """
    Return the numbered items in order: item n is the first line "n." after item n - 1, so that
    lists inside stay whole.
    """
    cuts: list[tuple[int, int]] = []
    for mark in _ITEM.finditer(body):
        if int(mark[1]) == len(cuts) + 1:
            cuts.append((mark.start(), mark.end()))
    ends = [start for start, _ in cuts[1:]] + [len(body)]
    return [body[begin:end] for (_, begin), end in zip(cuts, ends, strict=True)]


def _printed(items: list[str]) -> list[re.Match[str] | None]:
    """
    Choose one loose number per slide so that they rise with the smallest steps; None where that
    fails.
    """
    best: dict[int, tuple[int, list[re.Match[str] | None]]] = {0: (0, [])}
    for item in items:
        marks = {int(mark[1]): mark for mark in reversed(list(_NUMBER.finditer(item)))}
        after: dict[int, tuple[int, list[re.Match[str] | None]]] = {}
        for last, (cost, chosen) in best.items():
            _keep(after, last, cost + _FIRST_MISSING, [*chosen, None])
            for number, mark in marks.items():
                if number > last:
                    _keep(after, number, cost + number - last - 1, [*chosen, mark])
        best = after
    return min(best.values(), key=lambda choice: choice[0])[1]


def _keep(
    after: dict[int, tuple[int, list[re.Match[str] | None]]],
    number: int,
    cost: int,
    chosen: list[re.Match[str] | None],
) -> None:
    if number not in after or cost < after[number][0]:
        after[number] = (cost, chosen)


def _lay_out(item: str) -> tuple[str, list[str]]:
    """
    Return the slide's title and its lines: torn words joined, each bullet on a line of its own, the
    title first.
    """
    joined = _TORN.sub("", item)
    flat = re.sub(r"[ \t]+", " ", re.sub(r"\s*\n\s*", "\n", joined)).strip()
    first = re.split(r"\s", flat, maxsplit=1)[0]
    heading = (
        first if re.search(_JAPANESE, first) else _BULLET.split(flat, maxsplit=1)[0].split("\n")[0]
    )
    heading = heading[:_TITLE].strip()
    rest = flat[len(heading) :].strip()
    parts = _BULLET.split(rest)
    lines = [heading, *parts[0].strip().split("\n")]
    for sign, text in zip(parts[1::2], parts[2::2], strict=True):
        words = " ".join(text.split())
        lead = "  - " if sign in _NESTED else "- "
        lines.append(lead + (words if sign in "•●■◆▪・◦○▸‣" else f"{sign} {words}".strip()))
    return heading, [line for line in lines if line.strip(" -")]
