"""
Runs a reader on one document in a fresh child process, forked from a warm one, and believes nothing
it says.

The child cannot open a file, a socket or a program (`readers/lockdown.py`); its memory and time are
limited. It sends a line per page, so a crash on page 40 costs only the pages from 40 on. At most
two children run at once.
"""

import asyncio
import json
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path, PurePath
from typing import Any, get_args

from knowledge.reading import faults, pool
from knowledge.reading.pool import ForkServer
from knowledge.reading.readers import fault
from knowledge.reading.readers.fault import Fault
from knowledge.reading.readers.limits import Limits
from knowledge.reading.readers.refusal import Refusal
from knowledge.values import Flag, FlagKind, Page, Place, PlaceKind

CHILDREN = 2  # at once
CHECK = 60.0  # seconds for trying every layer, on a busy machine, too
_SLOW = (-signal.SIGXCPU, -signal.SIGKILL)
_LINE = 32 << 20  # bytes; five million characters in UTF-8 with room for the frame
_TOTAL = 64 << 20  # bytes a child may say in all
_ROOT = Path(__file__).resolve().parents[2]
_PATH = (
    f"import sys; sys.path.insert(0, {str(_ROOT)!r}); "
    "from knowledge.reading.readers import child, forkserver, imports, selftest"
)
_READ = "child.warm(); forkserver.serve(child.main)"
_TRY = "child.warm(); forkserver.serve(selftest.main)"
_TELL = "selftest.tell()"
_IMPORTS = "child.warm(); imports.tell()"
# Python run first in each of these processes: what a system lacks can be taken away with it
PRELUDE = ""
LAYERS = ("open", "write", "socket", "exec", "fork", "signal", "memory", "seccomp", "cpu")
_LINE_OF = re.compile(r'File "([^"]+)", line (\d+)')  # of a traceback
_TITLE = 1000  # characters of a title or label
_FLAGS = 500  # per document
_PLACES, _KINDS = frozenset(get_args(PlaceKind)), frozenset(get_args(FlagKind))


@dataclass(slots=True)
class Heard:
    """
    What a child has said so far. `complete` is False when it was cut off. `raw` is the text that
    stands in the file, `counted` when it is all there; `omitted` what was left out of the pages.
    `fault` ended the reader by being raised. `picture` is a PNG, in base64.
    """

    pages: list[Page] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)
    title: str = ""
    omitted: list[str] = field(default_factory=list)
    raw: list[tuple[Place, str]] = field(default_factory=list)
    counted: bool = False
    complete: bool = False
    ended: bool = False
    fault: Fault | None = None
    picture: str = ""
    said: int = 0
    characters: int = 0


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of the sandbox as tried: `closed` is False when a child got through it."""

    name: str
    closed: bool


async def missing() -> tuple[str, ...]:
    """
    Return which doors this system cannot close, none on a Linux with libseccomp; about 0.1 s of a
    process of its own.

    A process that cannot say anything has closed nothing.
    """
    said, _ = await _asked(_TELL)
    return ("seccomp",) if said is None else said


async def late_imports() -> tuple[str, ...]:
    """
    Return where a reader imports something that the sandbox will not let it have, as "file:line";
    none when all is well.

    Takes about 0.5 s of a process of its own. Where a reader cannot be loaded at all, the line that
    failed is the answer.
    """
    said, error = await _asked(_IMPORTS)
    if said is not None:
        return said
    lines = _LINE_OF.findall(error)
    return tuple(f"{PurePath(file).name}:{line}" for file, line in lines[-1:]) or ("?",)


async def _asked(body: str) -> tuple[tuple[str, ...] | None, str]:
    """
    Return the words that a process running `body` says, None when it says none, and what it writes
    as an error.
    """
    error = b""
    try:
        async with asyncio.timeout(CHECK):
            said, error = await _output(_command(body))
        return tuple(str(word) for word in json.loads(said)), ""
    except (ValueError, TypeError, TimeoutError, OSError):
        return None, error.decode(errors="replace")


async def _output(command: tuple[str, ...]) -> tuple[bytes, bytes]:
    """Return what a process writes; it is not left behind when nobody waits for it any longer."""
    process = await asyncio.create_subprocess_exec(
        *command, stdout=PIPE, stderr=PIPE, env=pool.ENVIRONMENT
    )
    try:
        return await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def _command(body: str) -> tuple[str, ...]:
    return (sys.executable, "-I", "-B", "-c", f"{PRELUDE}\n{_PATH}; {body}")


class Lie(ValueError):
    """The child said something no honest reader says."""


class Sandbox:
    """
    Runs readers, at most `CHILDREN` at once; one instance per event loop. `command` starts the
    zygote of the children.
    """

    def __init__(
        self, limits: Limits | None = None, command: tuple[str, ...] | None = None
    ) -> None:
        self._limits = limits or Limits()
        self._command = command or _command(_READ)
        self._slots = asyncio.Semaphore(CHILDREN)

    async def run(self, kind: str, content: bytes) -> Heard:
        """
        Read `content` as `kind` and return what came of it.

        A child that dies or runs out of time after some pages leaves them, with a "truncated" flag.
        A reader that fails by a fault of its own is logged and counted, too
        (`knowledge.reading.faults`).

        Raises:
            Refusal: the reader refused, or nothing was read before the end; `fault` with its number
            when that was our doing.
        """
        heard = Heard()
        why = "damaged"
        job = {"kind": kind, "size": len(content), "limits": asdict(self._limits)}
        try:
            async with (
                self._slots,
                _started(
                    self._command, self._limits.wall, json.dumps(job).encode() + b"\n", content
                ) as child,
            ):
                await self._listen(child.said, heard)
                code = await child.ended()
                if code in _SLOW:
                    why = "too_slow"
                elif code and code > 0 and heard.fault is None:
                    heard.fault = Fault((f"exit code {code}",))
        except TimeoutError:
            why = "too_slow"
        except Lie:
            heard = Heard()
        number = faults.record(kind, heard.fault) if heard.fault is not None else ""
        if heard.complete:
            return heard
        if not heard.pages:
            raise Refusal(fault.CODE, number=number) if number else Refusal(why)
        detail = fault.detail(number) if number else why
        heard.flags.append(Flag("truncated", len(heard.pages), detail))
        return heard

    async def check(self) -> tuple[Layer, ...]:
        """
        Try every layer in a child: opening a file, writing one, a socket, a program, a fork, a
        signal, memory, CPU time, Landlock by itself.

        Takes two seconds, for the limit on time. A child that says nothing has closed nothing.
        """
        quick = replace(self._limits, cpu=1)
        said: dict[str, bool] = {}
        try:
            async with _started(
                _command(_TRY), CHECK, json.dumps(asdict(quick)).encode(), b""
            ) as child:
                told = json.loads(await child.said.readline())
                said = {str(name): closed is True for name, closed in told.items()}
                said["cpu"] = await child.ended() in _SLOW
        except (TimeoutError, ValueError, AttributeError, OSError):
            said["cpu"] = False
        names = [*LAYERS, *(said.keys() & {"landlock"})]  # told where the kernel has it
        return tuple(Layer(name, said.get(name, False)) for name in names)

    async def _listen(self, said: asyncio.StreamReader, heard: Heard) -> None:
        while not heard.ended:
            try:
                line = await said.readline()
            except ValueError as error:  # longer than the stream's limit
                raise Lie from error
            if not line:
                return
            heard.said += len(line)
            if heard.said > _TOTAL:
                raise Lie
            self._hear(line, heard)

    def _hear(self, line: bytes, heard: Heard) -> None:
        try:
            told = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise Lie from error
        match told:
            case {"page": dict(page)}:
                heard.pages.append(self._page(page, heard))
            case {"flag": dict(flag)}:
                if len(heard.flags) < _FLAGS:
                    heard.flags.append(_flag(flag))
            case {"title": str(title)}:
                heard.title = title[:_TITLE]
            case {"picture": str(text)}:
                heard.picture = text
            case {"omitted": str(text)}:
                heard.omitted.append(text)
                self._count(text, heard, times=2)
            case {"raw": {"place": dict(place), "text": str(text)}}:
                heard.raw.append((_place(place), text))
                self._count(text, heard, times=4)
            case _:
                _hear_of_end(told, heard)

    def _count(self, text: str, heard: Heard, *, times: int) -> None:
        """Count what the child says; more than so many `times` a document's limit is a lie."""
        heard.characters += len(text)
        if heard.characters > self._limits.characters * times:
            raise Lie

    def _page(self, told: dict[str, Any], heard: Heard) -> Page:
        match told:
            case {
                "position": int(position),
                "place": dict(place),
                "text": str(text),
                "title": str(title),
                "notes": str(notes),
                "flags": list(flags),
            } if position == len(heard.pages) + 1:
                heard.characters += len(text) + len(notes)
                if (
                    heard.characters > self._limits.characters * 2
                    or len(flags) > _FLAGS
                    or not isinstance(position, int)
                ):
                    raise Lie
                return Page(
                    position,
                    _place(place),
                    text,
                    title[:_TITLE],
                    notes,
                    tuple(_flag(flag) for flag in flags),
                    _file(told.get("file", "")),
                )
        raise Lie


def _file(told: object) -> str:
    """Return the path of a file within the file."""
    if not isinstance(told, str):
        raise Lie
    return told[:_TITLE]


def _hear_of_end(told: object, heard: Heard) -> None:
    """Hear how far the child got: refused, failed, read, counted or through."""
    match told:
        # the number of a fault is never theirs to give
        case {"refused": str(code), "values": dict(values)} if code != fault.CODE:
            raise Refusal(code, **{str(k): str(v)[:_TITLE] for k, v in values.items()})
        case {"fault": dict(told_fault)}:
            heard.fault = fault.parse(told_fault)
            if heard.fault is None:
                raise Lie
        case {"counted": bool(whole)}:
            heard.counted = whole
        case {"read": True}:
            heard.complete = True  # what comes after it is about the file, not of it
        case {"end": True}:
            heard.ended = heard.complete = True
        case _:
            raise Lie


def _place(told: dict[str, Any]) -> Place:
    match told:
        case {"kind": str(kind), "number": int() | None as number, "label": str(label)} if (
            kind in _PLACES
        ):
            if number is None or number > 0:
                # the kind is one of PlaceKind
                return Place(kind, number, label[:_TITLE])  # type: ignore[arg-type]
    raise Lie


def _flag(told: object) -> Flag:
    match told:
        case {"kind": str(kind), "page": int(page), "detail": str(detail)} if (
            kind in _KINDS and page >= 0
        ):
            # the kind is one of FlagKind
            return Flag(kind, page, detail[:_TITLE])  # type: ignore[arg-type]
    raise Lie


@dataclass(slots=True)
class _Child:
    said: asyncio.StreamReader
    forkserver: ForkServer
    code: int | None = None

    async def ended(self) -> int | None:
        """Wait for its exit code, negative for a signal; None when its zygote died with it."""
        self.code = await self.forkserver.ended()
        return self.code


@asynccontextmanager
async def _started(command: tuple[str, ...], wall: float, *words: bytes) -> AsyncIterator[_Child]:
    """
    Start a child and tell it `words`; leaves nothing of it behind, and its zygote only when that
    saw it end.
    """
    theirs, feed = os.pipe()
    listen, its = os.pipe()
    pipe = os.fdopen(listen, "rb", 0)
    feeding: asyncio.Task[None] | None = None
    forkserver: ForkServer | None = None
    child: _Child | None = None
    transport: asyncio.BaseTransport | None = None
    try:
        async with asyncio.timeout(wall):
            try:
                forkserver = await pool.child(command, theirs, its)
            finally:
                os.close(theirs)
                os.close(its)
            said = asyncio.StreamReader(limit=_LINE)
            protocol = asyncio.StreamReaderProtocol(said)
            transport, _ = await asyncio.get_running_loop().connect_read_pipe(
                lambda: protocol, pipe
            )
            feeding = asyncio.create_task(asyncio.to_thread(_feed, feed, words))
            child = _Child(said, forkserver)
            yield child
    finally:
        if forkserver is not None and child is not None and child.code is not None:
            forkserver.keep()
        elif forkserver is not None:
            forkserver.end()
        if feeding is not None:
            await asyncio.gather(feeding, return_exceptions=True)
        else:
            os.close(feed)
        # a transport closes its pipe itself, later: closed here, it may be somebody else's by then
        (transport or pipe).close()


def _feed(pipe: int, words: Sequence[bytes]) -> None:
    """Write in a thread: it waits until the child has read, or is gone."""
    with suppress(BrokenPipeError), os.fdopen(pipe, "wb", 0) as stream:
        for word in words:
            rest = memoryview(word)
            while rest:
                rest = rest[stream.write(rest) :]
