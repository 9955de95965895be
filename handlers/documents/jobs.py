"""
Jobs: one file on its way onto the shelf, from its arrival to its report.

A job is a record that any process can read; the work itself is done by whichever worker takes it,
at least once and in steps that may be repeated. The record is changed by compare-and-set, so that a
worker that was taken for dead overwrites nothing. A document that fails twice is parked with its
reason, so that the others go on; work that got lost is queued again (`tend`).
"""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, replace
from typing import Literal, TypeVar

from handlers.sessions import DAY, Sessions, SessionsUnavailable, State
from knowledge.documents.library import Library
from knowledge.documents.originals import Originals
from knowledge.errors import LibraryUnavailable, ReaderFault, UnreadableDocument
from knowledge.reading.reading import Limits, check, read
from knowledge.sentences import phrase
from knowledge.values import Mark, Metadata, Phrase

KEPT = 7 * DAY  # seconds a job can be looked up
TRIES = 2  # before a document is parked
WATCHDOG = 600.0  # seconds a document may take, and wait for an index that is away
PULSE = 1.5  # seconds between signs of life
DEAD = 5.0  # seconds without one after which a job is nobody's
IDLE = 60.0  # seconds without a sign of life after which a job may have been lost by the queue
AGAIN = 300  # seconds before such a job is queued once more
GIVEN_UP = float(DAY)  # seconds nobody took it after which it ends
TEND = 15.0  # seconds between looks for such jobs
LOOK = 0.2  # seconds between looks at a job that is being followed
PATIENCE = 150.0  # seconds a job is followed: less than a turn may take

T = TypeVar("T")
Step = Literal["received", "checked", "read", "staged"]
Outcome = Literal["", "staged", "unchanged", "refused", "parked"]


@dataclass(frozen=True, slots=True)
class Job:
    """
    Where a file stands. `step` is the last one done; `done` of `total` passages are written;
    `outcome` is empty until it ends.

    `code` and `reason` say why it was refused or parked. `document` and `version` are ids, once
    there are any. Times are UNIX.
    """

    id: str
    name: str
    size: int
    original: str
    metadata: Metadata
    by: str
    at: float
    step: Step = "received"
    done: int = 0
    total: int = 0
    pages: int = 0
    tries: int = 0
    touched: float = 0.0
    outcome: Outcome = ""
    code: str = ""
    reason: Phrase | None = None
    document: str = ""
    version: str = ""


class JobTaken(Exception):
    """
    Another worker shows signs of life on this job; to be looked at again later, because it may die.
    """


class Jobs:
    """
    `enqueue` hands a job's id to the workers; `run` is what a worker does with it, within `limits`.
    """

    def __init__(
        self,
        library: Callable[[], Awaitable[Library]],
        originals: Originals,
        sessions: Sessions,
        enqueue: Callable[[str], Awaitable[None]],
        limits: Limits | None = None,
    ) -> None:
        self._library = library
        self._originals = originals
        self._sessions = sessions
        self._enqueue = enqueue
        self._limits = limits or Limits()

    async def submit(
        self,
        id_: str,
        name: str,
        content: bytes,
        metadata: Metadata,
        *,
        by: str,
        queue: bool = True,
        patience: float = 0.0,
    ) -> Job:
        """
        Keep a file and queue the work on it; the same `id_` again is the same job.

        A Redis that fails is waited for until it has failed for `patience` seconds.

        Raises:
            LibraryUnavailable: the file cannot be kept.
            SessionsUnavailable
        """

        async def step(call: Callable[[], Awaitable[T]]) -> T:
            return await self._sessions.patiently(call, patience)

        known = await step(lambda: self.find(id_))
        if known is not None:
            return known
        original = await self._originals.put(content)
        job = Job(id_, name, len(content), original, metadata, by, time.time())
        state = {"job": asdict(job)}
        await step(lambda: self._sessions.note("jobs", id_))
        first = await step(lambda: self._sessions.save("job", id_, state, expected=0, seconds=KEPT))
        if not first:
            known = await step(lambda: self.find(id_)) or job
            if known.original != original:  # else it was stored, and only the word of it was lost
                await self._originals.delete(original)
                return known
        await step(lambda: self._sessions.index_add("all", "jobs", id_))
        if queue:
            await step(lambda: self._enqueue(id_))
        return job

    async def find(self, id_: str) -> Job | None:
        """
        Return a job of the last week.

        Raises:
            SessionsUnavailable
        """
        held = await self._held(id_)
        return held.job if held else None

    async def recent(self) -> list[Job]:
        """Return the latest 100 jobs, newest first. Raises SessionsUnavailable."""
        found = [await self.find(id_) for id_ in await self._sessions.index_list("all", "jobs")]
        return [job for job in found if job is not None]

    async def follow(self, id_: str, *, seconds: float = PATIENCE) -> AsyncIterator[Job]:
        """
        Yield a job each time it has moved, until it has an outcome or `seconds` are over; the last
        one yielded tells which.

        Any process may follow any job.
        """
        shown = None
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with suppress(SessionsUnavailable):  # away for a moment: the job goes on
                job = await self.find(id_)
                if job is not None and replace(job, touched=0.0) != shown:
                    shown = replace(job, touched=0.0)
                    yield job
                if job is None or job.outcome:
                    return
            await asyncio.sleep(LOOK)

    async def retry(self, id_: str) -> Job | None:
        """Queue a parked job again. Raises SessionsUnavailable."""
        held = await self._held(id_)
        if held is None or held.job.outcome != "parked":
            return held.job if held else None
        await self._sessions.note("jobs", id_)
        work = _Work(self._sessions, held)
        try:
            await work.tell(outcome="", code="", reason=None, tries=0, at=time.time(), touched=0.0)
        except JobTaken:  # pressed twice
            return await self.find(id_)
        await self._enqueue(id_)
        return work.job

    async def tend(self, *, idle: float | None = None) -> int:
        """
        Queue again what has no outcome and shows no sign of life for `idle` seconds; return how
        many those were.

        Such a job may have lost its place in the queue, or the word of how it ended. One that
        nobody takes for a day is parked.

        Raises:
            SessionsUnavailable
        """
        queued = 0
        known = await self._sessions.noted("jobs") + await self._sessions.index_list("all", "jobs")
        for id_ in dict.fromkeys(known):
            held = await self._held(id_)
            if held is None or held.job.outcome:
                await self._sessions.unnote("jobs", id_)
            elif await self._lost(held, IDLE if idle is None else idle):
                await self._enqueue(id_)
                queued += 1
        return queued

    async def _lost(self, held: "_Held", idle: float) -> bool:
        """
        Report whether a job is to be queued again; one that nobody took for too long is ended
        instead.
        """
        job = held.job
        if time.time() - max(job.at, job.touched) < idle:
            return False
        if time.time() - max(job.at, job.touched) >= GIVEN_UP:
            with suppress(JobTaken):
                await _Work(self._sessions, held).end(
                    "parked", "interrupted", phrase("not_taken", name=job.name)
                )
            return False
        return await self._sessions.save("job.again", job.id, {}, expected=0, seconds=AGAIN)

    async def run(self, id_: str, *, told: Callable[[Job], None] | None = None) -> Job | None:
        """
        Do the work on a job and return how it ended; None when there is no such job.

        Raises:
            JobTaken
            LibraryUnavailable: the index or the place of the files is away; to be run again later.
            SessionsUnavailable: to be run again later.
        """
        held = await self._held(id_)
        if held is None or held.job.outcome:
            return held.job if held else None
        job, work = held.job, _Work(self._sessions, held, told)
        if time.time() - job.touched < DEAD:
            raise JobTaken(id_)
        if job.tries >= TRIES:
            return await work.end(
                "parked",
                job.code or "interrupted",
                job.reason or phrase("interrupted", name=job.name),
            )
        await work.tell(tries=job.tries + 1, code="", reason=None)
        try:
            async with asyncio.timeout(WATCHDOG), work.alive():
                return await self._take_in(work)
        except ReaderFault as error:  # the file is kept: it can be read once we are mended
            return await work.end("parked", error.code, error.reason)
        except UnreadableDocument as error:
            await self._originals.delete(job.original)
            return await work.end("refused", error.code, error.reason)
        except TimeoutError:
            return await work.end("parked", "too_slow", phrase("took_too_long", name=job.name))
        except LibraryUnavailable as error:
            if time.time() - job.at > WATCHDOG or error.code == "original_missing":
                return await work.end("parked", error.code, error.reason)
            await work.tell(tries=job.tries, touched=0.0, code=error.code, reason=error.reason)
            raise
        except asyncio.CancelledError:  # this process is asked to stop: no fault of the document's
            await work.tell(tries=job.tries, touched=0.0)
            raise

    async def _take_in(self, work: "_Work") -> Job:
        job = work.job
        content = await self._originals.get(job.original)
        check(job.name, content)
        await work.tell(step="checked")
        reading = await read(job.name, content, limits=self._limits)
        await work.tell(step="read", pages=len(reading.pages))
        library = await self._library()
        document, version, new = await library.stage(
            reading,
            job.metadata,
            by=job.by,
            original=job.original,
            told=lambda done, total: work.tell(done=done, total=total),
        )
        if not new and version.original != job.original:
            await self._originals.delete(job.original)
        mine = (
            new or version.original == job.original
        )  # staged by a try of this job that did not live to say so
        outcome: Outcome = "staged" if mine else "unchanged"
        return await work.end(
            outcome, "", None, step="staged", document=document.id, version=version.id
        )

    async def _held(self, id_: str) -> "_Held | None":
        state = await self._sessions.load("job", id_)
        return _Held(_job(state), int(state["rev"])) if state else None


@dataclass(frozen=True, slots=True)
class _Held:
    """A job as stored, and the revision it has there."""

    job: Job
    revision: int


class _Work:
    """
    A job in hand: says where it stands, and shows signs of life meanwhile. Once it has ended
    nothing more is said of it.
    """

    def __init__(
        self, sessions: Sessions, held: _Held, told: Callable[[Job], None] | None = None
    ) -> None:
        self.job = held.job
        self._sessions = sessions
        self._revision = held.revision
        self._told = told
        self._hand = secrets.token_hex(8)  # tells our own writes from those of another worker
        self._saying = asyncio.Lock()  # a pulse must not come after the end
        self._over = False

    async def tell(self, **progress: object) -> None:
        """
        Say where the job stands.

        Raises:
            JobTaken: another worker has it.
            SessionsUnavailable
        """
        async with self._saying:
            if self.job.outcome and "outcome" not in progress:
                return
            self.job = replace(self.job, **{"touched": time.time(), **progress})  # type: ignore[arg-type]  # fields of Job
            await self._save()
        if self._told is not None:
            self._told(self.job)

    async def end(
        self, outcome: Outcome, code: str, reason: Phrase | None, **progress: object
    ) -> Job:
        await self.tell(
            outcome=outcome, code=code, reason=reason, touched=self.job.touched, **progress
        )
        await self._sessions.unnote("jobs", self.job.id)
        return self.job

    async def _save(self) -> None:
        state = {"job": asdict(self.job), "hand": self._hand}
        while not await self._sessions.save(
            "job", self.job.id, state, expected=self._revision, seconds=KEPT
        ):
            stored = await self._sessions.load("job", self.job.id)
            if stored is None or stored.get("hand") != self._hand:
                raise JobTaken(self.job.id)
            self._revision = int(stored["rev"])  # our own write whose reply was lost
        self._revision += 1

    @asynccontextmanager
    async def alive(self) -> AsyncIterator[None]:
        heart = asyncio.create_task(self._beat())
        try:
            yield
        finally:
            self._over = True
            heart.cancel()
            with suppress(asyncio.CancelledError):
                await heart

    async def _beat(self) -> None:
        while not self._over:  # redis-py may swallow a cancellation that meets its own time-out
            await asyncio.sleep(PULSE)
            with suppress(SessionsUnavailable):
                await self.tell()


def _job(state: State) -> Job:
    row = state["job"]
    said = row["metadata"]
    metadata = Metadata(**{**said, "marks": tuple(Mark(**m) for m in said["marks"])})
    return Job(
        **{
            **row,
            "metadata": metadata,
            "reason": Phrase(**row["reason"]) if row["reason"] else None,
        }
    )
