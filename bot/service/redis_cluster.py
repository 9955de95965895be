"""
A Redis Cluster by address: `redis+cluster://[[user]:password@]host:port[,host:port…]`, with TLS by
`rediss+cluster://`.

What is done at once here (a claim with its lease, a turn with its queue) has to lie on one node, so
all our keys carry one hash tag and live in one slot: the node that owns it serves us, its replicas
take over when it fails, and the other nodes are for others. Each new connection asks the cluster
which node that is; one that hears that the slot has moved is closed, so that the next one asks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import redis
import redis.asyncio
from redis.connection import PythonRespSerializer
from redis.crc import key_slot
from redis.exceptions import ClusterDownError, MovedError, ReadOnlyError, RedisError

from handlers.memory.link import decoded

SCHEMES = ("redis+cluster://", "rediss+cluster://")
PORT = 6379
OURS = ("lc:", "lc-")  # what every key of ours begins with, those of the job queue too
TAG = "{lc}"
GONE = (MovedError, ReadOnlyError, ClusterDownError)  # the node is not ours any more
Limits = Mapping[str, Any]


def is_cluster(url: str) -> bool:
    """Report whether an address is a cluster's."""
    return url.startswith(SCHEMES)


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where a cluster is asked, each seed in turn, and how one gets in."""

    seeds: tuple[tuple[str, int], ...]
    username: str | None
    password: str | None
    tls: bool

    @classmethod
    def read(cls, url: str) -> "Cluster":
        """Return what an address says."""
        scheme, _, rest = url.partition("://")
        credentials, _, places = rest.rpartition("@")
        user, _, password = credentials.partition(":")
        seeds = []
        for place in places.rstrip("/").split(","):
            host, _, port = place.partition(":")
            seeds.append((host, int(port or PORT)))
        tls = scheme.startswith("rediss")
        return cls(tuple(seeds), unquote(user) or None, unquote(password) or None, tls)

    @property
    def login(self) -> dict[str, Any]:
        """What a client of any node is made with."""
        return {"username": self.username, "password": self.password}

    def connect(self, limits: Limits) -> redis.asyncio.Redis:
        """Return a client of the node that owns our slot."""
        kind = _SecureOwner if self.tls else _Owner
        pool = redis.asyncio.ConnectionPool(
            connection_class=kind, cluster=self, **self.login, **limits
        )
        return redis.asyncio.Redis.from_pool(pool)

    def broker(self, limits: Limits) -> redis.Redis:
        """Return a blocking client of the node that owns our slot."""
        kind = _SecureBlockingOwner if self.tls else _BlockingOwner
        pool = redis.ConnectionPool(connection_class=kind, cluster=self, **self.login, **limits)
        return redis.Redis.from_pool(pool)

    async def owner(self, limits: Limits) -> tuple[str, int]:
        """Ask one seed after another which node owns our slot. Raises the last one's error."""
        failure: Exception = RedisError("no seeds")
        for host, port in self.seeds:
            node = redis.asyncio.Redis(host=host, port=port, ssl=self.tls, **self.login, **limits)
            try:
                return _owner(await node.execute_command("CLUSTER SLOTS"), host)
            except (RedisError, OSError, TimeoutError) as error:
                failure = error
            finally:
                await node.aclose()
        raise failure

    def owner_now(self, limits: Limits) -> tuple[str, int]:
        """Ask as `owner` does, in a thread that may wait."""
        failure: Exception = RedisError("no seeds")
        for host, port in self.seeds:
            with redis.Redis(host=host, port=port, ssl=self.tls, **self.login, **limits) as node:
                try:
                    return _owner(node.execute_command("CLUSTER SLOTS"), host)
                except (RedisError, OSError, TimeoutError) as error:
                    failure = error
        raise failure


def _owner(slots: Sequence[Any], asked: str) -> tuple[str, int]:
    """
    Return the node that owns our slot, of rows of the first and the last slot, their master and its
    replicas; a master that tells no host is the one that was asked.
    """
    ours = key_slot(TAG.encode())
    for first, last, master, *_ in slots:
        if first <= ours <= last:
            host, port = master[:2]
            return decoded(host) if host else asked, int(port)
    raise ClusterDownError("nobody owns our slot")


def tagged(arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return a command with the tag before each key of ours; what has it already keeps it."""
    whole: list[Any] = []
    for argument in arguments:
        match argument:
            case str() if argument.startswith(OURS):
                whole.append(TAG + argument)
            case bytes() if argument.startswith((b"lc:", b"lc-")):
                whole.append(TAG.encode() + argument)
            case _:
                whole.append(argument)
    return tuple(whole)


class _Asking:
    """What both kinds of connection keep: the cluster, and the time-outs of their clients."""

    def __init__(self, *, cluster: Cluster, **settings: Any) -> None:
        self.cluster = cluster
        names = ("socket_timeout", "socket_connect_timeout", "retry")
        self.limits = {name: settings[name] for name in names if name in settings}
        super().__init__(**settings)


class _Owner(_Asking, redis.asyncio.Connection):
    """A connection to the node that owns our slot."""

    async def connect(self) -> None:
        if not self.is_connected:
            self.host, self.port = await self.cluster.owner(self.limits)
        await super().connect()  # type: ignore[no-untyped-call]  # redis-py is half typed

    def pack_command(self, *args: Any) -> list[bytes]:
        packed: list[bytes] = super().pack_command(*tagged(args))
        return packed

    async def read_response(self, *args: Any, **settings: Any) -> Any:
        try:
            return await super().read_response(*args, **settings)
        except GONE:
            await self.disconnect(nowait=True)
            raise


class _SecureOwner(_Owner, redis.asyncio.SSLConnection):
    """The same by TLS."""


class _Tagging(PythonRespSerializer):
    """Packs commands with the tag before each key of ours."""

    def pack(self, *args: Any) -> list[bytes]:
        packed: list[bytes] = super().pack(*tagged(args))  # type: ignore[no-untyped-call]
        return packed


class _BlockingOwner(_Asking, redis.Connection):
    """A blocking connection to the node that owns our slot."""

    def connect(self) -> None:
        if not self._sock:
            self.host, self.port = self.cluster.owner_now(self.limits)
        super().connect()  # type: ignore[no-untyped-call]  # redis-py is half typed

    def _construct_command_packer(self, packer: Any) -> Any:
        return _Tagging(self._buffer_cutoff, self.encoder.encode)

    def read_response(self, *args: Any, **settings: Any) -> Any:
        try:
            return super().read_response(*args, **settings)
        except GONE:
            self.disconnect()  # type: ignore[no-untyped-call]  # redis-py is half typed
            raise


class _SecureBlockingOwner(_BlockingOwner, redis.SSLConnection):
    """The same by TLS."""
