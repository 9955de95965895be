"""
Which sentence answers: the one to be said first.

Every line that may be said is weighed by the signs of `fitness.py`, of all passages at once.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from knowledge.answering.asked import LEANING, Asked, Deciding
from knowledge.answering.extractive import Candidate
from knowledge.answering.fitness import signs
from knowledge.answering.scales import unsettled
from knowledge.retrieval.query import Query
from knowledge.text.outline import CELL, LEADS, announces, row_of
from knowledge.text.spans import Span
from knowledge.values import Hit

# What a sign counts beside "form", whose spread over one passage is about three. Weights trained on
# 181 questions were no better on documents they had not seen than these, which people can read.
WEIGHTS: dict[str, float] = {
    "form": 1.0,
    "share": 3.0,
    "share_abroad": 1.5,
    "own": 0.4,
    "likeness": 2.0,
    "likeness_abroad": 4.0,
    "near": 0.3,
    "near_abroad": 4.0,
    "behind": 1.0,
    "off_subject": -3.0,
    "typed": 1.6,
    "untyped": -1.0,
    "counted": 1.0,
    "reachable": 1.0,
    "decides": 1.2,
    "speaks": 0.4,
    "denies": 1.5,
    "in_range": 2.0,
    "out_of_range": -2.0,
    "leaning": -0.8,
    "soft": -1.2,
    "named": 6.0,
    "label": -2.0,
    "opens": 2.5,
    "entitled": 1.5,
    "case": 3.0,
    "condition": 2.0,
    "other_condition": -4.0,
    "lists": 2.0,
    "graded": 2.5,
    "limits": 1.0,
    "contains": 2.0,
    "contrary": -4.0,
    "example": -2.0,
    "enumerates": 1.0,
    "slide_head": 0.5,
    "about_itself": -1.5,
    "asks": -2.0,
}
# a list of contents says where something is told, and tells nothing
_CONTENTS = re.compile(
    r"^\W*(?:\d+\W+)?(?:目次|もくじ|アジェンダ|本日の(?:内容|流れ)|agenda|(?:table of )?contents|outline)(?=\W|$)",
    re.IGNORECASE,
)
_CONTENTS_ASKED = re.compile(
    r"目次|構成|(?:発表|話|講演|資料)の流れ|アジェンダ|agenda|contents|outline", re.IGNORECASE
)
_BARE = re.compile(r"(?:はい|いいえ|ええ|yes|no)[、,。.!！]*", re.IGNORECASE)


def ranked(
    asked: Asked, query: Query, candidates: Sequence[Candidate], hits: Sequence[Hit]
) -> list[Deciding]:
    """Return the sentences that may answer, best first; none where there is no candidate."""
    told = sayable(asked, candidates, hits)
    weighed: list[Deciding] = []
    for deciding, shown in zip(told, signs(asked, query, told, hits), strict=True):
        score = 0.0
        for name, weight in WEIGHTS.items():
            score += weight * shown[name]
        weighed.append(replace(deciding, score=score, signs=shown))
    weighed.sort(key=_negated_score)
    scale = unsettled(weighed, hits)
    if scale is None:
        return weighed
    return [scale, *weighed]


def sayable(asked: Asked, candidates: Sequence[Candidate], hits: Sequence[Hit]) -> list[Deciding]:
    """
    Return the lines of all candidates that may be said first, in order: of a list the line that
    announces it, and each item unless the whole list is wanted.
    """
    told: list[Deciding] = []
    about_contents = bool(_CONTENTS_ASKED.search(asked.text))
    for candidate in candidates:
        passage = hits[candidate.hit].passage
        if not about_contents and _CONTENTS.match("".join(passage.headings[-1:])):
            continue
        text = passage.text
        spans = candidate.spans
        if _BARE.fullmatch(text[slice(*spans[-1])]):
            continue  # a yes to the document's own question is none to this one
        if not _is_list(text, spans):
            leads = announces(text[slice(*spans[-1])]) and CELL not in text[slice(*spans[-1])]
            told.append(Deciding(candidate.hit, spans[-1], None, candidate, lists=leads))
            continue
        heads, items = _parted(text, spans)
        lists = not LEANING.match(text[slice(*heads[-1])])  # 例: … heads no list that answers
        told.append(Deciding(candidate.hit, heads[-1], None, candidate, lists=lists))
        if not asked.listed:
            told += [Deciding(candidate.hit, item, heads[-1], candidate) for item in items]
    return told


def _negated_score(deciding: Deciding) -> float:
    return -deciding.score


def _is_list(text: str, spans: Sequence[Span]) -> bool:
    if len(spans) < 2 or CELL in text[slice(*spans[-1])]:
        return False
    return row_of(text, *spans[-1]).marked and _announces(text, spans)


def _announces(text: str, spans: Sequence[Span]) -> bool:
    return bool(LEADS.search(text[slice(*spans[0])])) or not row_of(text, *spans[0]).marked


def _parted(text: str, spans: Sequence[Span]) -> tuple[list[Span], list[Span]]:
    """Part the lines that announce a list from its items."""
    at = 1
    while at < len(spans) - 1 and not row_of(text, *spans[at]).marked:
        at += 1
    return list(spans[:at]), list(spans[at:])
