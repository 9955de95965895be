"""The way out is patient: what was not taken is sent again, what may have arrived is not said twice."""

import asyncio
import time

import pytest

from bot.endpoint import NotNow
from bot.teams import connector as room
from bot.teams.activity import Destination
from bot.teams.connector import Connector, retry_after
from bot.teams.refusal import Undelivered
from handlers.conversation import Paragraph, Reply
from knowledge.retry import SPREAD
from tests.bot.teams.conftest import Failure, use_sdk
from tests.bot.teams.talk import ANSWER, CHANNEL, WORKING, activity, door_of

HELLO = {"type": "message", "text": "hello"}
HTML = "<html><body>Bad gateway</body></html>"


class Bearer:
    """Stands for the sign-in at Entra: hands out a new token each time it is asked anew, and counts."""

    def __init__(self):
        self.app, self.fetched = None, 0

    def get_access_token(self):
        if self.app is None:
            self.app = object()
            self.fetched += 1
        return f"token{self.fetched}"

    def renew(self):
        self.app = None

    def signed_session(self, session):
        session.headers["Authorization"] = f"Bearer {self.get_access_token()}"
        return session


@pytest.fixture
def bearer():
    return Bearer()


async def at_once(seconds):
    """Stands for waiting."""


@pytest.fixture
def trusting(monkeypatch):
    """Loopback stands for Teams' host."""
    monkeypatch.setattr(room, "trusted", lambda service, *, local: True)


@pytest.fixture(autouse=True, params=["botbuilder", "agents"])
def sdk(request, monkeypatch):
    """Both SDKs keep the same promises."""
    if request.param != "botbuilder":
        use_sdk(monkeypatch, request.param)


@pytest.fixture
async def connector(bearer, trusting):
    connector = Connector(lambda: bearer, local=False, sleep=at_once)
    yield connector
    await connector.close()


@pytest.fixture
def here(service):
    return Destination(service.url, "19:c", "28:bot", "29:u")


@pytest.mark.parametrize("status", [412, 429, 503])
async def test_what_the_service_did_not_take_is_sent_again(connector, service, here, status):
    service.failures = [Failure(status), Failure(status, body=HTML)]
    assert await connector.send(here, HELLO) == "m3"
    assert len(service.shown) == 1


async def test_it_waits_as_long_as_the_service_asks(bearer, service, here, trusting):
    waits = []

    async def sleep(seconds):
        waits.append(seconds)

    connector = Connector(lambda: bearer, local=False, sleep=sleep)
    service.failures = [Failure(429, after="7"), Failure(429, after=""), Failure(503, after="900")]
    await connector.send(here, HELLO)
    await connector.close()
    named, random, longest = waits
    assert 7.0 <= named <= 7.0 + SPREAD
    assert 0.0 <= random <= room.WAIT * 2
    assert 60.0 <= longest <= 60.0 + SPREAD


@pytest.mark.parametrize(("faults", "status"), [(4, None), (5, 503)])
async def test_the_fifth_try_is_the_last(connector, service, here, faults, status):
    service.failures = [Failure(503)] * faults
    refused = None
    try:
        await connector.send(here, HELLO)
    except Undelivered as error:
        refused = error.status
        assert isinstance(error, NotNow)  # whoever wanted it brought may try later
    assert refused == status
    assert len(service.calls) == 5


def test_a_time_of_day_is_a_wait_too():
    assert retry_after("Wed, 01 Jan 2020 00:00:00 GMT") == 0
    assert retry_after("soon") is None
    assert retry_after("nan") is None
    assert retry_after("") is None
    assert (
        retry_after(time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 30))) > 0
    )


@pytest.mark.parametrize("status", [500, 502, 504])
async def test_a_message_that_may_have_arrived_is_not_sent_again_and_an_update_is(
    connector, service, here, status
):
    service.failures = [Failure(status, taken=True, body=HTML)]
    with pytest.raises(Undelivered) as error:
        await connector.send(here, HELLO)
    assert (error.value.status, error.value.unsure) == (status, True)
    assert not isinstance(error.value, NotNow)
    assert len(service.shown) == 1
    service.failures = [Failure(status), Failure(status)]
    await connector.update(here, "m1", HELLO | {"text": "new"})
    assert service.shown["m1"]["text"] == "new"


async def test_a_service_that_was_never_reached_is_tried_again(connector, here):
    nobody = Destination("http://127.0.0.1:9/", "19:c", "28:bot", "29:u")
    with pytest.raises(Undelivered) as error:
        await connector.send(nobody, HELLO)
    assert (error.value.status, error.value.unsure) == (0, False)


async def test_a_refusal_for_good_is_not_repeated(connector, service, here):
    service.failures = [Failure(403), Failure(404)]
    for status in (403, 404):
        with pytest.raises(Undelivered) as error:
            await connector.send(here, HELLO)
        assert (error.value.status, error.value.unsure) == (status, False)
        assert not isinstance(error.value, NotNow)
    assert len(service.calls) == 2


async def test_a_token_that_ended_is_renewed_once_for_all_who_wait(
    connector, bearer, service, here
):
    await connector.send(here, HELLO)
    service.ended = service.calls[-1].bearer
    await asyncio.gather(*(connector.send(here, HELLO) for _ in range(5)))
    assert bearer.fetched == 2
    assert service.calls[-1].bearer == "Bearer token2"


async def test_a_service_that_no_longer_knows_us_is_not_asked_for_ever(
    connector, bearer, service, here
):
    service.failures = [Failure(401)] * 10
    with pytest.raises(Undelivered):
        await connector.send(here, HELLO)
    assert bearer.fetched == 2
    assert len(service.calls) == 2


FAULTS = [
    [Failure(429), Failure(412), Failure(503), Failure(429)],
    [Failure(502)],
    [Failure(504, taken=False), Failure(502)],
    [Failure(503, body=HTML), Failure(502, body=HTML)],
]


@pytest.mark.parametrize("faults", FAULTS, ids=range(len(FAULTS)))
async def test_an_answer_arrives_through_all_of_them_once(
    sessions, texts, service, monkeypatch, faults
):
    monkeypatch.setattr(room, "WAIT", 0.01)
    monkeypatch.setattr("bot.teams.sender.ONCE_MORE", 0.01)

    async def answering(message):
        yield WORKING
        yield ANSWER

    service.failures = list(faults)
    async with door_of(answering, sessions, texts) as door:
        await door.post("/api/messages", json=activity(service, **CHANNEL))
        await service.until("答え")
    assert sum(m.get("text") == "答え[1]" for m in service.shown.values()) == 1


async def test_a_last_word_that_may_be_lost_is_said_once_more(
    sessions, texts, service, monkeypatch
):
    monkeypatch.setattr("bot.teams.sender.ONCE_MORE", 0.01)

    async def short(message):
        yield Reply("返事", (Paragraph("返事"),))

    service.failures = [Failure(502)]
    async with door_of(short, sessions, texts) as door:
        await door.post("/api/messages", json=activity(service, **CHANNEL))
        await service.until("返事")
    assert len(service.shown) == 1
