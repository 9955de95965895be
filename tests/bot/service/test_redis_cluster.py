"""A real Redis Cluster of three masters and a replica: everything is kept there, and goes on after a failover."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import redis
from redis.crc import key_slot
from redis.exceptions import RedisError

from bot.service.application import Application
from bot.service.redis_cluster import TAG, Cluster, tagged
from bot.service.redis_server import binary
from bot.settings import load
from handlers.conversation import Audience, Message, Person, Text
from handlers.sessions import SessionsUnavailable
from knowledge.values import Metadata
from tests.ports import free_ports
from tests.sheet import Sheet

pytestmark = [pytest.mark.usefixtures("sandbox_known"), pytest.mark.early]
PASSWORD = "0123456789abcdef"
SLOTS = 16384


def free_pairs(count: int) -> list[int]:
    """Return ports whose cluster bus (10,000 above) is below 65,536."""
    ports: list[int] = []
    while len(ports) < count:
        ports += [port for port in free_ports(8) if port < 55_000]
    return ports[:count]


def told(port: int) -> redis.Redis:
    return redis.Redis(port=port, password=PASSWORD, socket_timeout=20)


async def until(holds) -> None:
    for _ in range(2_000):
        try:
            if await asyncio.to_thread(holds):
                return
        except RedisError:
            pass
        await asyncio.sleep(0.05)
    raise AssertionError("it never came about")


@pytest.fixture
async def ports(tmp_path: Path) -> AsyncIterator[list[int]]:
    """The cluster's ports; the last one is a replica of the node that owns our slot."""
    program = binary()
    if program is None:
        pytest.skip("there is no redis-server here")
    ports = free_pairs(4)
    processes = []
    for port in ports:
        folder = tmp_path / str(port)
        folder.mkdir()
        words = [
            "--port",
            port,
            "--dir",
            folder,
            "--cluster-enabled",
            "yes",
            "--save",
            "",
            "--appendonly",
            "yes",
        ]
        words += [
            "--requirepass",
            PASSWORD,
            "--masterauth",
            PASSWORD,
            "--cluster-node-timeout",
            "10000",  # a busy machine is no failure
        ]
        processes.append(subprocess.Popen([program, *map(str, words)], stdout=subprocess.DEVNULL))
    try:
        nodes = [told(port) for port in ports]
        for node in nodes:
            await until(node.ping)
        for number, node in enumerate(nodes[:3]):
            share = range(number * SLOTS // 3, (number + 1) * SLOTS // 3)
            await asyncio.to_thread(node.execute_command, "CLUSTER ADDSLOTS", *share)
            node.execute_command("CLUSTER SET-CONFIG-EPOCH", number + 1)
        for port in ports[1:]:
            nodes[0].execute_command("CLUSTER MEET", "127.0.0.1", port)
        master = nodes[key_slot(TAG.encode()) * 3 // SLOTS]
        id_ = master.execute_command("CLUSTER MYID").decode()
        await until(lambda: id_ in str(nodes[3].execute_command("CLUSTER NODES")))
        await until(lambda: nodes[3].execute_command("CLUSTER REPLICATE", id_))
        await until(lambda: nodes[3].info("replication")["master_link_status"] == "up")
        for node in nodes:
            await until(
                lambda node=node: node.execute_command("CLUSTER INFO")["cluster_state"] == "ok"
            )
            node.close()
        yield ports
    finally:
        for process in processes:
            process.kill()
            process.wait()


async def test_everything_lies_in_one_slot_and_goes_on_after_a_failover(ports, house):
    seeds = ",".join(f"127.0.0.1:{port}" for port in ports[:3])
    url = f"redis+cluster://:{PASSWORD}@{seeds}"
    async with Application(load({"REDIS_URL": url}, data=str(house)), threads=1) as application:
        sessions = application.sessions
        person = Person("web:local", "Aoi", "ja", "admin")
        asked = Message(
            "m1", person, "p:1", Audience(person.id, private=True), Text("RAGとは何ですか")
        )
        sheet = Sheet()
        await application.turns.take(asked, sheet)
        content = "# 規程\n\n上限は五万円である。\n".encode()
        job = await application.jobs.submit(
            "j", "規程.md", content, Metadata("規程"), by="web:local"
        )
        async for followed in application.jobs.follow(job.id):
            job = followed
        await sessions.append("audit", {"what": "tried"})
        before = await sessions.save("run", "r", {"step": 1})
        depth = await application.queue.depth()

        with told(ports[3]) as replica:
            replica.execute_command("CLUSTER FAILOVER", "TAKEOVER")
            await until(lambda: replica.info("replication")["role"] == "master")
        kept, after, gap = None, -1, -1
        for _ in range(300):
            try:
                kept = kept or await sessions.load("run", "r")
                await sessions.save("run", "r", {"step": 2})
                after = await application.queue.depth()  # by connections of its own
                gap = await sessions.gap("audit")
                break
            except SessionsUnavailable:
                await asyncio.sleep(0.1)
        state = await sessions.state()

    slots = {}
    for port in ports[:3]:
        with told(port) as node:
            slots[port] = [key.decode() for key in node.keys("*")]
    owners = [port for port, keys in slots.items() if keys]
    assert sheet.shown
    assert (job.outcome, before, gap, state) == ("staged", True, None, "ready")
    assert kept is not None
    assert kept["step"] == 1
    assert depth == after == 0
    assert len(owners) <= 1
    assert all(key.startswith(TAG) for keys in slots.values() for key in keys)


def test_only_keys_of_ours_carry_the_tag_and_carry_it_once():
    command = ("SET", "lc:run:1", b"lc-jobs:x", '{"lc:": 1}', 5, "{lc}lc:turn:2")

    assert tagged(command) == (
        "SET",
        "{lc}lc:run:1",
        b"{lc}lc-jobs:x",
        '{"lc:": 1}',
        5,
        "{lc}lc:turn:2",
    )
    assert tagged(tagged(command)) == tagged(command)


def test_an_address_is_read_with_its_seeds_its_login_and_tls():
    cluster = Cluster.read("rediss+cluster://me:p%40ss@a:7000,b")

    assert cluster.seeds == (("a", 7000), ("b", 6379))
    assert (cluster.username, cluster.password, cluster.tls) == ("me", "p@ss", True)
