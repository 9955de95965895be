"""
Runs a reader on one document in a fresh child process, and believes nothing it says.

The child cannot open a file, a socket or a program (`knowledge.readers.doors`); its memory and time are limited. It sends a
line per page, so a crash on page 40 costs only the pages from 40 on. At most two children run at once.
"""

import asyncio
import contextlib
import json
import os
import signal
import sys
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, get_args

from knowledge.readers.limits import Limits
from knowledge.readers.refusal import Refusal
from knowledge.values import Flag, FlagKind, Page, Place, PlaceKind

CHILDREN = 2  # at once
_LINE = 32 << 20  # bytes; five million characters in UTF-8 with room for the frame
_TOTAL = 64 << 20  # bytes a child may say in all
_ROOT = Path(__file__).resolve().parent.parent
_BOOT = f"import sys; sys.path.insert(0, {str(_ROOT)!r}); from knowledge.readers.child import main; main()"
_TRY = f"import sys; sys.path.insert(0, {str(_ROOT)!r}); from knowledge.readers.attempts import main; main()"
_ENVIRONMENT = {"LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0", "OMP_THREAD_LIMIT": "1"}  # a child may start no thread
LAYERS = ("open", "write", "socket", "exec", "fork", "memory", "seccomp", "cpu")
_TITLE = 1000  # characters of a title or label
_FLAGS = 500  # per document
_PLACES = frozenset(get_args(PlaceKind))
_KINDS = frozenset(get_args(FlagKind))


@dataclass(slots=True)
class Heard:
    """What a child has said so far. `complete` is False when it was cut off; `open` names doors it could not close."""

    pages: list[Page] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)
    title: str = ""
    complete: bool = False
    open: tuple[str, ...] = ()
    said: int = 0
    characters: int = 0


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of the sandbox as tried: `closed` is False when a child got through it."""

    name: str
    closed: bool


class Lie(ValueError):
    """The child said something no honest reader says."""


class Sandbox:
    """Runs readers, at most `CHILDREN` at once; one instance per event loop. `command` starts the child."""

    def __init__(
        self, limits: Limits | None = None, command: tuple[str, ...] = (sys.executable, "-I", "-B", "-c", _BOOT)
    ) -> None:
        self._limits = limits or Limits()
        self._command = command
        self._slots = asyncio.Semaphore(CHILDREN)

    async def run(self, kind: str, content: bytes) -> Heard:
        """
        Read `content` as `kind` and return what came of it.

        A child that dies or runs out of time after some pages leaves them, with a "truncated" flag.

        Raises:
            Refusal: the reader refused, or nothing was read before the end.
        """
        async with self._slots:
            child = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env=_ENVIRONMENT | {k: v for k, v in os.environ.items() if k == "TESSDATA_PREFIX"},
                cwd="/",
                start_new_session=True,
                limit=_LINE,
            )
            heard = Heard()
            why = "damaged"
            try:
                async with asyncio.timeout(self._limits.wall):
                    await self._talk(child, kind, content, heard)
                    code = await child.wait()
                if code in {-signal.SIGXCPU, -signal.SIGKILL}:
                    why = "too_slow"
            except TimeoutError:
                why = "too_slow"
            except Lie:
                heard = Heard()
            finally:
                await _end(child)
        if not heard.complete:
            if not heard.pages:
                raise Refusal(why)
            heard.flags.append(Flag("truncated", len(heard.pages), why))
        return heard

    async def check(self) -> tuple[Layer, ...]:
        """
        Try every layer from inside a child: opening a file, writing one, a socket, a program, a fork, memory, CPU time.

        Takes about two seconds, because the last one is waited for. A child that cannot say anything has closed nothing.
        """
        quick = Sandbox(replace(self._limits, cpu=1, wall=10.0), (*self._command[:-1], _TRY))
        said: dict[str, bool] = {}
        child = await asyncio.create_subprocess_exec(
            *quick._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={},
        )
        try:
            async with asyncio.timeout(quick._limits.wall):
                out, _ = await child.communicate(json.dumps(asdict(quick._limits)).encode())
            said = {str(name): closed is True for name, closed in json.loads(out.split(b"\n")[0]).items()}
            said["cpu"] = child.returncode in {-signal.SIGXCPU, -signal.SIGKILL}
        except (TimeoutError, ValueError, AttributeError):
            said["cpu"] = False
        finally:
            await _end(child)
        return tuple(Layer(name, said.get(name, False)) for name in LAYERS)

    async def _talk(self, child: asyncio.subprocess.Process, kind: str, content: bytes, heard: Heard) -> None:
        if child.stdin is None or child.stdout is None:
            raise Lie
        feeding = asyncio.create_task(self._feed(child.stdin, kind, content))
        try:
            while not heard.complete:
                try:
                    line = await child.stdout.readline()
                except ValueError as error:  # longer than the stream's limit
                    raise Lie from error
                if not line:
                    return
                heard.said += len(line)
                if heard.said > _TOTAL:
                    raise Lie
                self._hear(line, heard)
        finally:
            feeding.cancel()
            await asyncio.gather(feeding, return_exceptions=True)

    async def _feed(self, stream: asyncio.StreamWriter, kind: str, content: bytes) -> None:
        job = {"kind": kind, "size": len(content), "limits": asdict(self._limits)}
        try:
            stream.write(json.dumps(job).encode() + b"\n")
            stream.write(content)
            await stream.drain()
            stream.close()
        except (BrokenPipeError, ConnectionResetError):
            return  # the child ended early; its answer, or its silence, says why

    def _hear(self, line: bytes, heard: Heard) -> None:
        try:
            told = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise Lie from error
        match told:
            case {"page": dict(page)}:
                heard.pages.append(self._page(page, heard))
            case {"flag": dict(flag)} if len(heard.flags) < _FLAGS:
                heard.flags.append(_flag(flag))
            case {"flag": dict()}:
                return
            case {"title": str(title)}:
                heard.title = title[:_TITLE]
            case {"open": list(names)}:
                heard.open = tuple(str(name)[:40] for name in names[:20])
            case {"refused": str(code), "values": dict(values)}:
                raise Refusal(code, **{str(k): str(v)[:_TITLE] for k, v in values.items()})
            case {"end": True}:
                heard.complete = True
            case _:
                raise Lie

    def _page(self, told: dict[str, Any], heard: Heard) -> Page:
        match told:
            case {
                "position": int(position),
                "place": {"kind": str(kind), "number": int() | None as number, "label": str(label)},
                "text": str(text),
                "title": str(title),
                "notes": str(notes),
                "flags": list(flags),
            } if kind in _PLACES and position == len(heard.pages) + 1 and (number is None or number > 0):
                heard.characters += len(text) + len(notes)
                if heard.characters > self._limits.characters * 2 or len(flags) > _FLAGS or not isinstance(position, int):
                    raise Lie
                place = Place(kind, number, label[:_TITLE])  # type: ignore[arg-type]  # checked against PlaceKind above
                return Page(position, place, text, title[:_TITLE], notes, tuple(_flag(flag) for flag in flags))
        raise Lie


def _flag(told: object) -> Flag:
    match told:
        case {"kind": str(kind), "page": int(page), "detail": str(detail)} if kind in _KINDS and page >= 0:
            return Flag(kind, page, detail[:_TITLE])  # type: ignore[arg-type]  # checked against FlagKind
    raise Lie


async def _end(child: asyncio.subprocess.Process) -> None:
    """Leave nothing behind: kill the child's whole session if it still runs, and reap it."""
    if child.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
    await child.wait()
    transport = child._transport  # type: ignore[attr-defined]  # noqa: SLF001  asyncio has no public way to close the pipes of a killed child
    transport.close()
