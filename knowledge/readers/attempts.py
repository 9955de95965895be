"""The sandbox's self-test, run inside a child: closes the doors, then tries each of them and says which held."""

import json
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

from knowledge.readers import doors
from knowledge.readers.limits import Limits


def main() -> None:
    limits = Limits(**json.loads(sys.stdin.buffer.read()))
    missing = doors.close(limits)
    held = {
        "open": _held(lambda: Path(__file__).read_bytes()),
        "write": _held(lambda: Path("/tmp", f"llm-choose-{os.getpid()}").write_bytes(b"x")),  # noqa: S108  meant to fail
        "socket": _held(socket.socket),
        "exec": _held(lambda: os.execv(sys.executable, [sys.executable, "-c", ""])),  # noqa: S606  meant to fail
        "fork": _held(_fork),
        "memory": _held(lambda: bytearray(limits.memory * 2)),
        "seccomp": "seccomp" not in missing,
    }
    sys.stdout.write(json.dumps(held) + "\n")
    sys.stdout.flush()
    while True:  # until the limit on CPU time ends it
        pass


def _held(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except (OSError, MemoryError):
        return True
    return False


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)
