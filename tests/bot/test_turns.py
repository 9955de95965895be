"""Turns of talk against a real Redis: once, in order, taken over, never silent."""

import asyncio
import json
import os
import signal
from collections import defaultdict
from contextlib import suppress
from itertools import product

import pytest
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from bot.deliveries import SEEN, Deliveries, NotSafe
from bot.endpoint import Delivery, NotNow
from bot.fairness import Fair, Limits, Room
from bot.in_hand import InHand
from bot.turns import TRIES, TURN, Turns
from handlers.conversation import Audience, Message, Person, Reply, Text
from handlers.memory.claims import PENDING
from handlers.memory.link import key
from handlers.sessions import Claim, Sessions
from tests.fault_proxy import FaultProxy

PERSON = Person("paper:1", "Aoi", "ja")


class Sheet:
    def __init__(self, platform, memory):
        self.memory = memory
        self.platform = platform

    async def show(self, reply):
        self.memory["sheet"] = "1"
        self.platform.shown.append(reply.text)


class Paper:
    """A platform on paper: its payload is the text."""

    name = "paper"

    def __init__(self):
        self.shown = []
        self.memories = []

    async def read(self, payload):
        return message(payload["text"]) if payload["text"] else None

    def screen(self, payload, message, memory):
        self.memories.append(dict(memory))
        return Sheet(self, memory)


def message(text, place="paper:1"):
    return Message(text, PERSON, place, Audience(PERSON.id, private=True), Text(text))


async def echo(heard):
    yield Reply("…", final=False)
    yield Reply(f"答え {heard.content.text}")


async def broken(heard):
    yield Reply("…", final=False)
    raise RuntimeError("secret detail")


@pytest.fixture
async def paper():
    return Paper()


async def drain(turns):
    while turns._running:
        await asyncio.wait(set(turns._running))


@pytest.fixture
def fast(monkeypatch):
    """Looks that come soon after each other; leases keep their length, and only `end_leases` ends one."""
    for name, value in (("SWEEP", 0.05), ("CALM", 0.3), ("SETTLE", 0.02)):
        monkeypatch.setattr(f"bot.turns.{name}", value)
    monkeypatch.setattr("bot.leases.SETTLE", 0.02)


async def end_leases(sessions):
    """Let the leases of all open turns end, as after their time without a sign of life."""
    async with sessions.link.redis() as redis:
        open_turns = await redis.zrange(PENDING, 0, -1)
        if open_turns:
            await redis.zadd(PENDING, dict.fromkeys(open_turns, 0), xx=True)


async def test_a_repeat_is_answered_once(sessions, texts, paper):
    async with Turns(echo, sessions, texts) as turns:
        turns.register(paper)
        heard = [await turns.hear(Delivery("d1", "paper", {"text": "RAGとは"})) for _ in range(5)]
        await drain(turns)

    assert heard == [True, False, False, False, False]
    assert paper.shown == ["…", "答え RAGとは"]


async def test_two_replicas_answer_once(store, texts, paper):
    one, two = Sessions(store.connect), Sessions(store.connect)
    async with one, two, Turns(echo, one, texts) as first, Turns(echo, two, texts) as second:
        first.register(paper)
        second.register(paper)
        for n in range(3):
            for k in range(15):
                delivery = Delivery(f"d{n}-{k}", "paper", {"text": f"{n}-{k}"})
                await asyncio.gather(first.hear(delivery), second.hear(delivery))
                await drain(first)
                await drain(second)

    assert sorted(t for t in paper.shown if t != "…") == sorted(
        f"答え {n}-{k}" for n in range(3) for k in range(15)
    )


async def test_a_dead_process_is_taken_over_on_the_same_screen(sessions, texts, paper, fast):
    await sessions.claim(Claim("d1", "t", "paper", {"text": "続き"}))
    await sessions.remember_screen(Claim("d1", "t", "paper", {"text": "続き"}, {"sheet": "7"}))
    await end_leases(sessions)

    async with Turns(echo, sessions, texts) as turns:
        turns.register(paper)
        while "答え 続き" not in paper.shown:
            await asyncio.sleep(0.01)

    assert paper.memories == [{"sheet": "7"}]
    assert await sessions.abandoned() == []


async def test_a_bug_becomes_an_apology_with_a_number(sessions, texts, paper, caplog):
    async with Turns(broken, sessions, texts) as turns:
        turns.register(paper)
        await turns.hear(Delivery("d1", "paper", {"text": "x"}))
        await drain(turns)

    incident = caplog.records[-1].incident
    assert paper.shown[-1] == texts.say("turns.apology", "ja", incident=incident)
    assert "secret" not in paper.shown[-1]


@pytest.mark.usefixtures("as_served")
async def test_a_frozen_redis_goes_unnoticed(store, sessions, texts, paper):
    async with Turns(echo, sessions, texts) as turns:
        turns.register(paper)
        os.kill(store.server.pid, signal.SIGSTOP)
        try:
            heard = [await turns.hear(Delivery("d1", "paper", {"text": "今"})) for _ in range(2)]
            await drain(turns)
        finally:
            os.kill(store.server.pid, signal.SIGCONT)

    assert heard == [True, False]
    assert paper.shown == ["…", "答え 今"]


async def test_questions_of_one_thread_wait_for_each_other(sessions, texts, paper):
    order = []

    async def slow(heard):
        order.append(f"begin {heard.content.text}")
        await asyncio.sleep(0.01)
        order.append(f"end {heard.content.text}")
        yield Reply(heard.content.text)

    async with Turns(slow, sessions, texts) as turns:
        turns.register(paper)
        for n in range(3):
            await turns.hear(Delivery(f"d{n}", "paper", {"text": str(n)}))
        await drain(turns)

    assert order == ["begin 0", "end 0", "begin 1", "end 1", "begin 2", "end 2"]


async def test_twenty_threads_keep_their_order_side_by_side(store, texts, paper):
    """
    Twenty people, each with twenty messages, four at a time, which is what one may have waiting, and
    each four to the other process: nobody overtakes.
    """
    order = defaultdict(list)

    async def slow(heard):
        await asyncio.sleep(0.001)
        order[heard.place].append(int(heard.content.text))
        yield Reply(heard.content.text)

    async def read(payload):
        return message(payload["text"], payload["place"])

    paper.read = read
    one, two = Sessions(store.connect), Sessions(store.connect)
    async with one, two, Turns(slow, one, texts) as first, Turns(slow, two, texts) as second:
        for turns in (first, second):
            turns.register(paper)
        for begin in range(0, 20, 4):
            turns = (first, second)[begin // 4 % 2]
            for number, place in product(range(begin, begin + 4), range(20)):
                payload = {"text": str(number), "place": f"paper:{place}"}
                await turns.hear(Delivery(f"d{place}-{number}", "paper", payload))
            await drain(first)
            await drain(second)

    assert dict(order) == {f"paper:{place}": list(range(20)) for place in range(20)}


async def test_a_full_queue_says_so(sessions, texts, paper):
    gate = asyncio.Event()

    async def held(heard):
        await gate.wait()
        yield Reply(heard.content.text)

    async with Turns(held, sessions, texts) as turns:
        turns.register(paper)
        for n in range(8):
            await turns.hear(Delivery(f"d{n}", "paper", {"text": str(n)}))
        while len(paper.shown) < 7:
            await asyncio.sleep(0)
        gate.set()
        await drain(turns)

    said = [texts.say("turns.queued", "ja", n=n) for n in (1, 2, 3)] + [
        texts.say("turns.busy", "ja")
    ] * 4
    assert paper.shown == [*said, "0", "1", "2", "3"]


async def test_a_claim_whose_reply_was_lost_is_answered_once(store, texts, paper):
    """The write arrived, its reply did not: nobody may take the turn over once it is over."""
    async with FaultProxy(store.server.socket) as proxy:
        limits = {"socket_timeout": 0.2, "retry": Retry(NoBackoff(), 0)}
        one, two = Sessions(lambda: Redis(port=proxy.port, **limits)), Sessions(store.connect)
        async with one, two, Turns(echo, one, texts) as first, Turns(echo, two, texts) as second:
            first.register(paper)
            second.register(paper)
            for n in range(20):
                proxy.lose = 1
                await first.hear(Delivery(f"d{n}", "paper", {"text": str(n)}))
                await second.hear(Delivery(f"d{n}", "paper", {"text": str(n)}))
                await drain(first)
            await end_leases(two)
            left = await two.abandoned()

    assert left == []
    assert proxy.lost == 20
    assert sorted(t for t in paper.shown if t != "…") == sorted(f"答え {n}" for n in range(20))


async def over(sessions, ids):
    """Wait until Redis is back and has been told that these turns are over."""
    for id_ in ids:
        while not await sessions.patiently(lambda id_=id_: sessions.over(id_), 60.0):
            await asyncio.sleep(0.01)


@pytest.mark.usefixtures("as_served")
async def test_what_was_answered_while_redis_was_frozen_is_not_answered_again(
    store, texts, paper, fast
):
    one, two = Sessions(store.connect), Sessions(store.connect)
    async with one, two, Turns(echo, one, texts) as first, Turns(echo, two, texts) as second:
        first.register(paper)
        second.register(paper)
        os.kill(store.server.pid, signal.SIGSTOP)
        try:
            for n in range(5):
                await first.hear(Delivery(f"d{n}", "paper", {"text": str(n)}))
        finally:
            os.kill(store.server.pid, signal.SIGCONT)
        await over(two, [f"d{n}" for n in range(5)])
        again = [await second.hear(Delivery(f"d{n}", "paper", {"text": str(n)})) for n in range(5)]

    assert again == [False] * 5
    assert sorted(t for t in paper.shown if t.startswith("答え")) == [f"答え {n}" for n in range(5)]


async def test_what_this_process_has_in_hand_is_not_taken_over_by_itself(
    sessions, texts, paper, fast
):
    """Its lease may end while a slow Redis keeps its signs of life waiting."""
    gate = asyncio.Event()

    async with Turns(held(gate), sessions, texts) as turns:
        turns.register(paper)
        await turns.hear(Delivery("d1", "paper", {"text": "x"}))
        await shown(paper, 1)
        await end_leases(sessions)
        await sessions.claim(Claim("d2", "t", "paper", {"text": "y"}))
        await end_leases(sessions)
        await shown(paper, 2)  # the sweep has looked: what a dead process left waits behind
        gate.set()
        await drain(turns)

    assert paper.shown[0::2] == ["…", "答え", "答え"]


async def test_a_turn_that_ended_before_its_taking_over_was_told_is_not_begun(
    sessions, texts, paper
):
    first = Claim("d1", "t", "paper", {"text": "x"})
    await sessions.claim(first)
    await end_leases(sessions)
    [late] = await sessions.abandoned()
    await sessions.finish(first)

    async with Turns(echo, sessions, texts) as turns:
        turns.register(paper)
        await turns._answer(late)

    assert paper.shown == []


async def test_all_turns_that_are_over_are_written_down_at_once(sessions, monkeypatch):
    """One after the other, a slow Redis would be told of the last when its lease has long ended."""
    told = []
    finish = sessions.finish

    async def counted(*claims):
        told.append(len(claims))
        await finish(*claims)

    monkeypatch.setattr(sessions, "finish", counted)
    in_hand = InHand(sessions)
    for n in range(30):
        claim = Claim(f"d{n}", "t", "paper", {"text": "x"})
        await sessions.claim(claim)
        in_hand.take(claim)
        in_hand.end(claim)
    await asyncio.gather(*(in_hand.settle() for _ in range(30)))

    assert in_hand.ids == set()
    assert told == [30]
    assert all([await sessions.over(f"d{n}") for n in range(30)])


async def test_a_turn_that_kills_every_process_ends_with_an_apology(sessions, texts, paper, fast):
    await sessions.claim(Claim("d1", "t", "paper", {"text": "x"}, tries=TRIES))
    await end_leases(sessions)
    async with Turns(echo, sessions, texts) as turns:
        turns.register(paper)
        while not paper.shown:
            await asyncio.sleep(0.01)
        await drain(turns)

    assert len(paper.shown) == 1
    assert paper.shown[0][:8] == texts.say("turns.apology", "ja", incident="")[:8]


async def test_an_answer_the_platform_did_not_take_is_delivered_later(sessions, texts, paper, fast):
    refused = []

    async def read(payload):
        if len(refused) < 2:
            refused.append(payload)
            raise OSError("down")
        return message(payload["text"])

    paper.read = read
    async with Turns(echo, sessions, texts) as turns:
        turns.register(paper)
        await turns.hear(Delivery("d1", "paper", {"text": "x"}))
        for count in (1, 2):
            while len(refused) < count:
                await asyncio.sleep(0.01)
            await drain(turns)
            await end_leases(sessions)
        while "答え x" not in paper.shown:
            await asyncio.sleep(0.01)
        await drain(turns)

    assert paper.shown == ["…", "答え x"]
    await end_leases(sessions)
    assert await sessions.abandoned() == []


class Busy(Sheet):
    """A sheet whose platform takes no last word at first."""

    async def show(self, reply):
        if reply.final:
            await self.platform.last_word()
        await super().show(reply)


class BusyPaper(Paper):
    """`last_word` is what happens before a last word is taken."""

    last_word = None

    def screen(self, payload, message, memory):
        super().screen(payload, message, memory)
        return Busy(self, memory)


@pytest.mark.parametrize(("refusals", "answered"), [(3, ["答え x"]), (5, [])])
async def test_an_answer_the_platform_takes_later_is_no_apology(
    sessions, texts, fast, monkeypatch, refusals, answered
):
    monkeypatch.setattr("bot.turns.CALLS", 5)
    paper, refused = BusyPaper(), []

    async def last_word():
        if len(refused) < refusals:
            refused.append("no answer")
            raise NotNow("no answer")

    paper.last_word = last_word
    async with Turns(echo, sessions, texts) as turns:
        turns.register(paper)
        with suppress(NotSafe):
            await turns.hear(Delivery("d1", "paper", {"text": "x"}))
        while not await sessions.over("d1"):
            await drain(turns)
            begun = len(refused)
            await end_leases(sessions)
            while len(refused) == begun and not await sessions.over("d1"):
                await asyncio.sleep(0.01)

    assert len(refused) == refusals
    assert [text for text in paper.shown if text != "…"] == answered


async def test_processes_that_die_while_an_answer_waits_for_its_platform_died_of_something_else(
    sessions, texts, fast, monkeypatch
):
    monkeypatch.setattr("bot.work.MOMENT", 0.0)
    monkeypatch.setattr("bot.turns.DRAIN", 0.0)
    paper, waits, opened = BusyPaper(), asyncio.Event(), asyncio.Event()

    async def last_word():
        waits.set()
        await opened.wait()

    paper.last_word = last_word
    await sessions.claim(Claim("d1", "t", "paper", {"text": "x"}))
    for _ in range(TRIES + 1):
        await end_leases(sessions)
        waits.clear()
        async with Turns(echo, sessions, texts) as turns:
            turns.register(paper)
            await waits.wait()
            while await stored_tries(sessions, "d1") > 1:  # that of the first
                await asyncio.sleep(0.01)
    opened.set()
    await end_leases(sessions)
    async with Turns(echo, sessions, texts) as turns:
        turns.register(paper)
        while not await sessions.over("d1"):
            await asyncio.sleep(0.01)

    assert [text for text in paper.shown if text != "…"] == ["答え x"]


async def stored_tries(sessions, turn):
    async with sessions.link.redis() as redis:
        return json.loads(await redis.get(key("turn", turn)))["tries"]


async def test_who_was_taken_over_shows_nothing_more(sessions, texts, paper, monkeypatch):
    monkeypatch.setattr("bot.leases.LEASE", 0.06)  # a sign of life every fiftieth of a second
    begun, never = asyncio.Event(), asyncio.Event()

    async def slow(heard):
        yield Reply("…", final=False)
        begun.set()
        await never.wait()
        yield Reply("二重")

    async with Turns(slow, sessions, texts) as turns:
        turns.register(paper)
        await turns.hear(Delivery("d1", "paper", {"text": "x"}))
        await begun.wait()
        turn = key("turn", "d1")
        async with sessions.link.redis() as redis:
            stolen = json.loads(await redis.get(turn)) | {"token": "another process"}
            await redis.set(turn, json.dumps(stolen))
        await drain(turns)

    assert paper.shown == ["…"]


async def test_a_thread_keeps_its_order_over_two_processes(store, texts, paper):
    order = []
    gate = asyncio.Event()

    async def slow(heard):
        await gate.wait()
        order.append(heard.content.text)
        await asyncio.sleep(0.03)
        order.append(heard.content.text)
        yield Reply(heard.content.text)

    one, two = Sessions(store.connect), Sessions(store.connect)
    async with one, two, Turns(slow, one, texts) as first, Turns(slow, two, texts) as second:
        for turns in (first, second):
            turns.register(paper)
        for n in range(2):
            await (first, second)[n].hear(Delivery(f"d{n}", "paper", {"text": str(n)}))
            await lined_up(one, "paper:1", n + 1)
        for n in range(2, 4):
            await (first, second)[n % 2].hear(Delivery(f"d{n}", "paper", {"text": str(n)}))
        gate.set()
        await drain(first)
        await drain(second)

    for n in range(4):
        assert order[2 * n] == order[2 * n + 1]  # one after the other
    assert order[:4] == ["0", "0", "1", "1"]
    assert sorted(order[4::2]) == ["2", "3"]


async def lined_up(sessions, place, count):
    """Wait until so many turns stand in the queue of a place."""
    async with sessions.link.redis() as redis:
        while await redis.zcard(key("queue", place)) < count:
            await asyncio.sleep(0.01)


@pytest.fixture
async def frozen(store):
    """A Redis that is frozen until the test says `thaw()`."""
    os.kill(store.server.pid, signal.SIGSTOP)
    yield lambda: os.kill(store.server.pid, signal.SIGCONT)
    os.kill(store.server.pid, signal.SIGCONT)


async def heard(turns, id_="d1", text="x", patience=30.0):
    """Deliver once; report whether it was acknowledged."""
    try:
        await turns.hear(Delivery(id_, "paper", {"text": text}), patience=patience)
    except NotSafe:
        return False
    return True


def held(gate):
    """Return a handler that answers once the gate is open."""

    async def handler(message):
        yield Reply("…", final=False)
        await gate.wait()
        yield Reply("答え")

    return handler


async def shown(paper, count):
    while len(paper.shown) < count:
        await asyncio.sleep(0.01)


@pytest.mark.usefixtures("as_served")
async def test_nothing_is_acknowledged_before_it_is_stored_or_answered(
    sessions, texts, paper, frozen
):
    gate = asyncio.Event()

    async with Turns(held(gate), sessions, texts) as turns:
        turns.register(paper)
        refused = [await heard(turns, patience=0.1) for _ in range(3)]
        gate.set()
        taken = [await heard(turns) for _ in range(3)]
        await drain(turns)

    assert refused == [False] * 3  # the first and two repeats while it runs
    assert taken == [True] * 3  # its end was waited for, and is remembered
    assert paper.shown == ["…", "答え"]


@pytest.mark.usefixtures("as_served")
async def test_a_turn_that_began_without_a_claim_is_stored_as_soon_as_redis_is_back(
    sessions, texts, paper, frozen, fast
):
    gate = asyncio.Event()

    async with Turns(held(gate), sessions, texts) as turns:
        turns.register(paper)
        assert not await heard(turns, patience=0.1)
        await shown(paper, 1)
        frozen()
        assert await heard(turns, patience=30.0)  # while the turn still runs
        before = list(paper.shown)
        gate.set()
        await drain(turns)

    assert before == ["…"]
    assert paper.shown == ["…", "答え"]


@pytest.mark.usefixtures("as_served")
async def test_an_answer_the_platform_did_not_take_is_refused_while_redis_is_away(
    sessions, texts, paper, frozen
):
    refusals = iter([OSError("down")])

    async def read(payload):
        if error := next(refusals, None):
            raise error
        return message(payload["text"])

    paper.read = read
    async with Turns(echo, sessions, texts) as turns:
        turns.register(paper)
        told = [await heard(turns) for _ in range(3)]
        await drain(turns)

    assert told == [False, True, True]  # the platform sends it again, and it begins anew
    assert paper.shown == ["…", "答え x"]


@pytest.mark.usefixtures("as_served")
@pytest.mark.parametrize("payload", [{}, {"text": ""}])
async def test_a_delivery_that_is_nothing_to_us_is_acknowledged_while_redis_is_away(
    sessions, texts, paper, frozen, payload
):
    async def read(payload):
        return None

    paper.read = read
    async with Turns(echo, sessions, texts) as turns:
        turns.register(paper)
        assert await turns.hear(Delivery("d1", "paper", payload), patience=5.0)
        await drain(turns)

    assert paper.shown == []


async def test_whoever_waits_and_gives_up_stops_no_turn(sessions, texts, paper):
    async with Turns(echo, sessions, texts) as turns:
        turns.register(paper)
        waiting = asyncio.create_task(heard(turns))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert await heard(turns)
        await drain(turns)

    assert paper.shown == ["…", "答え x"]


@pytest.mark.usefixtures("as_served")
async def test_of_two_processes_that_run_one_turn_only_who_stored_it_goes_on(
    store, texts, paper, frozen, fast
):
    gate = asyncio.Event()

    one, two = Sessions(store.connect), Sessions(store.connect)
    async with (
        one,
        two,
        Turns(held(gate), one, texts) as first,
        Turns(held(gate), two, texts) as second,
    ):
        for turns in (first, second):
            turns.register(paper)
        refused = await asyncio.gather(heard(first, patience=0.1), heard(second, patience=0.1))
        await shown(paper, 2)
        frozen()
        taken = await asyncio.gather(heard(first, patience=30.0), heard(second, patience=30.0))
        gate.set()
        await drain(first)
        await drain(second)

    assert refused == [False, False]
    assert taken == [True, True]
    assert paper.shown.count("答え") == 1


async def test_a_turn_that_another_process_has_finished_ends_with_its_answer_and_not_with_a_status(
    store, texts, paper, tmp_path, fast
):
    """Both show it in one place: a status that comes last would stay there for good."""
    gate = asyncio.Event()

    way = tmp_path / "s"  # to Redis, for the one process: not there at first
    one, two = Sessions(lambda: Redis(unix_socket_path=str(way))), Sessions(store.connect)
    async with one, two, Turns(held(gate), one, texts) as slow, Turns(echo, two, texts) as quick:
        for turns in (slow, quick):
            turns.register(paper)
        assert not await heard(slow, patience=0.1)
        await shown(paper, 1)
        assert await heard(quick)
        await drain(quick)
        way.symlink_to(store.server.socket)
        assert await heard(slow, patience=30.0)
        gate.set()
        await drain(slow)

    assert paper.shown[-1] == "答え"


class Kept:
    """A screen of one reply after the other."""

    def __init__(self):
        self.memory = {}
        self.shown = []

    async def show(self, reply):
        self.shown.append(reply.text)


@pytest.mark.parametrize(("seconds", "ended"), [(TURN - 0.01, False), (TURN + 0.01, True)])
async def test_a_turn_that_hangs_ends_with_an_apology_once_its_time_is_over(
    sessions, texts, monkeypatch, seconds, ended
):
    gate, begun = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    clock, later = loop.time, 0.0

    async def hangs(heard):
        begun.set()
        await gate.wait()
        yield Reply("答え")

    frozen_at = clock()
    monkeypatch.setattr(loop, "time", lambda: frozen_at + later)
    screen = Kept()
    turn = asyncio.create_task(Turns(hangs, sessions, texts).take(message("x"), screen))
    await begun.wait()
    later = seconds
    for _ in range(10):
        await asyncio.sleep(0)
    gate.set()
    await turn

    apology = texts.say("turns.apology", "ja", incident="")[:8]
    assert [text[:8] == apology for text in screen.shown] == [ended]


async def test_waiting_for_an_earlier_question_of_the_same_person_is_no_work(
    sessions, texts, monkeypatch
):
    """A busy channel takes the first answer late: the second must not be given up for that."""
    begun, opened = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    clock, later = loop.time, 0.0

    class Slow(Kept):
        async def show(self, reply):
            if reply.final:
                begun.set()
                await opened.wait()
            await super().show(reply)

    frozen_at = clock()
    monkeypatch.setattr(loop, "time", lambda: frozen_at + later)
    turns = Turns(Fair(echo, texts, Room(Limits())), sessions, texts)
    first, second = Slow(), Kept()
    earlier = asyncio.create_task(turns.take(message("a", "paper:a"), first))
    await begun.wait()
    waiting = asyncio.create_task(turns.take(message("b", "paper:b"), second))
    while not second.shown:
        await asyncio.sleep(0)
    later = TURN + 1
    for _ in range(10):
        await asyncio.sleep(0)
    opened.set()
    await asyncio.gather(earlier, waiting)

    assert [first.shown[-1], second.shown[-1]] == ["答え a", "答え b"]


async def test_the_latest_deliveries_are_remembered_and_no_more():
    deliveries = Deliveries()
    for n in range(SEEN):
        assert deliveries.add(str(n))

    assert not deliveries.add("0")  # the oldest is still known
    assert deliveries.add("one more")
    assert not deliveries.add("1")
    assert deliveries.add("0")  # it gave way
