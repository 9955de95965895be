"""The way out is patient: what was not taken is sent again, what may have arrived is not said twice."""

import asyncio
import time

import pytest

from bot.teams import connector as room
from bot.teams.connector import Connector, Undelivered, pause
from bot.teams.frame import Place
from handlers.conversation import Paragraph, Reply
from tests.bot.teams.conftest import Failure
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

    def signed_session(self, session):
        session.headers["Authorization"] = f"Bearer {self.get_access_token()}"
        return session


@pytest.fixture
def bearer():
    return Bearer()


@pytest.fixture
def connector(bearer, monkeypatch):
    monkeypatch.setattr(
        room, "trusted", lambda service, *, local: True
    )  # loopback stands for Teams' host
    monkeypatch.setattr(room, "WAIT", 0.01)
    return Connector(lambda: bearer, local=False)


@pytest.fixture
def here(service):
    return Place(service.url, "19:c", "28:bot", "29:u")


@pytest.mark.parametrize("status", [412, 429, 503])
async def test_what_the_service_did_not_take_is_sent_again(connector, service, here, status):
    service.failures = [Failure(status), Failure(status, body=HTML)]
    assert await connector.send(here, HELLO) == "m3"
    assert len(service.shown) == 1


async def test_it_waits_as_long_as_the_service_asks(connector, service, here, monkeypatch):
    waits = []
    monkeypatch.setattr(
        room, "pause", lambda after, attempt: waits.append(pause(after, attempt)) or 0.0
    )
    service.failures = [Failure(429, after="7"), Failure(429, after=""), Failure(503, after="900")]
    await connector.send(here, HELLO)
    assert waits == [7.0, 0.02, 60.0]


def test_a_time_of_day_is_a_wait_too():
    assert pause("Wed, 01 Jan 2020 00:00:00 GMT", 0) == 0
    assert pause("soon", 1) == room.WAIT * 2
    assert pause(time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 30)), 0) > 0


@pytest.mark.parametrize("status", [500, 502, 504])
async def test_a_message_that_may_have_arrived_is_not_sent_again_and_an_update_is(
    connector, service, here, status
):
    service.failures = [Failure(status, taken=True, body=HTML)]
    with pytest.raises(Undelivered) as error:
        await connector.send(here, HELLO)
    assert (error.value.status, error.value.unsure) == (status, True)
    assert len(service.shown) == 1
    service.failures = [Failure(status), Failure(status)]
    await connector.update(here, "m1", HELLO | {"text": "new"})
    assert service.shown["m1"]["text"] == "new"


async def test_a_service_that_was_never_reached_is_tried_again(connector, here):
    nobody = Place("http://127.0.0.1:9/", "19:c", "28:bot", "29:u")
    with pytest.raises(Undelivered) as error:
        await connector.send(nobody, HELLO)
    assert (error.value.status, error.value.unsure) == (0, False)


async def test_a_refusal_for_good_is_not_repeated(connector, service, here):
    service.failures = [Failure(403), Failure(404)]
    for status in (403, 404):
        with pytest.raises(Undelivered) as error:
            await connector.send(here, HELLO)
        assert (error.value.status, error.value.unsure) == (status, False)
    assert len(service.calls) == 2


async def test_a_token_that_ended_is_renewed_once_for_all_who_wait(
    connector, bearer, service, here
):
    await connector.send(here, HELLO)
    service.failures = [Failure(401)] * 5
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
    monkeypatch.setattr("bot.teams.screen.ONCE_MORE", 0.01)

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
    monkeypatch.setattr("bot.teams.screen.ONCE_MORE", 0.01)

    async def short(message):
        yield Reply("返事", (Paragraph("返事"),))

    service.failures = [Failure(502)]
    async with door_of(short, sessions, texts) as door:
        await door.post("/api/messages", json=activity(service, **CHANNEL))
        await service.until("返事")
    assert len(service.shown) == 1
