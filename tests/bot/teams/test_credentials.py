"""The three ways to sign in are the SDK's own; a certificate is read as people keep it, key and certificate in one file."""

import datetime as dt
import json

import pytest
from botframework.connector.auth import CertificateAppCredentials, MicrosoftAppCredentials
from botframework.connector.auth.managedidentity_app_credentials import (
    ManagedIdentityAppCredentials,
)
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from msal import ConfidentialClientApplication

from bot.settings import InvalidSettings, load
from bot.teams.credentials import renew, sign_in
from bot.teams.settings import Teams

TENANT = "99999999-2222-3333-4444-555555555555"
APP = "11111111-2222-3333-4444-555555555555"
SECTION = {"TEAMS_APP_ID": APP, "TEAMS_TENANT_ID": TENANT}


@pytest.fixture(scope="module")
def pem(tmp_path_factory):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "bot")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
    )
    signed = (
        made.not_valid_before(now).not_valid_after(now + dt.timedelta(1)).sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("keys") / "bot.pem"
    path.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + signed.public_bytes(Encoding.PEM)
    )
    return path


def test_a_password_signs_in_at_ones_own_tenant():
    found = sign_in(load(SECTION | {"TEAMS_APP_PASSWORD": "hush"}).sections["teams"])
    assert isinstance(found, MicrosoftAppCredentials)
    assert found.oauth_endpoint.endswith(TENANT)


class Entra:
    """Answers as Entra does, and keeps what it was sent."""

    def __init__(self):
        self.sent = []

    def get(self, url, **_):
        base = f"https://login.microsoftonline.com/{TENANT}"
        return Answer(
            {
                "token_endpoint": f"{base}/token",
                "authorization_endpoint": f"{base}/a",
                "issuer": base,
            }
        )

    def post(self, url, data=None, **_):
        self.sent.append(data)
        return Answer({"access_token": "t", "expires_in": 3600, "token_type": "Bearer"})

    def close(self):
        pass


class Answer:
    def __init__(self, body):
        self.status_code, self.text, self.headers = 200, json.dumps(body), {}

    def raise_for_status(self):
        pass


def test_a_certificate_signs_a_statement_instead_of_a_password(pem):
    found = sign_in(load(SECTION | {"TEAMS_CERTIFICATE": str(pem)}).sections["teams"])
    assert isinstance(found, CertificateAppCredentials)
    entra = Entra()
    credential = {
        "thumbprint": found.certificate_thumbprint,
        "private_key": found.certificate_private_key,
        "public_certificate": found.certificate_public,
    }
    found.app = ConfidentialClientApplication(
        "app",
        credential,
        authority=found.oauth_endpoint,
        http_client=entra,
        instance_discovery=False,
    )
    assert found.get_access_token() == "t"
    assert entra.sent[0]["client_assertion_type"].endswith("jwt-bearer")
    assert "client_secret" not in entra.sent[0]


def test_the_machines_identity_needs_no_secret_and_forgets_its_token_when_asked():
    found = sign_in(load(SECTION | {"TEAMS_MANAGED_IDENTITY": "1"}).sections["teams"])
    assert isinstance(found, ManagedIdentityAppCredentials)
    before = ManagedIdentityAppCredentials.global_token_cache
    renew(found)
    assert ManagedIdentityAppCredentials.global_token_cache is not before


@pytest.mark.parametrize(
    "content", [None, b"", b"-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----"]
)
def test_a_certificate_that_cannot_be_used_is_named(tmp_path, content):
    path = tmp_path / "bot.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InvalidSettings, match=r"bot\.pem"):
        sign_in(Teams("app", "", TENANT, local=False, certificate=str(path)))


def test_two_ways_in_are_one_too_many():
    with pytest.raises(InvalidSettings, match="only one"):
        load(SECTION | {"TEAMS_APP_PASSWORD": "hush", "TEAMS_MANAGED_IDENTITY": "1"})
