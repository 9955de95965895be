"""
Where people and conversations of Teams can be reached, noted whenever somebody speaks to us: Teams
tells it then, and at no other time.

It is what names are asked with, and what lets us speak first.
"""

from contextlib import suppress
from dataclasses import dataclass, replace

from bot.teams.activity import Activity, Destination
from handlers.lifetimes import REACHED_TEAMS, TURN
from handlers.sessions import Sessions, SessionsUnavailable, State
from knowledge.values import Language

NOTED = 5_000  # records this process knows to be written; the oldest is forgotten first
HOME = "home"  # under this name stands where the bot was last spoken to at all


@dataclass(frozen=True, slots=True)
class Reach:
    """
    A person as we can reach them: `to.conversation` is "" while no personal chat with them is
    known. `name` is what Teams calls them.
    """

    to: Destination
    name: str
    language: Language
    tenant: str


class Rooms:
    """Writes a record when it is new to this process, or another than before."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._noted: dict[tuple[str, str], State] = {}

    async def note(self, activity: Activity) -> None:
        """Note the conversation of an activity and its sender; without Redis nothing is noted."""
        to = activity.destination
        room = {"service": to.service, "bot": to.bot, "kind": to.kind, "tenant": activity.tenant}
        person = room | {"user": to.user, "name": activity.sender_name}
        person["language"] = activity.language
        person["person"] = f"teams:{activity.tenant}:{activity.sender}"  # who may have it deleted
        with suppress(SessionsUnavailable):
            await self._write("teams.room", _bare(to.conversation), room)
            await self._write("teams.room", HOME, room)
            if activity.personal:
                chat = {"conversation": to.conversation}
                await self._write("teams.person", activity.sender, person | chat)
            elif (activity.sender, "") not in self._noted:
                known = await self._load("teams.person", activity.sender) or {}
                chat = {"conversation": str(known.get("conversation", ""))}
                await self._write("teams.person", activity.sender, person | chat)
                self._mark((activity.sender, ""), {})

    async def leave(self, conversation: str) -> None:
        """Note that we were taken out of a conversation."""

        def again(state: State | None) -> State:
            return {"times": int((state or {}).get("times", 0)) + 1}

        with suppress(SessionsUnavailable):
            await self._sessions.change("teams.left", conversation, again, seconds=TURN)

    async def times_left(self, conversation: str) -> int:
        """Return how often we were taken out of a conversation in the last day."""
        record = await self._load("teams.left", conversation)
        return int(record["times"]) if record else 0

    async def room(self, place: str) -> Destination | None:
        """Return how to reach a place of talk, by its id; None where nobody spoke to us lately."""
        conversation = _bare(place.removeprefix("teams:"))
        record = await self._load("teams.room", conversation)
        if record is None:
            return None
        return _destination(record, conversation)

    async def person(self, id_: str) -> Reach | None:
        """
        Return how to reach somebody, by their id in Entra; None where nobody at all spoke to us
        lately.
        """
        record = await self._load("teams.person", id_)
        if record is None:
            home = await self._load("teams.room", HOME)
            if home is None:
                return None
            record = home | {"user": id_, "name": "", "language": "ja", "conversation": ""}
        to = _destination(record, str(record["conversation"]))
        language: Language = "en" if record["language"] == "en" else "ja"
        return Reach(
            replace(to, user=str(record["user"]), kind="personal"),
            str(record["name"]),
            language,
            str(record["tenant"]),
        )

    async def _load(self, kind: str, id_: str) -> State | None:
        try:
            return await self._sessions.load(kind, id_)
        except SessionsUnavailable:
            return None

    async def _write(self, kind: str, id_: str, record: State) -> None:
        if self._noted.get((kind, id_)) == record:
            return
        await self._sessions.save(kind, id_, record, seconds=REACHED_TEAMS)
        self._mark((kind, id_), record)

    def _mark(self, key: tuple[str, str], record: State) -> None:
        self._noted[key] = record
        while len(self._noted) > NOTED:
            self._noted.pop(next(iter(self._noted)))


def _bare(conversation: str) -> str:
    """Return the channel of a thread: who is in one is in the other."""
    return conversation.partition(";")[0]


def _destination(record: State, conversation: str) -> Destination:
    service, bot, kind = str(record["service"]), str(record["bot"]), str(record["kind"])
    return Destination(service, conversation, bot, "", kind)
