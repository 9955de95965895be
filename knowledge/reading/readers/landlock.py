"""
Landlock, the kernel's own fence: from here on this process reaches no file, no network port, and no
process outside.

It knows nothing of seccomp and needs no library, so that it stands where that one fails. Linux has
it since 5.13, unless it was left out; each version fences in more.
https://docs.kernel.org/userspace-api/landlock.html
"""

import ctypes
import os
import struct
import sys
from functools import cache
from typing import Literal

Fence = Literal["closed", "open", "unknown"]  # "unknown": to this kernel
_CREATE, _RESTRICT = 444, 446  # the same on every architecture
_TELL_VERSION = 1  # a flag of `_CREATE`
_NO_NEW_PRIVILEGES = 38  # of prctl
_PORTS = 0b11  # to listen at one, to connect to one
_OUTSIDE = 0b11  # abstract sockets, signals
_FILES = ((5, 16), (3, 15), (2, 14), (1, 13))  # since which version, how many rights


@cache
def version() -> int:
    """Return the version of the kernel's Landlock, 0 where there is none."""
    if sys.platform != "linux":
        return 0
    return max(0, int(_call(_CREATE, None, ctypes.c_size_t(0), _TELL_VERSION)))


def confine() -> Fence:
    """
    Give up all that Landlock can take; a file that is open stays open.

    It needs one file descriptor for a moment.
    """
    known = version()
    if not known:
        return "unknown"
    rights = _rights(known)
    rules = _call(_CREATE, rights, ctypes.c_size_t(len(rights)), 0)
    if rules < 0:
        return "open"
    ctypes.CDLL(None).prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    closed = _call(_RESTRICT, rules, 0) == 0
    os.close(rules)
    return "closed" if closed else "open"


def _rights(known: int) -> bytes:
    """Return all that this version handles, as the kernel reads it; no rule allows any of it."""
    files = 0
    for since, count in _FILES:
        if known >= since:
            files = (1 << count) - 1
            break
    words = [files]
    if known >= 4:  # since its fourth version
        words.append(_PORTS)
    if known >= 6:  # since its sixth
        words.append(_OUTSIDE)
    return struct.pack(f"={len(words)}Q", *words)


def _call(number: int, *arguments: object) -> int:
    return int(ctypes.CDLL(None, use_errno=True).syscall(number, *arguments))
