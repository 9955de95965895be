"""
The way out: activities as dicts to the conversations of Teams, patiently, and to nobody else.

What the service says it did not take is sent again when it asks. What may have arrived is repeated
only where a repeat does no harm: an update or a deletion always, a new message never here. The
bearer goes to Teams' own hosts alone.
"""

import asyncio
import email.utils
import logging
import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from functools import partial
from typing import Any

from bot.teams.activity import Destination, Json
from bot.teams.auth import discreet, trusted
from bot.teams.kits import Kit, kit
from bot.teams.refusal import NOT_TAKEN, UNKNOWN, Refusal, Undelivered, Unreached
from knowledge.retry import Retry

log = logging.getLogger(__name__)
TRIES = 5  # of one call
MEMBER_TRIES = 2  # of a question about a person, who waits meanwhile
WAIT = 1.0  # seconds before the second at most, doubled each time, when the service names none
LONGEST_WAIT = 60.0  # seconds
UNAUTHORIZED = 401  # the service no longer knows our token
# seconds between looks whether the token is still good; the SDK renews it five minutes before its
# end
FRESH = 60.0
Reference = Json  # a conversation as the SDK is told of it
Call = Callable[[Reference], Awaitable[Any]]
Sleep = Callable[[float], Awaitable[None]]


class Connector:
    """
    Sends, updates and deletes activities. `sign_in` makes the SDK's credentials when the first is
    sent; `sdk` is the usual one unless given.
    """

    def __init__(
        self,
        sign_in: Callable[[], Any],
        *,
        local: bool,
        sleep: Sleep = asyncio.sleep,
        sdk: Kit | None = None,
    ) -> None:
        self._sdk = sdk or kit("")
        self._sign_in = sign_in
        self._local = local
        self._sleep = sleep
        self._adapter: Any = None
        self._credentials: Any = None
        self._looked = float("-inf")
        self._renewals = 0
        self._lock = asyncio.Lock()

    async def close(self) -> None:
        """Close the connections; nothing is sent any more."""
        adapter, self._adapter = self._adapter, None
        if adapter is not None:
            await adapter.close()

    async def send(self, to: Destination, activity: Json) -> str:
        """
        Send an activity and return its id, "" where the service gives none.

        Raises:
            Undelivered
        """
        id_ = await self._patiently(
            to, lambda it: self._adapter.send(it, activity), repeatable=False
        )
        return str(id_)

    async def whisper(self, to: Destination, activity: Json) -> str:
        """
        Send an activity that `to.user` alone sees among others, and return its id; never one
        that everybody might see.

        Raises:
            Undelivered: also where the service is not known to keep such a message to its person.
        """
        if not discreet(to.service, local=self._local):
            raise Undelivered(0)
        return await self.send(to, activity | {"recipient": {"id": to.user, "isTargeted": True}})

    async def update(self, to: Destination, id_: str, activity: Json) -> None:
        await self._patiently(
            to, lambda it: self._adapter.update(it, id_, activity), repeatable=True
        )

    async def delete(self, to: Destination, id_: str) -> None:
        await self._patiently(to, lambda it: self._adapter.delete(it, id_), repeatable=True)

    async def member(self, to: Destination) -> Json:
        """Return what Teams knows of the person in this conversation."""
        member: Json = await self._patiently(
            to,
            lambda it: self._adapter.member(it, to.user),
            repeatable=True,
            tries=MEMBER_TRIES,
        )
        return member

    async def open_chat(self, to: Destination, tenant: str) -> str:
        """
        Return the id of the personal chat with `to.user`, whether or not there is one yet.

        Raises:
            Undelivered: also where the app is not installed for that person.
        """
        id_ = await self._patiently(
            to, lambda it: self._adapter.open_chat(it, tenant), repeatable=True
        )
        return str(id_)

    async def _patiently(
        self, to: Destination, call: Call, *, repeatable: bool, tries: int = TRIES
    ) -> Any:
        """
        Call until it is taken, waiting as long as the service asks.

        Raises:
            Undelivered: it was refused for good, or too often.
        """
        if not trusted(to.service, local=self._local):
            raise Undelivered(0)
        await self._open()
        patience = Retry(
            tries,
            WAIT,
            again=partial(_worth_another_try, repeatable=repeatable),
            named=_seconds_named,
            sleep=self._sleep,
        )
        try:
            return await patience.call(partial(self._signed_in, call, asdict(to)))
        except Refusal as refusal:
            raise _failure(refusal, repeatable=repeatable) from refusal

    async def _signed_in(self, call: Call, reference: Reference) -> Any:
        """Call with our token, and with a new one where the service no longer knows it."""
        renewals = self._renewals
        await self._token()
        try:
            return await call(reference)
        except Refusal as refusal:
            if refusal.status != UNAUTHORIZED or self._local:
                raise
        self._renew(renewals)
        await self._token()
        return await call(reference)

    async def _open(self) -> None:
        async with self._lock:
            if self._adapter is None:
                self._credentials, self._adapter = await asyncio.to_thread(self._made)

    def _made(self) -> tuple[Any, Any]:
        credentials = self._sign_in()
        return credentials, self._sdk.adapter_of(credentials)

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
                reason = {"reason": type(error).__name__}  # its text may hold secrets
                log.error("no token to send with", extra=reason)  # noqa: TRY400
                raise Unreached(0) from error
            self._looked = time.monotonic()

    def _renew(self, seen: int) -> None:
        """Drop the token, unless somebody has since the call that was refused with it."""
        if self._renewals == seen:
            self._renewals += 1
            self._looked = float("-inf")
            self._sdk.renew(self._credentials)


def _failure(refusal: Refusal, *, repeatable: bool) -> Undelivered:
    """Return what a call that was tried often enough means for whoever called."""
    unsure = refusal.status in UNKNOWN and refusal.sent and not repeatable
    later = refusal.status in NOT_TAKEN | UNKNOWN and not unsure
    kind = Unreached if later else Undelivered
    return kind(refusal.status, code=refusal.code, unsure=unsure)


def _worth_another_try(failure: BaseException, *, repeatable: bool) -> bool:
    """Report whether a call may be made again: it was not taken, or a repeat does no harm."""
    if not isinstance(failure, Refusal):
        return False
    if failure.status in NOT_TAKEN:
        return True
    harmless = repeatable or not failure.sent
    return failure.status in UNKNOWN and harmless


def _seconds_named(failure: BaseException) -> float | None:
    return retry_after(failure.after) if isinstance(failure, Refusal) else None


def retry_after(header: str) -> float | None:
    """
    Return the seconds a Retry-After asks to wait, a minute at most; None where it is absent or
    names no time.
    """
    if not header:
        return None
    try:
        seconds = float(header)
    except ValueError:
        seconds = _until(header)
    if math.isnan(seconds):
        return None
    return min(max(seconds, 0.0), LONGEST_WAIT)


def _until(date: str) -> float:
    """Return the seconds until a date as HTTP writes it, NaN where it is none."""
    try:
        return email.utils.parsedate_to_datetime(date).timestamp() - time.time()
    except ValueError:
        return math.nan
