"""
One job: the record of a file on its way, and the work on it by the one worker that has it in hand.

The record is changed by compare-and-set, so that a worker that was taken for dead overwrites
nothing.
"""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, replace
from typing import Literal

from handlers.lifetimes import JOB
from handlers.sessions import Sessions, SessionsUnavailable, State
from knowledge.observation import happened
from knowledge.stored import stored
from knowledge.values import Mark, Metadata, Phrase

KIND = "job"
OPEN = "jobs"  # the set of jobs without an outcome
PULSE = 1.5  # seconds between signs of life
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


@dataclass(frozen=True, slots=True)
class StoredJob:
    """A job as stored, and the revision it has there."""

    job: Job
    revision: int


class Work:
    """
    A job in hand: says where it stands, and shows signs of life meanwhile. Once it has ended
    nothing more is said of it.
    """

    def __init__(
        self, sessions: Sessions, stored: StoredJob, told: Callable[[Job], None] | None = None
    ) -> None:
        self.job = stored.job
        self._sessions = sessions
        self._revision = stored.revision
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
            moved = {"touched": time.time(), **progress}
            self.job = replace(self.job, **moved)  # type: ignore[arg-type]  # fields of Job
            await self._save()
        if self._told is not None:
            self._told(self.job)

    async def end(
        self, outcome: Outcome, code: str, reason: Phrase | None, **progress: object
    ) -> Job:
        """
        Say how the job ended and return it.

        Raises:
            JobTaken: another worker has it.
            SessionsUnavailable
        """
        await self.tell(
            outcome=outcome, code=code, reason=reason, touched=self.job.touched, **progress
        )
        await self._sessions.unnote(OPEN, self.job.id)
        happened("job", time.time() - self.job.at, outcome=outcome, code=code)
        return self.job

    async def _save(self) -> None:
        state = {"job": asdict(self.job), "hand": self._hand}
        while not await self._sessions.save(
            KIND, self.job.id, state, expected=self._revision, seconds=JOB
        ):
            stored = await self._sessions.load(KIND, self.job.id)
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


async def stored_job(sessions: Sessions, id_: str) -> StoredJob | None:
    """
    Return a job of the last week with its revision.

    Raises:
        SessionsUnavailable
    """
    state = await sessions.load(KIND, id_)
    if state is None:
        return None
    return StoredJob(_job(state), int(state["rev"]))


async def keep_new(sessions: Sessions, job: Job) -> bool:
    """Store a job; False when there is one with its id. Raises SessionsUnavailable."""
    return await sessions.save(KIND, job.id, {"job": asdict(job)}, expected=0, seconds=JOB)


def _job(state: State) -> Job:
    row = dict(state["job"])
    metadata = dict(row["metadata"])
    metadata["marks"] = tuple(stored(Mark, rule) for rule in metadata.get("marks", ()))
    row["metadata"] = stored(Metadata, metadata)
    if row["reason"]:
        row["reason"] = stored(Phrase, row["reason"])
    return stored(Job, row)
