"""The Agents SDK signs in the same three ways, and keeps its token until it ends soon."""

from functools import partial

import pytest
from msal import ConfidentialClientApplication

from bot.settings import InvalidSettings, load
from bot.teams.connector import Connector
from bot.teams.kits import kit, sign_in
from tests.bot.teams import test_credentials
from tests.bot.teams.test_credentials import SECTION, Entra

pem = test_credentials.pem  # the fixture
pytest.importorskip("microsoft_agents.authentication.msal")
AGENTS = SECTION | {"TEAMS_SDK": "agents"}


@pytest.fixture
def entra(monkeypatch):
    """MSAL itself, in front of an Entra of this machine."""
    entra = Entra()
    application = partial(
        ConfidentialClientApplication, http_client=entra, instance_discovery=False
    )

    place = "microsoft_agents.authentication.msal.msal_auth.ConfidentialClientApplication"
    monkeypatch.setattr("bot.teams.agents.ConfidentialClientApplication", application)
    monkeypatch.setattr(place, application_type(application))
    return entra


def application_type(application):
    """Return a class that makes applications so, and knows them as its own."""

    class Known(type):
        def __call__(cls, *args, **kwargs):
            return application(*args, **kwargs)

        def __instancecheck__(cls, instance):
            return isinstance(instance, ConfidentialClientApplication)

    return Known("Application", (), {})


@pytest.mark.parametrize("way", ["password", "certificate"])
def test_a_token_is_fetched_once_until_it_is_dropped(entra, pem, way):
    secret = {"TEAMS_APP_PASSWORD": "hush"}
    if way == "certificate":
        secret = {"TEAMS_CERTIFICATE": str(pem)}
    section = load(AGENTS | secret).sections["teams"]
    found = sign_in(section)
    assert [found.get_access_token() for _ in range(3)] == ["t", "t", "t"]
    assert len(entra.sent) == 1
    assert ("client_assertion" in entra.sent[0]) == (way == "certificate")
    assert entra.sent[0]["scope"] == "https://api.botframework.com/.default"
    kit(section.sdk).renew(found)
    assert found.get_access_token() == "t"
    assert len(entra.sent) == 2


def test_the_machines_identity_needs_no_secret():
    found = sign_in(load(AGENTS | {"TEAMS_MANAGED_IDENTITY": "1"}).sections["teams"])
    assert type(found).__module__ == "bot.teams.agents"


def test_an_sdk_that_there_is_not_is_named():
    with pytest.raises(InvalidSettings, match="botbuilder, agents"):
        load(SECTION | {"TEAMS_APP_PASSWORD": "hush", "TEAMS_SDK": "botframework"})


async def test_what_was_never_opened_closes():
    await Connector(lambda: None, local=True, sdk=kit("agents")).close()
