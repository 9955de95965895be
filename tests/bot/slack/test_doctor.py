"""The doctor names what is missing in Slack, and where to mend it."""

import pytest

from bot.slack import api as rooms
from bot.slack.doctor import SCOPES, diagnose
from bot.slack.settings import Slack as Settings
from bot.slack.setup import set_up


@pytest.mark.parametrize(
    ("faults", "scopes", "found"),
    [
        ({}, SCOPES, "ready"),
        (
            {},
            SCOPES - {"files:read", "im:write"},
            "missing scopes: files:read, im:write; add them and install the app again",
        ),
        ({"auth.test": ["invalid_auth"]}, SCOPES, "SLACK_BOT_TOKEN is refused (invalid_auth)"),
        ({"auth.test": [503] * 3}, SCOPES, "Slack does not answer"),
        (
            {"apps.connections.open": ["not_allowed_token_type"]},
            SCOPES,
            "SLACK_APP_TOKEN is refused (not_allowed_token_type)",
        ),
    ],
)
async def test_what_is_wrong_is_named(api, monkeypatch, faults, scopes, found):
    monkeypatch.setattr(rooms, "PAUSE", 0.01)
    api.faults, api.scopes = faults, ",".join(scopes)

    assert (await diagnose(Settings("xoxb-1", ("s",), "xapp-1", f"{api.url}/api/"))).startswith(
        found
    )


async def test_setting_up_says_hello_to_whoever_does_it(api, monkeypatch, texts):
    api.scopes = ",".join(SCOPES)
    settings = Settings("xoxb-1", ("s",), "xapp-1", f"{api.url}/api/")
    found = await set_up(settings, "U1", texts, "ja")

    assert (found.trouble, found.greeted, found.way, found.agent) == ("", "U1", "socket", True)
    [hello] = api.messages.values()
    assert (hello["channel"], hello["text"]) == ("DU1", texts.say("slack.hello", "ja"))

    api.faults = {"conversations.open": ["user_not_found"]}
    found = await set_up(settings, "U9", texts, "ja")
    assert (found.greeted, found.refused) == ("", "user_not_found")

    api.faults = {"auth.test": ["invalid_auth"]}
    found = await set_up(settings, "U1", texts, "ja")
    assert found.trouble.startswith("SLACK_BOT_TOKEN is refused")
    assert len(api.messages) == 1


@pytest.mark.parametrize(
    ("fault", "found"),
    [("invalid_code", "ready"), ("bad_client_secret", "SLACK_CLIENT_ID and SLACK_CLIENT_SECRET")],
)
async def test_what_several_workspaces_install_by_is_tried(api, texts, fault, found):
    api.faults = {"oauth.v2.access": [fault, fault]}
    settings = Settings("", ("s",), "", f"{api.url}/api/", "1.2", "secret")

    assert (await diagnose(settings)).startswith(found)
    told = await set_up(settings, "", texts, "ja")
    assert (told.several, not told.trouble) == (found == "ready", found == "ready")
