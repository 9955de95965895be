"""
The way out: activities as dicts to the conversations of Teams, patiently, and to nobody else.

What the service says it did not take is sent again when it asks. What may have arrived is repeated
only where a repeat does no
harm: an update or a deletion always, a new message never here. The bearer goes to Teams' own hosts
alone.
"""

import asyncio
import email.utils
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from bot.teams.auth import discreet, trusted
from bot.teams.frame import Place

log = logging.getLogger(__name__)
RETRIES = 4  # further attempts
WAIT = 1.0  # seconds before the first of them, doubled each time, when the service names none
LONGEST_WAIT = 60.0  # seconds
NOT_TAKEN = frozenset({412, 429, 503})  # the service says: come again
UNKNOWN = frozenset({0, 500, 502, 504})  # nobody knows whether it arrived
# seconds between looks whether the token is still good; the SDK renews it five minutes before its
# end
FRESH = 60.0


class Undelivered(Exception):
    """
    The connector refused an activity, or did not answer (`status` 0).

    `unsure`: it may have arrived all the same. `code` is the beginning of what the service said.
    """

    def __init__(self, status: int, *, code: str = "", unsure: bool = False) -> None:
        super().__init__(f"the connector answered {status}")
        self.status = status
        self.code = code
        self.unsure = unsure


class Connector:
    """
    Sends, updates and deletes activities. `sign_in` makes the SDK's credentials when the first is
    sent.
    """

    def __init__(self, sign_in: Callable[[], Any], *, local: bool) -> None:
        self._sign_in = sign_in
        self._local = local
        self._adapter: Any = None
        self._credentials: Any = None
        self._looked = float("-inf")
        self._renewals = 0
        self._lock = asyncio.Lock()

    async def send(self, place: Place, activity: dict[str, Any]) -> str:
        """
        Send an activity and return its id, "" where the service gives none.

        Raises:
            Undelivered
        """
        return str(
            await self._patiently(
                place, lambda to: self._adapter.send(to, activity), repeatable=False
            )
        )

    async def whisper(self, place: Place, activity: dict[str, Any]) -> str:
        """
        Send an activity that `place.user` alone sees among others, and return its id; never one
        that everybody might see.

        Raises:
            Undelivered: also where the service is not known to keep such a message to its person.
        """
        if not discreet(place.service, local=self._local):
            raise Undelivered(0)
        return await self.send(
            place, activity | {"recipient": {"id": place.user, "isTargeted": True}}
        )

    async def update(self, place: Place, id_: str, activity: dict[str, Any]) -> None:
        await self._patiently(
            place, lambda to: self._adapter.update(to, id_, activity), repeatable=True
        )

    async def delete(self, place: Place, id_: str) -> None:
        await self._patiently(place, lambda to: self._adapter.delete(to, id_), repeatable=True)

    async def member(self, place: Place) -> dict[str, Any]:
        """Return what Teams knows of the person in this conversation."""
        found: dict[str, Any] = await self._patiently(
            place, lambda to: self._adapter.member(to, place.user), repeatable=True, attempts=1
        )
        return found

    async def _patiently(
        self,
        place: Place,
        call: Callable[[dict[str, Any]], Awaitable[Any]],
        *,
        repeatable: bool,
        attempts: int = RETRIES,
    ) -> Any:
        """
        Call until it is taken: wait as long as the service asks, sign in anew once when it no
        longer knows us.
        """
        if not trusted(place.service, local=self._local):
            raise Undelivered(0)
        await self._open()
        from bot.teams.sdk import Refusal

        renewed = False
        attempt = 0
        while True:
            renewals = self._renewals
            try:
                await self._token()
                return await call(asdict(place))
            except Refusal as error:
                refusal = error
            if refusal.status == 401 and not renewed and not self._local:
                renewed = True
                self._renew(renewals)
                continue
            again = refusal.status in NOT_TAKEN or (
                refusal.status in UNKNOWN and (repeatable or not refusal.sent)
            )
            if not again or attempt >= attempts:
                unsure = refusal.status in UNKNOWN and refusal.sent and not repeatable
                raise Undelivered(refusal.status, code=refusal.code, unsure=unsure) from refusal
            await asyncio.sleep(pause(refusal.after, attempt))
            attempt += 1

    async def _open(self) -> None:
        async with self._lock:
            if self._adapter is None:
                self._credentials, self._adapter = await asyncio.to_thread(self._made)

    def _made(self) -> tuple[Any, Any]:
        from bot.teams.sdk import Adapter

        credentials = self._sign_in()
        return credentials, Adapter(credentials)

    async def _token(self) -> None:
        """
        Fetch the token in a thread, one for all: the SDK would do it on the event loop, once for
        each call that waits.
        """
        if self._local:
            return
        async with self._lock:
            if time.monotonic() - self._looked < FRESH:
                return
            try:
                await asyncio.to_thread(self._credentials.get_access_token)
            except (PermissionError, KeyError, OSError, ValueError) as error:
                log.error("no token to send with", extra={"reason": type(error).__name__})  # noqa: TRY400  # its text may hold secrets
                raise Undelivered(0) from error
            self._looked = time.monotonic()

    def _renew(self, seen: int) -> None:
        """Drop the token, unless somebody has since the call that was refused with it."""
        if self._renewals == seen:
            from bot.teams.credentials import renew

            self._renewals += 1
            self._looked = float("-inf")
            renew(self._credentials)


def pause(after: str, attempt: int) -> float:
    """
    Return the seconds to wait: as many as the service names, or until when, else more each time.
    """
    try:
        wait = float(after) if after else WAIT * 2**attempt
    except ValueError:
        try:
            wait = email.utils.parsedate_to_datetime(after).timestamp() - time.time()
        except ValueError:
            wait = WAIT * 2**attempt
    return min(max(wait, 0.0), LONGEST_WAIT)
