"""The doctor signs in to Entra and names the setting that is wrong."""

import json

import pytest
from botframework.connector.auth import MicrosoftAppCredentials
from msal import ConfidentialClientApplication

from bot.teams.doctor import diagnose
from bot.teams.settings import Teams

TENANT = "11111111-2222-3333-4444-555555555555"
SETTINGS = Teams("app", "secret", TENANT, local=False)


class Entra:
    """What Entra answers to one request for a token."""

    def __init__(self, answer, status):
        self.answer = answer
        self.status = status

    def get(self, url, **_):
        base = f"https://login.microsoftonline.com/{TENANT}"
        told = {"token_endpoint": f"{base}/t", "authorization_endpoint": f"{base}/a"}
        return Answer(told | {"issuer": base}, 200)

    def post(self, url, **_):
        return Answer(self.answer, self.status)

    def close(self):
        pass


class Answer:
    def __init__(self, body, status):
        self.status_code, self.text, self.headers = status, json.dumps(body), {}

    def raise_for_status(self):
        pass


def signing_in(answer, status=400):
    def sign_in(settings):
        found = MicrosoftAppCredentials(settings.app_id, settings.password, TENANT)
        entra = Entra(answer, status)
        found.app = ConfidentialClientApplication(
            "app",
            "secret",
            authority=found.oauth_endpoint,
            http_client=entra,
            instance_discovery=False,
        )
        return found

    return sign_in


def refused(code):
    return {"error": "invalid_client", "error_description": f"AADSTS{code}: no. Trace ID: x"}


@pytest.mark.parametrize(
    ("code", "setting"),
    [
        (700016, "TEAMS_APP_ID"),
        (7000215, "TEAMS_APP_PASSWORD is refused"),
        (7000222, "TEAMS_APP_PASSWORD has expired"),
        (90002, "TEAMS_TENANT_ID"),
        (700027, "TEAMS_CERTIFICATE"),
        (53003, "AADSTS53003"),
    ],
)
async def test_what_entra_refuses_is_named_by_its_setting(code, setting):
    told = await diagnose(SETTINGS, signing_in(refused(code)))
    assert setting in told
    assert "Trace" not in told


async def test_who_is_signed_in_is_ready():
    token = {"access_token": "t", "expires_in": 3600, "token_type": "Bearer"}
    assert await diagnose(SETTINGS, signing_in(token, 200)) == "ready"


@pytest.mark.parametrize(
    ("failure", "word"),
    [
        (ValueError("Unable to get authority configuration for https://x"), "TEAMS_TENANT_ID"),
        (ConnectionError("secret"), "does not answer"),
    ],
)
async def test_what_comes_before_an_answer_is_named_too(failure, word):
    def failing(settings):
        raise failure

    told = await diagnose(SETTINGS, failing)
    assert word in told
    assert "secret" not in told


async def test_the_local_trial_has_nobody_to_sign_in_to():
    assert await diagnose(Teams("", "", "", local=True)) == "on"
