"""
How the bot signs in to send: a password, a certificate, or the identity its machine was given. The
SDK holds the token.
"""

from typing import Any

from bot.teams.certificate import certificate
from bot.teams.settings import Teams


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
