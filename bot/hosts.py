"""
Where we may go: an address is judged by its exact host, before anything is resolved or opened.
"""

import ipaddress
import re
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

from bot.environment import LOOPBACK

PORTS = {"http": 80, "https": 443}  # the schemes there are, and the port of each
_PLAIN = re.compile(r"[!-\[\]-~]+")  # printable ASCII without space and backslash
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Target:
    """
    An address that was judged. `public` asks for public network addresses behind the name; a
    `known` one is named letter by letter, so that a proxy may resolve it in our place.
    """

    scheme: str
    host: str
    port: int
    path: str = field(repr=False)
    public: bool = False
    known: bool = False

    @property
    def origin(self) -> tuple[str, str, int]:
        """What two addresses of one server share."""
        return self.scheme, self.host, self.port

    @property
    def url(self) -> str:
        """The whole address, its port always written."""
        return f"{self.scheme}://{self._named}:{self.port}{self.path}"

    @property
    def header(self) -> str:
        """The Host header: the port only where it is not the scheme's own."""
        if self.port == PORTS[self.scheme]:
            return self._named
        return f"{self._named}:{self.port}"

    @property
    def _named(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host


@dataclass(frozen=True, slots=True)
class Hosts:
    """
    Where we may go: `exact` names and names of one label under a suffix (".sharepoint.com"), both
    by https on 443 and at public addresses; the `own` origin the operator configured
    ("http://127.0.0.1:4003"), wherever it is, with `beside` also its other ports where it is this
    machine (a service for tests); and with `loopback` nothing but this machine.
    """

    exact: frozenset[str] = frozenset()
    under: tuple[str, ...] = ()
    own: str = ""
    beside: bool = False
    loopback: bool = False

    def judge(self, url: str) -> Target | None:
        """Return where `url` leads if we may go there; nothing is resolved or opened for it."""
        place = _place(url)
        if place is None:
            return None
        if self.loopback:
            return place if place.host in LOOPBACK else None
        if self._configured(place):
            return place
        if place.origin != ("https", place.host, PORTS["https"]):
            return None
        known = place.host in self.exact
        if not known and not self._suffixed(place.host):
            return None
        return Target(place.scheme, place.host, place.port, place.path, public=True, known=known)

    def _configured(self, place: Target) -> bool:
        """Report whether the operator named this place, or one beside it on this machine."""
        if not self.own:
            return False
        own = _origin(self.own)
        beside = self.beside and place.host in LOOPBACK and place.origin[:2] == own[:2]
        return beside or place.origin == own

    def _suffixed(self, host: str) -> bool:
        """Report whether a name is one label under one of ours."""
        labels = [host.removesuffix(suffix) for suffix in self.under if host.endswith(suffix)]
        return any(_LABEL.fullmatch(label) for label in labels)


def public(address: str) -> bool:
    """
    Report whether a network address is on the public internet, looking through IPv6 forms that wrap
    an IPv4 one.
    """
    try:
        plain = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(plain, ipaddress.IPv6Address):
        if plain.teredo:
            return False
        plain = _unwrapped(plain)
    return plain.is_global and not plain.is_multicast and not plain.is_reserved


def _unwrapped(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def host_of(url: str) -> str:
    """Return the host an address names; empty where it names none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _place(url: str) -> Target | None:
    """Return the place an address names; None where it could be read in more than one way."""
    if not _PLAIN.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in PORTS or not parts.hostname:
        return None
    if "@" in parts.netloc or parts.netloc.endswith(":"):
        return None
    return Target(parts.scheme, parts.hostname, port or PORTS[parts.scheme], _path(parts))


def _path(parts: SplitResult) -> str:
    query = f"?{parts.query}" if parts.query else ""
    return (parts.path or "/") + query


def _origin(url: str) -> tuple[str, str, int]:
    parts = urlsplit(url)
    usual = PORTS["https"] if parts.scheme == "https" else PORTS["http"]
    return parts.scheme, parts.hostname or "", parts.port or usual
