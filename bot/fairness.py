"""
Who comes first when more is asked than can be answered at once: nobody has to wait for one person.

Only the work on a turn takes room, not the time its platform takes to show it. Whoever asked least
of late comes first, then whose channel did, then whose workspace; what has begun goes on before
anything begins. Each process has a room of its own.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Literal

from bot.work import waiting
from handlers.conversation import Form, Handler, Message, Press, Reply
from handlers.texts import Texts

RUNNING = 32  # turns worked on at once: more would make the loop late for everybody
PRESSES = 4  # of one person at once: whoever waits for an answer can still press its buttons
HALVED = 60.0  # seconds after which what somebody asked counts half
Whose = Literal["person", "channel", "workspace"]


@dataclass(frozen=True, slots=True)
class Limits:
    """
    How many questions of one person are worked on at once, and how many may wait of one person, one
    channel and one workspace.
    """

    at_once: int = 1
    person: int = 30
    channel: int = 60
    workspace: int = 1000


@dataclass(frozen=True, slots=True)
class Asker:
    """On whose account a turn goes. `channel` is empty where the person alone reads the answer."""

    person: str
    channel: str
    workspace: str
    presses: bool

    @classmethod
    def of(cls, message: Message) -> "Asker":
        """Return who asks with a message, and where."""
        person = message.person.id
        workspace = person.rpartition(":")[0] or person
        channel = "" if message.audience.private else message.audience.id
        return cls(person, channel, workspace, isinstance(message.content, Press | Form))

    @property
    def line(self) -> tuple[str, bool]:
        """What is worked on one after the other: questions of a person apart from presses."""
        return self.person, self.presses


class Full(Exception):
    """So many questions wait already of the same person, channel or workspace."""

    def __init__(self, whose: Whose, waiting: int) -> None:
        super().__init__(f"{waiting} of one {whose} wait")
        self.whose = whose
        self.waiting = waiting


@dataclass(eq=False, slots=True)
class Place:
    """
    A place in the line, held until its turn is over. `ahead` is how many came first when it was
    taken, 0 for none; `begun` says that it was its turn once.
    """

    asker: Asker
    arrival: int
    ahead: int = 0
    begun: bool = False
    admitted: asyncio.Event = field(default_factory=asyncio.Event, repr=False)


class Room:
    """Lets turns work, at most `size` at once, in a fair order."""

    def __init__(
        self, limits: Limits, size: int = RUNNING, clock: Callable[[], float] | None = None
    ) -> None:
        self._limits = limits
        self._size = size
        self._clock = clock
        self._working = 0  # now
        self._running: Counter[tuple[str, bool]] = Counter()  # begun and not over
        self._waiting: list[Place] = []
        self._arrivals = count()
        self._recent: dict[str, tuple[float, float]] = {}  # by account: how much, and since when

    @contextmanager
    def place(self, asker: Asker) -> Iterator[Place]:
        """
        Give a place in the line, until the turn is over.

        Raises:
            Full: too many wait already.
        """
        self._look_for_room(asker)
        self._count(asker)
        place = Place(asker, next(self._arrivals))
        self._line_up(place)
        if not place.admitted.is_set():
            place.ahead = self._ahead(place)
        try:
            yield place
        finally:
            self.rest(place)
            if place in self._waiting:
                self._waiting.remove(place)
            if place.begun:
                self._running[asker.line] -= 1
                self._running += Counter()  # forgets who has nothing running
            self._admit()

    async def reached(self, place: Place) -> None:
        """Wait until there is room for the next step of a turn."""
        if not place.admitted.is_set() and place not in self._waiting:
            self._line_up(place)
        await place.admitted.wait()

    def rest(self, place: Place) -> None:
        """Give the room of a turn to others, while nothing of it is worked on."""
        if place.admitted.is_set():
            place.admitted.clear()
            self._working -= 1
            self._admit()

    def _line_up(self, place: Place) -> None:
        self._waiting.append(place)
        self._admit()

    def _look_for_room(self, asker: Asker) -> None:
        """Raise Full where too many wait on one of the asker's accounts."""
        limits = self._limits
        bounds: tuple[tuple[Whose, int], ...] = (
            ("person", limits.person),
            ("channel", limits.channel),
            ("workspace", limits.workspace),
        )
        for whose, most in bounds:
            account = getattr(asker, whose)
            waiting = 0
            for place in self._waiting:
                same = getattr(place.asker, whose) == account
                waiting += same and place.asker.presses == asker.presses
            if account and waiting >= most:
                raise Full(whose, waiting)

    def _admit(self) -> None:
        """Let in whoever comes next, as long as there is room."""
        while self._working < self._size:
            ready = [place for place in self._waiting if self._may_work(place)]
            if not ready:
                return
            first = self._in_order(ready)[0]
            self._waiting.remove(first)
            if not first.begun:
                self._running[first.asker.line] += 1
            first.begun = True
            self._working += 1
            first.admitted.set()

    def _may_work(self, place: Place) -> bool:
        most = PRESSES if place.asker.presses else self._limits.at_once
        return place.begun or self._running[place.asker.line] < most

    def _in_order(self, places: Sequence[Place]) -> list[Place]:
        """Return places by whose turn it is, first first; all are looked at in one moment."""
        now = self._now()

        def turn_of(place: Place) -> tuple[bool, float, float, float, int]:
            asker = place.asker
            person = self._asked(asker.person, now)
            channel = self._asked(asker.channel, now)
            workspace = self._asked(asker.workspace, now)
            return not place.begun, person, channel, workspace, place.arrival

        return sorted(places, key=turn_of)

    def _ahead(self, place: Place) -> int:
        """Return how many come before one that waits: its person's own, or everybody's."""
        own = [one for one in self._waiting if one.asker.line == place.asker.line]
        before = own.index(place) + self._running[place.asker.line]
        if before:
            return before
        return self._in_order(self._waiting).index(place) + 1

    def _count(self, asker: Asker) -> None:
        now = self._now()
        for account in {asker.person, asker.channel, asker.workspace} - {""}:
            self._recent[account] = (self._asked(account, now) + 1, now)
        if len(self._recent) > 10 * self._limits.workspace:
            self._forget(now)

    def _asked(self, account: str, now: float) -> float:
        """Return how much was asked of late on an account; what is long ago counts little."""
        asked, since = self._recent.get(account, (0.0, 0.0))
        if not asked:
            return 0.0
        return round(float(asked * 0.5 ** ((now - since) / HALVED)), 1)

    def _forget(self, now: float) -> None:
        for account, (_, since) in list(self._recent.items()):
            if now - since > 10 * HALVED:
                del self._recent[account]

    def _now(self) -> float:
        if self._clock is not None:
            return self._clock()
        return asyncio.get_running_loop().time()


class Fair:
    """A handler that works on each message of another one when its turn has come."""

    def __init__(self, handle: Handler, texts: Texts, room: Room) -> None:
        self._handle = handle
        self._texts = texts
        self._room = room

    async def __call__(self, message: Message) -> AsyncIterator[Reply]:
        """Yield how many come first where any do, and then what the handler replies."""
        asker = Asker.of(message)
        try:
            with self._room.place(asker) as place:
                if place.ahead:
                    yield self._queued(message, place.ahead)
                async with aclosing(self._in_room(place, message)) as replies:
                    async for reply in replies:
                        yield reply
        except Full as full:
            yield self._turned_away(message, full)

    async def _in_room(self, place: Place, message: Message) -> AsyncGenerator[Reply, None]:
        """Yield what the handler replies; whoever looks no further ends its work."""
        replies = self._handle(message)
        try:
            while True:
                async with waiting():
                    await self._room.reached(place)
                reply = await anext(replies, None)
                self._room.rest(place)
                if reply is None:
                    return
                yield reply
        finally:
            if isinstance(replies, AsyncGenerator):
                await replies.aclose()

    def _queued(self, message: Message, ahead: int) -> Reply:
        text = self._texts.say("fairness.queued", message.person.language, n=ahead)
        return Reply(text, final=False)

    def _turned_away(self, message: Message, full: Full) -> Reply:
        language = message.person.language
        match full.whose:
            case "person":
                text = self._texts.say("fairness.person_full", language, n=full.waiting)
            case "channel":
                text = self._texts.say("fairness.channel_full", language, n=full.waiting)
            case "workspace":
                text = self._texts.say("fairness.workspace_full", language, n=full.waiting)
        return Reply(text, private=True)
