"""
How the bot signs in to send: a password, a certificate, or the identity its machine was given. The
SDK holds the token.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from bot.environment import InvalidSettings
from bot.teams.settings import Teams
from handlers.texts import Texts


def sign_in(settings: Teams) -> Any:
    """
    Return the SDK's credentials for these settings; nothing is fetched yet.

    Raises:
        InvalidSettings: the certificate's file holds no private key with its certificate.
    """
    if settings.managed_identity:
        from botframework.connector.auth.managedidentity_app_credentials import (
            ManagedIdentityAppCredentials,
        )

        return ManagedIdentityAppCredentials(settings.app_id)
    if settings.certificate:
        from botframework.connector.auth import CertificateAppCredentials

        thumbprint, key, public = certificate(settings.certificate)
        return CertificateAppCredentials(
            settings.app_id,
            thumbprint,
            key,
            channel_auth_tenant=settings.tenant_id,
            certificate_public=public,
        )
    from botframework.connector.auth import MicrosoftAppCredentials

    return MicrosoftAppCredentials(settings.app_id, settings.password, settings.tenant_id or None)


def renew(credentials: Any) -> None:
    """Forget the token, so that the next call fetches a new one."""
    credentials.app = None
    kind = type(credentials)
    if hasattr(kind, "global_token_cache"):  # the managed identity's, shared by the whole process
        import msal

        kind.global_token_cache = msal.TokenCache()


def certificate(path: str) -> tuple[str, str, str]:
    """
    Return thumbprint, private key and certificate of a PEM file that holds both.

    Raises:
        InvalidSettings: it does not, cannot be read, or has expired.
    """
    try:
        raw = Path(path).read_bytes()
        key = load_pem_private_key(raw, password=None).private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
        public = x509.load_pem_x509_certificate(raw)
    except (OSError, ValueError, TypeError) as error:
        raise InvalidSettings(
            "unreadable_certificate",
            Texts.load().phrase("settings.unreadable_certificate", path=path),
        ) from error
    if public.not_valid_after_utc < datetime.now(UTC):
        raise InvalidSettings(
            "expired_certificate",
            Texts.load().phrase(
                "settings.expired_certificate",
                name="TEAMS_CERTIFICATE",
                day=public.not_valid_after_utc.date().isoformat(),
            ),
        )
    sha1 = hashes.SHA1()  # noqa: S303  # a name for the certificate, as Entra wants it
    thumbprint = public.fingerprint(sha1).hex().upper()
    return thumbprint, key.decode(), public.public_bytes(Encoding.PEM).decode()
