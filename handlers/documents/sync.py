"""
The shelf kept in step with where documents live.

A run lists the source, plans, and takes in what is new or changed, one file after the other; what
has vanished is withdrawn and never deleted. Every step may be repeated: a run that was killed has
noted what it did, or finds it on the shelf. One run a source at a time.
"""

import asyncio
import hashlib
import secrets
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import Any, Literal

from handlers.conversation import Audience, Message, Person, Press
from handlers.documents.changes import LONG_WORK, Changes, Together
from handlers.documents.context import Context
from handlers.documents.sync_events import Event, Notes, Wanted
from handlers.documents.sync_run import Run
from handlers.sessions import SessionsUnavailable
from knowledge.documents.library import Library
from knowledge.errors import KnowledgeError
from knowledge.sources.addresses import shown, source_at
from knowledge.sources.plan import Held
from knowledge.sources.source import Source

KIND, LEASE, NOTED = "sync", "sync.lease", "syncs"
ACTION = "document.sync"  # in the audit trail
LOOK = 30.0  # seconds between looks for sources that are due
LEASED = 45  # seconds after its last sign of life in which a run is taken for alive
PULSE = 10.0  # seconds between those
SAVED = 5.0  # seconds after which a run notes again how far it has come
FAILURES = 20  # named of one run


_NEW: Mapping[str, Any] = {  # the state of a source that never ran
    "held": {},
    "at": 0.0,
    "next": 0.0,
    "counts": {},
    "failures": [],
    "error": ["", "", ""],
}


class SyncRefused(KnowledgeError):
    """A run does not begin, because of how things stand; the code is that of the sentence."""


@dataclass(frozen=True, slots=True)
class Known:
    """
    A source as it is remembered. `at` and `next` are UNIX times, 0 for never; `error` is the code
    of why the last run did not get through; `failures` are what it named, by entry.
    """

    id: str
    wanted: Wanted
    at: float = 0.0
    next: float = 0.0
    counts: Mapping[str, int] = field(default_factory=dict)
    failures: tuple[tuple[str, str, str, str], ...] = ()  # entry, code, Japanese, English
    error: tuple[str, str, str] = ("", "", "")  # code, Japanese, English
    running: bool = False


class Syncs:
    """The sources of one house. `clock` gives UNIX time."""

    def __init__(
        self, context: Context, changes: Changes, clock: Callable[[], float] = time.time
    ) -> None:
        self._context = context
        self._changes = changes
        self._clock = clock
        self._running: set[str] = set()
        self._woken = asyncio.Event()

    async def run(
        self,
        message: Message,
        wanted: Wanted,
        told: Callable[[Event], None] | None = None,
        *,
        preview: bool = False,
        accept_vanished: bool = False,
    ) -> Mapping[str, int]:
        """
        Bring the shelf in step with a source, or say what that would change; return how many
        entries had which outcome.

        The caller has asked whether this person may.

        Raises:
            SyncRefused: another run of this source is on.
            SourceUnavailable: it cannot be listed; nothing was changed.
            LibraryUnavailable, SessionsUnavailable
        """
        library = await self._context.library()
        wanted = replace(wanted, address=shown(wanted.address), by=message.person.id)
        id_ = _id(wanted.address)
        remembered = await self.find(id_)
        if remembered is not None and not wanted.secret:
            wanted = replace(wanted, secret=remembered.wanted.secret)
        source = self._source(wanted)
        async with self._alone(id_):
            notes = await self._notes(id_, source, library)
            wanted = _as_before(wanted, notes.wanted)
            run = Run(self._context, library, source, wanted, notes, told or _nothing)
            run.accepts_vanished = accept_vanished
            try:
                if preview:
                    return await run.preview()
                patient = replace(self._context, patience=LONG_WORK)
                await patient.record(message, ACTION, name=wanted.address)
                async with self._changes.together(message, patience=LONG_WORK) as together:
                    return await self._carried_out(id_, wanted, notes, run, together)
            finally:
                await source.close()

    async def known(self) -> list[Known]:
        """Return the sources there are, by address. Raises SessionsUnavailable."""
        sources = []
        for id_ in await self._context.sessions.noted(NOTED):
            state = await self._context.sessions.load(KIND, id_)
            if state is not None:
                running = id_ in self._running or await self._leased(id_)
                sources.append(replace(_known(id_, state), running=running))
        return sorted(sources, key=_address)

    async def find(self, id_: str) -> Known | None:
        """Return one source. Raises SessionsUnavailable."""
        state = await self._context.sessions.load(KIND, id_)
        return _known(id_, state) if state else None

    async def add(self, message: Message, wanted: Wanted) -> Known:
        """
        Remember a source without running it; one that is known already is wanted so from now on.

        The caller has asked whether this person may.

        Raises:
            SourceUnavailable: there is no such kind of source, or no such secret.
            SessionsUnavailable
        """
        wanted = replace(wanted, address=shown(wanted.address), by=message.person.id)
        await self._source(wanted).close()
        id_ = _id(wanted.address)
        await self._context.record(message, ACTION, name=wanted.address)
        state = await self._context.sessions.load(KIND, id_) or _NEW
        due = self._clock() + wanted.every if wanted.every else 0.0
        state = {**state, "wanted": asdict(wanted), "next": due}
        await self._context.sessions.save(KIND, id_, state, seconds=None)
        await self._context.sessions.note(NOTED, id_)
        return _known(id_, state)

    async def wake(self, id_: str) -> bool:
        """
        Have a source run as soon as anybody looks; False where there is none. Raises
        SessionsUnavailable.
        """
        state = await self._context.sessions.load(KIND, id_)
        if state is None:
            return False
        due = {**state, "next": self._clock()}
        await self._context.sessions.save(KIND, id_, due, seconds=None)
        self._woken.set()
        return True

    async def forget(self, id_: str) -> None:
        """Follow a source no more; its documents stay. Raises SessionsUnavailable."""
        await self._context.sessions.unnote(NOTED, id_)
        await self._context.sessions.delete(KIND, id_)

    async def watch(self) -> None:
        """Run each source when it is due; what fails is noted and tried at its next time."""
        while True:
            with suppress(KnowledgeError, SessionsUnavailable):
                await self.look()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), LOOK)
            self._woken.clear()

    async def look(self) -> int:
        """Run the sources that are due; return how many those were."""
        ran = 0
        for known in await self.known():
            if not known.next or known.next > self._clock() or known.running:
                continue
            person = Person(known.wanted.by, known.wanted.by, "ja", "admin")
            alone = Audience(person.id, private=True)
            message = Message(secrets.token_hex(8), person, "sync", alone, Press(ACTION))
            with suppress(KnowledgeError):
                await self.run(message, known.wanted)
            ran += 1
        return ran

    def _source(self, wanted: Wanted) -> Source:
        context = self._context
        return source_at(wanted.address, context.fetching, context.reaching, secret=wanted.secret)

    async def _carried_out(
        self, id_: str, wanted: Wanted, notes: Notes, run: Run, together: Together
    ) -> Mapping[str, int]:
        saving = asyncio.create_task(self._saving(id_, wanted, notes, run))
        error: KnowledgeError | None = None
        try:
            return await run.carry_out(together)
        except KnowledgeError as failed:
            error = failed
            raise
        finally:
            saving.cancel()
            await asyncio.gather(saving, return_exceptions=True)
            known = notes.wanted is not None or run.counts
            if known or error is None:  # an address that never led anywhere is not remembered
                ended = self._clock()
                save = partial(self._save, id_, wanted, notes, run, ended=ended, error=error)
                await asyncio.shield(self._context.sessions.patiently(save, LONG_WORK))

    async def _saving(self, id_: str, wanted: Wanted, notes: Notes, run: Run) -> None:
        """Note again and again how far a run has come, so that the next one need not begin anew."""
        while True:
            await asyncio.sleep(SAVED)
            with suppress(SessionsUnavailable):
                await self._save(id_, wanted, notes, run)

    async def _save(
        self,
        id_: str,
        wanted: Wanted,
        notes: Notes,
        run: Run,
        *,
        ended: float = 0.0,
        error: KnowledgeError | None = None,
    ) -> None:
        reason = ("", "", "")
        if error is not None:
            reason = (error.code, error.reason.ja, error.reason.en)
        state = {
            "wanted": asdict(wanted),
            "held": {one: asdict(held) for one, held in run.held.items()},
            "at": ended or notes.at,
            "next": _next(wanted, notes, ended),
            "counts": dict(run.counts),
            "failures": [list(row) for row in run.failures[:FAILURES]],
            "error": list(reason),
        }
        await self._context.sessions.save(KIND, id_, state, seconds=None)
        await self._context.sessions.note(NOTED, id_)

    async def _notes(self, id_: str, source: Source, library: Library) -> Notes:
        """
        Return what is known of a source's entries: as it was noted, and from the shelf itself where
        the notes are lost.
        """
        state = await self._context.sessions.load(KIND, id_)
        held: dict[str, Held] = {}
        at, following, before = 0.0, 0.0, None
        if state is not None:
            before = Wanted(**state["wanted"])
            held = {one: Held(**row) for one, row in state["held"].items()}
            at, following = state["at"], state["next"]
        noted = {one.document for one in held.values()}
        for document in await library.documents():
            place = document.metadata.source
            if place.startswith(source.prefix) and document.id not in noted:
                newest = document.versions[-1]
                id_of = place.removeprefix(source.prefix) or "."
                held.setdefault(id_of, Held("", newest.sha256, document.id, adopted=True))
        return Notes(held, at, following, before)

    async def _leased(self, id_: str) -> bool:
        if self._context.alone:
            return False
        return await self._context.sessions.load(LEASE, id_) is not None

    @asynccontextmanager
    async def _alone(self, id_: str) -> AsyncIterator[None]:
        """Hold a source for one run; a run that shows no sign of life holds it no more."""
        sessions, hand = self._context.sessions, secrets.token_hex(8)
        if id_ in self._running:
            raise self._refused("sync_running")
        if self._context.alone:  # no other process has this house: what is held there is dead
            await sessions.patiently(partial(sessions.delete, LEASE, id_), LONG_WORK)
        if not await sessions.save(LEASE, id_, {"hand": hand}, expected=0, seconds=LEASED):
            raise self._refused("sync_running")
        self._running.add(id_)
        heart = asyncio.create_task(self._beat(id_, hand))
        try:
            yield
        finally:
            self._running.discard(id_)
            heart.cancel()
            await asyncio.gather(heart, return_exceptions=True)
            with suppress(SessionsUnavailable):
                await sessions.delete(LEASE, id_)

    async def _beat(self, id_: str, hand: str) -> None:
        while True:
            await asyncio.sleep(PULSE)
            with suppress(SessionsUnavailable):
                await self._context.sessions.save(LEASE, id_, {"hand": hand}, seconds=LEASED)

    def _refused(self, name: Literal["sync_running"]) -> SyncRefused:
        return SyncRefused(name, self._context.texts.phrase(f"documents.{name}"))


def _as_before(wanted: Wanted, before: Wanted | None) -> Wanted:
    """Return what is wanted of a source, its gaps filled with what was wanted last time."""
    if before is None:
        return wanted
    return replace(
        wanted,
        audience=wanted.audience or before.audience,
        kind=wanted.kind or before.kind,
        every=wanted.every or before.every,
    )


def _next(wanted: Wanted, notes: Notes, ended: float) -> float:
    """Return when a source runs next (UNIX), 0 for never; while it runs, as it was."""
    if not ended:
        return notes.next
    return ended + wanted.every if wanted.every else 0.0


def _id(address: str) -> str:
    return hashlib.sha256(address.encode()).hexdigest()[:16]


def _known(id_: str, state: Mapping[str, Any]) -> Known:
    failures = tuple((str(a), str(b), str(c), str(d)) for a, b, c, d in state["failures"])
    code, ja, en = state["error"]
    wanted = Wanted(**state["wanted"])
    return Known(id_, wanted, state["at"], state["next"], state["counts"], failures, (code, ja, en))


def _address(known: Known) -> str:
    return known.wanted.address


def _nothing(_: Event) -> None:
    """Nobody listens."""
