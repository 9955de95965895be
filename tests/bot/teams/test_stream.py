"""A personal chat sees an answer grow; the connector at the far end holds the rules of Teams' streams."""

import asyncio
from functools import partial

import pytest

from bot.stopping import Stopped
from bot.teams import screen, stream
from bot.teams.activity import Destination
from bot.teams.connector import Connector
from bot.teams.kits import sign_in
from bot.teams.stream import Stream
from handlers.conversation import Facts, Heading, Paragraph, Reply
from tests.bot.teams.conftest import Failure
from tests.bot.teams.talk import ANSWER, LOCAL, WORKING, activity, door_of

OVER = '{"error": {"code": "ContentStreamNotAllowed", "message": "exceeded streaming time"}}'


def words(text, *, final=False):
    return Reply(text, (Paragraph(text, "answer"),), final=final)


def kinds(service):
    return [
        (c.stream["streamType"], c.stream.get("streamSequence")) for c in service.calls if c.stream
    ]


async def test_a_status_then_words_that_grow_then_the_whole_with_its_sources_and_a_card(
    sessions, texts, service, clock
):
    async def growing(message):
        yield WORKING
        clock.move(stream.PACE)
        yield words("答")
        clock.move(stream.PACE - 0.1)
        yield words("答え")  # too soon: the next one brings it
        clock.move(0.1)
        yield words("答え[1]")
        yield ANSWER

    async with door_of(growing, sessions, texts) as door:
        await door.post("/api/messages", json=activity(service))
        await service.wait(5)
    assert kinds(service) == [
        ("informative", 1),
        ("streaming", 2),
        ("streaming", 3),
        ("final", None),
    ]
    whole, card = service.shown.values()
    assert whole["text"] == "答え[1]"
    assert whole["channelData"] == {"feedbackLoop": {"type": "custom"}}
    assert [e["type"] for e in whole["entities"]] == ["https://schema.org/Message", "streaminfo"]
    assert card["attachments"][0]["content"]["version"] == "1.5"


async def test_a_reply_that_is_a_card_alone_does_not_say_its_heading_twice(
    sessions, texts, service
):
    async def refusing(message):
        yield WORKING
        yield Reply(
            "ありません\nくわしく", (Heading("ありません"), Paragraph("くわしく"), Facts(()))
        )

    async with door_of(refusing, sessions, texts) as door:
        await door.post("/api/messages", json=activity(service))
        await service.wait(3)
    text, card = service.shown.values()
    assert text["text"] == "ありません"
    assert card["attachments"][0]["content"]["body"][0]["text"] == "くわしく"


def place(service):
    return (Destination(service.url, "a:1", "28:bot", "29:u"),)


@pytest.fixture
async def connector():
    connector = Connector(partial(sign_in, LOCAL), local=True)
    yield connector
    await connector.close()


async def test_the_stop_button_stops_the_turn_and_nothing_more_is_said(
    sessions, texts, service, clock
):
    async def stopped(message):
        yield WORKING
        service.cancelled = True
        clock.move(stream.PACE)
        yield ANSWER

    async with door_of(stopped, sessions, texts) as door:
        await door.post("/api/messages", json=activity(service))
        async with asyncio.timeout(60):
            while len(service.calls) < 2:
                await asyncio.sleep(0.01)
    assert service.shown == {}
    assert len(service.calls) == 2


async def test_the_stop_button_ends_work_that_shows_nothing(
    sessions, texts, service, clock, monkeypatch
):
    monkeypatch.setattr(screen, "BEAT", 0.01)
    ended = asyncio.Event()

    async def silent(message):
        yield WORKING
        service.cancelled = True
        clock.move(stream.SILENT)
        try:
            await asyncio.Event().wait()  # a model that has written nothing yet
        finally:
            ended.set()

    async with door_of(silent, sessions, texts) as door:
        await door.post("/api/messages", json=activity(service))
        async with asyncio.timeout(60):
            await ended.wait()
    assert kinds(service) == [("informative", 1), ("informative", 2)]
    assert service.shown == {}


async def test_a_silent_stream_that_nobody_stopped_goes_on(
    sessions, texts, service, clock, monkeypatch
):
    monkeypatch.setattr(screen, "BEAT", 0.01)

    async def silent(message):
        yield words("答")
        clock.move(stream.SILENT)
        async with asyncio.timeout(60):
            while len(service.calls) < 2:
                await asyncio.sleep(0.01)
        clock.move(stream.PACE)
        yield ANSWER

    async with door_of(silent, sessions, texts) as door:
        await door.post("/api/messages", json=activity(service))
        await service.until("答え[1]")
    assert kinds(service)[:3] == [("streaming", 1), ("streaming", 2), ("final", None)]


async def test_after_two_minutes_the_answer_is_a_message_of_its_own(
    sessions, texts, service, monkeypatch
):
    async def late(message):
        yield WORKING
        monkeypatch.setattr(stream, "LIMIT", -1.0)  # two minutes have passed
        yield ANSWER

    async with door_of(late, sessions, texts) as door:
        await door.post("/api/messages", json=activity(service))
        await service.wait(3)
    assert kinds(service) == [("informative", 1)]
    assert [bool(m.get("text")) for m in service.shown.values()] == [True, False]


async def test_a_stream_that_teams_ends_becomes_the_whole_answer_and_leaves_no_half_of_it(
    sessions, texts, service, clock
):
    async def growing(message):
        yield WORKING
        clock.move(stream.PACE)
        yield words("答")
        clock.move(stream.PACE)
        service.failures += [Failure(403, body=OVER)]
        yield words("答え")
        yield ANSWER

    async with door_of(growing, sessions, texts) as door:
        await door.post("/api/messages", json=activity(service))
        await service.wait(4)
    updates = [call.path.rpartition("/")[2] for call in service.calls if call.method == "PUT"]
    assert updates == ["s1"]
    assert [body.get("text") for body in service.shown.values()] == ["答え[1]", None]


async def test_where_an_ended_stream_cannot_be_changed_the_answer_is_a_message_of_its_own(
    sessions, texts, service, clock
):
    async def growing(message):
        yield WORKING
        clock.move(stream.PACE)
        service.failures += [Failure(403, body=OVER), Failure(403)]
        yield words("答え")
        yield ANSWER

    async with door_of(growing, sessions, texts) as door:
        await door.post("/api/messages", json=activity(service))
        await service.until("答え[1]")


@pytest.mark.parametrize(("seconds", "calls"), [(stream.LIMIT, 1), (stream.LIMIT + 0.1, 0)])
async def test_a_stream_is_ended_in_its_place_before_teams_closes_it(
    service, connector, clock, seconds, calls
):
    memory = {"stream": "s1", "shown": "s1", "since": str(clock.time())}
    clock.move(seconds)
    await Stream(connector, *place(service), memory).finish({"type": "message", "text": "答え"})
    assert len(service.calls) == calls
    service.refused.clear()  # it knows nothing of this stream


async def test_a_second_stream_in_the_same_chat_is_a_placeholder_instead(
    sessions, texts, service, connector
):
    first = Stream(connector, *place(service), {})
    await first.show(WORKING)

    async def second(message):
        yield WORKING
        yield ANSWER

    async with door_of(second, sessions, texts) as door:
        await door.post("/api/messages", json=activity(service))
        await service.until("答え")
    assert service.refused.pop() == "a stream begins with 1, one at a time"
    assert [c.method for c in service.taken[1:]] == ["POST", "PUT", "POST"]


async def test_an_end_whose_answer_was_lost_is_not_said_twice(service, connector):
    streaming = Stream(connector, *place(service), {})
    await streaming.show(WORKING)
    service.failures = [Failure(502, taken=True)]
    assert await streaming.finish({"type": "message", "text": "おわり"}) == "s1"
    assert [m["text"] for m in service.shown.values()] == ["おわり"]


async def test_another_process_ends_the_stream_of_one_that_died(service, connector, clock):
    memory = {}
    await Stream(connector, *place(service), memory).show(WORKING)
    taken_over = Stream(connector, *place(service), dict(memory))
    clock.move(1.0)
    assert await taken_over.finish({"type": "message", "text": "おわり"}) == "s1"


async def test_a_stop_pressed_while_words_grow_is_told_to_the_turn(service, connector, clock):
    streaming = Stream(connector, *place(service), {})
    await streaming.show(WORKING)
    service.cancelled = True
    clock.move(stream.PACE)
    with pytest.raises(Stopped):
        await streaming.show(words("まだ"))


async def test_words_that_do_not_go_on_from_the_ones_before_wait_for_the_end(
    service, connector, clock
):
    streaming = Stream(connector, *place(service), {})
    await streaming.show(words("はじめは"))
    clock.move(stream.PACE)
    await streaming.show(words("ちがう"))
    assert kinds(service) == [("streaming", 1)]
