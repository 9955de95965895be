"""One question on its way to an answer, and the trace it leaves."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from knowledge.answering.citations import Draft
from knowledge.answering.generation import Budget
from knowledge.answering.question import Turn
from knowledge.answering.trace import Candidate, Check, Limit, Stage, StageName, Trace
from knowledge.errors import ModelUnavailable
from knowledge.values import Answer, AnswerMode, Citation, Hit, Language, Nearest, SearchKind

EXCERPT = 160  # characters of a candidate kept in the trace


@dataclass(slots=True)
class Work:
    """What each stage adds for the next."""

    id: str
    question: str
    rewritten: str
    language: Language
    limit: int
    kind: SearchKind
    history: tuple[Turn, ...]
    step: Callable[[Stage], Awaitable[None]]
    stages: list[Stage] = field(default_factory=list)
    started: float = field(default_factory=time.perf_counter)
    hits: list[Hit] = field(default_factory=list)
    mode: AnswerMode = "refused"
    draft: Draft = field(default_factory=lambda: Draft((), ()))
    missing: tuple[str, ...] = ()
    meanings: tuple[str, ...] = ()
    certainty: Literal["sure", "unsure"] = "sure"
    removed: int = 0
    table: tuple[tuple[str, ...], ...] = ()
    depends: bool = False
    events: tuple[tuple[str, float], ...] = ()
    cited: tuple[Citation, ...] = ()
    nearest: tuple[Nearest, ...] = ()
    limits: tuple[Limit, ...] = ()
    checks: tuple[Check, ...] = ()
    prompt: str = ""
    output: str = ""
    model: str = ""
    fallback: ModelUnavailable | None = None
    budget: Budget = field(default_factory=Budget)
    tokens: tuple[int, int] = (0, 0)

    async def begin(self, name: StageName) -> float:
        await self.step(Stage(name, "running", candidates=len(self.hits)))
        return time.perf_counter()

    async def end(self, name: StageName, since: float, *, used: int = 0) -> None:
        tokens = self.tokens if name == "write" else (0, 0)
        stage = Stage(
            name,
            "done",
            round((time.perf_counter() - since) * 1000, 3),
            len(self.hits),
            used,
            *tokens,
        )
        self.stages.append(stage)
        await self.step(stage)


def trace(work: Work, answer: Answer) -> Trace:
    """Return what people can look at later."""
    used = {hit: number for number, (hit, _) in enumerate(work.draft.quotes, start=1)}
    return Trace(
        id=work.id,
        at=datetime.now(UTC).isoformat(timespec="milliseconds"),
        question=work.question,
        rewritten=work.rewritten,
        language=work.language,
        mode=answer.mode,
        stages=tuple(work.stages),
        candidates=tuple(_candidate(at, hit, used, work.limit) for at, hit in enumerate(work.hits)),
        prompt=work.prompt,
        output=work.output,
        model=work.model,
        checks=work.checks
        or tuple(Check(s.text, s.citations, 1.0, kept=True) for s in answer.sentences),
        limits=work.limits,
        events=work.events,
        fallback=answer.fallback,
        limit=work.limit,
        kind=work.kind,
    )


def _candidate(at: int, hit: Hit, used: dict[int, int], limit: int) -> Candidate:
    passage = hit.passage
    dropped = "" if at in used else "rank" if at >= limit else "not_chosen"
    return Candidate(
        passage=passage.id,
        document=passage.document,
        title=passage.title,
        place=passage.place,
        audience=passage.audience,
        excerpt=passage.text[:EXCERPT],
        score=hit.score,
        rank=hit.rank or at + 1,
        parts=hit.parts,
        used=at in used,
        dropped=dropped,
        number=used.get(at, 0),
    )
