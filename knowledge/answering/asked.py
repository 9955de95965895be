"""
What a question wants, and the sentence that may give it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from knowledge.answering.extractive import Candidate
from knowledge.text.parts import Parts, parts_named
from knowledge.text.predicates import YesNo, asked_for, denied
from knowledge.text.spans import Span
from knowledge.text.wanted import Wanted, wanted

LEANING = re.compile(
    r"^(?:ただし|但し|この場合|その場合|なお|また、|又、|前項|前号|例えば|例[:：]|However\b|In (?:that|this) case"
    r"|Otherwise\b|For example)",
    re.IGNORECASE,
)
_NOT_FORBIDDEN = re.compile(
    r"禁止(?:され|し)?て?(?:い)?(?:ない|ません)|禁止(?:では|じゃ)ない|\bnot (?:prohibited|forbidden|banned)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """
    What a question wants: `text` as it was asked, what kind of thing, or a yes or no; `part` is the
    paragraph and item of an article that it names, empty for none. `not_forbidden` where it asks
    for what nothing forbids.
    """

    text: str
    wanted: Wanted
    yes_no: YesNo | None
    denied: bool = False
    part: Parts = ()
    not_forbidden: bool = False

    @classmethod
    def of(cls, text: str) -> "Asked":
        """Return what a question wants."""
        yes_no = asked_for(text)
        is_denied = yes_no is None and denied(text)
        return cls(
            text,
            wanted(text),
            yes_no,
            is_denied,
            parts_named(text),
            bool(_NOT_FORBIDDEN.search(text)),
        )

    @property
    def listed(self) -> bool:
        """Whether a whole list is wanted rather than one of its items."""
        return self.wanted.every or self.wanted.kind in ("items", "steps")


@dataclass(frozen=True, slots=True)
class Deciding:
    """
    The sentence that answers: where it stands in the passage of the hit at index `hit`, the line
    that announces it where it is an item of a list, and the candidate it comes from. `lists` where
    it announces a list itself, `scale` where it is an item of one that grades what is asked for,
    and the question does not tell which item. `signs` are those of `fitness.py` that make up its
    score.
    """

    hit: int
    span: Span
    head: Span | None
    candidate: Candidate
    score: float = 0.0
    lists: bool = False
    signs: Mapping[str, float] = field(default_factory=dict, compare=False)
    scale: bool = False
