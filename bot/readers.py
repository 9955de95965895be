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
_OPAQUE = (
    "unix://",
    "redis+sentinel://",
    "redis+cluster://",
    "rediss+cluster://",
)  # addresses that name no single host and port
GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
# the extra of ours that installs the driver of an object store
EXTRAS = {
    "s3": "s3",
    "s3a": "s3",
    "gs": "gcs",
    "gcs": "gcs",
    "abfs": "azure-files",
    "abfss": "azure-files",
    "az": "azure-files",
    "adl": "azure-files",
}
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d{1,5})?")
_PRINTABLE = re.compile(r"[!-~]+")
_LISTED = re.compile(r"[;,\s]")  # a list with the wrong sign between its parts
_NO_ID = re.compile(r"[;,\s@<>#=|/\\]")
_TOKEN = re.compile(r"[\w-]+", re.ASCII)
_CLUSTER = re.compile(r"rediss?\+cluster://([^@/]*@)?[^,:/@]+(:\d{1,5})?(,[^,:/@]+(:\d{1,5})?)*/?")
_DATABASE = re.compile(r"/?\d{0,9}")
_AUDIENCE = re.compile(r"[\w .-]{1,40}")
_SENTINEL = re.compile(
    r"redis\+sentinel://([^@/]*@)?[^,:/@]+(:\d+)?(,[^,:/@]+(:\d+)?)*/[^/]+(/\d+)?"
)

DEAR = 1_000_000.0  # what no million tokens cost


def parts(name: str, value: str) -> tuple[str, ...]:
    """Return what stands between commas."""
    return tuple(part.strip() for part in value.split(",") if part.strip())


def origins(name: str, value: str) -> tuple[str, ...]:
    """Read origins of pages, "https://intranet.example.com", separated by commas."""
    given = parts(name, value)
    for one in given:
        if not _ORIGIN.fullmatch(one):
            reason = Texts.load().phrase("settings.bad_origin", name=name)
            raise InvalidSettings("bad_address", reason)
    return given


def people_in_order(name: str, value: str) -> tuple[str, ...]:
    """Return the ids of people and user groups that stand between commas."""
    ids = parts(name, value)
    for number, id_ in enumerate(ids, 1):
        if not _is_id(id_):
            raise _no_id(name, number)
    return ids


def people(name: str, value: str) -> frozenset[str]:
    """Return the ids of people and user groups, each once."""
    return frozenset(people_in_order(name, value))


def _is_id(word: str) -> bool:
    """
    Report whether a word may be an id. Names and mail addresses are none; what a platform of
    somebody else's calls its people, behind its own name, may look like anything but a list.
    """
    if ":" in word:
        return not _LISTED.search(word)
    return not _NO_ID.search(word)


def _no_id(name: str, number: int) -> InvalidSettings:
    reason = Texts.load().phrase("settings.bad_id", name=name, number=number)
    return InvalidSettings("bad_id", reason)


def key(name: str, value: str) -> str:
    """Return a key or password that is sent as a header: printable ASCII without a space."""
    if value and not _PRINTABLE.fullmatch(value):
        reason = Texts.load().phrase("settings.bad_key", name=name)
        raise InvalidSettings("bad_value", reason)
    return value


def token(shortest: int) -> Read:
    """Return what reads a token of at least so many characters, or none."""

    def read(name: str, value: str) -> str:
        if 0 < len(value) < shortest:
            raise InvalidSettings(
                "short_password",
                Texts.load().phrase("settings.short_token", name=name, shortest=shortest),
            )
        return key(name, value)

    return read


def guid(name: str, value: str) -> str:
    """Return an id as Microsoft Entra writes it: eight, four, four, four and twelve hex digits."""
    if value and not GUID.fullmatch(value):
        reason = Texts.load().phrase("settings.bad_guid", name=name)
        raise InvalidSettings("bad_value", reason)
    return value


def files(name: str, value: str) -> str:
    """Return a folder or an fsspec address whose driver is installed."""
    scheme, separator, rest = value.partition("://")
    if not separator:
        return value
    from fsspec.registry import get_filesystem_class, known_implementations

    if scheme not in known_implementations or not rest.strip("/"):
        raise InvalidSettings("bad_address", Texts.load().phrase("settings.bad_files", name=name))
    try:
        get_filesystem_class(scheme)
    except ImportError as error:
        extra = EXTRAS.get(scheme, "")
        package = f"'llm-choose[{extra}]'" if extra else f"fsspec[{scheme}]"
        reason = Texts.load().phrase("settings.missing_driver", name=name, package=package)
        raise InvalidSettings("missing_extra", reason) from error
    return value


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
        if value and not (value.startswith(start) and _TOKEN.fullmatch(value)):
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
        if not all(map(_is_id, ids.split())):
            raise _no_id(name, number)
        groups[group] = frozenset(ids.split())
    return groups


def redis_url(name: str, value: str) -> str:
    schemes = ("redis", "rediss", "unix", "redis+sentinel", "redis+cluster", "rediss+cluster")
    url: str = address(*schemes)(name, value)
    if "+cluster://" in url and not _CLUSTER.fullmatch(url):
        raise InvalidSettings("bad_address", Texts.load().phrase("settings.bad_cluster"))
    if url.startswith("redis+sentinel://") and not _SENTINEL.fullmatch(url):
        raise InvalidSettings("bad_address", Texts.load().phrase("settings.bad_sentinel"))
    if url.startswith(("redis://", "rediss://")) and not _DATABASE.fullmatch(urlsplit(url).path):
        raise InvalidSettings("bad_address", Texts.load().phrase("settings.bad_database"))
    return url


def public_url(name: str, value: str) -> str:
    """Return the address people open: it is shown to everybody, so it holds no password."""
    url: str = address(*WEB)(name, value)
    if url and urlsplit(url).username is not None:
        raise InvalidSettings("bad_address", Texts.load().phrase("settings.public_url_with_user"))
    place = urlsplit(url)
    if place.path.strip("/") or place.query or place.fragment:
        raise InvalidSettings("bad_address", Texts.load().phrase("settings.public_url_with_path"))
    return url


def prices(name: str, value: str) -> tuple[float, float]:
    """Return what a million tokens cost that a model reads, and that it writes."""
    try:
        read, written = [float(word) for word in value.split(",")] if value else (0.0, 0.0)
    except ValueError as error:
        raise _bad_prices(name) from error
    if not (0 <= read < DEAR and 0 <= written < DEAR):
        raise _bad_prices(name)
    return read, written


def _bad_prices(name: str) -> InvalidSettings:
    return InvalidSettings("bad_value", Texts.load().phrase("settings.bad_prices", name=name))


def maybe_folder(name: str, value: str) -> Path | None:
    """Return a folder, absolute; None where none is named."""
    return Path(value).absolute() if value else None


def folder(name: str, value: str) -> Path:
    """Return the data folder, absolute: child processes change their folder."""
    return Path(value or "data").absolute()
