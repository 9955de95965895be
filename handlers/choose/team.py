"""
Teams: several people answer the same questions, each in a run of their own, on one decision model.
"""

import secrets
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

from handlers.choose.runs import HISTORY
from handlers.conversation import Person
from handlers.sessions import Sessions

MOST = 20  # people in a team


@dataclass(frozen=True, slots=True)
class Member:
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
        return next((m for m in self.members if m.person == person), None)


class Teams:
    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def begin(self, owner: Person, model: str) -> Team:
        """Save a new team without members. Raises SessionsUnavailable."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        team = Team(f"t_{secrets.token_hex(6)}", owner.id, owner.name, model, began=now)
        await self._save(team)
        return replace(team, rev=1)

    async def load(self, id_: str) -> Team | None:
        state = await self._sessions.load("team", id_)
        if state is None:
            return None
        return Team(**{**state, "members": tuple(Member(**m) for m in state["members"])})

    async def join(self, id_: str, member: Member) -> Team | None:
        """
        Add a member, or put a new run in the place of their old one; None when the team is full or
        gone.
        """
        while (team := await self.load(id_)) is not None:
            others = tuple(m for m in team.members if m.person != member.person)
            if len(others) >= MOST:
                return None
            joined = replace(team, members=(*others, member))
            if await self._save(joined):
                return joined
        return None

    async def _save(self, team: Team) -> bool:
        return await self._sessions.save(
            "team", team.id, asdict(team), expected=team.rev, seconds=HISTORY
        )
