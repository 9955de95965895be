"""
Answering a question from the shelf, with sources, or saying that the shelf does not hold the
answer.

Every question runs through the LlamaIndex pipeline of `query_engine.py`, and a trace of all of it
is handed to `keep`.
"""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, Protocol

from knowledge.answering.citations import citations, limits, nearest, quoted
from knowledge.answering.disagreement import Disagreement, disagreements
from knowledge.answering.extractive import Extract, Extractor, Pick
from knowledge.answering.generation import Generator
from knowledge.answering.prompt import answering
from knowledge.answering.question import Turn, rewrite, tidy
from knowledge.answering.sides import Side, each, sides, speaks_of_all
from knowledge.answering.suggestions import further, meanings
from knowledge.answering.trace import Limit, Stage, Trace
from knowledge.answering.wording import Wording
from knowledge.answering.work import Work, trace
from knowledge.errors import ModelUnavailable
from knowledge.models.language_models import Model
from knowledge.retrieval.query import Query
from knowledge.text.analysis import Analysis
from knowledge.text.courtesy import asking, searched
from knowledge.text.language import language_of
from knowledge.values import Answer, Document, Hit, Language, SearchKind

__all__ = ["Answers", "Stage", "Turn"]

FOUND = 30  # passages looked at
AMONG = 10  # best passages held against each other
NOTED = ("fallback", "stale", "disagreement")  # limits that stand beside the answer itself


class Retriever(Protocol):
    """The part of the library that answering needs."""

    async def search(
        self, question: str, *, readers: frozenset[str], limit: int = 6, kind: SearchKind = "whole"
    ) -> list[Hit]: ...

    async def asked(self, question: str, *, readers: frozenset[str] | None) -> Query: ...

    async def document(self, id: str) -> Document: ...  # noqa: A002 - the library's own word


class Answers:
    """
    Answers questions. `keep` is given the trace of each before the answer is returned; `today`
    decides what is stale.

    `analysis` shares a dictionary with the library.
    """

    def __init__(
        self,
        library: Retriever,
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
        Answer a question from what `readers` may see, in the question's own language (`language`
        when its script does not say).

        Greetings, introductions, thanks and signatures are set aside first: the answer is that of
        the question alone.

        `limit` is how many passages may be used, 1..10; `kind` leaves parts of the search out.
        Without a model about 10 ms; with one at most 20 s, then quotes.

        Raises:
            KnowledgeError: the question is empty, too long, wordless or unreadable; the sentence
            says so.
            LibraryUnavailable: the index did not answer.
        """
        started = time.perf_counter()
        tidy(question, self._wording)
        asked = tidy(asking(question), self._wording)
        spoken = language_of(asked, language)
        work = Work(
            secrets.token_urlsafe(12),
            asked,
            asked,
            spoken,
            max(1, min(limit, 10)),
            kind,
            history,
            on_step or _silent,
        )
        work.started = started
        await work.begin("tidy")
        pipeline = (
            await self._engine()
        )  # first: two threads importing LlamaIndex at once fail each other
        await self._reword(work)
        await work.end("tidy", started)
        search = await work.begin("search")

        async def find(text: str) -> list[Hit]:
            found = await self._library.search(text, readers=readers, limit=FOUND, kind=kind)
            work.hits = prefer(found, spoken)
            await work.end("search", search, used=min(len(found), work.limit))
            return work.hits

        async def write(hits: list[Hit]) -> str:
            await self._write(work, readers)
            return "\n".join(s.text for s in work.draft.sentences)

        _, work.events = await pipeline.run(work.rewritten, find, write)
        return await self._finish(work)

    async def alone(self, question: str, language: Language) -> str:
        """
        Return what the model says without any document, "" when there is no model.

        Raises:
            ModelUnavailable: the model failed.
        """
        await self._engine()
        return (
            await self._generator.alone(tidy(question, self._wording), language)
            if self._generator
            else ""
        )

    async def _reword(self, work: Work) -> None:
        """
        Make a follow-up a question of its own: by a model where there is one, by rules otherwise.
        """
        if self._generator:
            work.budget = self._generator.budget()
        alone = searched(work.question)
        work.rewritten = rewrite(alone, work.history)
        if self._generator and work.rewritten != alone:
            reworded = await self._generator.reword(
                work.question, work.history, work.language, work.budget
            )
            work.rewritten = reworded or work.rewritten

    async def _engine(self) -> Any:
        """Return the pipeline. `Any`: its module may only be imported lazily, see there."""
        if self._warming is None:
            self._warming = asyncio.create_task(asyncio.to_thread(_load))
        return await asyncio.shield(self._warming)

    async def _write(self, work: Work, readers: frozenset[str]) -> None:
        began = await work.begin("write")
        asked = await self._library.asked(work.rewritten, readers=readers)
        extract = self._extractor.extract(asked, work.hits)
        work.missing = extract.missing
        work.depends = asked.wants("choice")
        work.meanings = meanings(
            asked, work.question, work.hits, self._extractor, work.language, self._wording
        )
        foreign = all(
            h.passage.language != work.language for h in work.hits
        )  # words of two languages cannot be compared
        if (extract.verdict == "none" and not foreign) or not extract.picks:
            work.nearest = nearest(asked, work.hits, self._extractor)
        elif self._generator is None or not await self._generate(work, self._generator):
            apart = await self._apart(work, extract, readers)
            chosen = replace(extract, picks=apart or extract.picks)
            work.mode, work.draft = (
                "extractive",
                quoted(chosen, work.hits, work.language, self._wording),
            )
            work.certainty = "sure" if apart or extract.verdict == "sure" else "unsure"
            work.table = extract.table
        if work.mode == "refused":
            work.nearest = nearest(asked, work.hits, self._extractor)
        await work.end("write", began, used=len(work.draft.quotes))

    async def _apart(
        self, work: Work, extract: Extract, readers: frozenset[str]
    ) -> tuple[Pick, ...]:
        """
        Return what is said of each side of a comparison, where nothing found sets them side by
        side; none otherwise.
        """
        names = () if extract.table else sides(work.rewritten) or ()
        asked = {name: await self._library.asked(name, readers=readers) for name in names}
        picked = [work.hits[pick.hit] for pick in extract.picks]
        if not asked or speaks_of_all(list(asked.values()), picked, self._extractor):
            return ()
        pair = []
        for name, question in asked.items():
            hits = await self._library.search(name, readers=readers, limit=FOUND, kind=work.kind)
            pair.append(Side(name, question, tuple(prefer(hits, work.language))))
        return each(pair, work.hits, self._extractor)

    async def _generate(self, work: Work, generator: Generator) -> bool:
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

    async def _finish(self, work: Work) -> Answer:
        work.cited = await citations(work.draft, work.hits, self._library.document, self._today())
        work.limits = await limits(
            work.cited,
            work.hits,
            work.missing,
            self._differing(work),
            self._library.document,
            self._wording,
        )
        if work.fallback:
            reason = self._wording.phrase(
                "fallback", ja=work.fallback.reason.ja, en=work.fallback.reason.en
            )
            work.limits = (Limit("fallback", reason), *work.limits)
        refused = not work.draft.sentences
        said = [work.question, *(turn.question for turn in work.history)]
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
            followups=further(
                work.hits, [at for at, _ in work.draft.quotes], said, work.language, self._wording
            ),
            choices=work.meanings,
            table=work.table,
            depends=work.depends,
            milliseconds={"total": round((time.perf_counter() - work.started) * 1000, 3)}
            | {s.name: s.milliseconds for s in work.stages},
            trace=work.id,
        )
        if self._keep is not None:
            await self._keep(trace(work, answer))
        return answer

    def _differing(self, work: Work) -> tuple[Disagreement, ...]:
        return disagreements(work.draft.quotes, work.hits[:AMONG])


def prefer(hits: list[Hit], language: Language) -> list[Hit]:
    """Of a place that exists in both languages keep the asker's; the others keep their order."""
    own = {(h.passage.document, h.passage.place) for h in hits if h.passage.language == language}
    return [
        h
        for h in hits
        if h.passage.language == language or (h.passage.document, h.passage.place) not in own
    ]


async def _silent(stage: Stage) -> None:
    """Nobody watches."""


def _load() -> Any:
    from knowledge.answering.query_engine import Pipeline

    return Pipeline()
