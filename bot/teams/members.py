"""
Who somebody is to the company: Teams is asked, because a guest's activity looks like everybody
else's.
"""

import logging
from contextlib import suppress
from dataclasses import replace
from typing import Literal

from bot.teams.connector import Connector
from bot.teams.frame import Place
from bot.teams.refusal import Undelivered
from handlers.sessions import Sessions, SessionsUnavailable

log = logging.getLogger(__name__)
KEPT = 600  # seconds an answer of Teams is kept
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

    async def role(self, place: Place) -> Role:
        """
        Return the person's role in this conversation; "guest", which may least, while Teams does
        not say.
        """
        if self._local:
            return "member"
        room = place.conversation.partition(";")[
            0
        ]  # a channel's thread has the members of its channel
        key = f"{room}:{place.user}"
        with suppress(SessionsUnavailable):
            kept = await self._sessions.load("teams.member", key)
            if kept:
                return _role(str(kept["role"]))
        try:
            found = await self._connector.member(replace(place, conversation=room))
        except Undelivered as error:
            log.warning("Teams does not say who this is", extra={"status": error.status})
            return "guest"
        role = judged(found, self._tenant)
        with suppress(SessionsUnavailable):
            await self._sessions.save("teams.member", key, {"role": role}, seconds=KEPT)
        return role


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
    return "member" if name == "member" else "external" if name == "external" else "guest"
