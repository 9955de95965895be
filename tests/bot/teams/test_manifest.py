"""The Teams app package is whole: what the manifest names is there, in the sizes Teams asks for."""

import json
import struct
import zipfile
from pathlib import Path

import pytest
from jsonschema import validate

from bot.command.manifest import show
from bot.settings import InvalidSettings, Settings
from bot.teams.settings import Teams

FOLDER = Path(__file__).resolve().parents[3] / "deploy" / "teams"


def words(limit):
    return {"type": "string", "minLength": 1, "maxLength": limit}


COMMAND = {
    "type": "object",
    "required": ["title", "description"],
    "properties": {"title": words(32), "description": words(128)},
}
COMMAND_LIST = {
    "type": "object",
    "required": ["scopes", "commands"],
    "properties": {
        "scopes": {"type": "array", "items": {"enum": ["personal", "team", "groupChat"]}},
        "commands": {"type": "array", "maxItems": 10, "items": COMMAND},
    },
}
SCHEMA = {
    "type": "object",
    "required": [
        "manifestVersion",
        "version",
        "id",
        "developer",
        "name",
        "description",
        "icons",
        "accentColor",
        "bots",
    ],
    "properties": {
        "version": {"pattern": r"^\d+\.\d+\.\d+$"},
        "id": {"pattern": r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"},
        "accentColor": {"pattern": "^#[0-9A-F]{6}$"},
        "name": {"properties": {"short": words(30), "full": words(100)}, "required": ["short"]},
        "description": {
            "properties": {"short": words(80), "full": words(4000)},
            "required": ["short", "full"],
        },
        "bots": {
            "type": "array",
            "minItems": 1,
            "maxItems": 1,
            "items": {
                "required": ["botId", "scopes", "supportsFiles", "commandLists"],
                "properties": {
                    "supportsFiles": {"const": True},
                    "commandLists": {"type": "array", "maxItems": 3, "items": COMMAND_LIST},
                },
            },
        },
    },
}


def test_the_manifest_is_whole():
    manifest = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
    validate(manifest, SCHEMA)
    assert manifest["bots"][0]["botId"] == manifest["id"]
    assert any(
        c["title"] == "llm-choose" for c in manifest["bots"][0]["commandLists"][0]["commands"]
    )


@pytest.mark.parametrize(("name", "side"), [("color", 192), ("outline", 32)])
def test_the_icons_have_the_sizes_teams_asks_for(name, side):
    raw = (FOLDER / f"{name}.png").read_bytes()
    assert raw.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">2I", raw[16:24]) == (side, side)


APP = "11111111-2222-3333-4444-555555555555"
COMPLETE = Settings(
    Path("data"),
    public_url="https://bot.firm.example",
    sections={"teams": Teams(APP, "secret", "tenant", local=False)},
)


def test_a_package_carries_our_app_and_our_address(tmp_path):
    assert show("teams", COMPLETE, "ja", str(tmp_path / "app.zip")) == 0
    with zipfile.ZipFile(tmp_path / "app.zip") as package:
        raw = package.read("manifest.json").decode()
        manifest = json.loads(raw)
        assert set(manifest["icons"].values()) <= set(package.namelist())
    validate(manifest, SCHEMA)
    assert (manifest["id"], manifest["bots"][0]["botId"]) == (APP, APP)
    assert manifest["developer"]["privacyUrl"].startswith("https://bot.firm.example/")
    assert "example.com" not in raw


def test_a_package_is_not_made_of_placeholders(tmp_path):
    with pytest.raises(InvalidSettings, match="TEAMS_APP_ID, PUBLIC_URL"):
        show("teams", Settings(Path("data")), "en", str(tmp_path / "app.zip"))
    assert list(tmp_path.iterdir()) == []


def test_a_printed_manifest_says_on_the_side_what_is_still_an_example(capsys):
    assert show("teams", Settings(Path("data"), public_url="https://bot.firm.example"), "en") == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out)["developer"]["websiteUrl"] == "https://bot.firm.example/"
    assert "TEAMS_APP_ID" in printed.err
    assert "PUBLIC_URL" not in printed.err
