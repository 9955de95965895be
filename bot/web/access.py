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

from handlers.conversation import Person
from handlers.texts import Texts
from knowledge.values import Language

Role = Literal["member", "admin"]
DAY = 24 * 60 * 60  # seconds a sign-in lasts
TRIES = 10  # wrong passwords from one address before it has to wait
WAIT = 15 * 60  # seconds it then waits
ADDRESSES = 10_000  # remembered at once
NAME = 40  # characters


@dataclass(frozen=True, slots=True)
class Passwords:
    """Empty ones let nobody in."""

    member: str = ""
    admin: str = ""

    def __bool__(self) -> bool:
        return bool(self.member or self.admin)


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
        self._passwords = {"admin": passwords.admin, "member": passwords.member}
        self._texts = texts
        self._clock = clock
        self._wrong: OrderedDict[str, tuple[int, float]] = OrderedDict()
        self._keys: dict[str, bytes] = {}

    def person(self, cookie: str, language: Language) -> Person | None:
        """Return who is there; None for somebody who has to sign in first."""
        if self.local:
            return Person(
                "web:local", self._texts.say("web.person_local", language), language, "admin"
            )
        role, _, rest = cookie.partition(".")
        id_, _, rest = rest.partition(".")
        until, _, rest = rest.partition(".")
        name, _, signature = rest.rpartition(".")
        if not (
            role in ("member", "admin")
            and until.isascii()
            and until.isdigit()
            and int(until[:12]) > self._clock()
        ):
            return None
        if not self._passwords[role] or not hmac.compare_digest(
            signature.encode(), self._sign(role, id_, until, name).encode()
        ):
            return None
        shown = (
            bytes.fromhex(name).decode("utf-8", "replace")
            if name
            else self._texts.say(f"web.person_{role}", language)
        )
        return Person(f"web:{id_}", shown, language, "admin" if role == "admin" else "member")

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
            self._wrong[address] = (count + 1, self._clock() + WAIT)
            while len(self._wrong) > ADDRESSES:
                self._wrong.popitem(last=False)
            return None
        self._wrong.pop(address, None)
        until, id_ = str(int(self._clock()) + DAY), secrets.token_hex(16)
        said = name.strip()[:NAME].encode("utf-8", "replace").hex()
        return f"{role}.{id_}.{until}.{said}.{self._sign(role, id_, until, said)}"

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
        known = {
            role: bool(own) and hmac.compare_digest(given, _digest(own))
            for role, own in self._passwords.items()
        }
        return "admin" if known["admin"] else "member" if known["member"] else None

    def _sign(self, role: str, *parts: str) -> str:
        if (
            role not in self._keys
        ):  # slow on purpose: a cookie must not be a quick way to guess the password
            password = self._passwords[role].encode()
            self._keys[role] = hashlib.scrypt(
                password, salt=b"llm-choose web sign-in", n=2**14, r=8, p=1, dklen=32
            )
        return hmac.new(
            self._keys[role], "\x00".join((role, *parts)).encode(), hashlib.sha256
        ).hexdigest()


def _digest(password: str) -> bytes:
    """Passwords of any length compare in the same time."""
    return hashlib.sha256(password.encode("utf-8", "replace")).digest()
