"""What Teams' room keeps in Redis ends when it should: each record lives as long as it says, and no longer."""

import pytest

from bot.teams import frame
from bot.teams.base_cards import BaseCards
from bot.teams.connector import Connector
from bot.teams.feedback import FeedbackTargets
from bot.teams.file_consent import FileConsent
from bot.teams.members import Members
from handlers.conversation import Attachment, Audience, Message, Person, Text
from tests.bot.teams.talk import activity

DAY = 24 * 60 * 60  # seconds
MEMO = Attachment("memo.md", "text/markdown", b"# memo")
HERE = Audience("teams:t1:u1", private=True)
ASKER = Message("m", Person("teams:t1:u1", "鈴木", "ja"), "teams:a:1", HERE, Text("?"))


class Known:
    """A connector that knows who everybody is."""

    async def member(self, to):
        return {"userRole": "user", "tenantId": "t1"}


async def vote(sessions, texts, service):
    await FeedbackTargets(sessions).remember("teams:a:1", "m1", "answer")


async def card(sessions, texts, service):
    drawn = {"contentType": "application/vnd.microsoft.card.adaptive", "content": {"body": []}}
    await BaseCards(sessions).keep("a:1", "m1", {"attachments": [drawn]})


async def file(sessions, texts, service):
    connector = Connector(lambda: None, local=True)
    to = frame.checked(activity(service)).destination
    await FileConsent(connector, sessions, texts, local=True).offers((MEMO,), ASKER, to)


async def role(sessions, texts, service):
    to = frame.checked(activity(service)).destination
    await Members(Known(), sessions, "t1", local=False).role(to)


@pytest.mark.parametrize(
    ("keep", "records", "seconds"),
    [(vote, 2, 7 * DAY), (card, 1, DAY), (file, 1, DAY), (role, 1, 600)],
    ids=["vote", "card", "file", "role"],
)
async def test_a_record_ends_with_its_time(store, sessions, texts, service, keep, records, seconds):
    await keep(sessions, texts, service)
    redis = store.connect()
    keys = await redis.keys("*teams.*")
    ends = [await redis.ttl(key) for key in keys]
    await redis.aclose()
    assert len(ends) == records
    assert all(seconds - 60 <= end <= seconds for end in ends)
