"""
What happened on the way to an answer, kept so that people can look behind it: stages, candidates,
prompt, checks, limits.

A trace is plain data and crosses JSON unchanged. It names each candidate's audience, so that a
viewer with fewer rights than the asker is shown counts instead of passages.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any, Literal

from knowledge.values import AnswerMode, Language, Phrase, Place, SearchKind

StageName = Literal["tidy", "search", "write"]
LimitKind = Literal[
    "stale",
    "close_scores",
    "missing_words",
    "image_only",
    "disagreement",
    "suspicious",
    "fallback",
    "sparse_alone",
    "other_language",
    "absent",
]


@dataclass(frozen=True, slots=True)
class Stage:
    """
    One step of the work. `status` is "running" when it starts and "done" when it ends.

    `candidates` were found and `used` were kept; tokens are those the model's provider reported, 0
    without a model. `text` is the part of the answer that has already passed its checks, while a
    model is still writing.
    """

    name: StageName
    status: Literal["running", "done"]
    milliseconds: float = 0.0
    candidates: int = 0
    used: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """
    A passage that was found. `dropped` says why it is not in the answer: "rank" (beyond those used)
    or "not_chosen"; it is empty for one that is, whose citation is `number`.
    """

    passage: str
    document: str
    title: str
    place: Place
    audience: str
    excerpt: str
    score: float
    rank: int
    parts: tuple[tuple[str, float], ...] = ()
    used: bool = False
    dropped: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class Check:
    """
    One sentence of the answer held against its sources. `reason` is empty when it stayed; `support`
    is 0..1. `evidence` are the words of each cited passage that a model named for it, "" for none.
    """

    sentence: str
    citations: tuple[int, ...]
    support: float
    kept: bool
    reason: str = ""
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of this very answer, said in both languages."""

    kind: LimitKind
    text: Phrase


@dataclass(frozen=True, slots=True)
class Trace:
    """
    Everything behind one answer.

    `at` is an ISO timestamp in UTC; `events` are the pipeline's own events with milliseconds since
    its start; `prompt` is exactly what the model was sent and `output` what it wrote, both empty
    without a model. `limit` and `kind` are the settings of the search.
    """

    id: str
    at: str
    question: str
    rewritten: str
    language: Language
    mode: AnswerMode
    stages: tuple[Stage, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    prompt: str = ""
    output: str = ""
    model: str = ""
    checks: tuple[Check, ...] = ()
    limits: tuple[Limit, ...] = ()
    events: tuple[tuple[str, float], ...] = ()
    fallback: str = ""
    limit: int = 6
    kind: SearchKind = "whole"

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "Trace":
        """
        Read what `to_json` wrote.

        Raises:
            ValueError, TypeError, KeyError: it is not a trace.
        """
        row: dict[str, Any] = json.loads(text)
        return cls(
            **{
                **row,
                "stages": tuple(Stage(**s) for s in row["stages"]),
                "candidates": tuple(_candidate(c) for c in row["candidates"]),
                "checks": tuple(_check(c) for c in row["checks"]),
                "limits": tuple(Limit(li["kind"], Phrase(**li["text"])) for li in row["limits"]),
                "events": tuple((str(name), float(at)) for name, at in row["events"]),
            }
        )


def _check(row: dict[str, Any]) -> Check:
    evidence = tuple(row.get("evidence", ()))
    return Check(**{**row, "citations": tuple(row["citations"]), "evidence": evidence})


def _candidate(row: dict[str, Any]) -> Candidate:
    parts = tuple((str(name), float(score)) for name, score in row["parts"])
    return Candidate(**{**row, "place": Place(**row["place"]), "parts": parts})
