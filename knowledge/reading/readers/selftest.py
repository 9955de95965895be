"""
The sandbox's self-test, run inside a child: closes the doors, then tries each of them and says
which held.

An attempt that succeeds leaves nothing behind and must not end the child, or the others could not
be told apart.
"""

import ctypes
import errno
import json
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

from knowledge.reading.readers import landlock, lockdown
from knowledge.reading.readers.limits import Limits

_NOWHERE = "/nonexistent/llm-choose"
_LIBC = ctypes.CDLL(None, use_errno=True)


def main() -> None:
    limits = Limits(**json.loads(sys.stdin.buffer.read()))
    lockdown.prepare()
    fenced = _fenced()
    missing = lockdown.close(limits)
    held = fenced | {
        "open": _held(lambda: Path(__file__).read_bytes()),
        "write": _held(_write),
        "socket": _held(_socket),
        "exec": _refused(lambda: os.execv(_NOWHERE, [_NOWHERE])),  # noqa: S606  meant to fail
        "fork": _held(_fork),
        "signal": _refused(lambda: os.kill(os.getppid(), 0)) and _refused(_queue),
        "memory": _held(lambda: bytearray(limits.memory * 2)),
        "seccomp": "seccomp" not in missing,
    }
    sys.stdout.write(json.dumps(held) + "\n")
    sys.stdout.flush()
    while True:  # until the limit on CPU time ends it
        pass


def _fenced() -> dict[str, bool]:
    """Try Landlock while no other door is closed; nothing where the kernel does not have it."""
    if landlock.confine() == "unknown":
        return {}
    return {"landlock": _held(lambda: Path(__file__).read_bytes()) and _held(_write)}


def tell() -> None:
    """Close the doors and say which this system cannot close."""
    lockdown.prepare()
    missing = lockdown.close(Limits())
    sys.stdout.write(json.dumps(list(missing)))
    sys.stdout.flush()
    os._exit(0)


def _held(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except (OSError, MemoryError):
        return True
    return False


def _refused(attempt: Callable[[], object]) -> bool:
    """
    Report whether the system itself refuses a call; one that fails for another reason was let
    through.
    """
    try:
        attempt()
    except OSError as error:
        return error.errno in (errno.EPERM, errno.EACCES)
    return False


def _write() -> None:
    place = Path("/tmp", f"llm-choose-{os.getpid()}")  # noqa: S108  meant to fail
    place.write_bytes(b"x")
    place.unlink()


def _socket() -> None:
    socket.socket().close()


def _fork() -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def _queue() -> None:
    """
    Ask by the other call that carries signals whether one may be sent; macOS does not have it.
    """
    if sys.platform == "linux" and _LIBC.sigqueue(os.getppid(), 0, None) != 0:
        raise OSError(ctypes.get_errno(), "sigqueue")
    if sys.platform != "linux":
        os.kill(os.getppid(), 0)
