"""
What an answer is on its way: a question is made ready, passages are retrieved, an answer is written
and verified. Each stage's result is made whole by one function and never changed.
"""

from dataclasses import dataclass
from typing import Literal

from knowledge.answering.citations import Draft
from knowledge.answering.question import Turn
from knowledge.answering.trace import Check, Limit
from knowledge.errors import ModelUnavailable
from knowledge.retrieval.query import Query
from knowledge.values import AnswerMode, Citation, Hit, Language, Nearest, Phrase, SearchKind

NOTHING = Draft((), ())


@dataclass(frozen=True, slots=True)
class Question:
    """
    A question made ready: `text` without greetings and signatures, `search_text` as it is searched,
    where a follow-up stands for itself; `follows` tells one. `open`: it says nothing of what it is
    about, and neither does the talk before it.

    `readers` are the audiences of the asker, `limit` how many passages may be used, 1..10.
    `started` is when it came, in seconds of `time.perf_counter`.
    """

    id: str
    text: str
    search_text: str
    language: Language
    readers: frozenset[str]
    limit: int
    kind: SearchKind
    history: tuple[Turn, ...]
    started: float
    follows: bool = False
    open: bool = False


@dataclass(frozen=True, slots=True)
class Retrieved:
    """
    The question as it was compared, and what was found for it, best first; apart from it
    `overruled`, what a document that holds says otherwise.
    """

    query: Query
    hits: tuple[Hit, ...]
    overruled: tuple[Hit, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """
    An answer before its sources are looked at; without sentences in `draft` it is a refusal.

    `hits` are those retrieved, followed by what was found for the sides of a comparison alone, and
    by those `overruled`, which are not quoted.
    `missing` are words of the question that stand in no passage, `meanings` questions it may have
    meant. `checks`, `removed`, `prompt`, `output`, `model` and `tokens` (in, out) are a model's;
    `fallback` says why its answer gave way to quotes. `absent` says that no document has what the
    question names. `held`: the passages speak of all that was asked, so that the questions after it
    may be about the article; an answer that is sure need not.
    """

    hits: tuple[Hit, ...] = ()
    mode: AnswerMode = "refused"
    draft: Draft = NOTHING
    certainty: Literal["sure", "unsure"] = "sure"
    held: bool = True
    missing: tuple[str, ...] = ()
    meanings: tuple[str, ...] = ()
    depends: bool = False
    table: tuple[tuple[str, ...], ...] = ()
    nearest: tuple[Nearest, ...] = ()
    checks: tuple[Check, ...] = ()
    removed: int = 0
    prompt: str = ""
    output: str = ""
    model: str = ""
    tokens: tuple[int, int] = (0, 0)
    fallback: ModelUnavailable | None = None
    overruled: tuple[Hit, ...] = ()
    absent: Phrase | None = None


@dataclass(frozen=True, slots=True)
class Verified:
    """The numbered sources of what was written, and what people should know about them."""

    citations: tuple[Citation, ...]
    limits: tuple[Limit, ...]
