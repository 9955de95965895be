"""
Jobs: one file on its way into the library, from its arrival to its report.

A job is a record that any process can read; the work itself is done by whichever worker takes it,
at least once and in steps that may be repeated. The record is changed by compare-and-set, so that a
worker that was taken for dead overwrites nothing. A document that fails twice is parked with its
reason, so that the others go on; work that got lost is queued again (`tend`).
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TypeVar

from handlers.documents.job import (
    OPEN,
    Job,
    JobTaken,
    Outcome,
    StoredJob,
    Work,
    keep_new,
    stored_job,
)
from handlers.lifetimes import JOB_QUEUED_AGAIN, JOB_UNTAKEN
from handlers.sessions import Sessions, SessionsUnavailable
from knowledge.documents.library import Library
from knowledge.documents.originals import Originals
from knowledge.errors import LibraryUnavailable, ReaderFault, UnreadableDocument
from knowledge.reading.reading import Limits, check, read
from knowledge.sentences import phrase
from knowledge.values import Metadata

TRIES = 2  # before a document is parked
WATCHDOG = 600.0  # seconds a document may take, and wait for an index that is away
DEAD = 5.0  # seconds without one after which a job is nobody's
IDLE = 60.0  # seconds without a sign of life after which a job may have been lost by the queue

TEND = 15.0  # seconds between looks for such jobs
LIST = ("all", "jobs")  # the owner and kind of the list of the latest
LOOK = 0.2  # seconds between looks at a job that is being followed
PATIENCE = 150.0  # seconds a job is followed: less than a turn may take
UNHEARD = 35.0  # seconds of these without a word of the store, more than one that is frozen takes

T = TypeVar("T")


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
        patience: float = 0.0,
    ) -> Job:
        """
        Keep a file and queue the work on it; the same `id_` again is the same job.

        A Redis that fails is waited for until it has failed for `patience` seconds.

        Raises:
            LibraryUnavailable: the file cannot be kept.
            SessionsUnavailable
        """
        arrived = Job(id_, name, len(content), "", metadata, by, time.time())
        job, is_new = await self._keep(arrived, content, patience)
        if is_new:
            enqueue = partial(self._enqueue, id_)
            await self._sessions.patiently(enqueue, patience)
        return job

    async def keep(
        self, id_: str, name: str, content: bytes, metadata: Metadata, *, by: str
    ) -> Job:
        """Keep a file as `submit` does, for whoever then does the work without the queue."""
        arrived = Job(id_, name, len(content), "", metadata, by, time.time())
        job, _ = await self._keep(arrived, content, 0.0)
        return job

    async def _keep(self, arrived: Job, content: bytes, patience: float) -> tuple[Job, bool]:
        """Return the job of a file, and whether it was not known before."""
        id_ = arrived.id
        patiently = partial(self._sessions.patiently, seconds=patience)
        known = await patiently(partial(self.find, id_))
        if known is not None:
            return known, False
        job = replace(arrived, original=await self._originals.put(content))
        await patiently(partial(self._sessions.note, OPEN, id_))
        first = await patiently(partial(keep_new, self._sessions, job))
        if not first:
            known = await patiently(partial(self.find, id_)) or job
            # else it was stored, and only the word of it was lost
            if known.original != job.original:
                await self._originals.delete(job.original)
                return known, False
        await patiently(partial(self._sessions.index_add, *LIST, id_))
        return job, True

    async def find(self, id_: str) -> Job | None:
        """
        Return a job of the last week.

        Raises:
            SessionsUnavailable
        """
        stored = await stored_job(self._sessions, id_)
        return stored.job if stored else None

    async def recent(self) -> list[Job]:
        """Return the latest 100 jobs, newest first. Raises SessionsUnavailable."""
        jobs = []
        for id_ in await self._sessions.index_list(*LIST):
            job = await self.find(id_)
            if job is not None:
                jobs.append(job)
        return jobs

    async def waiting(self) -> list[Job]:
        """Return the jobs that have not ended, in no order. Raises SessionsUnavailable."""
        jobs = []
        for id_ in await self._sessions.noted(OPEN):
            job = await self.find(id_)
            if job is not None and not job.outcome:
                jobs.append(job)
        return jobs

    async def follow(self, id_: str, *, seconds: float = PATIENCE) -> AsyncIterator[Job]:
        """
        Yield a job each time it has moved, until it has an outcome or `seconds` are over; the last
        one yielded tells which.

        Any process may follow any job. A store that is away for a moment is waited for, while the
        job goes on; where it stays away (a full disk) following ends.
        """
        last = None  # as it was yielded
        heard = time.monotonic()
        end = heard + seconds
        while time.monotonic() < end and time.monotonic() - heard < UNHEARD:
            with suppress(SessionsUnavailable):
                job = await self.find(id_)
                heard = time.monotonic()
                if job is None:
                    return
                now = replace(job, touched=0.0)
                if now != last:
                    last = now
                    yield job
                if job.outcome:
                    return
            await asyncio.sleep(LOOK)

    async def retry(self, id_: str) -> Job | None:
        """Queue a parked job again. Raises SessionsUnavailable."""
        stored = await stored_job(self._sessions, id_)
        if stored is None:
            return None
        if stored.job.outcome != "parked":
            return stored.job
        await self._sessions.note(OPEN, id_)
        work = Work(self._sessions, stored)
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
        known = await self._sessions.noted(OPEN)
        known += await self._sessions.index_list(*LIST)
        limit = IDLE if idle is None else idle
        for id_ in dict.fromkeys(known):
            stored = await stored_job(self._sessions, id_)
            if stored is None or stored.job.outcome:
                await self._sessions.unnote(OPEN, id_)
            elif await self._is_lost(stored, limit):
                await self._enqueue(id_)
                queued += 1
        return queued

    async def _is_lost(self, stored: StoredJob, idle: float) -> bool:
        """
        Report whether a job is to be queued again; one that nobody took for too long is ended
        instead.
        """
        job = stored.job
        silent = time.time() - max(job.at, job.touched)
        if silent < idle:
            return False
        if silent >= JOB_UNTAKEN:
            with suppress(JobTaken):
                reason = phrase("not_taken", name=job.name)
                await Work(self._sessions, stored).end("parked", "interrupted", reason)
            return False
        return await self._sessions.save(
            "job.again", job.id, {}, expected=0, seconds=JOB_QUEUED_AGAIN
        )

    async def run(self, id_: str, *, told: Callable[[Job], None] | None = None) -> Job | None:
        """
        Do the work on a job and return how it ended; None when there is no such job.

        Raises:
            JobTaken
            LibraryUnavailable: the index or the place of the files is away; to be run again later.
            SessionsUnavailable: to be run again later.
        """
        stored = await stored_job(self._sessions, id_)
        if stored is None:
            return None
        job = stored.job
        if job.outcome:
            return job
        work = Work(self._sessions, stored, told)
        if time.time() - job.touched < DEAD:
            raise JobTaken(id_)
        if job.tries >= TRIES:
            reason = job.reason or phrase("interrupted", name=job.name)
            return await work.end("parked", job.code or "interrupted", reason)
        await work.tell(tries=job.tries + 1, code="", reason=None)
        try:
            async with asyncio.timeout(WATCHDOG), work.alive():
                return await self._take_in(work)
        except (UnreadableDocument, TimeoutError, LibraryUnavailable) as error:
            return await self._failed(work, job, error)
        except asyncio.CancelledError:  # this process is asked to stop: no fault of the document's
            await work.tell(tries=job.tries, touched=0.0)
            raise

    async def _failed(
        self, work: Work, job: Job, error: UnreadableDocument | TimeoutError | LibraryUnavailable
    ) -> Job:
        """
        End a job that failed; one whose index or file is away for a while goes on later.

        Raises:
            LibraryUnavailable: to be run again later.
        """
        match error:
            case ReaderFault():  # the file is kept: it can be read once we are mended
                return await work.end("parked", error.code, error.reason)
            case UnreadableDocument():
                await self._originals.delete(job.original)
                return await work.end("refused", error.code, error.reason)
            case TimeoutError():
                reason = phrase("took_too_long", name=job.name)
                return await work.end("parked", "too_slow", reason)
        if time.time() - job.at > WATCHDOG or error.code == "original_missing":
            return await work.end("parked", error.code, error.reason)
        # This try does not count.
        await work.tell(tries=job.tries, touched=0.0, code=error.code, reason=error.reason)
        raise error

    async def _take_in(self, work: Work) -> Job:
        job = work.job
        content = await self._originals.get(job.original)
        check(job.name, content)
        await work.tell(step="checked")
        reading = await read(job.name, content, limits=self._limits)
        await work.tell(step="read", pages=len(reading.pages))

        async def tell(done: int, total: int) -> None:
            await work.tell(done=done, total=total)

        library = await self._library()
        document, version, new = await library.stage(
            reading, job.metadata, by=job.by, original=job.original, told=tell
        )
        # A version that is not new may be of a try of this job that did not live to say so.
        mine = new or version.original == job.original
        if not mine:
            await self._originals.delete(job.original)
        outcome: Outcome = "staged" if mine else "unchanged"
        return await work.end(
            outcome, "", None, step="staged", document=document.id, version=version.id
        )
