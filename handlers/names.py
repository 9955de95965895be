"""
What people are called: a setting or a document holds ids, and nobody wants to read those.

Each platform is asked for the names of its own people; what it says is kept for ten minutes. An id
is never shown in the place of a name that is not known.
"""

import re
import time
from collections.abc import Awaitable, Callable, Iterable

from handlers.conversation import Called, Person
from handlers.lifetimes import PERSON_NAME

KEPT = 5_000  # names at most; the oldest is dropped first
# an id as it is written, and the place of talk it is asked for in: "" where there is none
NameOf = Callable[[str, str], Awaitable[str]]

_ID = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"  # Entra
    r"|[0-9a-f]{16,}"  # the web page
    r"|[UWS](?=[A-Z0-9]*\d)[A-Z0-9]+"  # Slack
    r"|local|29|\d+",
    re.IGNORECASE,
)


class Names:
    """The names of people, by their ids as a setting or a document spells them."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._looks: dict[str, NameOf] = {}
        self._kept: dict[str, tuple[float, Called]] = {}

    def watch(self, platform: str, look: NameOf) -> None:
        """Let a platform say what its people are called; `look` returns "" for a stranger."""
        self._looks[platform] = look

    async def called(self, ids: Iterable[str], place: str = "") -> tuple[Called, ...]:
        """Return these people with their names, "" where no platform knows one."""
        people = [self._fresh(id_) or await self._asked(id_, place) for id_ in ids]
        return tuple(people)

    def meet(self, person: Person) -> None:
        """Note what somebody who talks to us is called."""
        if person.name:
            self._keep(Called(person.id, person.name, person.id.partition(":")[0]))

    def known(self, id_: str) -> str:
        """Return what somebody is called as far as that was asked or met lately, else ""."""
        person = self._fresh(id_)
        if person is not None:
            return person.name
        return typed(id_)

    async def of(self, id_: str, place: str = "") -> str:
        """Return what somebody is called; "" where nobody says, and never the id itself."""
        if not id_:
            return ""
        [person] = await self.called([id_], place)
        return person.name

    def _fresh(self, id_: str) -> Called | None:
        since, person = self._kept.get(id_, (float("-inf"), None))
        if self._clock() - since < PERSON_NAME:
            return person
        return None

    async def _asked(self, id_: str, place: str) -> Called:
        """Ask the platform of an id, and every platform for an id that names none."""
        platform, colon, _ = id_.partition(":")
        asked = self._looks
        if colon and platform in self._looks:
            asked = {platform: self._looks[platform]}
        for name, look in asked.items():
            answer = await look(id_, place)
            if answer:
                return self._keep(Called(id_, answer, name))
        return Called(id_, self.known(id_))

    def _keep(self, person: Called) -> Called:
        self._kept.pop(person.id, None)
        self._kept[person.id] = (self._clock(), person)
        while len(self._kept) > KEPT:
            self._kept.pop(next(iter(self._kept)))
        return person


def typed(id_: str) -> str:
    """Return what stands in the place of an id where somebody typed a name; "" for a real id."""
    home, _, name = id_.rpartition(":")
    in_a_workspace = ":" in home or home.isdigit()  # Teams spells its ids 29:…
    one_word = name.isascii() and " " not in name
    if _ID.fullmatch(name) or (in_a_workspace and one_word):
        return ""
    return name.strip()
