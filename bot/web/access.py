"""
Who a browser is.

A page without a public address serves this machine alone, and whoever reaches it owns the machine:
an admin. Behind a public address people sign in with one of two passwords, the one for asking or
the one for changing documents; without passwords the page stays closed. A signed cookie says who
signed in, so that any replica knows it; changing a password ends its cookies.
"""

import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from bot.web.settings import Passwords
from handlers.conversation import Person
from handlers.lifetimes import SIGN_IN, SIGN_IN_BLOCK
from handlers.texts import Texts
from knowledge.values import Language

Role = Literal["member", "admin"]
TRIES = 10  # wrong passwords from one address before it has to wait
ADDRESSES = 10_000  # remembered at once
NAME = 40  # characters


@dataclass(frozen=True, slots=True)
class _Ticket:
    """What a cookie says, to be believed once its signature holds. `name` is hexadecimal."""

    role: Role
    id: str
    digits: str  # seconds since 1970, as they are written
    name: str
    signature: str

    @property
    def until(self) -> int:
        return int(self.digits[:12])


def _ticket(cookie: str) -> _Ticket | None:
    """Return what a cookie says; None where it is none of ours."""
    role, _, rest = cookie.partition(".")
    id_, _, rest = rest.partition(".")
    digits, _, rest = rest.partition(".")
    name, _, signature = rest.rpartition(".")
    if not digits.isascii() or not digits.isdigit():
        return None
    if role == "admin":
        return _Ticket("admin", id_, digits, name, signature)
    if role == "member":
        return _Ticket("member", id_, digits, name, signature)
    return None


class Access:
    def __init__(
        self,
        passwords: Passwords,
        texts: Texts,
        *,
        local: bool,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.local = local
        self.open = local or bool(passwords)
        self._passwords: dict[Role, str] = {"admin": passwords.admin, "member": passwords.member}
        self._texts = texts
        self._clock = clock
        self._wrong: OrderedDict[str, tuple[int, float]] = OrderedDict()
        self._keys: dict[Role, bytes] = {}

    def person(self, cookie: str, language: Language) -> Person | None:
        """Return who is there; None for somebody who has to sign in first."""
        if self.local:
            name = self._texts.say("web.person_local", language)
            return Person("web:local", name, language, "admin")
        ticket = _ticket(cookie)
        if ticket is None or ticket.until <= self._clock():
            return None
        if not self._passwords[ticket.role] or not self._signed(ticket):
            return None
        name = bytes.fromhex(ticket.name).decode("utf-8", "replace")
        if not name:
            name = self._texts.say(f"web.person_{ticket.role}", language)
        return Person(f"web:{ticket.id}", name, language, ticket.role)

    def sign_in(self, password: str, name: str, address: str) -> str | None:
        """
        Return the cookie of whoever knows a password, None otherwise; after ten wrong tries an
        address waits.
        """
        if self.waits(address):
            return None
        role = self._role(password)
        if role is None:
            count, _ = self._wrong.pop(address, (0, 0.0))
            self._wrong[address] = (count + 1, self._clock() + SIGN_IN_BLOCK)
            while len(self._wrong) > ADDRESSES:
                self._wrong.popitem(last=False)
            return None
        self._wrong.pop(address, None)
        id_ = secrets.token_hex(16)
        until = str(int(self._clock()) + SIGN_IN)
        written = name.strip()[:NAME].encode("utf-8", "replace").hex()
        signature = self._sign(role, id_, until, written)
        return f"{role}.{id_}.{until}.{written}.{signature}"

    def waits(self, address: str) -> bool:
        """Report whether this address tried too often."""
        count, until = self._wrong.get(address, (0, 0.0))
        if until <= self._clock():
            self._wrong.pop(address, None)
            return False
        return count >= TRIES

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

    def _signed(self, ticket: _Ticket) -> bool:
        signature = self._sign(ticket.role, ticket.id, ticket.digits, ticket.name)
        return hmac.compare_digest(ticket.signature.encode(), signature.encode())

    def _sign(self, role: Role, *parts: str) -> str:
        whole = "\x00".join((role, *parts)).encode()
        return hmac.new(self._key(role), whole, hashlib.sha256).hexdigest()

    def _key(self, role: Role) -> bytes:
        """Slow on purpose: a cookie must not be a quick way to guess the password."""
        if role not in self._keys:
            password = self._passwords[role].encode()
            self._keys[role] = hashlib.scrypt(
                password, salt=b"llm-choose web sign-in", n=2**14, r=8, p=1, dklen=32
            )
        return self._keys[role]


def _digest(password: str) -> bytes:
    """Passwords of any length compare in the same time."""
    return hashlib.sha256(password.encode("utf-8", "replace")).digest()
