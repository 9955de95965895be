"""The certificate a bot signs in with instead of a password: a PEM file that holds its key, too."""

from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from bot.environment import InvalidSettings
from handlers.texts import Texts


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
