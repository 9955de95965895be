"""
The control socket: commands given beside a running server are carried out by that server.

It is a Unix socket in the data folder, for the server's own user and root alone. One connection is
one command. Both sides send lines of JSON: first the call, then what is written as it is written,
a wish for a line of input and the line, at last the exit code. Whoever hangs up ends the command.
"""

import asyncio
import json
import logging
import os
import socket
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

from bot.service import peer
from bot.settings import Settings

log = logging.getLogger(__name__)
NAME = "control"  # of the socket in the data folder
LONGEST_PATH = 100  # bytes; the system allows 108 on Linux and 104 on macOS
LINE = 8 << 20  # bytes of one line of the protocol
WAITING = 64 << 20  # bytes written for somebody who does not read them
FIRST = 5.0  # seconds until a connection says what it wants
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Call:
    """
    A command as it was given: its words, in which language, from which folder, and for what kind of
    terminal.
    """

    words: tuple[str, ...]
    language: str
    folder: str
    terminals: tuple[str, ...] = ()  # which of "in", "out" and "errors" are terminals
    environment: tuple[tuple[str, str], ...] = ()  # what tells how the terminal draws
    house: str = ""
    format: int = FORMAT


class Line:
    """What goes to and fro while one command runs. Writing never waits."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._lines: asyncio.Queue[str] = asyncio.Queue()

    def write(self, stream: str, text: str) -> None:
        """
        Send what a command wrote to "out" or "errors".

        Raises:
            BrokenPipeError: nobody reads it any more.
        """
        transport = self._writer.transport
        if transport.is_closing() or transport.get_write_buffer_size() > WAITING:
            raise BrokenPipeError
        self._send({stream: text})

    async def read(self) -> str:
        """Return the next line of the caller's input with its end; "" when there is none."""
        self._send({"read": True})
        return await self._lines.get()

    def end(self, code: int) -> None:
        """Say how the command ended."""
        with suppress(OSError):
            self._send({"code": code})

    async def hung_up(self) -> None:
        """Take in the caller's lines until the caller is gone."""
        while True:
            raw = await self._reader.readline()
            if not raw:
                return
            self._lines.put_nowait(str(json.loads(raw).get("line", "")))

    def _send(self, frame: dict[str, Any]) -> None:
        self._writer.write(frame_of(frame))


Run = Callable[[Call, Line], Awaitable[int]]


class Control:
    """Opens with `async with`; `run` carries a call out and returns its exit code."""

    def __init__(self, settings: Settings, run: Run) -> None:
        self._place = settings.data / NAME
        self._house = house_of(settings)
        self._run = run
        self._server: asyncio.Server | None = None
        self._calls: set[asyncio.Task[None]] = set()
        self._bound: Path | None = None

    async def __aenter__(self) -> Self:
        """
        Listen, unless another server on the same folder does; without a socket commands are told
        that the folder is in use, as before.
        """
        if _lives(self._place):
            return self
        try:
            listener = self._listener()
        except OSError as error:
            log.warning("no control socket", extra={"cause": type(error).__name__})
            return self
        self._server = await asyncio.start_unix_server(self._connected, sock=listener, limit=LINE)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is None:
            return
        self._server.close()
        self._place.unlink(missing_ok=True)
        if self._bound is not None and self._bound != self._place:
            self._bound.unlink(missing_ok=True)
            self._bound.parent.rmdir()
        for call in self._calls:
            call.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)

    def _listener(self) -> socket.socket:
        """
        Return a listening socket at our place; where the place's path is too long for a socket, a
        link stands there.
        """
        self._place.parent.mkdir(parents=True, exist_ok=True)
        self._place.unlink(missing_ok=True)
        self._bound = self._place
        if len(os.fsencode(self._place)) > LONGEST_PATH:
            self._bound = Path(tempfile.mkdtemp(prefix="llmc-")) / NAME
            self._place.symlink_to(self._bound)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(str(self._bound))
        self._bound.chmod(0o600)
        listener.setblocking(False)  # noqa: FBT003  # the standard library's own name
        return listener

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._calls.add(task)
            task.add_done_callback(self._calls.discard)
        try:
            if peer.trusted(peer.user_of(writer.get_extra_info("socket"))):
                await self._hear(reader, writer)
        except (OSError, ValueError, TimeoutError):
            log.warning("a command beside the server ended early")
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(FIRST):
            call = call_of(await reader.readline())
        if call is None:
            return
        line = Line(reader, writer)
        if call.house and call.house != self._house:
            writer.write(frame_of({"elsewhere": True}))
            return
        running = asyncio.ensure_future(self._run(call, line))
        hung_up = asyncio.create_task(line.hung_up())
        try:
            await asyncio.wait({running, hung_up}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            running.cancel()
            hung_up.cancel()
            await asyncio.gather(running, hung_up, return_exceptions=True)
        if running.cancelled():
            return
        fault = running.exception()
        if fault is not None and not isinstance(fault, BrokenPipeError):
            log.error("a command beside the server failed", exc_info=fault)
        line.end(1 if fault is not None else running.result())
        await writer.drain()


def house_of(settings: Settings) -> str:
    """
    Return what two processes share that work on the same servers; "" where the data folder itself
    is what they share.
    """
    if settings.embedded:
        return ""
    addresses = f"{settings.qdrant_url}\x00{settings.redis_url}\x00{settings.originals}"
    return sha256(addresses.encode()).hexdigest()


def address(folder: Path) -> str:
    """Return the path to connect to for a data folder's control socket."""
    place = folder / NAME
    if place.is_symlink():
        return str(place.readlink())
    return str(place)


def frame_of(frame: dict[str, Any]) -> bytes:
    """Return one line of the protocol."""
    return json.dumps(frame).encode() + b"\n"


def call_line(call: Call) -> bytes:
    """Return the first line of a connection."""
    return frame_of(asdict(call))


def call_of(raw: bytes) -> Call | None:
    """Return the call that a connection begins with; None where it is none."""
    frame = json.loads(raw or b"null")
    if not isinstance(frame, dict) or not isinstance(frame.get("words"), list):
        return None
    known = {field.name: frame[field.name] for field in fields(Call) if field.name in frame}
    known["words"] = tuple(str(word) for word in frame["words"])
    known["environment"] = tuple((str(name), str(value)) for name, value in frame["environment"])
    known["terminals"] = tuple(str(name) for name in frame["terminals"])
    return Call(**known)


def _lives(place: Path) -> bool:
    """Report whether somebody listens at a place already."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(address(place.parent))
        except OSError:
            return False
    return True
