"""
The app package a Teams administrator uploads: the manifest with what the settings know, its words
in English beside the Japanese ones, and two icons.
"""

import json
import re
import struct
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bot.environment import InvalidSettings
from bot.teams.settings import Teams
from handlers.texts import Texts

NO_VERSION = "0.0.0"  # stands in the manifest for the app's version
NAME = "LLM Choose"  # stands in the manifest for the app's name
SHORT, FULL = 30, 100  # characters of the app's name at most
ICON = 192  # pixels of each side of the icon in colour
ENGLISH = "en.json"
_VERSION = re.compile(r"\d{1,5}\.\d{1,5}\.\d{1,5}")
Manifest = dict[str, Any]


def manifest(text: str, settings: Teams | None) -> str:
    """
    Return the manifest with the app's own version, name, privacy page and rights.

    Raises:
        InvalidSettings: the version is none, or the name is too long.
    """
    told: Manifest = json.loads(text)
    own = settings or Teams("", "", "", local=True)
    told["version"] = _version(own.app_version)
    if own.privacy_url:
        told["developer"]["privacyUrl"] = own.privacy_url
    if not own.all_messages:
        del told["authorization"]
    if not own.tab:
        tabs = [tab for tab in told["staticTabs"] if "contentUrl" not in tab]
        told["staticTabs"] = tabs
    if not (own.all_messages or own.tab):
        del told["webApplicationInfo"]
    named = _named(told, own.app_name)
    return json.dumps(named, ensure_ascii=False, indent=2) + "\n"


def english(text: str, settings: Teams | None) -> str:
    """Return the English words of the manifest, with the app's own name."""
    told: Manifest = json.loads(text)
    name = settings.app_name if settings is not None else ""
    if name:
        told |= {"name.short": name, "name.full": name}
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def icon(folder: Path, settings: Teams | None) -> bytes:
    """
    Return the icon in colour.

    Raises:
        InvalidSettings: the file of one's own is no PNG of 192 × 192.
    """
    if settings is None or not settings.icon:
        return (folder / "color.png").read_bytes()
    try:
        content = Path(settings.icon).read_bytes()
    except OSError:
        content = b""
    is_png = content.startswith(b"\x89PNG\r\n\x1a\n") and len(content) > 24
    if not is_png or struct.unpack(">2I", content[16:24]) != (ICON, ICON):
        raise _wrong("teams_icon", settings.icon)
    return content


def _version(own: str) -> str:
    """Return the version of the app: its own, else that of this program's release."""
    if own:
        if not _VERSION.fullmatch(own):
            raise _wrong("teams_version", own)
        return own
    release = re.match(r"\d+\.\d+\.\d+", version("llm-choose"))
    return release[0] if release else NO_VERSION


def _named(told: Manifest, name: str) -> Manifest:
    if not name:
        return told
    if len(name) > SHORT:
        raise _wrong("teams_name", name)
    return told | {"name": {"short": name, "full": name}}


def _wrong(code: str, value: str) -> InvalidSettings:
    return InvalidSettings(code, Texts.load().phrase(f"settings.{code}", value=value))
