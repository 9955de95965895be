"""
Where a command is given: what it reads from, writes to and is as wide as, here or elsewhere.

A command given beside a running server is carried out inside that server, for a caller with a
terminal, an input and a folder of its own. Commands need not know: while one runs for a caller,
whatever its task prints goes to that caller, and to nobody else.
"""

import io
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TextIO

from rich.console import Console

from bot.service.application import Application
from bot.settings import Settings

Stream = Literal["out", "errors"]


@dataclass(frozen=True)
class Desk:
    """
    A caller elsewhere. `environment` says how the terminal there draws, `read` gives a line of its
    input with its end ("" when there is none), `application` is the one that serves.
    """

    out: "Writing"
    errors: "Writing"
    read: Callable[[], Awaitable[str]]
    folder: Path
    environment: Mapping[str, str]
    application: Application


_DESK: ContextVar[Desk | None] = ContextVar("desk", default=None)


class Writing(io.TextIOWrapper):
    """A caller's output: `send` takes each text that is written."""

    def __init__(self, send: Callable[[str], None], *, terminal: bool) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8")
        self._send = send
        self._terminal = terminal

    def write(self, text: str) -> int:
        if text:
            self._send(text)
        return len(text)

    def isatty(self) -> bool:
        return self._terminal


class _Divided(io.TextIOWrapper):
    """Stands for a stream of the process: what a caller's task writes goes to the caller."""

    def __init__(self, own: TextIO, name: Stream) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8")
        self._own = own
        self._name = name

    def _stream(self) -> TextIO:
        desk = _DESK.get()
        if desk is None:
            return self._own
        return desk.out if self._name == "out" else desk.errors

    def write(self, text: str) -> int:
        return self._stream().write(text)

    def flush(self) -> None:
        self._stream().flush()

    def isatty(self) -> bool:
        return self._stream().isatty()


def divide() -> None:
    """Divide the process's two outputs between its callers and itself from now on."""
    if not isinstance(sys.stdout, _Divided):
        sys.stdout = _Divided(sys.stdout, "out")
    if not isinstance(sys.stderr, _Divided):
        sys.stderr = _Divided(sys.stderr, "errors")


@contextmanager
def sitting_at(desk: Desk) -> Iterator[None]:
    """Let what this task runs read, write and look for files where a caller does."""
    token = _DESK.set(desk)
    try:
        yield
    finally:
        _DESK.reset(token)


def called() -> bool:
    """Report whether this command is carried out for a caller elsewhere."""
    return _DESK.get() is not None


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Application]:
    """Give the application that serves, or open one for as long as a command takes."""
    desk = _DESK.get()
    if desk is not None:
        yield desk.application
        return
    async with Application(settings) as application:
        yield application


def console(stream: Stream = "out") -> Console:
    """Return what draws for the caller, as wide and as colourful as the caller's terminal."""
    desk = _DESK.get()
    if desk is None:
        return Console(stderr=stream == "errors")
    file = desk.out if stream == "out" else desk.errors
    return Console(file=file, _environ=desk.environment)


async def line() -> str:
    """Return the next line of the caller's input with its end; "" when there is none."""
    desk = _DESK.get()
    if desk is None:
        return sys.stdin.readline()
    return await desk.read()


def located(name: str) -> Path:
    """Return the path of a file as the caller names it."""
    desk = _DESK.get()
    if desk is None:
        return Path(name)
    return desk.folder / name
