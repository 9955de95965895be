"""
Wrong passwords, counted in Redis so that every replica knows of them, and so that nobody who
guesses can lock anybody else out.

A browser that has signed in before is counted by itself. Others are counted by their address and
the name they typed, and by their address alone with more patience: behind one address may sit a
whole company. Of an IPv6 address the first 64 bits count, since the rest is whatever its owner
likes.
"""

import time
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address

from handlers.lifetimes import SIGN_IN_BLOCK
from handlers.sessions import Sessions, State

OWN = 10  # wrong passwords of one browser, or for one name at one address, before it waits
SHARED = 100  # wrong passwords of one address
KIND = "signin.wrong"


class Tries:
    """Each method may raise SessionsUnavailable."""

    def __init__(self, sessions: Sessions, clock: Callable[[], float] = time.time) -> None:
        self._sessions = sessions
        self._clock = clock

    async def wait(self, address: str, name: str, browser: str) -> bool:
        """Report whether too many were wrong; `browser` is "" for one that never signed in."""
        for bucket, most in _buckets(address, name, browser).items():
            stored = await self._sessions.load(KIND, bucket)
            if stored and stored["until"] > self._clock() and stored["count"] >= most:
                return True
        return False

    async def wrong(self, address: str, name: str, browser: str) -> None:
        """Count one more."""
        until = self._clock() + SIGN_IN_BLOCK

        def counted(stored: State | None) -> State:
            before = 0
            if stored and stored["until"] > self._clock():
                before = int(stored["count"])
            return {"count": before + 1, "until": until}

        for bucket in _buckets(address, name, browser):
            await self._sessions.change(KIND, bucket, counted, seconds=SIGN_IN_BLOCK)

    async def right(self, address: str, name: str, browser: str) -> None:
        """Forget what was wrong before; what others at this address did stays counted."""
        for bucket, most in _buckets(address, name, browser).items():
            if most == OWN:
                await self._sessions.delete(KIND, bucket)


def _buckets(address: str, name: str, browser: str) -> dict[str, int]:
    """Return what a try is counted under, and how many each may have."""
    if browser:
        return {f"browser {browser}": OWN}
    network = _network(address)
    return {f"name {network} {name}": OWN, f"address {network}": SHARED}


def _network(address: str) -> str:
    """Return what of an address cannot be changed at will."""
    try:
        known = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(known, IPv6Address):
        return str(known)
    if known.ipv4_mapped is not None:
        return str(known.ipv4_mapped)
    return str(IPv6Address(int(known) >> 64 << 64)) + "/64"
