"""
Who somebody is to the company: Teams is asked, because a guest's activity looks like everybody
else's.
"""

import logging
from contextlib import suppress
from dataclasses import replace
from typing import Literal

from bot.teams.activity import Destination
from bot.teams.connector import Connector
from bot.teams.refusal import Undelivered
from handlers.lifetimes import PERSON_TEAMS
from handlers.sessions import Sessions, SessionsUnavailable

log = logging.getLogger(__name__)
Role = Literal["member", "guest", "external"]


class Members:
    """`local` asks nobody: the test client has no guests."""

    def __init__(
        self, connector: Connector, sessions: Sessions, tenant: str, *, local: bool
    ) -> None:
        self._connector = connector
        self._sessions = sessions
        self._tenant = tenant
        self._local = local

    async def role(self, to: Destination) -> Role:
        """
        Return the person's role in this conversation; "guest", which may least, while Teams does
        not say.
        """
        if self._local:
            return "member"
        # a channel's thread has the members of its channel
        room = to.conversation.partition(";")[0]
        key = f"{room}:{to.user}"
        with suppress(SessionsUnavailable):
            record = await self._sessions.load("teams.member", key)
            if record:
                return _role(str(record["role"]))
        try:
            member = await self._connector.member(replace(to, conversation=room))
        except Undelivered as error:
            log.warning("Teams does not say who this is", extra={"status": error.status})
            return "guest"
        role = judged(member, self._tenant)
        with suppress(SessionsUnavailable):
            await self._sessions.save("teams.member", key, {"role": role}, seconds=PERSON_TEAMS)
        return role

    async def name_of(self, to: Destination) -> str:
        """Return what the conversation calls `to.user`, "" for whoever is not in it."""
        try:
            member = await self._connector.member(to)
        except Undelivered:
            return ""
        return str(member.get("name") or "")


def judged(member: dict[str, object], tenant: str) -> Role:
    """
    Read a member as Teams describes one. Its "userRole" calls some guests users; their sign-in name
    still says #EXT#.
    """
    role = str(member.get("userRole") or "").lower()
    home = str(member.get("tenantId") or tenant)
    if role == "anonymous" or home != tenant:
        return "external"
    guest = role == "guest" or "#EXT#" in str(member.get("userPrincipalName") or "").upper()
    return "guest" if guest else "member"


def _role(name: str) -> Role:
    """Return the role as it was kept; "guest", which may least, for what is none."""
    match name:
        case "member" | "external":
            return name
        case _:
            return "guest"
