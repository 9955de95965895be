"""
The composition root below the platforms: every part is made here, once.

The light parts (store, sessions, turns) are open when `async with` returns. The heavy rooms
(library, deck, answers) are furnished in the background; whoever needs them waits for them.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack, suppress
from functools import cached_property, partial
from typing import Any, Self

from bot.service.embedding import measured_later, opened_embedding
from bot.service.erasures import noting
from bot.service.folder import Folder
from bot.service.limits import allowance, fair, model, working_time
from bot.service.part import Part, stop
from bot.service.queue import Queue
from bot.service.sandbox_state import sandbox_state
from bot.service.stamp import agree
from bot.service.store import Store
from bot.settings import InvalidSettings, Settings
from bot.site import fetching, reaching
from bot.troubles import in_english
from bot.turns import Turns
from handlers.choose.decision_models import DecisionModels
from handlers.choose.guidelines import Guidelines
from handlers.choose.model_admin import ModelAdmin
from handlers.choose.reading import Reading
from handlers.choose.router import Choose
from handlers.demo.demo import Demo
from handlers.documents.context import Context
from handlers.documents.jobs import DEAD, IDLE, TEND, Jobs
from handlers.documents.router import Documents
from handlers.events import Events
from handlers.insights.ledger import Ledger
from handlers.lifetimes import DAY, JOB, TRACE
from handlers.people import People
from handlers.personal.router import Personal
from handlers.questions.context import Context as AskingContext
from handlers.questions.router import QuestionsRoom
from handlers.router import Router
from handlers.sessions import Sessions, SessionsUnavailable
from handlers.texts import Texts
from handlers.tokens import Tokens
from knowledge.advisor.engine import Advisor
from knowledge.advisor.values import Criterion
from knowledge.answering.answers import Answers, Retriever
from knowledge.answering.trace import Trace
from knowledge.documents.library import Library
from knowledge.documents.originals import Originals
from knowledge.errors import KnowledgeError, LibraryUnavailable
from knowledge.index.opening import open_index
from knowledge.models.embedding import Embedding
from knowledge.models.language_models import Model
from knowledge.models.sentence_encoder import SentenceEncoder
from knowledge.observation import unwatched
from knowledge.reading.reading import Limits
from knowledge.retrieval.encoder import VERSION, Encoder
from knowledge.sentences import phrase
from knowledge.text.analysis import Analysis

log = logging.getLogger(__name__)
THREADS = 2  # documents at once: the sandbox reads no more than two
REHEARSED = "RAGは社内文書を全部学習しますか?"
AWAY = "library_failed"  # what the library says when its index does not answer


class Application:
    """
    Opens with `async with` and closes in reverse order. `turns`, `sessions` and `texts` are for the
    platforms.

    `threads` documents are taken in at once for the queue; a house that does not `talk` only does
    that. A `patient` one serves until it is stopped, tries again what cannot be opened, and
    furnishes everything at once; others fail at once, and furnish the answering room when asked.
    """

    def __init__(
        self, settings: Settings, *, threads: int = 0, talks: bool = True, patient: bool = False
    ) -> None:
        self.settings = settings
        self._threads = threads
        self._talks = talks
        self._patient = patient
        self.texts = Texts.load()
        self.folder = Folder(settings.data)
        self.store = Store(settings.redis_url, settings.data / "redis")
        self.sessions = Sessions(self.store.connect)
        advise = partial(in_english, self.texts, whose=self.store.whose)
        self.sessions.link.advise = advise
        platforms = [platform.name for platform in settings.platforms]
        self.people = People(settings.admins, settings.audiences, platforms)
        self.originals = Originals(settings.originals)
        self.limits = Limits(strict=settings.sandbox == "required")
        self.jobs = Jobs(self.library, self.originals, self.sessions, self._enqueue, self.limits)
        self.queue = Queue(self.store, self.jobs.run, threads=threads, alone=settings.embedded)
        self.models = DecisionModels(self.sessions, Advisor.load())
        self.events = Events(self.sessions)
        self.documents = Documents.of(self._room(), self.jobs, self.answers_over, self._criteria)
        questions = QuestionsRoom.of(
            self._asking(), experts=settings.experts, talk=settings.thread_talk
        )
        guidelines = Guidelines.load(self.library, self.people)
        self._sentences = None if settings.embedding else SentenceEncoder()
        reading = Reading.of(self._sentences, self._language_model if settings.llm else None)
        self.choose = Choose(self.models, self.sessions, self.texts, guidelines, reading)
        self.choose.reviews.reach(self.documents.reviews.tell)
        self.router = Router(
            questions,
            self.choose,
            Demo(self.library, self.sessions, self.people, questions.ask, self.texts),
            self.documents,
            ModelAdmin(self.models, self.sessions, self.people, self.texts),
            self.texts,
        )
        self.personal = Personal(self.sessions, self.library, self.texts, noting(settings))
        self.router.take_in(self.personal)
        handle = fair(self.router, self.texts, settings)
        self.turns = Turns(handle, self.sessions, self.texts, seconds=working_time(settings))
        # what else `/ready` shows, by name; "" for nothing
        self.watches: dict[str, Callable[[], str]] = {}
        self._analysis = Analysis()  # one for searching and answering: the biggest in memory
        self._stack = AsyncExitStack()
        self._heavy = AsyncExitStack()  # closed after the turns, whenever it was filled
        self._model: Model | None = None
        self._library = Part("library", self._open_library, advise, patient=patient)
        self.models.watch(self._model_changed)
        self._answers = Part("answers", self._open_answers, advise, patient=patient)
        self._work = Part("jobs", self._begin_work, advise, patient=patient)
        self._embedding: Embedding | None = None
        self._reading: asyncio.Task[bool] | None = None  # of the encoder's files
        self._sandbox: asyncio.Task[str] | None = None
        self._tasks: list[asyncio.Task[None]] = []  # what goes on by itself

    @cached_property
    def tokens(self) -> Tokens:
        """The tokens of machines."""
        return Tokens(self.sessions)

    async def _missed(self, text: str, person: str = "") -> bool:
        """Note what was not answered, and tell it to whoever wants to hear of it."""
        if not person:
            await self.events.note("question.refused", {"question": text})
        return await self.documents.requests.missed(text, person)

    def _asking(self) -> AskingContext:
        """Return what questions work with."""
        return AskingContext(
            *(self.answers, self.library, self.sessions, self.people, self.texts),
            self._missed,
            Ledger(self.sessions).note,
            self.settings.public_url.rstrip("/"),
            self.events.note,
        )

    def _room(self) -> Context:
        """Return what the admins' room works with."""
        return Context(
            *(self.library, self.sessions, self.people, self.texts),
            by_two=self.settings.publish_by_two,
            limits=self.limits,
            public_url=self.settings.public_url.rstrip("/"),
            fetching=fetching,
            reaching=reaching,
            alone=self.settings.embedded,
            happened=self.events.note,
            nights=self.settings.backups_kept if self.settings.backups else 0,
        )

    async def __aenter__(self) -> Self:
        """
        Open the light parts and begin to furnish the heavy ones.

        Raises:
            InvalidSettings: the data folder or the session store cannot be used.
        """
        try:
            if self.settings.embedded:
                self._stack.enter_context(self.folder)
            await self._stack.enter_async_context(self.store)
            await self._stack.enter_async_context(self.sessions)
            await agree(self.sessions)
        except InvalidSettings:
            await self._stack.aclose()
            raise
        if self._sentences is not None and self._talks:
            self._reading = asyncio.create_task(asyncio.to_thread(self._sentences.open))
        self._library.start()
        self._stack.push_async_callback(self._stop_furnishing)
        await self._stack.enter_async_context(self.queue)
        self._stack.push_async_callback(self._stop_queueing)
        if self._talks:
            if self._patient:
                self._answers.start()
            await self._stack.enter_async_context(self.turns)
            self._go_on(self.documents.reviews.watch())
            self._go_on(self.choose.reviews.watch())
        if self._threads:
            self._work.start()
            self._sandbox = asyncio.create_task(sandbox_state(self.limits))
            self._go_on(self._tend())
            self._go_on(self.documents.syncs.watch())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    def _go_on(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin what goes on by itself until the end."""
        self._tasks.append(asyncio.create_task(work))

    async def library(self) -> Library:
        """Wait for the library. Raises LibraryUnavailable while it cannot be opened."""
        try:
            return await self._library.get()
        except LibraryUnavailable as error:
            if error.code != AWAY or not self._patient:
                raise
            raise LibraryUnavailable(AWAY, phrase("waiting")) from error

    async def encoder_read(self) -> None:
        """Wait until the sentence encoder's files are read, if there is one."""
        if self._sentences is not None:
            await asyncio.to_thread(self._sentences.open)

    async def opened(self) -> None:
        """Wait until documents can be taken in, however long that takes."""
        await self._library.opened()
        if self._threads:
            await self._work.opened()

    async def answers(self) -> Answers:
        """Wait for the answering room. Raises LibraryUnavailable while there is no library."""
        self._answers.start()
        await self.library()
        return await self._answers.get()

    async def _language_model(self) -> Model | None:
        """Wait for the language model. Raises LibraryUnavailable while there is no library."""
        await self.answers()
        return self._model

    async def readiness(self) -> dict[str, str]:
        """Return each part's state: "ready", "starting" or what it waits for."""
        parts = {
            "sessions": await self.store.state(self.sessions),
            "library": self._library.state,
            "answers": self._answers.state,
        }
        if self._sandbox is not None:
            parts["sandbox"] = self._sandbox.result() if self._sandbox.done() else "starting"
        parts |= {"jobs": self.store.whose(self._work.state)} if self._threads else {}
        if self._sentences is not None:
            parts["meaning"] = self._sentences.state
        watched = {name: state() for name, state in self.watches.items()}
        parts |= {name: state for name, state in watched.items() if state}
        measured = self._embedding is None or self._embedding.size
        return parts if measured else parts | {"embedding": "not answering"}

    async def _open_library(self) -> Library:
        settings = self.settings
        async with AsyncExitStack() as opening:
            embedding = await opened_embedding(settings, opening)
            index = open_index(
                settings.qdrant_url or None,
                settings.data / "qdrant",
                settings.qdrant_api_key or None,
                version=VERSION,
                model=embedding.name if embedding else "",
                size=embedding.size if embedding else 0,
                layout=settings.layout,
            )
            library = await opening.enter_async_context(
                Library(
                    index,
                    Encoder(self._analysis),
                    originals=self.originals,
                    sentences=self._sentences,
                    embedding=embedding,
                )
            )
            from bot.service.builtin import shelve

            await shelve(library, self.models, self.texts)
            self._heavy.push_async_exit(opening.pop_all())
        self._embedding = embedding
        if embedding is not None and not embedding.size and self._patient:
            self._go_on(measured_later(library, embedding))
        return library

    async def _model_changed(self) -> None:
        """Let what comes along say what the model says now; if need be at the next start."""
        from bot.service.builtin import shelve

        with suppress(KnowledgeError):
            await shelve(await self.library(), self.models, self.texts)

    async def _open_answers(self) -> Answers:
        library = await self._library.opened()
        settings = self.settings
        if settings.llm and self._model is None:
            self._model = model(settings, self.sessions, self.watches)
            self._heavy.push_async_callback(self._model.close)
        answers = Answers(
            library,
            model=self._model,
            keep=self._keep_trace,
            analysis=self._analysis,
            likeness=library.likeness,
            allowance=allowance(self.settings),
        )
        await answers.warm()
        if self._patient:
            await self._rehearse(library)
        return answers

    async def _rehearse(self, library: Library) -> None:
        """
        Answer a question for nobody, so that the first asker does not wait for what is read only
        then: dictionaries, the encoder, the words of the deck.
        """
        if self._reading is not None:
            await asyncio.shield(self._reading)
        rehearsal = Answers(library, analysis=self._analysis, likeness=library.likeness)
        with suppress(KnowledgeError), unwatched():
            await rehearsal.answer(REHEARSED, readers=frozenset({"all"}), language="ja")
        library.vocabulary.begin()

    async def answers_over(self, retriever: Retriever, *, written: bool) -> Answers:
        """Return an answering room over another retriever; its traces are not kept."""
        await self.answers()
        library = await self._library.opened()
        return Answers(
            retriever,
            model=self._model if written else None,
            analysis=self._analysis,
            likeness=library.likeness,
            allowance=allowance(self.settings),
        )

    async def _criteria(self) -> tuple[Criterion, ...]:
        """Return the criteria of the guided dialog now. Raises SessionsUnavailable."""
        advisor = await self.models.current()
        return advisor.model.criteria

    async def _begin_work(self) -> None:
        """
        Start to work once the library stands, and put away files that no document and no job
        remembers.
        """
        library = await self._library.opened()
        await self.queue.open()
        with suppress(LibraryUnavailable):
            await self.originals.sweep(await library.originals(), age=JOB + DAY)
        self._go_on(self._reread(library))

    async def _reread(self, library: Library) -> None:
        """Read anew what earlier releases read, while everything else goes on."""
        with suppress(KnowledgeError):  # the next start goes on
            counts = await library.reread(self.limits)
            if counts:
                log.info("documents of earlier readers were read anew", extra={**counts})

    async def _tend(self) -> None:
        """
        Look again and again for jobs that got lost; an embedded store has no other process that
        could still hold one.
        """
        idle = DEAD if self.settings.embedded else IDLE
        while True:
            with suppress(SessionsUnavailable):
                await self.jobs.tend(idle=idle)
                idle = IDLE
            await asyncio.sleep(TEND)

    async def _enqueue(self, job: str) -> None:
        await self.queue.enqueue(job)

    async def _keep_trace(self, trace: Trace) -> None:
        try:
            await self.sessions.save("trace", trace.id, {"trace": trace.to_json()}, seconds=TRACE)
        except SessionsUnavailable:
            log.warning("a trace was not kept: the session store is away")

    async def _stop_queueing(self) -> None:
        """Let nothing open the queue again, or hand work to it, that is closed next."""
        await stop(*self._tasks)
        await self._work.stop()

    async def _stop_furnishing(self) -> None:
        await stop(self._sandbox, self._reading, *self._tasks)
        for part in (self._answers, self._library):
            await part.stop()
        await self._heavy.aclose()
