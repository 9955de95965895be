"""
The case a sentence is for: 「社外秘の内容を含むときは、…」 beside 「社内限りの議事録なら、…」.
"""

import re
from collections.abc import Mapping, Sequence

from knowledge.answering.asked import Deciding
from knowledge.answering.shares import share_of
from knowledge.retrieval.query import Query
from knowledge.text.analysis import normalise
from knowledge.text.outline import unmarked
from knowledge.values import Hit

# the case a sentence begins with: 社外秘の内容を含むときは、
_CASE = re.compile(
    r"^(?P<ja>[^、。]{2,40}?)(?:なら|ならば|の?場合(?:に)?は?|の?ときは?|の?際は?)、"
    r"|^(?:if|when|for) (?P<en>[^,.]{2,60}), ",
    re.IGNORECASE,
)


def conditions(
    told: Sequence[Deciding], hits: Sequence[Hit], weights: Mapping[str, float], query: Query
) -> list[dict[str, float]]:
    """
    Return for each line which share of the question stands in the case it begins with, and whether
    another line of its passage is for the case that is asked about while it is for one that is not.
    What the heading says tells no case from another.
    """
    shares: list[float | None] = []
    for deciding in told:
        passage = hits[deciding.hit].passage
        case = _CASE.match(unmarked(passage.text[slice(*deciding.span)]))
        shares.append(None)
        if case is not None:
            heading = normalise("".join(passage.headings[-1:]))
            telling = {word: share for word, share in weights.items() if word not in heading}
            shares[-1] = share_of(case["ja"] or case["en"], telling, query.others)
    met: set[int] = set()
    for one, share in zip(told, shares, strict=True):
        if share:
            met.add(one.hit)
    signs: list[dict[str, float]] = []
    for one, share in zip(told, shares, strict=True):
        other = share == 0.0 and one.hit in met
        signs.append({"condition": share or 0.0, "other_condition": float(other)})
    return signs
