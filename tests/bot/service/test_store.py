"""The session store as a process: private, locked down, dying with its parent, honest about a damaged file, failing over."""

import asyncio
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from redis.exceptions import NoPermissionError, ResponseError

from bot.service.redis_server import RedisServer, binary
from bot.service.store import Store
from bot.settings import InvalidSettings
from handlers.sessions import Sessions
from tests.ports import free_ports


async def test_the_embedded_server_is_private(store):
    mode = stat.S_IMODE(store.server.socket.stat().st_mode)
    folder = stat.S_IMODE(store.server.socket.parent.stat().st_mode)

    assert (mode, folder) == (0o600, 0o700)
    assert not [c for c in _connections(store.server.pid) if c.status == "LISTEN" and c.laddr]


@pytest.mark.parametrize(
    "words",
    [
        "EVAL return(1) 0",
        "CONFIG GET dir",
        "SHUTDOWN",
        "MODULE LIST",
        "DEBUG SLEEP 0",
        "REPLICAOF no one",
    ],
)
async def test_what_nothing_here_needs_is_denied(own_store, words):
    client = own_store.connect()
    try:
        with pytest.raises((NoPermissionError, ResponseError)):
            await client.execute_command(*words.split())
    finally:
        await client.aclose()


def test_the_server_dies_with_a_parent_that_was_killed(tmp_path):
    code = f"""
import asyncio
from pathlib import Path
from bot.service.store import Store
async def main():
    async with Store("", Path({str(tmp_path)!r})) as store:
        print(store.server.pid, flush=True)
        await asyncio.sleep(60)
asyncio.run(main())
"""
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    child = int(parent.stdout.readline())
    parent.kill()
    parent.communicate()

    for _ in range(100):
        if not _alive(child):
            break
        time.sleep(0.05)
    assert not _alive(child)


async def test_a_damaged_file_is_refused_with_the_way_out_and_nothing_is_lost(
    tmp_path, tmp_path_factory, monkeypatch
):
    async with Store("", tmp_path) as store, Sessions(store.connect) as sessions:
        for n in range(200):
            await sessions.save("run", str(n), {"n": n})
    log = _append_only_file(tmp_path)
    whole = log.read_bytes()
    middle = len(whole) // 2
    damaged = whole[:middle] + b"\x00garbage\xff" * 20 + whole[middle + 200 :]
    log.write_bytes(damaged)

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("s")))

    with pytest.raises(InvalidSettings, match="redis-check-aof") as refused:
        async with Store("", tmp_path):
            pass

    assert list(Path(tempfile.gettempdir()).iterdir()) == []
    assert str(tmp_path) in refused.value.reason.ja
    assert log.read_bytes() == damaged


async def test_a_file_cut_short_by_a_crash_loads(tmp_path):
    async with Store("", tmp_path) as store, Sessions(store.connect) as sessions:
        for n in range(50):
            await sessions.save("run", str(n), {"n": n})
    log = _append_only_file(tmp_path)
    log.write_bytes(log.read_bytes()[:-7])

    async with Store("", tmp_path) as store, Sessions(store.connect) as sessions:
        assert (await sessions.load("run", "10"))["n"] == 10


async def test_sentinel_names_the_next_master(tmp_path):
    """One master, one replica, three sentinels; the master is killed, and what it knew lives on."""
    ports = free_ports(5)
    (master, replica), sentinels = ports[:2], ports[2:]
    servers = [
        _server(tmp_path, master),
        _server(tmp_path, replica, "--replicaof", "127.0.0.1", str(master)),
    ]
    watchers = [_watcher(tmp_path, port, master) for port in sentinels]
    url = "redis+sentinel://" + ",".join(f"127.0.0.1:{p}" for p in sentinels) + "/main"
    try:
        async with Store(url, tmp_path) as store, Sessions(store.connect) as sessions:
            await _until(sessions.alive)
            await sessions.save("run", "r", {"n": 1})
            await _until(lambda: _replicated(replica))
            await _until(lambda: _knows_each_other(sentinels[0]))
            servers[0].kill()
            await _until(sessions.alive)
            assert (await sessions.load("run", "r"))["n"] == 1
    finally:
        for process in (*watchers, *servers):
            process.kill()
            process.wait()


def _append_only_file(folder):
    """One file up to Redis 6, a folder of them since; the biggest is the one that grows."""
    return max(folder.rglob("*.aof"), key=lambda path: path.stat().st_size)


def _connections(pid):
    import psutil

    return psutil.Process(pid).net_connections(kind="inet")


def _alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{pid}/stat") as state:
        return state.read().rpartition(")")[2].split()[0] != "Z"


def _server(folder, port, *words):
    place = folder / str(port)
    place.mkdir()
    command = [
        binary(),
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--dir",
        str(place),
        "--save",
        "",
        *words,
    ]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL)


def _watcher(folder, port, master):
    place = folder / f"sentinel-{port}"
    place.mkdir()
    conf = place / "sentinel.conf"
    conf.write_text(
        f"port {port}\nbind 127.0.0.1\ndir {place}\nsentinel monitor main 127.0.0.1 {master} 2\n"
        "sentinel down-after-milliseconds main 500\nsentinel failover-timeout main 3000\n"
    )
    return subprocess.Popen([binary(), str(conf), "--sentinel"], stdout=subprocess.DEVNULL)


async def _until(condition):
    for _ in range(400):
        if await condition():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it did not come to that")


async def _ask(port, *words):
    from redis.asyncio import Redis

    async with Redis(port=port, decode_responses=True) as client:
        return await client.execute_command(*words)


async def _replicated(port):
    return bool(await _ask(port, "DBSIZE"))


async def _knows_each_other(port):
    told = await _ask(port, "SENTINEL", "MASTER", "main")
    facts = told if isinstance(told, dict) else dict(zip(told[::2], told[1::2], strict=True))
    return int(facts["num-other-sentinels"]) == 2 and int(facts["num-slaves"]) == 1


async def test_a_server_that_was_killed_is_started_again_and_knows_what_it_knew(own_store):
    async with Sessions(own_store.connect) as sessions:
        await sessions.save("run", "r", {"n": 1})
        before = own_store.server.pid
        os.kill(before, signal.SIGKILL)
        await _until(sessions.alive)

        assert own_store.server.pid != before
        assert (await sessions.load("run", "r"))["n"] == 1


async def test_it_is_started_again_though_nothing_can_be_written_down(own_store, tmp_path):
    note = tmp_path / "redis" / "redis.running"
    note.unlink()
    note.mkdir()  # as on a full disk, nothing is written there
    killed = own_store.server.pid
    os.kill(killed, signal.SIGKILL)
    while own_store.server.pid == killed:
        await asyncio.sleep(0.01)
    os.kill(own_store.server.pid, signal.SIGKILL)
    note.rmdir()

    async with Sessions(own_store.connect) as sessions:
        await _until(sessions.alive)
    assert note.is_file()


async def test_what_a_killed_parent_left_running_is_ended_first(tmp_path):
    """As on systems that do not end a child with its parent: two servers must never write one file."""
    left = RedisServer(binary(), tmp_path, "x")
    await left.__aenter__()
    left._watcher.cancel()
    async with Store("", tmp_path) as store, Sessions(store.connect) as sessions:
        assert await sessions.alive()
        assert await asyncio.to_thread(left._process.wait, 60) is not None
        assert not left.socket.exists()


# writing to the disk takes two seconds wherever it is left to a thread in the background
BUSY_DISK = """
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <unistd.h>

int fdatasync(int file) {
    if (syscall(SYS_gettid) != getpid()) usleep(2000000);
    return syscall(SYS_fdatasync, file);
}
"""


@pytest.fixture
def busy_disk(tmp_path, monkeypatch):
    """Let the server meet a disk that is busy with other work."""
    compiler = shutil.which("cc")
    if compiler is None or sys.platform != "linux":
        pytest.skip("a C compiler on Linux makes the disk slow")
    source, library = tmp_path / "busy.c", tmp_path / "busy.so"
    source.write_text(BUSY_DISK)
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source], check=True)
    program = tmp_path / "bin" / "redis-server"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nLD_PRELOAD={library} exec {binary()} "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")


async def test_what_was_acknowledged_survives_a_kill_while_the_disk_is_busy(busy_disk, tmp_path):
    folder = tmp_path / "data"
    async with Store("", folder) as store, Sessions(store.connect) as sessions:
        ends = asyncio.get_running_loop().time() + 1.2  # by now the file was written out once
        while asyncio.get_running_loop().time() < ends:
            await sessions.save("run", "before", {"n": 0})
        for n in range(20):
            await sessions.save("run", str(n), {"n": n})
        os.kill(store.server.pid, signal.SIGKILL)
    async with Store("", folder) as store, Sessions(store.connect) as sessions:
        kept = [await sessions.load("run", str(n)) for n in range(20)]

    assert [state and state["n"] for state in kept] == list(range(20))


async def test_more_uses_at_once_than_connections_wait_for_each_other(store, sessions):
    saved = await asyncio.gather(*(sessions.save("run", str(n), {"n": n}) for n in range(300)))

    assert saved == [True] * 300
