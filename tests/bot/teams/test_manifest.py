"""The Teams app package is whole: what the manifest names is there, in the sizes Teams asks for."""

import json
import os
import re
import struct
import zipfile
from dataclasses import replace
from importlib import metadata
from pathlib import Path

import pytest

from bot.command.manifest import show
from bot.settings import InvalidSettings, Settings
from bot.teams.settings import Teams

FOLDER = Path(__file__).resolve().parents[3] / "deploy" / "teams"


def words(limit):
    return {"type": "string", "minLength": 1, "maxLength": limit}


COMMAND = {
    "type": "object",
    "required": ["title", "description"],
    "properties": {"title": words(32), "description": words(128), "prompt": words(4000)},
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
    from jsonschema import validate  # seconds to import

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
    from jsonschema import validate  # seconds to import

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
    assert json.loads(printed.out)["developer"]["websiteUrl"].startswith(
        "https://bot.firm.example/"
    )
    assert "TEAMS_APP_ID" in printed.err
    assert "PUBLIC_URL" not in printed.err


def packed(tmp_path, settings=COMPLETE, **more):
    assert show("teams", settings, "ja", str(tmp_path / "app.zip"), **more) == 0
    with zipfile.ZipFile(tmp_path / "app.zip") as package:
        return {name: package.read(name) for name in package.namelist()}


def with_teams(**more):
    teams = replace(COMPLETE.sections["teams"], **more)
    return replace(COMPLETE, sections={"teams": teams})


def test_a_new_package_has_a_version_of_its_own(tmp_path):
    version = re.match(r"\d+\.\d+\.\d+", metadata.version("llm-choose"))[0]
    assert json.loads(packed(tmp_path)["manifest.json"])["version"] == version
    raised = packed(tmp_path, app_version="1.4.0")
    assert json.loads(raised["manifest.json"])["version"] == "1.4.0"
    with pytest.raises(InvalidSettings, match=r"1\.4"):
        packed(tmp_path, app_version="1.4")


def test_a_company_gives_the_app_its_name_icon_and_privacy_page(tmp_path):
    own = (FOLDER / "color.png").read_bytes() + b"own"
    (tmp_path / "icon.png").write_bytes(own)
    settings = with_teams(
        app_name="社内AI案内", icon=str(tmp_path / "icon.png"), privacy_url="https://firm.example/p"
    )
    files = packed(tmp_path, settings)
    manifest, english = json.loads(files["manifest.json"]), json.loads(files["en.json"])
    assert manifest["name"] == {"short": "社内AI案内", "full": "社内AI案内"}
    assert english["name.short"] == "社内AI案内"
    assert manifest["developer"]["privacyUrl"] == "https://firm.example/p"
    assert files["color.png"] == own


@pytest.mark.parametrize(
    "wrong", [{"app_name": "長" * 31}, {"icon": __file__}, {"icon": "/none.png"}]
)
def test_what_teams_would_refuse_is_refused_here(tmp_path, wrong):
    with pytest.raises(InvalidSettings):
        packed(tmp_path, with_teams(**wrong))


def test_the_page_is_a_tab_only_where_that_is_set(tmp_path):
    plain = json.loads(packed(tmp_path, COMPLETE)["manifest.json"])
    tabbed = json.loads(packed(tmp_path, with_teams(tab=True))["manifest.json"])

    assert [tab["entityId"] for tab in plain["staticTabs"]] == ["conversations", "about"]
    assert "webApplicationInfo" not in plain
    assert tabbed["staticTabs"][1]["contentUrl"] == "https://bot.firm.example/tab"
    resource = tabbed["webApplicationInfo"]["resource"]
    assert resource == f"api://bot.firm.example/{APP}"
    assert "authorization" not in tabbed


def test_all_messages_are_asked_for_only_where_that_is_set(tmp_path):
    assert "authorization" not in json.loads(packed(tmp_path)["manifest.json"])
    asking = json.loads(packed(tmp_path, with_teams(all_messages=True))["manifest.json"])
    names = [one["name"] for one in asking["authorization"]["permissions"]["resourceSpecific"]]
    assert names == ["ChannelMessage.Read.Group", "ChatMessage.Read.Chat"]
    assert asking["webApplicationInfo"]["id"] == APP


def test_every_word_of_the_manifest_is_there_in_english(tmp_path):
    files = packed(tmp_path)
    manifest, english = json.loads(files["manifest.json"]), json.loads(files["en.json"])
    wanted = set()
    for number, commands in enumerate(manifest["bots"][0]["commandLists"]):
        for at, command in enumerate(commands["commands"]):
            for name in {"title", "description", "prompt"} & command.keys():
                wanted.add(f"bots[0].commandLists[{number}].commands[{at}].{name}")
    for at in range(len(manifest["composeExtensions"][0]["commands"])):
        wanted |= {f"composeExtensions[0].commands[{at}].{n}" for n in ("title", "description")}
    assert wanted <= english.keys()
    assert all(text.isascii() for name, text in english.items())


@pytest.mark.parametrize("rights", [False, True])
def test_the_package_holds_to_the_published_schema(tmp_path, rights):
    from jsonschema import validators  # seconds to import

    schemas = os.environ.get("TEAMS_SCHEMAS", "")
    if not schemas:
        pytest.skip("TEAMS_SCHEMAS names no json-schemas/teams of npm's @microsoft/app-manifest")
    files = packed(tmp_path, with_teams(all_messages=rights))
    for name, schema in (("manifest.json", ""), ("en.json", "Localization.")):
        told = json.loads(files[name])
        path = Path(schemas, "v1.29", f"MicrosoftTeams.{schema}schema.json")
        known = json.loads(path.read_text(encoding="utf-8"))
        # the schema itself has patterns that only JavaScript reads
        wrong = validators.validator_for(known)(known).iter_errors(told)
        assert [error.message for error in wrong] == []
