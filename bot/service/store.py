"""
The session store: Redis by address (one server, Sentinel, or a cluster), or a redis-server of our
own.

Where no server program exists, an in-process stand-in serves, and says that dialogs will not
survive a restart.
"""

import logging
import secrets
import shutil
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Self
from urllib.parse import unquote

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff

from bot.service.redis_cluster import Cluster, is_cluster
from bot.service.redis_server import QUEUE, RedisServer, binary
from handlers.sessions import TIMEOUT, Sessions

log = logging.getLogger(__name__)
SENTINEL = "redis+sentinel://"
SENTINEL_PORT = 26379
LEAST = 1 << 20  # bytes of free disk a server of our own needs to live
CONNECT = 0.5  # seconds for one connection
BROKER_TIMEOUT = 5.0  # seconds; the queue is used by threads that may wait


class Store:
    """
    Opens with `async with`; `connect` makes clients for it.

    `server` is our own one, or None. `durable` is False for the in-process stand-in.
    """

    def __init__(self, url: str, folder: Path) -> None:
        self.server: RedisServer | None = None
        self.durable = True
        self._url = url
        self._folder = folder
        self._queue_password = secrets.token_hex(16)
        self._connect: Callable[[], Redis] | None = None
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """
        Start our own server where no address is set.

        Raises:
            InvalidSettings: the folder is not writable, or the server refuses its append-only file.
        """
        if self._url.startswith(SENTINEL):
            self._connect = self._by_sentinel()
        elif is_cluster(self._url):
            cluster = Cluster.read(self._url)
            self._connect = lambda: cluster.connect(_limits())
        elif self._url:
            self._connect = self._plain
        elif program := binary():
            server = await self._stack.enter_async_context(
                RedisServer(program, self._folder, self._queue_password)
            )
            self.server = server
            self._connect = lambda: Redis(unix_socket_path=str(server.socket), **_limits())
        else:
            self.durable = False
            log.warning("no redis-server found: dialogs will not survive a restart")
            from fakeredis import FakeAsyncRedis, FakeServer

            stand_in = FakeServer()
            self._connect = lambda: FakeAsyncRedis(server=stand_in)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    def connect(self) -> Redis:
        if self._connect is None:
            raise RuntimeError("the store is not open")
        return self._connect()

    async def state(self, sessions: Sessions) -> str:
        """
        Return "ready", or in a few words what is amiss. A server of our own whose disk is full ends
        instead of saying so.
        """
        state = await sessions.state()
        if state == "ready" or self.server is None:
            return state
        if shutil.disk_usage(self._folder).free < LEAST:
            return "its disk is full or cannot be written"
        return self.whose(state)

    def whose(self, state: str) -> str:
        """Say of a state that a server of our own is in it: nobody set an address to look at."""
        if self.server is None or not state.startswith("not answering"):
            return state
        return f"our own {state}"

    def broker(self) -> Any:
        """Return a blocking client for the job queue; None for the in-process stand-in."""
        import redis

        limits: dict[str, Any] = {
            "socket_timeout": BROKER_TIMEOUT,
            "socket_connect_timeout": BROKER_TIMEOUT,
        }
        if self.server:
            return redis.Redis(
                unix_socket_path=str(self.server.socket),
                username=QUEUE,
                password=self._queue_password,
                **limits,
            )
        if self._url.startswith(SENTINEL):
            from redis.sentinel import Sentinel as BlockingSentinel

            nodes, service, database, login = _sentinel(self._url)
            watched = BlockingSentinel(nodes, sentinel_kwargs=limits, **limits)
            return watched.master_for(service, db=database, **login, **limits)
        if is_cluster(self._url):
            return Cluster.read(self._url).broker(limits)
        if not self._url:
            return None
        return redis.Redis.from_url(self._url, **limits)

    def _plain(self) -> Redis:
        return Redis.from_url(self._url, **_limits())

    def _by_sentinel(self) -> Callable[[], Redis]:
        """
        Return what makes clients of the master that Sentinel names, asked again at every new
        connection.

        The address is redis+sentinel://[[user]:password@]host:port[,host:port…]/service[/database];
        the password is Redis's.
        """
        nodes, service, database, login = _sentinel(self._url)
        sentinel = Sentinel(nodes, sentinel_kwargs=_limits(), **_limits())
        for watcher in sentinel.sentinels:
            self._stack.push_async_callback(watcher.aclose)
        return lambda: sentinel.master_for(service, db=database, **login, **_limits())


def _sentinel(url: str) -> tuple[list[tuple[str, int]], str, int, dict[str, Any]]:
    """
    Return the sentinels, the service's name, the database and the login that an address names.
    """
    credentials, _, rest = url.removeprefix(SENTINEL).rpartition("@")
    hosts, _, path = rest.partition("/")
    service, _, database = path.partition("/")
    user, _, password = credentials.partition(":")
    nodes = []
    for host in hosts.split(","):
        name, _, port = host.partition(":")
        nodes.append((name, int(port or SENTINEL_PORT)))
    login = {"username": unquote(user) or None, "password": unquote(password) or None}
    return nodes, service, int(database or 0), login


def _limits() -> dict[str, Any]:
    """
    Return short time-outs and no retry: redis-py's default retry holds a turn for a minute on a
    frozen server.
    """
    return {
        "socket_timeout": TIMEOUT,
        "socket_connect_timeout": CONNECT,
        "retry": Retry(NoBackoff(), 0),
    }
