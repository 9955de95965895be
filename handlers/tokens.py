"""
Tokens for machines: each has a name, scopes and audiences, ends on a day, and can be revoked.

What is shown once is `llmc_ID_SECRET`; kept is the hash of the secret. A token acts as itself,
never as the admin who made it.
"""

import asyncio
import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Literal, get_args

from handlers.conversation import Person
from handlers.lifetimes import DAY, MINUTE, TOKEN_SHOWN
from handlers.people import EVERYONE, TOKENS
from handlers.sessions import Sessions, State
from knowledge.values import Language

Scope = Literal["ask", "search", "documents", "decisions", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
KIND, MINUTES = "token", "token.minute"
START = "llmc"
DAYS = 365  # a token lives at most
NAME = 60  # characters
A_MINUTE = 120  # requests of one token
AT_ONCE = 8  # of one token in one process; the others wait
_WHOLE = re.compile(rf"{START}_([0-9a-f]{{12}})_([\w-]{{20,100}})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Token:
    """`made`, `ends` and `used` are UNIX times, `used` 0 for never; `by` is who made it."""

    id: str
    name: str
    scopes: tuple[Scope, ...]
    audiences: tuple[str, ...]
    by: str
    made: float
    ends: float
    used: float = 0.0

    def person(self, language: Language) -> Person:
        """Return the token as somebody who asks: an admin where its scopes say so."""
        labels = frozenset(self.audiences) | {EVERYONE}
        id_ = f"{TOKENS}:{self.id}"
        if "admin" in self.scopes:
            return Person(id_, self.name, language, "admin", audiences=labels)
        return Person(id_, self.name, language, audiences=labels)

    def reaches(self, scope: Scope) -> bool:
        """Report whether a token may do what this scope is for."""
        return scope in self.scopes


@dataclass(frozen=True, slots=True)
class Made:
    """A new token, and what to show of it, once."""

    token: Token
    secret: str


class Tokens:
    """Each method may raise SessionsUnavailable."""

    def __init__(self, sessions: Sessions, clock: Callable[[], float] = time.time) -> None:
        self._sessions = sessions
        self._clock = clock
        self._rooms: dict[str, asyncio.Semaphore] = {}

    async def make(
        self, name: str, scopes: Iterable[str], audiences: Iterable[str], *, days: int, by: str
    ) -> Made:
        """Make a token; unknown scopes are left out, `days` counts to 365 at most."""
        now = self._clock()
        wanted = set(scopes)
        reached = tuple(scope for scope in SCOPES if scope in wanted)
        ends = now + min(max(days, 1), DAYS) * DAY
        readers = tuple(sorted({EVERYONE, *audiences}))
        shown = " ".join(name.split())[:NAME] or START
        token = Token(secrets.token_hex(6), shown, reached, readers, by, now, ends)
        secret = secrets.token_urlsafe(32)
        state = asdict(token) | {"hash": _hash(secret)}
        await self._sessions.save(KIND, token.id, state, seconds=int(ends - now) + TOKEN_SHOWN)
        await self._sessions.note(KIND, token.id)
        return Made(token, f"{START}_{token.id}_{secret}")

    async def revoke(self, id_: str) -> Token | None:
        """End a token at once, and return what it was; None where there is none."""
        state = await self._sessions.load(KIND, id_)
        await self._sessions.delete(KIND, id_)
        await self._sessions.unnote(KIND, id_)
        return None if state is None else _token(state)

    async def all(self) -> list[Token]:
        """Return every token, those that ended in the last weeks included, the newest first."""
        tokens = []
        for id_ in await self._sessions.noted(KIND):
            state = await self._sessions.load(KIND, id_)
            if state is None:
                await self._sessions.unnote(KIND, id_)
            else:
                tokens.append(_token(state))
        return sorted(tokens, key=_made, reverse=True)

    async def known(self, shown: str) -> Token | None:
        """Return the token that was shown so; None for one that is none of ours, or is over."""
        parts = _WHOLE.fullmatch(shown)
        if parts is None:
            return None
        id_, secret = parts.groups()
        state = await self._sessions.load(KIND, id_)
        if state is None or not hmac.compare_digest(str(state["hash"]), _hash(secret)):
            return None
        token = _token(state)
        return None if self.over(token) else token

    def over(self, token: Token) -> bool:
        """Report whether a token has ended."""
        return token.ends <= self._clock()

    async def counted(self, token: Token) -> int:
        """
        Count one more request of this minute; return after how many seconds there may be another,
        0 where this one may be.
        """
        now = self._clock()
        minute = int(now // MINUTE)

        def more(stored: State | None) -> State:
            return {"count": int(stored["count"]) + 1 if stored else 1}

        id_ = f"{token.id} {minute}"
        counted = await self._sessions.change(MINUTES, id_, more, seconds=2 * MINUTE)
        count = int(counted["count"]) if counted else 1
        if count == 1:
            await self._sessions.change(KIND, token.id, _used(now), seconds=self._left(token, now))
        if count > A_MINUTE:
            return int((minute + 1) * MINUTE - now) + 1
        return 0

    def room(self, token: Token) -> asyncio.Semaphore:
        """Return what one token's requests wait for, so that many at once hold up no person."""
        return self._rooms.setdefault(token.id, asyncio.Semaphore(AT_ONCE))

    def _left(self, token: Token, now: float) -> int:
        return int(token.ends - now) + TOKEN_SHOWN


def day(moment: float) -> str:
    """Return the day of a UNIX time, as ISO; "" for never."""
    if not moment:
        return ""
    return datetime.fromtimestamp(moment, UTC).date().isoformat()


def _used(now: float) -> Callable[[State | None], State | None]:
    """Return what notes that a token was used; a revoked one stays gone."""

    def noted(stored: State | None) -> State | None:
        return stored | {"used": now} if stored else None

    return noted


def _token(state: State) -> Token:
    known = {name: state[name] for name in Token.__slots__}
    lists = {"scopes": tuple(state["scopes"]), "audiences": tuple(state["audiences"])}
    return Token(**known | lists)


def _made(token: Token) -> float:
    return token.made


def _hash(secret: str) -> str:
    """Return what is kept of a secret: it is too long to be guessed, so that one hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()
