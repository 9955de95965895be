"""What is remembered, against a real Redis."""

import asyncio
import os
import re
import signal
import time
from itertools import pairwise
from random import Random

import pytest
from redis.asyncio import Redis

from bot.service.store import Store
from handlers.memory.link import key
from handlers.sessions import TIMEOUT, Claim, Sessions, SessionsUnavailable


def claim(id_="a", token="t", **payload):
    return Claim(id_, token, "slack", payload)


async def test_a_turn_is_claimed_once(sessions):
    results = await asyncio.gather(
        *(sessions.claim(claim("slack:T:C:1", f"t{n}", n=n)) for n in range(20))
    )

    assert sum(results) == 1


async def test_an_abandoned_turn_goes_to_one_taker(sessions, monkeypatch):
    monkeypatch.setattr("handlers.memory.claims.LEASE", -1.0)
    await sessions.claim(claim(text="hi"))
    monkeypatch.setattr("handlers.memory.claims.LEASE", 30.0)

    taken = await asyncio.gather(*(sessions.abandoned() for _ in range(8)))

    assert [(c.payload, c.tries, c.taken) for claims in taken for c in claims] == [
        ({"text": "hi"}, 1, True)
    ]


async def test_a_finished_turn_is_not_taken_over_and_stays_claimed(sessions, monkeypatch):
    monkeypatch.setattr("handlers.memory.claims.LEASE", -1.0)
    await sessions.claim(claim())
    await sessions.finish(claim())

    assert await sessions.abandoned() == []
    assert not await sessions.claim(claim(token="other"))
    assert await sessions.abandoned() == []


async def test_who_lost_a_turn_can_neither_renew_it_nor_overwrite_its_screen(sessions, monkeypatch):
    monkeypatch.setattr("handlers.memory.claims.LEASE", -1.0)
    await sessions.claim(claim())
    [theirs] = await sessions.abandoned()
    await sessions.remember_screen(Claim("a", "t", "slack", {}, {"ts": "late"}))

    assert not await sessions.renew(claim())
    assert await sessions.renew(theirs)
    [again] = await sessions.abandoned()
    assert again.memory == {}


async def test_a_queue_keeps_its_order_and_forgets_the_dead(sessions, monkeypatch):
    first, second, third = claim("1"), claim("2"), claim("3")
    for one in (first, second, third):
        await sessions.claim(one)
        await sessions.line_up("C1", one)
    assert [await sessions.ahead("C1", one) for one in (first, second, third)] == [0, 1, 2]

    await sessions.leave("C1", first)
    await sessions.finish(second)

    assert await sessions.ahead("C1", third) == 0


async def test_two_writers_of_one_revision_write_once(sessions):
    await sessions.save("run", "r1", {"answers": {}}, expected=0)

    wrote = await asyncio.gather(
        *(sessions.save("run", "r1", {"n": n}, expected=1) for n in range(20))
    )

    assert sum(wrote) == 1
    assert (await sessions.load("run", "r1"))["rev"] == 2


@pytest.mark.parametrize("name", ["a:b", "a*b", "a\nb", "\0", "x" * 10_000, "\ud800"])
async def test_hostile_names_stay_apart(sessions, name):
    await sessions.save("run", name, {"mine": 1})

    assert (await sessions.load("run", name))["mine"] == 1
    assert await sessions.load("run", name + "x") is None
    assert await sessions.load("run2", name) is None


def test_a_hundred_thousand_names_have_a_harmless_key_each():
    """Of any bytes, with what means something to Redis or to us, and some that differ by one."""
    dice = Random(12)
    strange = ["\n", ":", "*", "\0", "[a-z]", "lc:run:", "\ud800", "x" * 10_000, " ", "é"]
    names = set()
    for number in range(50_000):
        name = dice.choice(strange) + dice.randbytes(8).decode("latin-1") + str(number)
        names |= {name, f"{name}{dice.choice(strange[:5])}"}

    keys = {key("run", name) for name in names}

    assert len(keys) == len(names) == 100_000
    assert all(re.fullmatch(r"lc:run:[0-9a-f]{32}", one) for one in keys)


async def test_the_log_is_a_chain(sessions):
    for n in range(5):
        await sessions.append("audit", {"n": n})
    rows = await sessions.entries("audit")

    assert [row["entry"]["n"] for row in rows] == [0, 1, 2, 3, 4]
    assert all(later["before"] == earlier["hash"] for earlier, later in pairwise(rows))


async def test_what_was_acknowledged_survives_kill_9_of_redis(tmp_path):
    async with Store("", tmp_path) as store, Sessions(store.connect) as sessions:
        for n in range(50):
            await sessions.save("run", str(n), {"n": n})
        os.kill(store.server.pid, signal.SIGKILL)
        with pytest.raises(SessionsUnavailable):
            await sessions.load("run", "1")
    async with Store("", tmp_path) as store, Sessions(store.connect) as sessions:
        assert [(await sessions.load("run", str(n)))["n"] for n in range(50)] == list(range(50))


@pytest.mark.usefixtures("as_served")
async def test_a_frozen_redis_costs_a_second_and_no_more_than_an_error(store, sessions):
    os.kill(store.server.pid, signal.SIGSTOP)
    try:
        with pytest.raises(SessionsUnavailable):
            await sessions.load("run", "1")
        for _ in range(20):
            with pytest.raises(SessionsUnavailable, match="away"):
                await sessions.load("run", "1")
    finally:
        os.kill(store.server.pid, signal.SIGCONT)
    while not await sessions.alive():
        await asyncio.sleep(0.05)
    assert await sessions.load("run", "1") is None


async def test_a_log_that_was_changed_is_found_out(sessions):
    for n in range(5):
        await sessions.append("audit", {"action": f"a{n}"})
    rows = await sessions.entries("audit", last=0)
    assert await sessions.gap("audit") is None
    for changed in (
        [*rows[:2], rows[2] | {"entry": {"action": "other"}}, *rows[3:]],
        [*rows[:2], *rows[3:]],
        [rows[1], rows[0], *rows[2:]],
    ):
        await sessions.put_back("audit", changed)
        assert await sessions.gap("audit") in (1, 3)
    await sessions.put_back("audit", rows)
    assert await sessions.gap("audit") is None


async def frozen_claim(store, sessions, one):
    """Claim while Redis is frozen for longer than anybody waits for it."""
    os.kill(store.server.pid, signal.SIGSTOP)
    try:
        with pytest.raises(SessionsUnavailable):
            await sessions.claim(one)
        await asyncio.sleep(TIMEOUT)  # by so much the reckoned clock may be ahead of Redis's
    finally:
        os.kill(store.server.pid, signal.SIGCONT)
    while not await sessions.alive():
        await asyncio.sleep(0.05)


@pytest.mark.usefixtures("as_served")
async def test_a_claim_that_arrives_after_its_process_gave_up_is_void(store, sessions, monkeypatch):
    """That process answered without it, or refused the delivery: a repeat is claimed, and nobody takes it over."""
    await sessions.abandoned()  # by now every process has asked Redis for its time
    monkeypatch.setattr("handlers.memory.claims.LEASE", -1.0)
    await frozen_claim(store, sessions, claim("a", "dead"))
    await frozen_claim(store, sessions, claim("b", "dead"))

    assert await sessions.claim(claim("a", "repeat"))
    assert not await sessions.claim(claim("a", "another"))
    assert [c.token for c in await sessions.abandoned()] != []
    assert await sessions.claim(claim("b", "later"))


@pytest.mark.usefixtures("as_served")
async def test_a_claim_that_arrived_late_is_good_while_its_process_lives(
    store, sessions, monkeypatch
):
    await sessions.abandoned()
    monkeypatch.setattr("handlers.memory.claims.LEASE", -1.0)
    await frozen_claim(store, sessions, claim("a", "alive", text="x"))

    assert await sessions.claim(claim("a", "alive", text="x"))
    assert not await sessions.claim(claim("a", "repeat", text="x"))
    assert [c.payload for c in await sessions.abandoned()] == [{"text": "x"}]


async def test_a_claim_that_is_answered_late_is_good_however_late_it_is(store, monkeypatch):
    """On a busy machine connecting alone may take seconds: what was answered was acknowledged, and must not be lost."""
    monkeypatch.setattr("handlers.memory.claims.LEASE", -1.0)
    patient = Sessions(lambda: Redis(unix_socket_path=str(store.server.socket), socket_timeout=60))
    async with patient, Sessions(store.connect) as other:
        await patient.abandoned()
        os.kill(store.server.pid, signal.SIGSTOP)
        claiming = asyncio.create_task(patient.claim(claim("a", "slow", text="x")))
        await asyncio.sleep(2 * TIMEOUT)
        os.kill(store.server.pid, signal.SIGCONT)
        assert await claiming

        assert not await other.claim(claim("a", "repeat", text="x"))
        assert [c.payload for c in await other.abandoned()] == [{"text": "x"}]


@pytest.mark.parametrize("record", ["{}", '{"id": "a", "token": "old"}'])
async def test_a_record_without_a_claim_is_put_away(sessions, record):
    await sessions.claim(claim("a"))
    async with sessions.link.redis() as redis:
        [key] = await redis.zrange("lc:turns", 0, -1)
        await redis.set(key, record)
        await redis.zadd("lc:turns", {key: 0})

    assert await sessions.abandoned() == []
    assert await sessions.abandoned() == []


@pytest.mark.parametrize("hours", [-24, -1, 1, 24])
async def test_the_clock_of_one_machine_ends_no_lease_of_another(sessions, monkeypatch, hours):
    await sessions.claim(claim("a"))
    monkeypatch.setattr(time, "time", lambda real=time.time: real() + hours * 3600)

    assert await sessions.abandoned() == []
    await sessions.claim(claim("b"))
    assert await sessions.abandoned() == []


async def test_of_unconditional_saves_at_once_the_last_is_kept_and_none_is_refused(store, sessions):
    async with Sessions(store.connect) as other:
        for n in range(300):
            writers = (
                one.save("job", str(n), {"by": by}) for by, one in enumerate((sessions, other))
            )
            assert await asyncio.gather(*writers) == [True, True]
            assert (await sessions.load("job", str(n)))["rev"] == 2


async def test_changes_of_one_thing_at_once_are_all_kept(store, sessions):
    def counted(kept):
        return {"n": (kept or {"n": 0})["n"] + 1}

    async with Sessions(store.connect) as other:
        await asyncio.gather(
            *(one.change("thread", "t", counted) for one in (sessions, other) for _ in range(20))
        )

    assert (await sessions.load("thread", "t"))["n"] == 40


async def test_a_hundred_changes_at_once_are_made_a_hundred_times(sessions):
    made = []

    def counted(kept):
        made.append(kept)
        return {"n": (kept or {"n": 0})["n"] + 1}

    await asyncio.gather(*(sessions.change("talks", "a", counted) for _ in range(100)))

    assert (await sessions.load("talks", "a"))["n"] == len(made) == 100


async def test_a_change_that_changes_nothing_writes_nothing(sessions):
    assert await sessions.change("wish", "w", lambda kept: None) is None
    assert await sessions.load("wish", "w") is None


@pytest.mark.usefixtures("as_served")
async def test_one_outage_is_waited_for_once_however_many_steps_meet_it(store, sessions):
    tries = []

    async def step():
        tries.append(step)
        return await sessions.load("dialog", "d1")

    os.kill(store.server.pid, signal.SIGSTOP)
    try:
        with pytest.raises(SessionsUnavailable):
            await sessions.patiently(step, 1.5)
        first, tries[:] = len(tries), []
        for _ in range(3):
            with pytest.raises(SessionsUnavailable):
                await sessions.patiently(step, 1.5)
    finally:
        os.kill(store.server.pid, signal.SIGCONT)

    assert first > 1
    assert len(tries) == 3


async def test_an_outage_that_is_long_over_does_not_shorten_the_wait_in_the_next_one(sessions):
    with pytest.raises(SessionsUnavailable):
        async with sessions.link.redis():
            raise ConnectionResetError  # fails at once: nobody looks whether it came back
    assert sessions.trouble
    sessions.link._failing -= 3600
    failures = [SessionsUnavailable("once more")]

    async def step():
        if failures:
            raise failures.pop()
        return "done"

    assert await sessions.patiently(step, 60) == "done"


async def test_who_uses_the_client_at_the_end_leaves_no_connection_open(store):
    sessions = Sessions(store.connect)
    lent, go = asyncio.Event(), asyncio.Event()
    clients = []

    async def late():
        async with sessions.link.redis() as redis:
            clients.append(redis)
            lent.set()
            await go.wait()
            return await redis.get("lc:nothing")

    async with asyncio.TaskGroup() as tasks:
        async with sessions:
            using = tasks.create_task(late())
            await lent.wait()
            asyncio.get_running_loop().call_soon(go.set)
        assert await using is None
    pool = clients[0].connection_pool
    assert not any(one.is_connected for one in pool._available_connections)
