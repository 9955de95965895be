"""
Events to the addresses the settings name, signed as Standard Webhooks are
(https://www.standardwebhooks.com): whoever knows the secret can tell that it was us, and when.

One process delivers an event at a time. What an address does not take is sent again, less and less
often, for two days; an address is told an event at least once, and its id says which it was.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from bot.download import Download, Refused
from bot.hosts import Hosts
from handlers.events import KIND
from handlers.lifetimes import EVENT, EVENT_CLAIM
from handlers.sessions import Sessions, SessionsUnavailable, State

log = logging.getLogger(__name__)
CLAIM = "event.claim"
EVERY = 2.0  # seconds between looks
SECONDS = 10.0  # for one delivery
WAITS = (5, 30, 120, 600, 1800, 7200, 21600, 43200)  # seconds before each further try
PREFIX = "whsec_"  # begins a secret that is base64


class Webhooks:
    """`clock` is in seconds since 1970."""

    def __init__(
        self,
        sessions: Sessions,
        addresses: Sequence[str],
        secret: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._sessions = sessions
        self._key = _key(secret)
        self._clock = clock
        self._ways = {}
        for address in addresses:
            self._ways[address] = Download(Hosts(own=address), seconds=SECONDS)

    async def watch(self) -> None:
        """Deliver again and again what is due."""
        while True:
            with suppress(SessionsUnavailable):
                await self.look()
            await asyncio.sleep(EVERY)

    async def look(self) -> None:
        """Deliver what is due now. Raises SessionsUnavailable."""
        for id_ in await self._sessions.noted(KIND):
            event = await self._sessions.load(KIND, id_)
            if event is None:
                await self._sessions.unnote(KIND, id_)
            elif event["next"] <= self._clock() and await self._is_ours(id_):
                await self._deliver(id_, event)
                await self._sessions.delete(CLAIM, id_)

    async def _is_ours(self, id_: str) -> bool:
        """Report whether no other process delivers this event."""
        return await self._sessions.save(CLAIM, id_, {}, expected=0, seconds=EVENT_CLAIM)

    async def _deliver(self, id_: str, event: State) -> None:
        owed = [address for address in event["left"] if address in self._ways]
        left = [address for address in owed if not await self._taken(address, id_, event)]
        tries = event["tries"] + 1
        if left and tries > len(WAITS):
            log.warning("an event could not be delivered", extra={"event": id_, "tries": tries})
            left = []
        if not left:
            await self._sessions.delete(KIND, id_)
            await self._sessions.unnote(KIND, id_)
            return
        later = {"left": left, "tries": tries, "next": self._clock() + WAITS[tries - 1]}

        def again(stored: State | None) -> State | None:
            return stored | later if stored else None

        await self._sessions.change(KIND, id_, again, seconds=EVENT)

    async def _taken(self, address: str, id_: str, event: State) -> bool:
        """Report whether an address took an event."""
        told = {name: event[name] for name in ("type", "timestamp", "data")}
        body = json.dumps(told, ensure_ascii=False).encode()
        headers = self.signed(id_, int(self._clock()), body)
        try:
            await self._ways[address].send(address, body, headers)
        except Refused as refused:
            log.info("an event was not taken", extra={"event": id_, "why": refused.why})
            return False
        return True

    def signed(self, id_: str, at: int, body: bytes) -> dict[str, str]:
        """Return the headers that say what is sent, when, and by whom."""
        content = f"{id_}.{at}.".encode() + body
        signature = base64.b64encode(hmac.digest(self._key, content, hashlib.sha256)).decode()
        return {
            "Content-Type": "application/json",
            "webhook-id": id_,
            "webhook-timestamp": str(at),
            "webhook-signature": f"v1,{signature}",
        }


def _key(secret: str) -> bytes:
    """Return what a secret signs with: after its prefix it is base64."""
    if not secret.startswith(PREFIX):
        return secret.encode()
    return base64.b64decode(secret.removeprefix(PREFIX))
