"""Settings: what is on, what is half set, and that the example is complete."""

import json
import re
from pathlib import Path

import pytest

from bot.command.cli import main
from bot.command.exits import USAGE
from bot.settings import InvalidSettings, load, names
from knowledge.values import Phrase
from tests.bot import settings_pages

ROOT = Path(__file__).resolve().parents[2]
GUID = "11111111-2222-3333-4444-555555555555"
SIGNING = "0123456789abcdef0123456789abcdef"
SLACK = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": SIGNING}
TEAMS = {"TEAMS_APP_ID": GUID, "TEAMS_APP_PASSWORD": "pw", "TEAMS_TENANT_ID": GUID}


def test_nothing_set_means_embedded_and_platforms_off():
    settings = load({})

    assert list(settings.sections) == ["web", "api"]
    assert (settings.qdrant_url, settings.redis_url) == ("", "")


def test_a_complete_section_switches_its_platform_on():
    settings = load(SLACK | TEAMS)

    assert settings.sections["slack"].signing_secrets == (SIGNING,)
    assert not settings.sections["teams"].local


@pytest.mark.parametrize(
    ("environment", "missing"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, "SLACK_SIGNING_SECRET"),
        ({"SLACK_SIGNING_SECRET": SIGNING}, "SLACK_BOT_TOKEN"),
        *(({k: v for k, v in TEAMS.items() if k != name}, name) for name in TEAMS),
    ],
)
def test_half_a_section_names_what_is_missing(environment, missing):
    with pytest.raises(InvalidSettings, match=missing) as error:
        load(environment)

    assert missing in error.value.reason.ja


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({**SLACK, "SLACK_BOT_TOKEN": "xapp-secret-value"}, "SLACK_BOT_TOKEN"),
        ({"REDIS_URL": "localhost:6379"}, "REDIS_URL"),
        ({"REDIS_URL": "redis+sentinel://a:26379"}, "REDIS_URL"),
        ({"REDIS_URL": "redis+sentinel://a:b:c/main"}, "REDIS_URL"),
        ({"QDRANT_URL": "ftp://x"}, "QDRANT_URL"),
        ({"LLM_BASE_URL": "api.example.com"}, "LLM_BASE_URL"),
        ({"PUBLIC_URL": "https://"}, "PUBLIC_URL"),
        ({"PUBLIC_URL": "https://a:secret-value@bot.example.com"}, "PUBLIC_URL"),
        ({"REDIS_URL": "redis://a:secret-value@b:99999/0"}, "REDIS_URL"),
        ({"QDRANT_URL": "http://a:secret-value@[b/"}, "QDRANT_URL"),
        ({"QDRANT_URL": "http://a:0"}, "QDRANT_URL"),
        ({"AUDIENCES": "hr=U1,hr=U2"}, "AUDIENCES"),
    ],
)
def test_a_wrong_value_is_named_and_never_shown(environment, named):
    with pytest.raises(InvalidSettings, match=named) as error:
        load(environment)

    assert "secret-value" not in str(error.value)


def test_where_the_right_token_is_found_is_said_in_each_language():
    with pytest.raises(InvalidSettings) as error:
        load({"SLACK_BOT_TOKEN": "secret-value"})

    assert error.value.reason == Phrase(
        "SLACK_BOT_TOKEN は xoxb- で始まる値です。Slack のアプリ設定から正しい値を写してください。",
        "SLACK_BOT_TOKEN must start with xoxb-; copy the right value from the Slack app's settings.",
    )


def test_a_secret_may_be_rotated():
    settings = load(SLACK | {"SLACK_SIGNING_SECRET": f"new-{SIGNING}, old-{SIGNING}"})

    assert settings.sections["slack"].signing_secrets == (f"new-{SIGNING}", f"old-{SIGNING}")


def test_the_example_and_the_readmes_are_made_of_the_settings():
    example = (ROOT / "deploy/env.example").read_text(encoding="utf-8")

    assert example == settings_pages.example()
    for language, path in settings_pages.READMES.items():
        assert settings_pages.table(language) in path.read_text(encoding="utf-8")


def test_every_name_that_is_read_is_known_and_none_twice():
    settings = load({})
    rows = re.findall(r"^([A-Z_]+)=", settings_pages.example(), re.MULTILINE)

    assert sorted(rows) == sorted(names(settings.platforms))


@pytest.mark.parametrize(
    ("row", "near"),
    [("SLACK_SIGNING_SECERT=x", "SLACK_SIGNING_SECRET"), ("qdrant_url=http://x", "QDRANT_URL")],
)
def test_a_slip_in_the_file_is_named_with_what_was_meant(tmp_path, monkeypatch, row, near):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text(row)
    with pytest.raises(InvalidSettings, match=near) as error:
        load({})

    assert row.partition("=")[0] in error.value.reason.ja
    assert "=x" not in error.value.reason.ja


def test_the_file_is_read_and_the_environment_wins(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text(
        "# ours\nexport PUBLIC_URL='https://a.example' # here\nLLM=ollama:a\n"
    )
    settings = load({"LLM": "ollama:b"})

    assert (settings.public_url, settings.llm) == ("https://a.example", "ollama:b")


def test_a_file_that_is_no_text_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_bytes(b"\xff\xfe\x00LLM")
    with pytest.raises(InvalidSettings, match=r"\.env"):
        load({})


def test_the_example_as_it_stands_switches_everything_off():
    rows = [
        row.partition("=")
        for row in (ROOT / "deploy/env.example").read_text().splitlines()
        if row and row[0] != "#"
    ]
    settings = load({name: value for name, _, value in rows})

    assert list(settings.sections) == ["web", "api"]


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("LLM", "gpt-4o", "bad_model"),
        ("LLM", "grok:1", "bad_model"),
        ("LLM", "openai:", "bad_model"),
        ("EMBEDDING", "anthropic:x", "bad_model"),
        ("THREAD_TALK", "all", "bad_value"),
    ],
)
def test_a_model_or_a_rule_nobody_knows_is_refused_with_what_is_known(name, value, code):
    with pytest.raises(InvalidSettings) as error:
        load({name: value})
    assert error.value.code == code
    assert value not in error.value.reason.ja
    assert name in error.value.reason.ja
    assert name in error.value.reason.en


SWITCHES = {
    "PUBLISH_BY_TWO": {},
    "TEAMS_LOCAL": {},
    "TEAMS_MANAGED_IDENTITY": {"TEAMS_APP_ID": GUID, "TEAMS_TENANT_ID": GUID},
}


def switched(name: str, value: str) -> bool:
    settings = load(SWITCHES[name] | {name: value})
    if name == "PUBLISH_BY_TWO":
        return settings.publish_by_two
    teams = settings.sections.get("teams")
    if teams is None:
        return False
    return teams.local if name == "TEAMS_LOCAL" else teams.managed_identity


@pytest.mark.parametrize("name", SWITCHES)
@pytest.mark.parametrize("value", ["1", "true", "True", "YES", "on", " on ", "１"])
def test_every_word_for_on_switches_on(name, value):
    assert switched(name, value)


@pytest.mark.parametrize("name", ["PUBLISH_BY_TWO", "TEAMS_LOCAL"])
@pytest.mark.parametrize("value", ["", " ", "0", "false", "No", "OFF"])
def test_every_word_for_off_switches_off(name, value):
    assert not switched(name, value)


@pytest.mark.parametrize("name", SWITCHES)
@pytest.mark.parametrize("value", ["2", "ja", "enabled", "はい", "y e s", "1 # rule of two", "-1"])
def test_a_word_that_says_neither_stops_the_start(name, value):
    with pytest.raises(InvalidSettings) as error:
        switched(name, value)
    assert error.value.code == "bad_value"
    assert name in error.value.reason.ja
    assert name in error.value.reason.en
    assert value not in error.value.reason.en


def test_one_password_for_both_is_refused():
    with pytest.raises(InvalidSettings, match="WEB_ADMIN_PASSWORD") as error:
        load({"WEB_PASSWORD": "same-same-same", "WEB_ADMIN_PASSWORD": " same-same-same "})
    assert "same-same" not in error.value.reason.ja
    assert load({"WEB_ADMIN_PASSWORD": "same-same-same"}).sections["web"].member == ""


@pytest.mark.parametrize(
    ("name", "value", "place"),
    [
        ("ADMINS", "U1, slak:T1:U2", "ADMINS"),
        ("EXPERTS", "S1, web.page:x, slak:T1:U1", "EXPERTS"),
        ("AUDIENCES", "legal=U1, hr=U2 slak:T1:U3", "AUDIENCES (hr)"),
    ],
)
def test_an_id_of_a_platform_that_there_is_not_is_named_with_its_place(name, value, place):
    with pytest.raises(InvalidSettings) as error:
        load({name: value})

    assert error.value.code == "unknown_platform"
    for said in (error.value.reason.ja, error.value.reason.en):
        assert place in said
        assert "slak" in said
        assert "slack, teams, web, api, terminal" in said


@pytest.mark.parametrize(
    "id_", ["U1", "slack:T1:U1", "teams:t1:3f2b", "terminal:local", "web:local", "29:1abc"]
)
def test_an_id_as_it_is_spelled_today_is_taken(id_):
    assert load({"ADMINS": id_}).admins == {id_}


@pytest.mark.parametrize(
    "place", ["no_such_module:X", "bot.platform:Nothing", "bot.platform:Face", "bot.platform", ":"]
)
def test_a_platform_that_is_not_found_is_named(place):
    with pytest.raises(InvalidSettings) as error:
        load({"PLATFORMS": place})

    assert error.value.code == "bad_platform"
    assert place in error.value.reason.ja
    assert place in error.value.reason.en


@pytest.mark.parametrize("given", [{"PLATFORMS": "nowhere:X"}, {"ADMINS": "slak:T1:U1"}])
def test_a_slip_in_a_setting_ends_a_command_as_a_slip_in_its_words_does(given, monkeypatch, capsys):
    for name, value in given.items():
        monkeypatch.setenv(name, value)

    assert main(["documents", "--json"]) == USAGE
    assert json.loads(capsys.readouterr().out)["error"]["ja"]


def test_a_platform_cannot_take_the_name_of_another():
    with pytest.raises(InvalidSettings, match="taken"):
        load({"PLATFORMS": "bot.slack.platform:SLACK"})
