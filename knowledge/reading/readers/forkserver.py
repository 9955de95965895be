"""
The process that reading children are forked from: it has imported the readers, so that a child need
not.

One thread, one child at a time. It sees no byte of any document: a child gets its own pipes, passed
over the control socket on standard input, and lets go of everything else before it begins. Told to
terminate, it ends its child first and waits for it: a child that outlives it would be left to the
first process of the system, which in a container may wait for nobody.
"""

import gc
import os
import signal
import socket
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

STARTED = b"+"
STATUS = struct.Struct("<i")  # an exit code, negative for a signal
_ENDING = (signal.SIGTERM,)


def serve(main: Callable[[], None]) -> None:
    """
    Fork a child that runs `main` for each pair of pipes received; tell its exit code. Ends when the
    other side is gone.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    children: list[int] = []
    signal.signal(signal.SIGTERM, lambda *_: _end(children))
    gc.freeze()
    control = socket.socket(fileno=0)
    while True:
        message, pipes, _, _ = socket.recv_fds(control, 1, 2)
        if not message:
            return
        pid = _forked(children)
        if pid == 0:
            _become(pipes, main)
        for pipe in pipes:
            os.close(pipe)
        control.sendall(STARTED)
        _, status = os.waitpid(pid, 0)
        children.clear()
        control.sendall(STATUS.pack(os.waitstatus_to_exitcode(status)))


def _forked(children: list[int]) -> int:
    """Fork, and note the child before anything can end this process; return 0 in the child."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    pid = os.fork()
    if pid == 0:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
    else:
        children.append(pid)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
    return pid


def _end(children: list[int]) -> NoReturn:
    """Kill the child, unless it has been waited for, wait for it, and end."""
    for pid in children:
        with suppress(ChildProcessError):
            ended, _ = os.waitpid(pid, os.WNOHANG)
            if not ended:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
    os._exit(0)


def _become(pipes: list[int], main: Callable[[], None]) -> NoReturn:
    """
    Be the child: its pipes as standard input and output, nothing else open, not even the control
    socket.
    """
    code = 1
    try:
        for standard, pipe in enumerate(pipes):
            os.dup2(pipe, standard)
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))
        main()
        sys.stdout.flush()
        code = 0
    finally:
        os._exit(code)
