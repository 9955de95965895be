"""
What no single setting can say: ids of platforms that there are not, a model without its key or its
package, and what libraries are told of proxies, certificates and time.
"""

import re
from collections.abc import Iterable, Mapping
from importlib import util
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bot.environment import InvalidSettings
from bot.platform import Platform
from handlers.ids import TERMINAL
from handlers.texts import Texts
from knowledge.models.providers import PROVIDERS
from knowledge.values import Phrase

_WHOLE_ID = re.compile(r"([A-Za-z][\w-]*):\S+")  # "slack:T024BE7LD:U061F7AUR"
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
_SCHEMES = ("http", "https", "socks5", "socks5h")  # of a proxy
_CERTIFICATES = (
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "AWS_CA_BUNDLE",
)


class Told(Protocol):
    """The settings that have to agree with each other."""

    @property
    def admins(self) -> frozenset[str]: ...
    @property
    def experts(self) -> tuple[str, ...]: ...
    @property
    def audiences(self) -> Mapping[str, frozenset[str]]: ...
    @property
    def platforms(self) -> tuple[Platform, ...]: ...
    @property
    def llm(self) -> str: ...
    @property
    def llm_base_url(self) -> str: ...
    @property
    def llm_api_key(self) -> str: ...
    @property
    def embedding(self) -> str: ...


def agree(settings: Told, environment: Mapping[str, str]) -> None:
    """
    Stop at settings that cannot work together.

    Raises:
        InvalidSettings: names the setting and the way out.
    """
    _check_ids(settings)
    _check_model(settings, environment)
    _check_proxies(environment)
    _check_certificates(environment)
    _check_time(environment)


def _check_ids(settings: Told) -> None:
    """Whoever is called by an id of no platform would never be met. Raises InvalidSettings."""
    places = {"ADMINS": settings.admins, "EXPERTS": frozenset(settings.experts)}
    for audience, ids in settings.audiences.items():
        places[f"AUDIENCES ({audience})"] = ids
    known = [*(platform.name for platform in settings.platforms), TERMINAL]
    for place, ids in places.items():
        for id_ in sorted(ids):
            whole = _WHOLE_ID.fullmatch(id_)
            if whole and whole[1] not in known:
                raise _unknown_platform(place, whole[1], known)


def _unknown_platform(place: str, platform: str, known: Iterable[str]) -> InvalidSettings:
    listed = ", ".join(known)
    return InvalidSettings(
        "unknown_platform",
        Texts.load().phrase(
            "settings.unknown_platform", place=place, platform=platform, known=listed
        ),
    )


def _check_model(settings: Told, environment: Mapping[str, str]) -> None:
    """A model needs its package, and its key where no address of one's own is set."""
    texts = Texts.load()
    if not settings.llm:
        if settings.llm_base_url and not settings.embedding:
            raise InvalidSettings("half_section", texts.phrase("settings.base_without_model"))
        return
    provider = PROVIDERS[settings.llm.partition(":")[0]]
    if provider.extra and not _installed(provider.module):
        lacking = texts.phrase("settings.missing_model_extra", extra=provider.extra)
        raise InvalidSettings("missing_extra", lacking)
    has_key = settings.llm_api_key or any(environment.get(name) for name in provider.keys)
    if provider.keys and not has_key and not settings.llm_base_url:
        names = Phrase("、".join(provider.keys), " or ".join(provider.keys))
        raise InvalidSettings(
            "missing_key", texts.phrase("settings.missing_model_key", names=names)
        )


def _installed(module: str) -> bool:
    try:
        return util.find_spec(module) is not None
    except ModuleNotFoundError:  # not even the package it would be in
        return False


def _check_proxies(environment: Mapping[str, str]) -> None:
    """A proxy without a scheme makes every client fail at its first call."""
    for name in _PROXIES:
        value = environment.get(name, "").strip()
        if value and not _is_proxy(value):
            raise InvalidSettings(
                "bad_address", Texts.load().phrase("settings.bad_proxy", name=name)
            )


def _is_proxy(value: str) -> bool:
    try:
        place = urlsplit(value)
        return place.scheme in _SCHEMES and bool(place.hostname) and place.port != 0
    except ValueError:  # no port there can be
        return False


def _check_certificates(environment: Mapping[str, str]) -> None:
    """Clients that cannot read the certificates they are told of fail at their first call."""
    for name in _CERTIFICATES:
        value = environment.get(name, "").strip()
        if value and not Path(value).exists():
            reason = Texts.load().phrase("settings.missing_certificates", name=name)
            raise InvalidSettings("bad_value", reason)


def _check_time(environment: Mapping[str, str]) -> None:
    """The C library takes an unknown zone for UTC without a word."""
    zone = environment.get("TZ", "").strip().removeprefix(":")
    if "/" not in zone or zone.startswith("/"):  # "JST-9", a file of one's own
        return
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        raise InvalidSettings("bad_value", Texts.load().phrase("settings.bad_timezone")) from error
