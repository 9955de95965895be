"""
A list that grades an amount: 通常の社員・・・20日, 週4日勤務・・・16日.

Who asks for the amount and names none of its cases is answered with all of them, for one alone
would be taken for the rule.
"""

from collections.abc import Sequence
from dataclasses import replace

from knowledge.answering.articles import Article
from knowledge.answering.asked import Deciding
from knowledge.text.article import Line
from knowledge.text.outline import row_of
from knowledge.text.provisions import whole
from knowledge.text.spans import Span, visible
from knowledge.text.wanted import Wanted
from knowledge.values import Hit

END = 12  # characters at the end of an item that hold its amount


def is_step(wanted: Wanted, text: str, span: Span) -> bool:
    """Whether a line of a passage is an item of a list whose items all end with what is counted."""
    if not _grades(wanted, text[slice(*span)]) or not row_of(text, *span).marked:
        return False
    rank = row_of(text, *span).rank
    for start, end in _neighbours(text, span):
        if row_of(text, start, end).rank == rank and _grades(wanted, text[start:end]):
            return True
    return False


def steps_of(wanted: Wanted, article: Article) -> list[str]:
    """Return the items of the scale that the deciding line of an article is one of, in order."""
    lines, at = article.lines, article.at
    first, end = at, at + 1
    while first > 0 and _goes_with(wanted, lines[first - 1], lines[at]):
        first -= 1
    while end < len(lines) and _goes_with(wanted, lines[end], lines[at]):
        end += 1
    return list(map(_text, lines[first:end]))


def unsettled(ranked: Sequence[Deciding], hits: Sequence[Hit]) -> Deciding | None:
    """
    Return the first item of the first scale of the article of the best line, where that is an item
    of a scale and the question names none of its cases; None for no line at all.
    """
    if not ranked:
        return None
    best = ranked[0]
    signs = best.signs
    if not signs["graded"] or signs["in_range"] > 0:
        return None
    place = _place(hits[best.hit])
    least = signs["own"]
    first = best
    for deciding in ranked:
        row = deciding.signs
        if not row["graded"] or _place(hits[deciding.hit]) != place:
            continue
        least = min(least, row["own"])
        if _where(deciding, hits) < _where(first, hits):
            first = deciding
    if signs["own"] > least:
        return None
    return replace(first, scale=True)


def _place(hit: Hit) -> tuple[str, str]:
    return hit.passage.version, whole(hit.passage.place.label)


def _where(deciding: Deciding, hits: Sequence[Hit]) -> tuple[int, int]:
    return hits[deciding.hit].passage.position, deciding.span[0]


def _text(line: Line) -> str:
    return line.text


def _goes_with(wanted: Wanted, line: Line, other: Line) -> bool:
    alike = (line.kind, line.rank) == (other.kind, other.rank)  # a cut takes the first indent away
    return alike and _grades(wanted, line.text)


def _grades(wanted: Wanted, line: str) -> bool:
    """Whether a line is no sentence, and ends with an amount of the unit that is asked for."""
    bare = line.rstrip()
    return not bare.endswith(("。", ".")) and wanted.counts(bare[-END:])


def _neighbours(text: str, span: Span) -> list[Span]:
    """Return the lines right before and behind a stretch, without the white space around them."""
    spans: list[Span] = []
    begin = text.rfind("\n", 0, span[0])
    if begin > 0:
        spans.append(visible(text, text.rfind("\n", 0, begin) + 1, begin))
    end = text.find("\n", span[1])
    if end >= 0:
        behind = f"{text}\n".find("\n", end + 1)
        spans.append(visible(text, end + 1, behind))
    return spans
