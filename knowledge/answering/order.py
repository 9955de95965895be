"""
Which of two steps comes first, and whether a statement turns them round: merging before the review
where the rule has the review before merging. Pure; Japanese and English.

Only what names an order is compared ("before", "and later", てから, たあと), and only by the words
on either side of it, so that a statement in quite other words is not judged here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.answering.grounding import content, plain, share

SAME = 0.5  # share of a step's words that another has, from which on both are the same step
_PARTS = re.compile(r"[。！？!?;；\n]|\.(?!\d)")
# "first" stands before the sign; where it begins the part, up to the comma behind it
_FORWARD = (
    re.compile(r"てから|た(?:うえ|上)で|た(?:あと|後)(?:に|で|、)?|し、(?:その後|次に|それから)"),
    re.compile(r"\bbefore\b|,? (?:and|or) (?:is |are )?then\b|,? (?:and )?(?:only )?afterwards\b"),
)
_BACKWARD = (re.compile(r"(?<=[うくぐすつぬぶむるの])前に"), re.compile(r"\bafter\b"))
# what is no word of a step: a yes or no before it, and what only says that it is the first
_FRAME = re.compile(r"^(?:yes|no|はい|いいえ)[,、] ?|\bfirst\b|まず、?|先に")
_LATER = re.compile(r"^(?P<first>.+?)(?:,| and\b)(?P<then>.+?) (?:later|afterwards)\b")


@dataclass(frozen=True, slots=True)
class Steps:
    """The words of two steps in their order."""

    first: frozenset[str]
    then: frozenset[str]


def turned_round(statement: str, source: str) -> bool:
    """Whether a statement puts first what its source puts last, and last what it puts first."""
    theirs = list(_steps(source))
    for ours in _steps(statement):
        for other in theirs:
            crossed = min(share(ours.first, other.then), share(ours.then, other.first))
            straight = min(share(ours.first, other.first), share(ours.then, other.then))
            if crossed >= SAME and crossed > straight:
                return True
    return False


def _steps(text: str) -> Iterator[Steps]:
    for sentence in _PARTS.split(plain(text)):
        part = _FRAME.sub("", sentence.strip())
        later = _LATER.match(part)
        if later:
            yield from _between(later["first"], later["then"])
            continue
        for sign in _FORWARD:
            for match in sign.finditer(part):
                yield from _around(part, match, forward=True)
        for sign in _BACKWARD:
            for match in sign.finditer(part):
                yield from _around(part, match, forward=False)


def _around(part: str, match: re.Match[str], *, forward: bool) -> Iterator[Steps]:
    """Yield the steps on either side of a sign, "before A, B" read as "B before A"."""
    left, right = part[: match.start()], part[match.end() :]
    if not content(left):
        right, _, left = right.partition(",")
    one, other = (left, right) if forward else (right, left)
    yield from _between(one, other)


def _between(first: str, then: str) -> Iterator[Steps]:
    steps = Steps(frozenset(content(first)), frozenset(content(then)))
    if steps.first and steps.then:
        yield steps
