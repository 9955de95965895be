"""Who somebody is: what Slack says of a person, kept for five minutes."""

import logging
import time
from dataclasses import replace
from typing import Any

from bot.slack.api import Api, Refused, Unanswered
from bot.slack.payload import Payload, foreign, part, team, user, word
from handlers.conversation import Person
from knowledge.values import Language

log = logging.getLogger(__name__)
KEPT = 300  # seconds


class Directory:
    """
    `groups` are the user groups that mean something here; nobody else's members are asked for.
    """

    def __init__(self, api: Api, groups: frozenset[str]) -> None:
        self._api = api
        self._groups = groups
        self._people: dict[tuple[str, str], tuple[float, dict[str, Any]]] = {}
        self._members: dict[str, tuple[float, frozenset[str]]] = {}

    async def person(self, payload: Payload) -> Person:
        """
        Return who said it. Who cannot be looked up has no rights beyond a member's, an outsider
        none.
        """
        home, who = team(payload), user(payload)
        told = await self._told(home, who)
        enterprise = word(payload, "enterprise_id") or word(part(payload, "enterprise"), "id")
        found = described(home, who, told, enterprise)
        if foreign(payload) and found.role != "bot":
            return Person(found.id, found.name, found.language, "external")
        return Person(found.id, found.name, found.language, found.role, await self._groups_of(who))

    async def again(self, person: Person) -> Person:
        """
        Return the person as Slack knows them at this moment; while it does not say, without the
        rights it gives.
        """
        _, home, who = person.id.split(":", 2)
        if person.role == "external":
            return person
        if not (told := await self._asked(home, who)):
            return replace(person, role="member", groups=frozenset())
        found = described(home, who, told, word(part(told, "enterprise_user"), "enterprise_id"))
        return Person(
            person.id, person.name, person.language, found.role, await self._groups_of(who)
        )

    def language(self, payload: Payload) -> Language:
        """Return the person's language as far as it is known without asking Slack."""
        kept = self._people.get((team(payload), user(payload)))
        return "en" if kept and word(kept[1], "locale").startswith("en") else "ja"

    async def _told(self, home: str, who: str) -> dict[str, Any]:
        kept = self._people.get((home, who))
        if kept and time.monotonic() - kept[0] < KEPT:
            return kept[1]
        return await self._asked(home, who)

    async def _asked(self, home: str, who: str) -> dict[str, Any]:
        try:
            told = dict(
                (await self._api.call("users.info", user=who, include_locale=True)).get("user")
                or {}
            )
        except (Refused, Unanswered) as error:
            log.warning("a person could not be looked up", extra={"reason": str(error)})
            return {}
        self._people[home, who] = (time.monotonic(), told)
        return told

    async def _groups_of(self, who: str) -> frozenset[str]:
        return frozenset([group for group in self._groups if who in await self._in(group)])

    async def _in(self, group: str) -> frozenset[str]:
        kept = self._members.get(group)
        if kept and time.monotonic() - kept[0] < KEPT:
            return kept[1]
        try:
            told = await self._api.call("usergroups.users.list", usergroup=group)
        except (Refused, Unanswered) as error:
            log.warning(
                "a user group could not be read; the app may lack usergroups:read",
                extra={"reason": str(error)},
            )
            return frozenset()
        members = frozenset(str(member) for member in told.get("users") or ())
        self._members[group] = (time.monotonic(), members)
        return members


def described(home: str, who: str, told: dict[str, Any], enterprise: str = "") -> Person:
    """
    Return the person as `users.info` tells of them; on an Enterprise Grid, colleagues of other
    workspaces are at home.
    """
    language: Language = "en" if str(told.get("locale", "")).startswith("en") else "ja"
    name = str(told.get("real_name") or told.get("name") or who)
    id_ = f"slack:{home}:{who}"
    if told.get("is_bot") or who == "USLACKBOT":
        return Person(id_, name, language, "bot")
    colleague = (
        bool(enterprise) and word(part(told, "enterprise_user"), "enterprise_id") == enterprise
    )
    if (
        told.get("is_stranger")
        or told.get("deleted")
        or (told.get("team_id", home) != home and not colleague)
    ):
        return Person(id_, name, language, "external")
    if told.get("is_restricted") or told.get("is_ultra_restricted"):
        return Person(id_, name, language, "guest")
    admin = told.get("is_admin") or told.get("is_owner") or told.get("is_primary_owner")
    return Person(id_, name, language, "admin" if admin else "member")
