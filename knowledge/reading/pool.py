"""
Zygotes kept warm: a reading child forked from one starts in milliseconds, with its readers
imported.

Each is a small process that forks one child at a time (`readers/forkserver.py`). They start with
the first document, end after a while without one, when killed and with this process, and are
replaced when needed.
"""

import asyncio
import os
import signal
import socket
import subprocess
from collections import defaultdict
from contextlib import suppress

from knowledge.reading.readers.forkserver import STATUS

IDLE = 15.0  # seconds one outlives its last document
KEPT = 2  # of a kind
ENDING = 0.5  # seconds one has to end its child
TRIES = 3  # zygotes asked before a child is given up
ENVIRONMENT = {
    "LC_ALL": "C.UTF-8",
    "PYTHONHASHSEED": "0",
    "OMP_THREAD_LIMIT": "1",
}  # a child may start no thread

Command = tuple[str, ...]
_warm: defaultdict[Command, list["ForkServer"]] = defaultdict(
    list
)  # of this process, whichever loop they were made in


class ForkServer:
    """One such process, and the child it has at the moment."""

    def __init__(self, command: Command) -> None:
        self._command = command
        self._ending: asyncio.TimerHandle | None = None
        self._control, theirs = socket.socketpair()
        self._control.settimeout(0)  # seconds: the loop waits, not the socket
        with theirs:
            self._process = subprocess.Popen(
                command,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=ENVIRONMENT | {k: v for k, v in os.environ.items() if k == "TESSDATA_PREFIX"},
                cwd="/",
                start_new_session=True,
            )

    async def fork(self, standard_input: int, standard_output: int) -> bool:
        """Start a child with these ends of pipes; False when this process had died."""
        if self._ending is not None:
            self._ending.cancel()
        try:
            socket.send_fds(self._control, [b"+"], [standard_input, standard_output])
            return bool(await asyncio.get_running_loop().sock_recv(self._control, 1))
        except OSError:
            return False

    async def ended(self) -> int | None:
        """
        Wait for the child and return its exit code, negative for a signal; None when this process
        died over it.
        """
        told = b""
        while len(told) < STATUS.size:
            try:
                more = await asyncio.get_running_loop().sock_recv(
                    self._control, STATUS.size - len(told)
                )
            except OSError:
                more = b""
            if not more:
                return None
            told += more
        return int(STATUS.unpack(told)[0])

    def keep(self) -> None:
        """Be there for the next document: the child has ended."""
        if len(_warm[self._command]) >= KEPT:
            self.end()
            return
        _warm[self._command].append(self)
        self._ending = asyncio.get_running_loop().call_later(IDLE, self.end)

    def end(self) -> None:
        """
        Leave nothing behind: end the process, which ends and reaps the child it has; kill both
        where it does not in time.
        """
        with suppress(ValueError):
            _warm[self._command].remove(self)
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(ENDING)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._control.close()


async def child(command: Command, standard_input: int, standard_output: int) -> ForkServer:
    """
    Return the zygote that has started a child with these ends of pipes.

    Raises:
        OSError: no zygote stays alive.
    """
    for _ in range(TRIES):
        if _warm[command]:
            forkserver = _warm[command].pop()
        else:
            forkserver = await asyncio.to_thread(ForkServer, command)
        try:
            if await forkserver.fork(standard_input, standard_output):
                return forkserver
        except BaseException:
            forkserver.end()
            raise
        forkserver.end()
    raise ChildProcessError
