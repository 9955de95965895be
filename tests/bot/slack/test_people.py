"""Who may do what in Slack: what Slack vouches for, kept a while, and doubt never gives rights."""

import pytest

from bot.slack.api import Api
from bot.slack.decode import decode
from bot.slack.people import Directory, described
from bot.slack.settings import Slack as Settings
from bot.slack.workspaces import Workspaces
from handlers.conversation import Person
from handlers.people import People

PAYLOAD = {"team_id": "T1", "event": {"type": "app_mention", "user": "U1"}}


@pytest.mark.parametrize(
    ("told", "role"),
    [
        ({}, "member"),
        ({"is_admin": True}, "admin"),
        ({"is_owner": True}, "admin"),
        ({"is_primary_owner": True}, "admin"),
        ({"is_admin": True, "is_restricted": True}, "guest"),
        ({"is_ultra_restricted": True}, "guest"),
        ({"is_admin": True, "is_stranger": True}, "external"),
        ({"is_admin": True, "team_id": "T9"}, "external"),
        ({"is_admin": True, "deleted": True}, "external"),
        ({"is_bot": True, "is_admin": True}, "bot"),
        ({"team_id": "T9", "enterprise_user": {"enterprise_id": "E1"}}, "member"),
    ],
)
def test_roles_come_from_slack(told, role):
    assert described("T1", "U1", told, "E1").role == role


@pytest.fixture
async def directory(api):
    async with Api(Settings("xoxb-1", (), "", f"{api.url}/api/")) as opened:
        yield Directory(Workspaces(opened), frozenset({"S1"}))


async def test_a_person_is_looked_up_once_in_a_while(directory, api):
    for _ in range(3):
        person = await directory.person(decode(PAYLOAD))

    assert (person.id, person.name, person.language) == ("slack:T1:U1", "花子", "ja")
    assert len(api.named("users.info")) == 1


async def test_a_user_group_makes_admins(directory, api):
    api.groups["S1"] = ["U1"]
    people = People(frozenset({"S1"}))

    assert people.is_admin(await directory.person(decode(PAYLOAD)))
    assert not people.is_admin(
        await directory.person(
            decode(
                {
                    "team_id": "T1",
                    "event": {"user": "U1", "user_team": "T9"},
                    "is_ext_shared_channel": True,
                }
            )
        )
    )
    assert len(api.named("usergroups.users.list")) == 1


async def test_who_cannot_be_looked_up_has_no_rights(directory, api):
    api.faults["users.info"] = ["user_not_found"]
    api.faults["usergroups.users.list"] = ["missing_scope"]
    person = await directory.person(decode(PAYLOAD))

    assert (person.role, person.groups) == ("member", frozenset())
    assert (await directory.person(decode(PAYLOAD))).name == "花子"


async def test_rights_are_asked_again_at_the_step_they_are_needed_for(directory, api):
    api.people["U1"] = {**api.people["U1"], "is_admin": True}
    before = await directory.person(decode(PAYLOAD))
    api.people["U1"] = {**api.people["U1"], "is_admin": False}
    kept = await directory.person(decode(PAYLOAD))
    now = await directory.again(kept)

    assert (before.role, kept.role, now.role) == ("admin", "admin", "member")
    assert (await directory.again(Person("slack:T1:U1", "", "ja", "external"))).role == "external"


async def test_somebody_who_cannot_be_asked_about_again_is_no_admin(directory, api):
    api.people["U1"] = {**api.people["U1"], "is_admin": True}
    person = await directory.person(decode(PAYLOAD))
    api.faults["users.info"] = ["internal_error"] * 9

    assert (await directory.again(person)).role == "member"


async def test_after_five_minutes_slack_is_asked_again(api):
    now = 1000.0
    async with Api(Settings("xoxb-1", (), "", f"{api.url}/api/")) as opened:
        directory = Directory(Workspaces(opened), frozenset({"S1"}), clock=lambda: now)
        await directory.person(decode(PAYLOAD))
        now += 299
        await directory.person(decode(PAYLOAD))
        counts = [len(api.named(name)) for name in ("users.info", "usergroups.users.list")]
        now += 1
        await directory.person(decode(PAYLOAD))

    assert counts == [1, 1]
    assert len(api.named("users.info")) == 2
    assert len(api.named("usergroups.users.list")) == 2
