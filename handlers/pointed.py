"""
Which documents a talk has just shown, where rooms meet: those of the last list, in its order, and
the one that was opened. What is asked next may mean "the second one", or an article of it.

Kept with the thread, and forgotten there with the next answer: its sources are meant from then on.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

from handlers.lifetimes import THREAD
from handlers.sessions import Sessions, SessionsUnavailable, State

KIND = "thread"
LISTED, OPENED = "listed", "opened"
MOST = 50  # documents of a list that are remembered


class Pointed(NamedTuple):
    """Ids of documents: of those listed last, in order, and of the one open, "" for none."""

    listed: tuple[str, ...] = ()
    opened: str = ""


class Pointers:
    """Keeps them; without Redis nothing is remembered."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def load(self, place: str) -> Pointed:
        thread: State | None = None
        with suppress(SessionsUnavailable):
            thread = await self._sessions.load(KIND, place)
        known = thread or {}
        return Pointed(tuple(known.get(LISTED, ())), str(known.get(OPENED, "")))

    async def list(self, place: str, documents: Sequence[str]) -> None:
        """Remember the documents of a list shown here; none is open any more."""
        await self._change(place, {LISTED: [*documents[:MOST]], OPENED: ""})

    async def open(self, place: str, document: str) -> None:
        """Remember the document that was opened here, beside the list it may be of."""
        await self._change(place, {OPENED: document})

    async def _change(self, place: str, pointed: State) -> None:
        def changed(thread: State | None) -> State:
            return (thread or {"turns": []}) | pointed

        with suppress(SessionsUnavailable):
            await self._sessions.change(KIND, place, changed, seconds=THREAD)


def without_pointers(thread: State) -> State:
    """Return a thread whose documents are no longer meant."""
    return {name: kept for name, kept in thread.items() if name not in (LISTED, OPENED)}
