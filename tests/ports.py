"""Ports for servers that are started by their number: free, and nobody else's in the meantime."""

import fcntl
import itertools
import os
import random
import socket
import tempfile
from contextlib import suppress
from pathlib import Path

# Systems give their own ports from 32768 (Linux) or 49152 (macOS) upwards, to any connection that leaves: a port from
# there can be taken between being chosen and being used. A Redis cluster also listens 10,000 above its own port.
LOWEST, HIGHEST = 20_000, 22_000
ABOVE = 10_000


# A port is given once: whoever asked first keeps its file locked until its process ends, other processes see that.
PLEDGES = Path(tempfile.gettempdir()) / f"ports-given-{os.getuid()}"


def free_ports(count: int) -> list[int]:
    """Return `count` different ports that nobody listens on, nor on those 10,000 above them, and that nobody else is given."""
    candidates = random.SystemRandom().sample(range(LOWEST, HIGHEST), HIGHEST - LOWEST)
    free = (port for port in candidates if _is_free(port) and _is_free(port + ABOVE))
    return list(itertools.islice(filter(_pledged, free), count))


def free_port() -> int:
    """Return one port that nobody listens on."""
    return free_ports(1)[0]


def _is_free(port: int) -> bool:
    with socket.socket() as one, suppress(OSError):
        one.bind(("127.0.0.1", port))
        return True
    return False


def _pledged(port: int) -> bool:
    """Lock the file of a port for as long as this process lives; say no where somebody holds it, this process too."""
    PLEDGES.mkdir(exist_ok=True)
    held = os.open(PLEDGES / str(port), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(held)
        return False
    return True
