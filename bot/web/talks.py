"""
The talks of each person, latest first: what each is called and what was asked in it.

What stands in a talk is kept with the pages; here is only what a list and a search need. While the
session store is away, this process remembers.
"""

import unicodedata
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from handlers.lifetimes import DAY, TALK
from handlers.sessions import Sessions, SessionsUnavailable

STATE = "talks"  # the kind of state a person's list is
MOST = 500  # talks kept of one person
ASKED = 20  # questions of one talk that a search looks through
QUESTION = 200  # characters of one of them
NAME = 80  # characters a talk is called by
PEOPLE = 100  # whose lists this process remembers while the store is away


@dataclass(frozen=True, slots=True)
class Talk:
    """
    One talk. `at` is when something was last asked (ISO, UTC); `name` is what its person called it,
    empty until then.
    """

    id: str
    at: str
    asked: tuple[str, ...] = ()
    name: str = ""

    @property
    def title(self) -> str:
        """What the talk is called: its name, else its first question."""
        first = self.asked[0] if self.asked else ""
        return self.name or " ".join(first.split())[:NAME]

    def holds(self, words: Sequence[str]) -> bool:
        """Report whether every word stands in the name or in one of the questions."""
        text = plain(" ".join((self.name, *self.asked)))
        return all(word in text for word in words)


def plain(text: str) -> str:
    """Return text as a search compares it: width and case do not count."""
    return unicodedata.normalize("NFKC", text).casefold()


class Talks:
    """`seconds` is how long a talk is kept since something was last asked in it."""

    def __init__(
        self,
        sessions: Sessions,
        seconds: int = TALK,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._sessions = sessions
        self._seconds = seconds
        self._clock = clock
        self._memory: OrderedDict[str, list[Talk]] = OrderedDict()

    async def of(self, person: str, words: str = "") -> list[Talk]:
        """Return a person's talks, latest first: all of them, or those that hold the words."""
        try:
            talks = _read(await self._sessions.load(STATE, person))
        except SessionsUnavailable:
            talks = self._memory.get(person, [])
        oldest = (self._clock() - timedelta(seconds=self._seconds)).isoformat()
        looked_for = plain(words).split()
        return [talk for talk in talks if talk.at >= oldest and talk.holds(looked_for)]

    async def one(self, person: str, talk: str) -> Talk | None:
        """Return a person's talk by its id; None where they have none such."""
        for known in await self.of(person):
            if known.id == talk:
                return known
        return None

    async def asked(self, person: str, talk: str, question: str) -> None:
        """Put a talk first in its person's list, with one more question."""
        now = self._clock().isoformat()

        def edit(talks: list[Talk]) -> list[Talk]:
            known = Talk(talk, now)
            for one in talks:
                if one.id == talk:
                    known = one
            questions = (*known.asked, question[:QUESTION])
            if len(questions) > ASKED:
                questions = (questions[0], *questions[-ASKED + 1 :])
            others = [one for one in talks if one.id != talk]
            return [replace(known, at=now, asked=questions), *others][:MOST]

        await self._change(person, edit)

    async def rename(self, person: str, talk: str, name: str) -> None:
        """Call a talk by another name; an empty one calls it by its first question again."""
        called = " ".join(name.split())[:NAME]

        def edit(talks: list[Talk]) -> list[Talk]:
            renamed = list(talks)
            for number, one in enumerate(talks):
                if one.id == talk:
                    renamed[number] = replace(one, name=called)
            return renamed

        await self._change(person, edit)

    async def forget(self, person: str, talk: str) -> None:
        """Take a talk off its person's list."""

        def edit(talks: list[Talk]) -> list[Talk]:
            return [one for one in talks if one.id != talk]

        await self._change(person, edit)

    async def _change(self, person: str, edit: Callable[[list[Talk]], list[Talk]]) -> None:
        def changed(state: dict[str, Any] | None) -> dict[str, Any]:
            return {"person": person, "talks": [asdict(talk) for talk in edit(_read(state))]}

        try:
            state = await self._sessions.change(STATE, person, changed, seconds=self._seconds + DAY)
            self._memory[person] = _read(state)
        except SessionsUnavailable:
            self._memory[person] = edit(self._memory.get(person, []))
        self._memory.move_to_end(person)
        while len(self._memory) > PEOPLE:
            self._memory.popitem(last=False)


def _read(state: dict[str, Any] | None) -> list[Talk]:
    rows = (state or {}).get("talks", [])
    return [Talk(row["id"], row["at"], tuple(row["asked"]), row["name"]) for row in rows]
