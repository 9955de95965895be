"""A guest looks like everybody else in an activity; Teams is asked who it is, and nobody is more than it says."""

import asyncio

import pytest

from bot.teams import connector as room
from bot.teams.auth import TokenVerifier
from bot.teams.connector import Connector
from bot.teams.members import judged
from bot.teams.settings import Teams as Settings
from handlers.conversation import Paragraph, Reply
from tests.bot.teams.talk import CHANNEL, activity, door_of
from tests.bot.teams.test_connector import Bearer

CASES = [
    ({"userRole": "user", "tenantId": "t1", "userPrincipalName": "a@firm.example"}, "member"),
    ({"userRole": "owner", "tenantId": "t1"}, "member"),
    ({"userRole": "guest", "tenantId": "t1"}, "guest"),
    (
        {
            "userRole": "user",
            "tenantId": "t1",
            "userPrincipalName": "a_other.example#EXT#@firm.example",
        },
        "guest",
    ),
    ({"userRole": "user", "tenantId": "t2"}, "external"),
    ({"userRole": "anonymous", "tenantId": "t1"}, "external"),
    ({}, "member"),
]


@pytest.mark.parametrize(("member", "role"), CASES)
def test_what_teams_says_of_somebody_is_a_role(member, role):
    assert judged(member, "t1") == role


@pytest.fixture
async def asked(sessions, texts, service, monkeypatch):
    """The bot as in production, but for the host of the service and the token's check."""
    monkeypatch.setattr(room, "trusted", lambda service, *, local: True)
    monkeypatch.setattr(TokenVerifier, "admit", admitted)
    seen = []

    async def answering(message):
        seen.append(message.person)
        yield Reply("はい", (Paragraph("はい"),))

    settings = Settings("app", "secret", "t1", local=False)
    connector = Connector(Bearer, local=False)
    async with door_of(answering, sessions, texts, settings, connector=connector) as door:
        yield door, seen


async def until(seen, count):
    async with asyncio.timeout(60):
        while len(seen) < count:
            await asyncio.sleep(0.01)


async def admitted(*_, **__):
    """The token is the business of other stories."""


async def test_teams_is_asked_once_for_a_person_in_a_conversation(asked, service):
    door, seen = asked
    service.member = {"id": "29:u", "userRole": "guest", "tenantId": "t1"}
    for n in range(3):
        await door.post("/api/messages", json=activity(service, f"q{n}", **CHANNEL))
        await until(seen, n + 1)
    assert [person.role for person in seen] == ["guest"] * 3
    [look] = [call for call in service.calls if call.method == "GET"]
    assert look.path == "/v3/conversations/19:c/members/29:u"


async def test_while_teams_does_not_say_nobody_is_more_than_a_guest(asked, service):
    door, seen = asked
    service.member = {}
    service.absent = True
    await door.post("/api/messages", json=activity(service))
    await until(seen, 1)
    assert [person.role for person in seen] == ["guest"]
    service.absent = False
    service.member = {"id": "29:u", "userRole": "user", "tenantId": "t1"}
    await door.post("/api/messages", json=activity(service, "q2"))
    await until(seen, 2)
    assert seen[-1].role == "member"
