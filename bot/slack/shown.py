"""
Where answers stand, kept for a day: so that one whose question was deleted is withdrawn, one whose
question was changed is marked, and a reaction on one counts as a vote.
"""

from contextlib import suppress
from dataclasses import dataclass

from handlers.lifetimes import SHOWN
from handlers.sessions import Sessions, SessionsUnavailable

KIND = "shown"


@dataclass(frozen=True, slots=True)
class Shown:
    """
    Where an answer stands; `stamps` are the ts of its messages, first to last, `answer` its id and
    `text` its words.
    """

    channel: str
    stamps: tuple[str, ...]
    answer: str = ""
    text: str = ""


class Answers:
    """What is shown, by the id of the question's message and of its own; None keeps nothing."""

    def __init__(self, sessions: Sessions | None) -> None:
        self._sessions = sessions

    async def keep(self, question: str, team: str, shown: Shown) -> None:
        """Keep where the answer to a message stands."""
        if self._sessions is None or not shown.stamps:
            return
        state = {
            "channel": shown.channel,
            "stamps": list(shown.stamps),
            "answer": shown.answer,
            "text": shown.text,
        }
        with suppress(SessionsUnavailable):
            await self._sessions.save(KIND, question, state, seconds=SHOWN)
            if shown.answer:
                own = f"slack:{team}:{shown.channel}:{shown.stamps[0]}"
                await self._sessions.save(KIND, own, state, seconds=SHOWN)

    async def of(self, message: str) -> Shown | None:
        """Return where the answer to a message stands, or the one that is this message."""
        if self._sessions is None:
            return None
        state = None
        with suppress(SessionsUnavailable):
            state = await self._sessions.load(KIND, message)
        if state is None:
            return None
        stamps = tuple(map(str, state["stamps"]))
        return Shown(str(state["channel"]), stamps, str(state["answer"]), str(state["text"]))

    async def forget(self, message: str) -> None:
        """Forget what was withdrawn."""
        if self._sessions is not None:
            with suppress(SessionsUnavailable):
                await self._sessions.delete(KIND, message)
