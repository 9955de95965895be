"""
Teams: several people answer the same questions, each in a run of their own, on one decision model.
"""

import secrets
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

from handlers.conversation import Person
from handlers.lifetimes import FINISHED_RUN
from handlers.sessions import Sessions
from knowledge.stored import stored

MOST = 20  # people in a team


@dataclass(frozen=True, slots=True)
class Member:
    """A person in a team; `run` is the id of theirs."""

    person: str
    name: str
    run: str


@dataclass(frozen=True, slots=True)
class Team:
    """
    `id` is what others join by; `members` are in the order they came, the owner first once they
    answer.
    """

    id: str
    owner: str
    name: str
    model: str
    members: tuple[Member, ...] = ()
    began: str = ""
    rev: int = 0

    def member(self, person: str) -> Member | None:
        """Return the person's membership, None where they did not join."""
        return next((member for member in self.members if member.person == person), None)


class Teams:
    """Where teams are kept. Every method may raise SessionsUnavailable."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def begin(self, owner: Person, model: str) -> Team:
        """Save a new team without members."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        team = Team(f"t_{secrets.token_hex(6)}", owner.id, owner.name, model, began=now)
        await self._save(team)
        return replace(team, rev=1)

    async def load(self, id_: str) -> Team | None:
        """Return the team, or None when it has expired or never was."""
        state = await self._sessions.load("team", id_)
        if state is None:
            return None
        members = [stored(Member, member) for member in state["members"]]
        return Team(**{**state, "members": tuple(members)})

    async def join(self, id_: str, member: Member) -> Team | None:
        """
        Add a member, or put a new run in the place of their old one; None when the team is full or
        gone.
        """
        while True:
            team = await self.load(id_)
            if team is None:
                return None
            others = [other for other in team.members if other.person != member.person]
            if len(others) >= MOST:
                return None
            joined = replace(team, members=(*others, member))
            if await self._save(joined):
                return joined

    async def _save(self, team: Team) -> bool:
        return await self._sessions.save(
            "team", team.id, asdict(team), expected=team.rev, seconds=FINISHED_RUN
        )
