"""
What is remembered between turns: claims, queues, state, lists and logs, in one object for callers.

Each duty is a small class of its own in `handlers/memory/`, over one link to Redis; what a method
promises is said there. Every call may raise `SessionsUnavailable`.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import UTC, datetime
from typing import Self, TypeVar

from redis.asyncio import Redis

from handlers.lifetimes import DAY, LIST, STATE
from handlers.memory.budgets import Budgets, Grant, Rate
from handlers.memory.chains import Chains, Entry, gap
from handlers.memory.claims import LEASE, Claim, Claims
from handlers.memory.clock import Clock
from handlers.memory.counters import Counters
from handlers.memory.formats import Formats
from handlers.memory.journals import Journals
from handlers.memory.link import TIMEOUT, Link, SessionsUnavailable, State, trouble_of
from handlers.memory.lists import Lists
from handlers.memory.persons import Persons
from handlers.memory.queues import Queues
from handlers.memory.remnants import Instead, Remnants
from handlers.memory.standing import Standing
from handlers.memory.states import States

__all__ = [
    "LEASE",
    "TIMEOUT",
    "Claim",
    "Grant",
    "Rate",
    "Sessions",
    "SessionsUnavailable",
    "State",
    "trouble_of",
]
T = TypeVar("T")


class Sessions:
    """Opens with `async with`; `connect` makes the one Redis client then, and not before."""

    def __init__(self, connect: Callable[[], Redis]) -> None:
        self.link = Link(connect)
        clock = Clock()
        self._claims = Claims(self.link, clock)
        self._queues = Queues(self.link, clock)
        self._budgets = Budgets(self.link, clock)
        self._states = States(self.link)
        self._lists = Lists(self.link)
        self._chains = Chains(self.link)
        self._formats = Formats(self.link)
        self._persons = Persons(self.link)
        self._remnants = Remnants(self.link)
        self._counters = Counters(self.link)
        self._journals = Journals(self.link)
        self.standing = Standing(self.link)

    async def __aenter__(self) -> Self:
        await self.link.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.link.__aexit__()

    # ----------------------------------------------------------------- how Redis is

    @property
    def away(self) -> float:
        """Seconds for which Redis has not answered; 0 while it does."""
        return self.link.away

    @property
    def trouble(self) -> str:
        """Why the last call failed, until one of `alive` succeeds; empty while all is well."""
        return self.link.trouble

    async def alive(self) -> bool:
        """Report whether Redis answers and takes writes."""
        return await self.link.alive()

    async def state(self) -> str:
        """Return "ready", or in a few words why Redis does not answer or takes no writes."""
        if await self.link.alive():
            return "ready"
        return self.link.trouble or "not answering"

    async def later(self, release: str) -> str | None:
        """Return the later release the store belongs to, None when it is ours: see `Formats`."""
        return await self._formats.later(release)

    async def patiently(self, step: Callable[[], Awaitable[T]], seconds: float) -> T:
        """Return what `step` gives, trying again while Redis fails: see `Link.patiently`."""
        return await self.link.patiently(step, seconds)

    # ----------------------------------------------------------------- claims and queues of turns

    async def claim(self, claim: Claim) -> bool:
        """Store a turn with what is needed to finish it; False when it was claimed before."""
        return await self._claims.claim(claim)

    async def renew(self, claim: Claim) -> bool:
        """Extend the lease; False when another process has taken the turn over or finished it."""
        return await self._claims.renew(claim)

    async def remember_screen(self, claim: Claim) -> None:
        """Keep what another process needs to go on with this turn's screen."""
        await self._claims.remember_screen(claim)

    async def finish(self, *claims: Claim) -> None:
        """Close turns, all at once."""
        await self._claims.finish(*claims)

    async def over(self, turn: str) -> bool:
        """Report whether a turn with this id was finished."""
        return await self._claims.over(turn)

    async def abandoned(self, but: Collection[str] = ()) -> list[Claim]:
        """
        Take over some open turns whose lease has ended, not those of `but`; each goes to exactly
        one caller.
        """
        return await self._claims.abandoned(but)

    async def line_up(self, place: str, claim: Claim) -> None:
        """Join the queue of one place, behind everybody already there."""
        await self._queues.line_up(place, claim)

    async def ahead(self, place: str, claim: Claim) -> int:
        """Return how many turns of this place come first."""
        return await self._queues.ahead(place, claim)

    async def leave(self, place: str, claim: Claim) -> None:
        """Leave the queue of one place."""
        await self._queues.leave(place, claim)

    # ----------------------------------------------------------------- budgets of what is outside

    async def take(self, budget: str, rate: Rate, mark: str = "", since: float = 0.0) -> Grant:
        """Take one of what a budget allows, where it allows one now: see `Budgets.take`."""
        return await self._budgets.take(budget, rate, mark, since)

    async def remember_marks(self) -> None:
        """Say that marks of budgets are noted from now on."""
        await self._budgets.remember()

    async def note_marks(self, marks: Collection[str]) -> None:
        """Note marks of what was let through while no budget could be asked."""
        await self._budgets.note(marks)

    async def hold(self, budget: str, seconds: float) -> None:
        """Allow nothing more of a budget for so many seconds."""
        await self._budgets.hold(budget, seconds)

    async def join_line(self, budget: str, mark: str) -> int:
        """Join the line for a budget and return how many come first."""
        return await self._budgets.line_up(budget, mark)

    async def leave_line(self, budget: str, mark: str) -> None:
        """Leave the line for a budget."""
        await self._budgets.leave_line(budget, mark)

    # ----------------------------------------------------------------- state

    async def load(self, kind: str, id_: str) -> State | None:
        """Return the state saved under this kind and id, None when there is none any more."""
        return await self._states.load(kind, id_)

    async def save(
        self,
        kind: str,
        id_: str,
        state: State,
        *,
        expected: int | None = None,
        seconds: int | None = STATE,
    ) -> bool:
        """Save with the revision counted up; False when it is not `expected`: see `States.save`."""
        return await self._states.save(kind, id_, state, expected=expected, seconds=seconds)

    async def change(
        self,
        kind: str,
        id_: str,
        edit: Callable[[State | None], State | None],
        *,
        seconds: int | None = STATE,
    ) -> State | None:
        """Save what `edit` makes of the stored state and return it: see `States.change`."""
        return await self._states.change(kind, id_, edit, seconds=seconds)

    async def delete(self, kind: str, id_: str) -> None:
        """Forget the state saved under this kind and id."""
        await self._states.delete(kind, id_)

    async def add(self, kind: str, id_: str, amount: int, seconds: int) -> int:
        """Add to a sum that all processes share, and return it."""
        return await self._counters.add(kind, id_, amount, seconds)

    # ----------------------------------------------------------------- one person's data

    async def kept_of(self, person: str) -> dict[str, list[State]]:
        """Return what is remembered of a person, by kind: see `Persons.of`."""
        return await self._persons.of(person)

    async def forget(self, person: str, instead: str) -> dict[str, int]:
        """Forget a person, with `instead` where others share a record: see `Persons.forget`."""
        return await self._persons.forget(person, instead)

    # ----------------------------------------------------------------- texts that are no more

    async def forget_texts(self, ids: frozenset[str], instead: Instead) -> int:
        """Forget what was made of deleted documents: see `Remnants.forget`."""
        return await self._remnants.forget(ids, instead)

    async def rewrite(self) -> bool:
        """Have nothing that was deleted stand in Redis's own file: see `Remnants.rewrite`."""
        return await self._remnants.rewrite()

    # ----------------------------------------------------------------- lists and sets

    async def index_add(self, owner: str, kind: str, id_: str, seconds: int = LIST) -> None:
        """Put `id_` first among this owner's latest 100 things of this kind."""
        await self._lists.add(owner, kind, id_, seconds)

    async def index_list(self, owner: str, kind: str) -> list[str]:
        """Return this owner's ids of this kind, latest first."""
        return await self._lists.latest(owner, kind)

    async def note(self, kind: str, id_: str) -> None:
        """Add `id_` to what is open of this kind, until `unnote` takes it off."""
        await self._lists.note(kind, id_)

    async def unnote(self, kind: str, id_: str) -> None:
        """Take `id_` off what is open of this kind."""
        await self._lists.unnote(kind, id_)

    async def noted(self, kind: str) -> list[str]:
        """Return what is open of this kind, in no order."""
        return await self._lists.noted(kind)

    async def jot(self, journal: str, row: State, seconds: int) -> None:
        """Add a row to a journal that ends `seconds` after its last one."""
        await self._journals.add(journal, row, seconds)

    async def journal(self, journal: str) -> list[State]:
        """Return the rows of a journal, oldest first."""
        return await self._journals.rows(journal)

    # ----------------------------------------------------------------- logs

    async def append(self, log: str, entry: State) -> str:
        """Append to a log that is never trimmed, chained to the entry before; return its hash."""
        return await self._chains.append(log, entry)

    async def append_rarely(self, log: str, entry: State, *, by: str, most: int) -> bool:
        """
        Append to a log unless `by` has had so many entries of this kind today; report whether. What
        anybody can cause must not fill a log that is never trimmed.
        """
        today = datetime.now(UTC).date().isoformat()
        count = await self._counters.add(f"log.{log}", f"{by} {today}", 1, DAY)
        if count > most:
            return False
        await self._chains.append(log, entry)
        return True

    async def entries(self, log: str, last: int = 100) -> list[Entry]:
        """Return the last entries of a log (0: all), oldest first, each with "entry" and "hash"."""
        return await self._chains.entries(log, last)

    async def put_back(self, log: str, entries: Sequence[Entry]) -> None:
        """Write a whole log as it was kept in a backup, in place of what is there."""
        await self._chains.put_back(log, entries)

    async def gap(self, log: str) -> int | None:
        """Return the 1-based place of the first entry that breaks a log's chain, None for none."""
        return gap(await self._chains.entries(log, last=0))
