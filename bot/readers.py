"""How the text of a setting becomes its value: each reader gets the setting's name, to say it."""

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from bot.environment import InvalidSettings, Read
from handlers.texts import Texts
from knowledge.values import Phrase

Talk = Literal["asker", "everyone", "mention"]
Sandbox = Literal["required", "optional"]

ON = frozenset({"1", "true", "yes", "on"})
OFF = frozenset({"", "0", "false", "no", "off"})
DIGITS = 9  # of a whole number; more are none that is meant
WEB = ("http", "https")  # schemes
WORDS_ALONE = "off"  # instead of an embedding model
_OPAQUE = ("unix://", "redis+sentinel://")  # addresses that name no single host and port
_AUDIENCE = re.compile(r"[\w .-]{1,40}")
_SENTINEL = re.compile(
    r"redis\+sentinel://([^@/]*@)?[^,:/@]+(:\d+)?(,[^,:/@]+(:\d+)?)*/[^/]+(/\d+)?"
)


def parts(name: str, value: str) -> tuple[str, ...]:
    """Return what stands between commas."""
    return tuple(part.strip() for part in value.split(",") if part.strip())


def distinct(name: str, value: str) -> frozenset[str]:
    """Return what stands between commas, each once."""
    return frozenset(parts(name, value))


def switch(name: str, value: str) -> bool:
    """
    Return whether a setting is on. A word that says neither stops the start: a protection must not
    be off by a slip.
    """
    word = unicodedata.normalize("NFKC", value).strip().casefold()
    if word not in ON | OFF:
        raise InvalidSettings("bad_value", Texts.load().phrase("settings.bad_switch", name=name))
    return word in ON


def number(least: int, most: int, *, usual: int) -> Read:
    """Return what reads a whole number from `least` to `most`; an empty value is `usual`."""

    def read(name: str, value: str) -> int:
        digits = unicodedata.normalize("NFKC", value).strip()
        if not digits:
            return usual
        if not digits.isdecimal() or not least <= int(digits[:DIGITS]) <= most:
            raise InvalidSettings(
                "bad_value",
                Texts.load().phrase("settings.bad_number", name=name, least=least, most=most),
            )
        return int(digits)

    return read


def address(*schemes: str) -> Read:
    """Return what reads an address that starts with one of these schemes."""

    def read(name: str, value: str) -> str:
        if value and value.partition("://")[0] not in schemes:
            wanted = ", ".join(f"{scheme}://" for scheme in schemes)
            raise InvalidSettings(
                "bad_address", Texts.load().phrase("settings.bad_address", name=name, wanted=wanted)
            )
        if value and not value.startswith(_OPAQUE) and not _reachable(value):
            raise InvalidSettings(
                "bad_address", Texts.load().phrase("settings.bad_host_or_port", name=name)
            )
        return value

    return read


def _reachable(address: str) -> bool:
    """Report whether an address names a host, and a port there can be."""
    try:
        place = urlsplit(address)
        return bool(place.hostname) and place.port != 0
    except ValueError:  # a port beyond 65535, or brackets that are no address
        return False


def begins(start: str, ja: str, en: str) -> Read:
    """Return what reads a token that starts so; `ja` and `en` say where the right one is found."""
    page = Phrase(ja, en)

    def read(name: str, value: str) -> str:
        if value and not value.startswith(start):
            raise InvalidSettings(
                "wrong_token",
                Texts.load().phrase("settings.wrong_token", name=name, start=start, page=page),
            )
        return value

    return read


def password(shortest: int) -> Read:
    """Return what reads a password of at least so many characters, or none."""

    def read(name: str, value: str) -> str:
        if 0 < len(value) < shortest:
            raise InvalidSettings(
                "short_password",
                Texts.load().phrase("settings.short_password", name=name, shortest=shortest),
            )
        return value

    return read


def thread_talk(name: str, value: str) -> Talk:
    known: dict[str, Talk] = {
        "": "asker",
        "asker": "asker",
        "everyone": "everyone",
        "mention": "mention",
    }
    if value not in known:
        raise InvalidSettings("bad_value", Texts.load().phrase("settings.bad_thread_talk"))
    return known[value]


def sandbox(name: str, value: str) -> Sandbox:
    known: dict[str, Sandbox] = {"": "required", "required": "required", "optional": "optional"}
    if value.casefold() not in known:
        raise InvalidSettings("bad_value", Texts.load().phrase("settings.bad_sandbox"))
    return known[value.casefold()]


def model_of(providers: Iterable[str]) -> Read:
    """Return what reads a model's address, whose first part names one of the providers."""

    def read(name: str, value: str) -> str:
        kind, _, model = value.partition(":")
        if value and (kind not in providers or not model):
            listed = Phrase("、".join(providers), ", ".join(providers))
            raise InvalidSettings(
                "bad_model", Texts.load().phrase("settings.bad_model", name=name, providers=listed)
            )
        return value

    return read


def embedding_of(providers: Iterable[str]) -> Read:
    """Return what reads an embedding model's address, or `WORDS_ALONE`."""
    address = model_of(providers)

    def read(name: str, value: str) -> str:
        if value.casefold() == WORDS_ALONE:
            return WORDS_ALONE
        model: str = address(name, value)
        return model

    return read


def audiences(name: str, value: str) -> dict[str, frozenset[str]]:
    """Read "hr=S0HR U1, legal=U2 U3": names, and the ids of their people or user groups."""
    groups: dict[str, frozenset[str]] = {}
    for number, part in enumerate(parts(name, value), 1):
        label, _, ids = part.partition("=")
        group = label.strip()
        taken = group in ("all", "admins", *groups)
        if not _AUDIENCE.fullmatch(group) or taken or not ids.split():
            raise InvalidSettings(
                "bad_audience", Texts.load().phrase("settings.bad_audience", number=number)
            )
        groups[group] = frozenset(ids.split())
    return groups


def redis_url(name: str, value: str) -> str:
    url: str = address("redis", "rediss", "unix", "redis+sentinel")(name, value)
    if url.startswith("redis+sentinel://") and not _SENTINEL.fullmatch(url):
        raise InvalidSettings("bad_address", Texts.load().phrase("settings.bad_sentinel"))
    return url


def public_url(name: str, value: str) -> str:
    """Return the address people open: it is shown to everybody, so it holds no password."""
    url: str = address(*WEB)(name, value)
    if url and urlsplit(url).username is not None:
        raise InvalidSettings("bad_address", Texts.load().phrase("settings.public_url_with_user"))
    return url


def folder(name: str, value: str) -> Path:
    """Return the data folder, absolute: child processes change their folder."""
    return Path(value or "data").absolute()
