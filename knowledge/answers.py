"""
Answering a question from the shelf, with sources, or saying that the shelf does not hold the answer.

Every question runs through the LlamaIndex pipeline of `knowledge.query_engine`, and a trace of all of it is handed to `keep`.
"""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Literal, Protocol

from knowledge.analysis import Analysis
from knowledge.asked import Asked
from knowledge.citing import Draft, citations, limits, nearest, quoted
from knowledge.disagreement import Disagreement, disagreements
from knowledge.errors import ModelUnavailable
from knowledge.extract import Extractor
from knowledge.generation import Budget, Generator
from knowledge.language import language_of
from knowledge.models import Model
from knowledge.prompt import answering
from knowledge.question import Turn, rewrite, tidy
from knowledge.trace import Candidate, Check, Limit, Stage, StageName, Trace
from knowledge.values import Answer, AnswerMode, Citation, Document, Hit, Language, Nearest, SearchKind
from knowledge.wording import Wording

__all__ = ["Answers", "Stage", "Turn"]

FOUND = 30  # passages looked at
AMONG = 10  # best passages whose headings suggest further questions
NOTED = ("fallback", "stale", "disagreement")  # limits that stand beside the answer itself
EXCERPT = 160  # characters of a candidate kept in the trace


class Shelf(Protocol):
    """The part of the library that answering needs."""

    async def search(
        self, question: str, *, readers: frozenset[str], limit: int = 6, kind: SearchKind = "whole"
    ) -> list[Hit]: ...

    async def asked(self, question: str) -> Asked: ...

    async def document(self, id: str) -> Document: ...  # noqa: A002 - the library's own word


@dataclass(slots=True)
class _Work:
    """One question on its way: what each stage adds for the next."""

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
    certainty: Literal["sure", "unsure"] = "sure"
    removed: int = 0
    table: tuple[tuple[str, ...], ...] = ()
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
        stage = Stage(name, "done", round((time.perf_counter() - since) * 1000, 3), len(self.hits), used, *tokens)
        self.stages.append(stage)
        await self.step(stage)


class Answers:
    """
    Answers questions. `keep` is given the trace of each before the answer is returned; `today` decides what is stale.

    `analysis` shares a dictionary with the library.
    """

    def __init__(
        self,
        library: Shelf,
        *,
        model: Model | None = None,
        keep: Callable[[Trace], Awaitable[None]] | None = None,
        today: Callable[[], date] = lambda: datetime.now(UTC).date(),
        analysis: Analysis | None = None,
    ) -> None:
        self._library = library
        self._keep = keep
        self._today = today
        self._wording = Wording.load()
        self._analysis = analysis or Analysis()
        self._extractor = Extractor(self._analysis)
        self._generator = Generator(model) if model else None
        self._warming: asyncio.Task[Any] | None = None

    async def warm(self) -> None:
        """Import LlamaIndex and build the pipeline, once, in a thread; answering awaits it."""
        await self._engine()

    async def answer(
        self,
        question: str,
        *,
        readers: frozenset[str],
        language: Language,
        history: tuple[Turn, ...] = (),
        on_step: Callable[[Stage], Awaitable[None]] | None = None,
        limit: int = 6,
        kind: SearchKind = "whole",
    ) -> Answer:
        """
        Answer a question from what `readers` may see, in the question's own language (`language` when its script does not say).

        `limit` is how many passages may be used, 1..10; `kind` leaves parts of the search out.
        Without a model about 10 ms; with one at most 20 s, then quotes.

        Raises:
            KnowledgeError: the question is empty, too long, wordless or unreadable; the sentence says so.
            LibraryUnavailable: the index did not answer.
        """
        started = time.perf_counter()
        asked = tidy(question, self._wording)
        spoken = language_of(asked, language)
        work = _Work(secrets.token_urlsafe(12), asked, asked, spoken, max(1, min(limit, 10)), kind, history, on_step or _silent)
        work.started = started
        await work.begin("tidy")
        await self._reword(work)
        await work.end("tidy", started)
        pipeline = await self._engine()
        search = await work.begin("search")

        async def find(text: str) -> list[Hit]:
            found = await self._library.search(text, readers=readers, limit=FOUND, kind=kind)
            work.hits = prefer(found, spoken)
            await work.end("search", search, used=min(len(found), work.limit))
            return work.hits

        async def write(hits: list[Hit]) -> str:
            await self._write(work)
            return "\n".join(s.text for s in work.draft.sentences)

        _, work.events = await pipeline.run(work.rewritten, find, write)
        return await self._finish(work)

    async def alone(self, question: str, language: Language) -> str:
        """
        Return what the model says without any document, "" when there is no model.

        Raises:
            ModelUnavailable: the model failed.
        """
        return await self._generator.alone(tidy(question, self._wording), language) if self._generator else ""

    async def _reword(self, work: _Work) -> None:
        """Make a follow-up a question of its own: by a model where there is one, by rules otherwise."""
        if self._generator:
            work.budget = self._generator.budget()
        work.rewritten = rewrite(work.question, work.history)
        if self._generator and work.rewritten != work.question:
            reworded = await self._generator.reword(work.question, work.history, work.language, work.budget)
            work.rewritten = reworded or work.rewritten

    async def _engine(self) -> Any:
        """Return the pipeline. `Any`: its module may only be imported lazily, see there."""
        if self._warming is None:
            self._warming = asyncio.create_task(asyncio.to_thread(_load))
        return await asyncio.shield(self._warming)

    async def _write(self, work: _Work) -> None:
        began = await work.begin("write")
        asked = await self._library.asked(work.rewritten)
        extract = self._extractor.extract(asked, work.hits)
        work.missing = extract.missing
        foreign = all(h.passage.language != work.language for h in work.hits)  # words of two languages cannot be compared
        if (extract.verdict == "none" and not foreign) or not extract.picks:
            work.nearest = nearest(asked, work.hits, self._extractor)
        elif self._generator is None or not await self._generate(work, self._generator):
            work.mode, work.draft = "extractive", quoted(extract)
            work.certainty = "sure" if extract.verdict == "sure" else "unsure"
            work.table = extract.table
        if work.mode == "refused":
            work.nearest = nearest(asked, work.hits, self._extractor)
        await work.end("write", began, used=len(work.draft.quotes))

    async def _generate(self, work: _Work, generator: Generator) -> bool:
        """Let the model answer; False when quotes must take its place."""

        async def shown(text: str) -> None:
            await work.step(Stage("write", "running", candidates=len(work.hits), text=text))

        hits = work.hits[: work.limit]
        prompt = answering(work.question, hits, work.language, work.history)
        work.model, work.prompt = generator.name, prompt.text
        try:
            made = await generator.write(prompt, hits, work.language, shown, work.budget)
        except ModelUnavailable as failure:
            work.fallback = failure
            return False
        work.mode = "llm" if made.draft.sentences else "refused"
        work.draft, work.checks, work.removed = made.draft, made.checks, made.removed
        work.output, work.tokens = made.output, made.tokens
        work.certainty = "unsure" if made.removed else "sure"
        return True

    async def _finish(self, work: _Work) -> Answer:
        work.cited = await citations(work.draft, work.hits, self._library.document, self._today())
        work.limits = await limits(
            work.cited, work.hits, work.missing, self._differing(work), self._library.document, self._wording
        )
        if work.fallback:
            reason = self._wording.phrase("fallback", ja=work.fallback.reason.ja, en=work.fallback.reason.en)
            work.limits = (Limit("fallback", reason), *work.limits)
        refused = not work.draft.sentences
        answer = Answer(
            id=work.id,
            question=work.question,
            language=work.language,
            mode="refused" if refused else work.mode,
            sentences=work.draft.sentences,
            citations=work.cited,
            nearest=work.nearest,
            certainty="none" if refused else work.certainty,
            removed=work.removed,
            fallback=work.fallback.code if work.fallback else "",
            notes=tuple(li.text for li in work.limits if li.kind in NOTED),
            followups=self._followups(work),
            table=work.table,
            milliseconds={"total": round((time.perf_counter() - work.started) * 1000, 3)}
            | {s.name: s.milliseconds for s in work.stages},
            trace=work.id,
        )
        if self._keep is not None:
            await self._keep(_trace(work, answer))
        return answer

    def _differing(self, work: _Work) -> tuple[Disagreement, ...]:
        return disagreements(work.draft.quotes, work.hits[:AMONG])

    def _followups(self, work: _Work) -> tuple[str, ...]:
        """Two more questions the shelf can answer: the headings found beside those already cited."""
        cited = {work.hits[hit].passage.headings[-1:] for hit, _ in work.draft.quotes}
        headings = dict.fromkeys(
            h.passage.headings[-1]
            for h in work.hits[:AMONG]
            if h.passage.headings[-1:] not in cited and h.passage.headings and h.passage.language == work.language
        )
        return tuple(
            self._wording.phrase("followup_section", heading=heading).to(work.language)
            for heading in list(headings)[:2]
            if cited
        )


def prefer(hits: list[Hit], language: Language) -> list[Hit]:
    """Of a place that exists in both languages keep the asker's; the others keep their order."""
    own = {(h.passage.document, h.passage.place) for h in hits if h.passage.language == language}
    return [h for h in hits if h.passage.language == language or (h.passage.document, h.passage.place) not in own]


async def _silent(stage: Stage) -> None:
    """Nobody watches."""


def _load() -> Any:
    from knowledge.query_engine import Pipeline

    return Pipeline()


def _trace(work: _Work, answer: Answer) -> Trace:
    used = {hit for hit, _ in work.draft.quotes}
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
        checks=work.checks or tuple(Check(s.text, s.citations, 1.0, kept=True) for s in answer.sentences),
        limits=work.limits,
        events=work.events,
        fallback=answer.fallback,
    )


def _candidate(at: int, hit: Hit, used: set[int], limit: int) -> Candidate:
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
    )
