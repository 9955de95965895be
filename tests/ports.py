"""Ports for servers that are started by their number: free, and nobody else's in the meantime."""

import itertools
import random
import socket
from contextlib import suppress

# Systems give their own ports from 32768 (Linux) or 49152 (macOS) upwards, to any connection that leaves: a port from
# there can be taken between being chosen and being used. A Redis cluster also listens 10,000 above its own port.
LOWEST, HIGHEST = 20_000, 22_000
ABOVE = 10_000


def free_ports(count: int) -> list[int]:
    """Return `count` different ports that nobody listens on, nor on those 10,000 above them."""
    candidates = random.SystemRandom().sample(range(LOWEST, HIGHEST), HIGHEST - LOWEST)
    free = (port for port in candidates if _is_free(port) and _is_free(port + ABOVE))
    return list(itertools.islice(free, count))


def free_port() -> int:
    """Return one port that nobody listens on."""
    return free_ports(1)[0]


def _is_free(port: int) -> bool:
    with socket.socket() as one, suppress(OSError):
        one.bind(("127.0.0.1", port))
        return True
    return False
