"""The doctor names what is missing in Slack, and where to mend it."""

import pytest

from bot.slack import api as rooms
from bot.slack.doctor import SCOPES, diagnose
from bot.slack.settings import Slack as Settings


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
