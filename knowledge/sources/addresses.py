"""Which kind of source an address names."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from knowledge.sources import confluence, drive, notion, sharepoint
from knowledge.sources.folder import FolderSource
from knowledge.sources.git import SCHEME, GitSource
from knowledge.sources.json_service import Reaching
from knowledge.sources.object_store import ObjectStoreSource
from knowledge.sources.sentences import unavailable
from knowledge.sources.source import Source
from knowledge.sources.website import Fetch, WebsiteSource

WEB = ("http", "https")
Service = Callable[[str, str, Reaching], Source]
_SCHEMES: Mapping[str, Service] = {
    confluence.SCHEME: confluence.ConfluenceSource,
    notion.SCHEME: notion.NotionSource,
}
_SUFFIXES: Mapping[str, Service] = {
    sharepoint.HOST: sharepoint.SharePointSource,
    confluence.CLOUD: confluence.ConfluenceSource,
}
_HOSTS: Mapping[str, Service] = {
    drive.HOST: drive.DriveSource,
    **dict.fromkeys(notion.HOSTS, notion.NotionSource),
}
STORES = ("s3", "gs", "gcs", "abfs", "az", "memory", "file")


def source_at(
    address: str,
    fetching: Callable[[str], Fetch],
    reaching: Reaching,
    *,
    secret: str = "",
    environment: Mapping[str, str] = os.environ,
) -> Source:
    """
    Return the source at an address. `secret` is the name of the environment variable that holds a
    token, empty where none is needed; `fetching` makes the way out to one site, `reaching` that to
    one service.

    Raises:
        SourceUnavailable: there is no such kind of source, or no such variable.
    """
    token = ""
    if secret:
        token = environment.get(secret, "")
        if not token:
            raise unavailable("no_secret", name=secret)
    service = service_of(address)
    if service is not None and not token:
        raise unavailable("needs_secret", name=shown(address))
    if service is not None:
        return service(address, token, reaching)
    scheme = address.partition("://")[0] if "://" in address else ""
    if address.startswith(SCHEME) or (scheme in WEB and urlsplit(address).path.endswith(".git")):
        return GitSource(address, token)
    if scheme in WEB:
        if not urlsplit(address).hostname or "@" in urlsplit(address).netloc:
            raise unavailable("unknown", name=_shown(address))
        return WebsiteSource(_rooted(address), fetching(_rooted(address)))
    if scheme in STORES:
        return ObjectStoreSource(address)
    if scheme:
        raise unavailable("unknown", name=_shown(address))
    return FolderSource(Path(address).expanduser())


def service_of(address: str) -> Service | None:
    """Return what makes the source of an address that a known service has; None for others."""
    for scheme, service in _SCHEMES.items():
        if address.startswith(scheme):
            return service
    parts = urlsplit(address)
    host = parts.hostname or ""
    if parts.scheme not in WEB or "@" in parts.netloc:
        return None
    for suffix, service in _SUFFIXES.items():
        if host.endswith(suffix):
            return service
    return _HOSTS.get(host)


def shown(address: str) -> str:
    """Return an address as it may be kept and shown: a local folder whole, nothing of a login."""
    if "://" not in address:
        return str(Path(address).expanduser().resolve())
    return _rooted(_shown(address))


def _rooted(address: str) -> str:
    """Return an address of a site that ends in a slash where it names nothing but the host."""
    parts = urlsplit(address)
    if parts.scheme in WEB and not parts.path:
        return f"{address}/"
    return address


def _shown(address: str) -> str:
    scheme, _, rest = address.partition("://")
    place, slash, path = rest.partition("/")
    return f"{scheme}://{place.rpartition('@')[2]}{slash}{path}"
