"""Who is at the other end of a Unix socket, as the kernel tells it."""

import os
import pwd
import socket
import struct
import sys

_LINUX = struct.Struct("3i")  # process, user, group: `struct ucred` of unix(7)
_MAC = struct.Struct("=IIh")  # version, user, number of groups: the head of `struct xucred`
_SOL_LOCAL, _LOCAL_PEERCRED = 0, 1  # of macOS' sys/un.h
ROOT = 0


def user_of(connection: socket.socket) -> int | None:
    """Return the number of the user whose process is at the other end; None where none is told."""
    try:
        if sys.platform == "linux":
            told = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _LINUX.size)
            return int(_LINUX.unpack(told)[1])
        told = connection.getsockopt(_SOL_LOCAL, _LOCAL_PEERCRED, _MAC.size)
        return int(_MAC.unpack(told)[1])
    except (OSError, struct.error):
        return None


def trusted(user: int | None) -> bool:
    """Report whether this user may do here whatever we may: we ourselves, and root."""
    return user is not None and user in (ROOT, os.geteuid())


def name_of(user: int) -> str:
    """Return a user's name, or the number where there is none."""
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return str(user)
