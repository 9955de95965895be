"""
Who a browser is.

A page without a public address serves this machine alone, and whoever reaches it owns the machine:
an admin. Behind a public address people sign in, with their company's account (`oidc.py`) or, in a
small house, with one of two passwords; without either the page stays closed.

Whoever signed in has a session in Redis, and the browser only a random word for it: signing out
ends it on every replica at once. While Redis is away, a process goes on believing for a few minutes
what Redis told it last.
"""

import hashlib
import hmac
import secrets
import time
import unicodedata
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Literal

from bot.web.settings import Passwords
from handlers.conversation import Person
from handlers.lifetimes import SIGN_IN, SIGN_IN_RECALL
from handlers.people import SHARED_NAME, People
from handlers.sessions import Sessions, SessionsUnavailable
from handlers.texts import Texts
from knowledge.values import Language

Role = Literal["member", "admin"]
By = Literal["password", "oidc", "tab"]
KIND = "signin"
RECALLED = 10_000  # sessions a process remembers for when Redis is away
NAME = 40  # characters
SLOWNESS = 2**14  # rounds: about 50 ms for each password that is tried


@dataclass(frozen=True, slots=True)
class Session:
    """
    Who signed in. `name` is "" where nobody said one. `by` is how they proved it, and `proof` what
    that was checked against: a session ends when that is changed. `until` is UNIX time.
    """

    person: str
    name: str
    role: Role
    groups: tuple[str, ...]
    by: By
    proof: str
    until: float


class Access:
    """
    `people` decides who of those with an account of the company is an admin. `tab` is what sessions
    inside a platform are checked against, "" where there is none.
    """

    def __init__(  # noqa: PLR0913  # each of them is one thing that decides who somebody is
        self,
        passwords: Passwords,
        texts: Texts,
        sessions: Sessions,
        *,
        local: bool,
        people: People | None = None,
        tab: str = "",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.local = local
        self.open = local or bool(passwords) or bool(tab)
        self.tab = tab
        self.by_password = bool(passwords.member or passwords.admin)
        self.issuer = getattr(passwords, "issuer", "")
        self._passwords: dict[Role, str] = {"admin": passwords.admin, "member": passwords.member}
        self._texts = texts
        self._sessions = sessions
        self._people = people
        self._clock = clock
        self._recalled: OrderedDict[str, tuple[Session, float]] = OrderedDict()
        self._proofs: dict[str, str] = {}

    # ----------------------------------------------------------------- who is there

    def person(self, session: Session | None, language: Language) -> Person | None:
        """Return who is there; None for somebody who has to sign in first."""
        if self.local:
            name = self._texts.say("web.person_local", language)
            return Person("web:local", name, language, "admin")
        if session is None:
            return None
        name = session.name or self._texts.say(f"web.person_{session.role}", language)
        groups = frozenset(session.groups)
        person = Person(session.person, name, language, session.role, groups)
        if self._people is not None and self._people.is_admin(person):
            return replace(person, role="admin")
        return person

    async def session(self, cookie: str) -> Session | None:
        """
        Return the session a browser's cookie stands for, None where it is over or none of ours.

        Raises:
            SessionsUnavailable: Redis is away, and this process has not seen the session lately.
        """
        if self.local or not cookie:
            return None
        try:
            stored = await self._sessions.load(KIND, _kept_as(cookie))
        except SessionsUnavailable:
            return self._recall(cookie)
        self._recalled.pop(cookie, None)
        if stored is None:
            return None
        known = {name: stored[name] for name in Session.__slots__}
        session = Session(**known | {"groups": tuple(stored["groups"])})
        if not self._holds(session):
            return None
        self._recalled[cookie] = session, self._clock()
        while len(self._recalled) > RECALLED:
            self._recalled.popitem(last=False)
        return session

    def _recall(self, cookie: str) -> Session:
        session, seen = self._recalled.get(cookie, (None, 0.0))
        if session is None or self._clock() - seen > SIGN_IN_RECALL or not self._holds(session):
            raise SessionsUnavailable("who somebody is cannot be looked up")
        return session

    def _holds(self, session: Session) -> bool:
        """Report whether a session is not over, and what it was proved by still stands."""
        if session.until <= self._clock():
            return False
        proof = self.issuer
        if session.by == "password":
            proof = self._proof(session.role)
        elif session.by == "tab":
            proof = self.tab
        return bool(proof) and hmac.compare_digest(session.proof, proof)

    # ----------------------------------------------------------------- coming and going

    async def begin(self, session: Session) -> str:
        """Keep a session and return the word for it, for the browser. Raises SessionsUnavailable"""
        cookie = secrets.token_urlsafe(32)
        id_ = _kept_as(cookie)
        await self._sessions.save(KIND, id_, asdict(session), seconds=SIGN_IN)
        await self._sessions.index_add(session.person, KIND, id_)
        return cookie

    async def end(self, cookie: str) -> None:
        """End one session, for every copy of its word. Raises SessionsUnavailable."""
        self._recalled.pop(cookie, None)
        await self._sessions.delete(KIND, _kept_as(cookie))

    async def end_all(self, person: str) -> int:
        """End all of a person's sessions; return how many. Raises SessionsUnavailable."""
        self._recalled.clear()
        ended = 0
        for id_ in await self._sessions.index_list(person, KIND):
            if await self._sessions.load(KIND, id_) is not None:
                ended += 1
            await self._sessions.delete(KIND, id_)
        return ended

    def with_password(self, password: str, name: str) -> Session | None:
        """
        Return the session of whoever knows a password, None where it is neither.

        With the same password, the same name is the same person again, so that their talks and
        decisions are there: a name is only typed, though, and proves nothing to anybody else.
        """
        role = self._role(password)
        if role is None:
            return None
        written = " ".join(name.split())[:NAME].encode("utf-8", "replace").decode()
        until = self._clock() + SIGN_IN
        return Session(
            _shared_id(role, written), written, role, (), "password", self._proof(role), until
        )

    def with_account(self, id_: str, name: str, groups: frozenset[str]) -> Session:
        """Return the session of somebody the company's provider vouches for."""
        until = self._clock() + SIGN_IN
        return Session(id_, name, "member", tuple(sorted(groups)), "oidc", self.issuer, until)

    def with_tab(self, id_: str, name: str) -> Session:
        """Return the session of somebody a platform vouches for, inside which the page is shown."""
        until = self._clock() + SIGN_IN
        return Session(id_, name, "member", (), "tab", self.tab, until)

    def _role(self, password: str) -> Role | None:
        """Compare with both passwords in constant time, whichever is meant."""
        given = _digest(password)
        admin = self._is(given, "admin")
        member = self._is(given, "member")
        if admin:
            return "admin"
        return "member" if member else None

    def _is(self, given: bytes, role: Role) -> bool:
        own = self._passwords[role]
        return bool(own) and hmac.compare_digest(given, _digest(own))

    def _proof(self, role: Role) -> str:
        """
        Return what a session by this role's password is checked against, "" where there is none.

        Slow on purpose: what lies in Redis must not be a quick way to guess the password.
        """
        password = self._passwords[role]
        if not password:
            return ""
        if role not in self._proofs:
            key = hashlib.scrypt(
                password.encode(), salt=b"llm-choose web sign-in", n=SLOWNESS, r=8, p=1, dklen=32
            )
            self._proofs[role] = key.hex()
        return self._proofs[role]


def _kept_as(cookie: str) -> str:
    """Return what a session is kept under: who reads Redis cannot use it as a cookie."""
    return hashlib.sha256(cookie.encode("utf-8", "replace")).hexdigest()


def _shared_id(role: Role, name: str) -> str:
    """
    Return the id of whoever typed this name with this role's password; of one without a name, an id
    of this sign-in alone.
    """
    if not name:
        return f"{SHARED_NAME}{secrets.token_hex(16)}"
    plain = unicodedata.normalize("NFKC", name).casefold()
    digest = hashlib.blake2b(f"{role} {plain}".encode(), digest_size=12).hexdigest()
    return f"{SHARED_NAME}{digest}"


def _digest(password: str) -> bytes:
    """Passwords of any length compare in the same time."""
    return hashlib.sha256(password.encode("utf-8", "replace")).digest()
