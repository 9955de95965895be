"""Slack's request signature, checked on the raw bytes before anything is parsed."""

import hashlib
import hmac
import re

TOLERANCE = 300  # seconds a request may lie in the past or the future

_TIME = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")


def valid(
    secrets: tuple[str, ...], body: bytes, timestamps: list[str], signatures: list[str], now: float
) -> bool:
    """
    Report whether one of `secrets` signed `body`; several are accepted while a secret is being
    changed.

    The headers come as lists, since a header given twice is not trusted. `now` is in seconds since
    1970.
    """
    if len(timestamps) != 1 or len(signatures) != 1:
        return False
    timestamp, signature = timestamps[0], signatures[0]
    if not _TIME.fullmatch(timestamp) or not _SIGNATURE.fullmatch(signature):
        return False
    if abs(now - int(timestamp)) > TOLERANCE:
        return False
    signed = b"v0:" + timestamp.encode() + b":" + body
    matches = False
    for secret in filter(None, secrets):  # every one is compared, whichever matches
        expected = "v0=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
        matches |= hmac.compare_digest(expected.encode(), signature.encode())
    return matches
