"""
The process that reading children are forked from: it has imported the readers, so that a child need
not.

One thread, one child at a time. It sees no byte of any document: a child gets its own pipes, passed
over the control socket on standard input, and lets go of everything else before it begins.
"""

import gc
import os
import signal
import socket
import struct
import sys
from collections.abc import Callable
from typing import NoReturn

STARTED = b"+"
STATUS = struct.Struct("<i")  # an exit code, negative for a signal


def serve(main: Callable[[], None]) -> None:
    """
    Fork a child that runs `main` for each pair of pipes received; tell its exit code. Ends when the
    other side is gone.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.freeze()
    control = socket.socket(fileno=0)
    while True:
        message, pipes, _, _ = socket.recv_fds(control, 1, 2)
        if not message:
            return
        pid = os.fork()
        if pid == 0:
            _become(pipes, main)
        for pipe in pipes:
            os.close(pipe)
        control.sendall(STARTED)
        _, status = os.waitpid(pid, 0)
        control.sendall(STATUS.pack(os.waitstatus_to_exitcode(status)))


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
