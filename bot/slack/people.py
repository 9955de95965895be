"""Who somebody is: what Slack says of a person, kept for five minutes."""

import logging
import re
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from bot.slack.objects import part, word
from bot.slack.payload import Event, Json, Payload
from bot.slack.refusals import Refused, Unanswered
from bot.slack.workspaces import Workspaces
from handlers.conversation import Person
from handlers.lifetimes import PERSON_SLACK
from knowledge.values import Language

log = logging.getLogger(__name__)
USER, GROUP = re.compile(r"[UW][A-Z0-9]{2,}"), re.compile(r"S[A-Z0-9]{2,}")
# the group is another workspace's
ELSEWHERE = frozenset({"no_such_subteam", "subteam_not_found"})
Role = Literal["member", "admin", "guest", "external", "bot"]


class Directory:
    """
    `groups` are the user groups that mean something here; nobody else's members are asked for.
    """

    def __init__(
        self,
        workspaces: Workspaces,
        groups: frozenset[str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._workspaces = workspaces
        self._groups = groups
        self._clock = clock
        self._profiles: dict[tuple[str, str], tuple[float, Json]] = {}
        self._members: dict[tuple[str, str], tuple[float, frozenset[str]]] = {}

    async def person(self, payload: Payload) -> Person:
        """
        Return who said it. Who cannot be looked up has no rights beyond a member's, an outsider
        none.
        """
        event = payload.deed
        if isinstance(event, Event) and event.by_bot:
            return machine(payload.team, payload.user, event.machine)
        profile = await self._profile(payload.team, payload.user)
        person = described(payload.team, payload.user, profile, payload.enterprise)
        if person.role == "bot":
            return person
        if payload.foreign:
            return replace(person, role="external")
        return replace(person, groups=await self._groups_of(payload.team, payload.user))

    async def again(self, person: Person) -> Person:
        """
        Return the person as Slack knows them at this moment; while it does not say, without the
        rights it gives.
        """
        _, team, user = person.id.split(":", 2)
        if person.role == "external":
            return person
        profile = await self._profile_now(team, user)
        if not profile:
            return replace(person, role="member", groups=frozenset())
        enterprise = word(part(profile, "enterprise_user"), "enterprise_id")
        role = described(team, user, profile, enterprise).role
        return replace(person, role=role, groups=await self._groups_of(team, user))

    async def called(self, id_: str, place: str = "") -> str:
        """
        Return what a person or a user group is called; "" for what is none of Slack's ids. `place`
        is the talk they are named in: its workspace is asked where the id names none.
        """
        before, _, own = id_.rpartition(":")
        workspace = before.rpartition(":")[2]
        if not workspace and place.startswith("slack:"):
            workspace = place.split(":")[1]
        if GROUP.fullmatch(own):
            return await self._group_name(workspace, own)
        if not USER.fullmatch(own):
            return ""
        profile = await self._profile(workspace, own)
        if not profile:
            return ""
        return described("", own, profile).name

    async def _group_name(self, team: str, group: str) -> str:
        try:
            answer = await self._workspaces.of(team).call("usergroups.list")
        except (Refused, Unanswered) as error:
            log.warning("user groups could not be read", extra={"reason": str(error)})
            return ""
        for row in answer.get("usergroups") or ():
            if row.get("id") == group:
                return str(row.get("name") or row.get("handle") or "")
        return ""

    async def name(self, team: str, user: str) -> str:
        """Return what somebody is called, as far as Slack tells."""
        return described(team, user, await self._profile(team, user)).name

    def language(self, payload: Payload) -> Language:
        """Return the person's language as far as it is known without asking Slack."""
        _, profile = self._profiles.get((payload.team, payload.user), (0.0, {}))
        return _language(profile)

    async def _profile(self, team: str, user: str) -> Json:
        """Return what `users.info` says of a person, {} while Slack does not tell."""
        since, profile = self._profiles.get((team, user), (float("-inf"), {}))
        if self._clock() - since < PERSON_SLACK:
            return profile
        return await self._profile_now(team, user)

    async def _profile_now(self, team: str, user: str) -> Json:
        try:
            api = self._workspaces.of(team)
            answer = await api.call("users.info", user=user, include_locale=True)
        except (Refused, Unanswered) as error:
            log.warning("a person could not be looked up", extra={"reason": str(error)})
            return {}
        profile = dict(answer.get("user") or {})
        self._profiles[team, user] = (self._clock(), profile)
        return profile

    async def _groups_of(self, team: str, user: str) -> frozenset[str]:
        groups = [group for group in self._groups if user in await self._members_of(team, group)]
        return frozenset(groups)

    async def _members_of(self, team: str, group: str) -> frozenset[str]:
        since, members = self._members.get((team, group), (float("-inf"), frozenset()))
        if self._clock() - since < PERSON_SLACK:
            return members
        try:
            api = self._workspaces.of(team)
            answer = await api.call("usergroups.users.list", usergroup=group)
        except (Refused, Unanswered) as error:
            if isinstance(error, Refused) and error.code in ELSEWHERE:
                self._members[team, group] = (self._clock(), frozenset())
                return frozenset()
            log.warning(
                "a user group could not be read; the app may lack usergroups:read",
                extra={"reason": str(error)},
            )
            return frozenset()
        members = frozenset(str(member) for member in answer.get("users") or ())
        self._members[team, group] = (self._clock(), members)
        return members


def machine(team: str, id_: str, name: str) -> Person:
    """Return a bot or workflow that is answered: it reads what a guest reads, and changes none."""
    return Person(f"slack:{team}:{id_}", name or id_, "ja", "guest")


def described(team: str, user: str, profile: Json, enterprise: str = "") -> Person:
    """
    Return the person as `users.info` tells of them; on an Enterprise Grid, colleagues of other
    workspaces are at home.
    """
    name = str(profile.get("real_name") or profile.get("name") or user)
    role = _role(team, user, profile, enterprise)
    return Person(f"slack:{team}:{user}", name, _language(profile), role)


def _role(team: str, user: str, profile: Json, enterprise: str) -> Role:
    if profile.get("is_bot") or user == "USLACKBOT":
        return "bot"
    theirs = word(part(profile, "enterprise_user"), "enterprise_id")
    colleague = bool(enterprise) and theirs == enterprise
    elsewhere = profile.get("team_id", team) != team and not colleague
    if profile.get("is_stranger") or profile.get("deleted") or elsewhere:
        return "external"
    if profile.get("is_restricted") or profile.get("is_ultra_restricted"):
        return "guest"
    if any(profile.get(name) for name in ("is_admin", "is_owner", "is_primary_owner")):
        return "admin"
    return "member"


def _language(profile: Json) -> Language:
    """Return what a client is set to: English also where that is neither of our languages."""
    locale = word(profile, "locale").lower()
    return "ja" if not locale or locale.startswith("ja") else "en"
