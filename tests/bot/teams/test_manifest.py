"""The Teams app package is whole: what the manifest names is there, in the sizes Teams asks for."""

import json
import struct
from pathlib import Path

import pytest
from jsonschema import validate

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
    "required": ["manifestVersion", "version", "id", "developer", "name", "description", "icons", "accentColor", "bots"],
    "properties": {
        "version": {"pattern": r"^\d+\.\d+\.\d+$"},
        "id": {"pattern": r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"},
        "accentColor": {"pattern": "^#[0-9A-F]{6}$"},
        "name": {"properties": {"short": words(30), "full": words(100)}, "required": ["short"]},
        "description": {"properties": {"short": words(80), "full": words(4000)}, "required": ["short", "full"]},
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
    assert any(c["title"] == "llm-choose" for c in manifest["bots"][0]["commandLists"][0]["commands"])


@pytest.mark.parametrize(("name", "side"), [("color", 192), ("outline", 32)])
def test_the_icons_have_the_sizes_teams_asks_for(name, side):
    raw = (FOLDER / f"{name}.png").read_bytes()
    assert raw.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">2I", raw[16:24]) == (side, side)
