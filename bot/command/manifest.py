"""
The manifest a workspace admin installs the bot with: printed, or for Teams packed with its icons.

The files come from `deploy/`, beside the package in a clone and inside it once installed. What the
settings know is filled in.
"""

import json
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from bot.settings import InvalidSettings, Settings
from bot.teams import package
from bot.teams.settings import Teams
from handlers.texts import Texts
from knowledge.values import Language

FILES = {"slack": "slack/manifest.yaml", "teams": "teams/manifest.json"}
NO_APP = "00000000-0000-0000-0000-000000000000"  # stands in the file for the app's id
NO_HOST = "bot.example.com"  # stands in the file for the host of PUBLIC_URL


def show(
    platform: str,
    settings: Settings,
    language: Language,
    out: str = "",
    *,
    app_version: str = "",
    socket: bool = False,
) -> int:
    """
    Print the manifest of "slack" or "teams"; with `out`, write the Teams app package there. With
    `socket` Slack's is for Socket Mode, which needs no address.

    What is still a placeholder is named on stderr. `app_version` is that of the Teams app, in the
    place of the setting.

    Raises:
        InvalidSettings: a package was asked for and a setting it needs is missing, or the file
        cannot be written.
    """
    texts = Texts.load()
    teams = _teams(settings, app_version)
    source = (_folder() / FILES[platform]).read_text(encoding="utf-8")
    if platform == "teams":
        source = package.manifest(source, teams)
    elif socket:
        source = _by_socket(source)
    text, missing = _filled(source, settings)
    if not out:
        sys.stdout.write(text)
        if missing:
            warning = texts.say("cli.manifest_open", language, names=", ".join(missing))
            print(warning, file=sys.stderr)  # noqa: T201
        return 0
    if platform != "teams" or missing:
        reason = texts.phrase("cli.manifest_missing", names=", ".join(missing) or "teams")
        raise InvalidSettings("manifest_missing", reason)
    try:
        _pack(Path(out), text, teams)
    except OSError as error:
        reason = texts.phrase("cli.manifest_unwritten", name=out)
        raise InvalidSettings("unwritable_file", reason) from error
    packed = texts.say("cli.manifest_packed", language, name=out)
    print(packed)  # noqa: T201  # a command line speaks by printing
    return 0


def _folder() -> Path:
    installed = Path(__file__).resolve().parents[1] / "deploy"
    return installed if installed.is_dir() else installed.parents[1] / "deploy"


def _by_socket(manifest: str) -> str:
    """Return Slack's manifest for Socket Mode: without the lines that hold an address."""
    kept = [line for line in manifest.splitlines() if NO_HOST not in line]
    text = "\n".join(kept) + "\n"
    return text.replace("socket_mode_enabled: false", "socket_mode_enabled: true")


def _filled(text: str, settings: Settings) -> tuple[str, list[str]]:
    """
    Return the text with what the settings know filled in, and the names of the settings it still
    needs.
    """
    teams = settings.sections.get("teams")
    app = teams.app_id if isinstance(teams, Teams) else ""
    address = urlsplit(settings.public_url)
    values: Mapping[str, tuple[str, str]] = {
        NO_APP: ("TEAMS_APP_ID", app),
        NO_HOST: ("PUBLIC_URL", address.netloc if address.scheme == "https" else ""),
    }
    missing = []
    for placeholder, (name, value) in values.items():
        if value:
            text = text.replace(placeholder, value)
        elif placeholder in text:
            missing.append(name)
    return text, missing


def _teams(settings: Settings, app_version: str) -> Teams | None:
    """Return the settings of Teams, None where it is off; another version where one is given."""
    section = settings.sections.get("teams")
    teams = section if isinstance(section, Teams) else None
    if not app_version:
        return teams
    return replace(teams or Teams("", "", "", local=True), app_version=app_version)


def _pack(path: Path, manifest: str, teams: Teams | None) -> None:
    json.loads(manifest)  # an app id with a quotation mark in it would break the package
    folder = _folder() / "teams"
    words = package.english((folder / package.ENGLISH).read_text(encoding="utf-8"), teams)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("manifest.json", manifest)
        packed.writestr(package.ENGLISH, words)
        packed.writestr("color.png", package.icon(folder, teams))
        packed.write(folder / "outline.png", "outline.png")
