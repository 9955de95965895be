"""
Answering a question from the shelf, with sources, or saying that the shelf does not hold the
answer.

Read `Answers.answer` from top to bottom: question → query → retrieved → written → verified →
answer. Retrieval and writing run through the LlamaIndex engine of `query_engine.py`, and a trace of
all of it is handed to `keep`.
"""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import chain
from typing import Literal, Protocol

from knowledge.answering.abbreviations import written_out
from knowledge.answering.asked_kinds import kinds
from knowledge.answering.authority import Authority
from knowledge.answering.citations import citations, limits
from knowledge.answering.disagreement import differences, disagreements
from knowledge.answering.entailment import Entailment
from knowledge.answering.extractive import Extractor
from knowledge.answering.following import about, anchored, deciding, last_article, understood
from knowledge.answering.generation import Allowance, Budget, Generator
from knowledge.answering.named_article import NamedArticles
from knowledge.answering.progress import OnStep, Progress
from knowledge.answering.question import Turn, tidy
from knowledge.answering.stages import Question, Retrieved, Verified, Written
from knowledge.answering.suggestions import asked_for, further
from knowledge.answering.sureness import Sureness
from knowledge.answering.trace import Limit, Stage, Trace
from knowledge.answering.tracing import trace
from knowledge.answering.wording import Wording
from knowledge.answering.writing import Writer
from knowledge.models.language_models import Model
from knowledge.observation import observed
from knowledge.retrieval.glossary import Glossary
from knowledge.retrieval.likeness import Likeness
from knowledge.retrieval.query import Query
from knowledge.retrieval.source import PassageSource
from knowledge.text.analysis import Analysis
from knowledge.text.courtesy import answer_language, asking, searched
from knowledge.text.kana import Kana
from knowledge.text.presumed import as_asked
from knowledge.text.topic import names_nothing
from knowledge.values import Answer, AnswerMode, Document, Language, SearchKind

__all__ = ["Answers", "Engine", "Retriever", "Stage", "Turn"]

AMONG = 10  # best passages held against each other
NOTED = (
    "fallback",
    "other_language",
    "stale",
    "disagreement",
    "absent",
)  # limits that stand beside the answer itself
Events = tuple[tuple[str, float], ...]
Write = Callable[[Retrieved], Awaitable[Written]]


class Retriever(PassageSource, Protocol):
    """The part of the library that answering needs."""

    async def document(self, id: str) -> Document:  # noqa: A002 - the library's own word
        """Return a document. Raises UnknownDocument."""


class Engine(Protocol):
    """What runs retrieval and writing; `query_engine.Pipeline` unless another is given."""

    async def run(
        self,
        source: PassageSource,
        question: Question,
        query: Query,
        *,
        analysis: Analysis,
        write: Write,
        on_retrieved: Callable[[int], Awaitable[None]],
    ) -> tuple[Written, Events]:
        """
        Retrieve, tell `on_retrieved` how many passages there are, then write where there are any.

        The events are the engine's own, with milliseconds since it began.
        """


class Answers:
    """
    Answers questions. `keep` is given the trace of each before the answer is returned; `today`
    decides what is stale.

    `analysis` shares a dictionary with the library. `engine` takes the place of our LlamaIndex
    pipeline, or is that pipeline with components of one's own. `allowance` is what a model may
    take. `likeness` compares words by what they mean, for the choice of the sentence that answers
    and the judgement whether one does; None leaves that to words alone.
    """

    def __init__(  # noqa: PLR0913  # the rooms it stands on, each given by name
        self,
        library: Retriever,
        *,
        model: Model | None = None,
        keep: Callable[[Trace], Awaitable[None]] | None = None,
        today: Callable[[], date] | None = None,
        analysis: Analysis | None = None,
        likeness: Likeness | None = None,
        engine: Engine | None = None,
        allowance: Allowance | None = None,
    ) -> None:
        self._library = library
        self._keep = keep
        self._today = today or _today
        self._wording = Wording.load()
        self._analysis = analysis or Analysis()
        self._kana = Kana(chain.from_iterable(Glossary.load().groups), self._analysis)
        self._generator: Generator | None = None
        if model:
            entailment = Entailment(self._analysis)
            self._generator = Generator(model, allowance=allowance, entailment=entailment)
        self._extractor = Extractor(self._analysis, likeness)
        sureness = Sureness(likeness)
        self._writer = Writer(library, self._extractor, sureness, self._generator, self._wording)
        self._authority = Authority(library, library.document, self._today)
        self._named = NamedArticles(library, self._wording)
        self._given = engine
        self._loading: asyncio.Task[Engine] | None = None

    async def warm(self) -> None:
        """
        Import LlamaIndex, build the pipeline and open the model, once, in a thread; answering
        awaits it.
        """
        await self._engine()
        if self._generator is not None:
            await self._generator.open()

    async def answer(  # noqa: PLR0913  # all of it is the asker's: who, how, what came before
        self,
        question: str,
        *,
        readers: frozenset[str],
        language: Language,
        history: tuple[Turn, ...] = (),
        on_step: OnStep | None = None,
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
        text = self._asked(question)
        ready = Question(
            id=secrets.token_urlsafe(12),
            text=text,
            search_text=text,
            language=answer_language(question, language),
            readers=readers,
            limit=max(1, min(limit, 10)),
            kind=kind,
            history=history,
            started=started,
        )
        with observed("answer", language=ready.language, follows=bool(history)) as observation:
            answer = await self._answered(ready, Progress(on_step))
            observation.add(mode=answer.mode, certainty=answer.certainty, fallback=answer.fallback)
        return answer

    async def alone(self, question: str, language: Language) -> str:
        """
        Return what the model says without any document, "" when there is no model.

        Raises:
            ModelUnavailable: the model failed.
        """
        await self._engine()
        if self._generator is None:
            return ""
        return await self._generator.alone(tidy(question, self._wording), language)

    async def _answered(self, question: Question, progress: Progress) -> Answer:
        await progress.begin("tidy")
        # first of all: two threads importing LlamaIndex at once fail each other
        engine = await self._engine()
        budget = self._generator.budget() if self._generator else Budget()
        question = await self._reworded(question, budget)
        await progress.end("tidy", question.started)

        since = await progress.begin("search")
        query = await self._library.query(question.search_text, readers=question.readers)
        in_full = await written_out(query, source=self._library, readers=question.readers)
        if in_full != question.search_text:
            question = replace(question, search_text=in_full)
            query = await self._library.query(in_full, readers=question.readers)

        async def on_retrieved(candidates: int) -> None:
            used = min(candidates, question.limit)
            await progress.end("search", since, candidates=candidates, used=used)

        async def write(retrieved: Retrieved) -> Written:
            if question.follows:
                retrieved = await self._gone_on(question, retrieved)
            holding = await self._authority.ordered(question, retrieved)
            holding, settled = await self._named.looked_up(question, holding)
            written = settled or await self._written(question, holding, budget, progress)
            hits = (*written.hits, *holding.overruled)
            return replace(written, hits=hits, overruled=holding.overruled)

        written, events = await engine.run(
            self._library,
            question,
            query,
            analysis=self._analysis,
            write=write,
            on_retrieved=on_retrieved,
        )
        verified = await self._verified(question, written)
        answer = self._answer(question, written, verified, progress)
        if self._keep is not None:
            await self._keep(trace(question, written, verified, answer, progress.stages, events))
        return answer

    def _asked(self, question: str) -> str:
        """Return what a message asks, cleaned, without the courtesies around it."""
        tidy(question, self._wording)  # as a whole first: what is refused is refused for all of it
        return tidy(asking(question), self._wording)

    async def _reworded(self, question: Question, budget: Budget) -> Question:
        """
        Make a follow-up a question of its own: by a model where there is one, by rules otherwise.
        """
        alone = self._kana.written(as_asked(searched(question.text)))
        search_text = await understood(
            alone,
            question.history,
            source=self._library,
            readers=question.readers,
            extractor=self._extractor,
            analysis=self._analysis,
        )
        follows = search_text != alone
        if self._generator and follows:
            reworded = await self._generator.reword(
                question.text, question.history, question.language, budget
            )
            search_text = reworded or search_text
        if not follows and names_nothing(alone, self._analysis):
            hints = [kind.words for kind in kinds(alone)]
            return replace(question, search_text=" ".join([alone, *hints]), open=True)
        return replace(question, search_text=search_text, follows=follows)

    async def _gone_on(self, question: Question, retrieved: Retrieved) -> Retrieved:
        """Put the article the talk was about first, where a follow-up asks for more of it."""
        own = await self._library.query(question.text, readers=question.readers)
        last = last_article(question.history)
        hits = anchored(retrieved.hits, retrieved.query, own, last, self._extractor)
        return replace(retrieved, hits=hits)

    async def _written(
        self, question: Question, retrieved: Retrieved, budget: Budget, progress: Progress
    ) -> Written:
        since = await progress.begin("write", candidates=len(retrieved.hits))
        if question.open:
            meant = self._meant(question, retrieved)
            if len(meant) != 1:
                await progress.end("write", since, candidates=len(retrieved.hits), used=0)
                return Written(hits=retrieved.hits, mode="asked_back", meanings=meant)
        written = await self._writer.write(question, retrieved, budget, progress)
        await progress.end(
            "write",
            since,
            candidates=len(written.hits),
            used=len(written.draft.quotes),
            tokens=written.tokens,
        )
        return written

    def _meant(self, question: Question, retrieved: Retrieved) -> tuple[str, ...]:
        """Return the full questions that one without a topic may stand for."""
        return asked_for(
            retrieved.query, question.text, retrieved.hits, self._extractor, question.language
        )

    async def _verified(self, question: Question, written: Written) -> Verified:
        """Number the sources, and say what people should know about them."""
        describe = self._library.document
        cited = await citations(written.draft, written.hits, describe, self._today())
        compared = (*written.hits[:AMONG], *written.overruled)
        pairs = disagreements(written.draft.quotes, compared)
        differing = await differences(pairs, compared, describe, self._today(), self._wording)
        said = await limits(
            cited, written.hits, written.missing, differing, describe, self._wording
        )
        if written.absent is not None:
            said = (Limit("absent", written.absent), *said)
        if written.fallback is not None:
            reason = written.fallback.reason
            note = self._wording.phrase("fallback", reason=reason)
            said = (Limit("fallback", note), *said)
        spoken = {citation.passage.language for citation in cited}
        if written.mode == "extractive" and spoken and question.language not in spoken:
            said = (Limit("other_language", self._wording.phrase("other_language")), *said)
        return Verified(cited, said)

    def _answer(
        self, question: Question, written: Written, verified: Verified, progress: Progress
    ) -> Answer:
        mode: AnswerMode = "refused"
        certainty: Literal["sure", "unsure", "none"] = "none"
        if written.draft.sentences:
            mode, certainty = written.mode, written.certainty
        if question.open and certainty == "sure":
            certainty = "unsure"  # nobody said what it is about
        if written.mode == "asked_back":
            mode = "asked_back"
        earlier = [question.text, *(turn.question for turn in question.history)]
        cited = [hit for hit, _ in written.draft.quotes]
        followups = further(written.hits, cited, earlier, question.language, self._wording)
        milliseconds = {"total": round((time.perf_counter() - question.started) * 1000, 3)}
        for stage in progress.stages:
            milliseconds[stage.name] = stage.milliseconds
        answer = Answer(
            id=question.id,
            question=question.text,
            language=question.language,
            mode=mode,
            sentences=written.draft.sentences,
            citations=verified.citations,
            nearest=written.nearest,
            certainty=certainty,
            removed=written.removed,
            fallback=written.fallback.code if written.fallback else "",
            notes=tuple(limit.text for limit in verified.limits if limit.kind in NOTED),
            followups=followups,
            choices=written.meanings,
            table=written.table,
            depends=written.depends,
            whole=written.draft.whole,
            understood=question.search_text if question.follows else "",
            milliseconds=milliseconds,
            trace=question.id,
        )
        held = certainty != "none" and written.held
        article = deciding(question.search_text, [c.passage for c in answer.citations])
        topic = () if question.open else about(question.search_text, article, sure=held)
        return replace(answer, topic=topic, article=article.id if article else "")

    async def _engine(self) -> Engine:
        if self._given is not None:
            return self._given
        if self._loading is None:
            self._loading = asyncio.create_task(asyncio.to_thread(_load))
        return await asyncio.shield(self._loading)


def _today() -> date:
    return datetime.now(UTC).date()


def _load() -> Engine:
    """Import LlamaIndex, which takes a second or more, and build the pipeline."""
    from knowledge.answering.query_engine import Pipeline

    return Pipeline()
