"""
What a caller types for a command that a running server carries out: given line by line, as the
server wishes for it, while what the server says is shown.
"""

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread
from typing import TextIO

from bot.service.control import frame_of

PIECE = 1 << 16  # bytes read at once


class Typed:
    """
    Gives lines of standard input over a connection. A thread waits for them: an assistant says
    nothing more until it has read the answer to what it said.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._wishes: SimpleQueue[None] = SimpleQueue()
        self._begun = False

    def give(self) -> None:
        """Give the next line once there is one, and "" at the end."""
        self._wishes.put(None)
        if not self._begun:
            self._begun = True
            Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        lines = _lines(sys.stdin)
        with suppress(OSError):  # the command is over
            while True:
                self._wishes.get()
                self._connection.sendall(frame_of({"line": next(lines, "")}))


def _lines(stream: TextIO) -> Iterator[str]:
    """
    Yield lines with their ends, read from the descriptor where there is one: a thread that waits
    for one of Python's own streams keeps the process from ending.
    """
    try:
        descriptor = stream.fileno()
    except (OSError, ValueError):
        yield from stream
        return
    kept = b""
    while piece := os.read(descriptor, PIECE):
        *whole, kept = (kept + piece).split(b"\n")
        for line in whole:
            yield line.decode(errors="replace") + "\n"
    if kept:
        yield kept.decode(errors="replace")
