"""
What a provider's failure means, whichever client raised it: whether it was too slow, cannot be
reached, refuses the key, knows no such model, reads less than it was sent, or merely failed.

Only kinds leave this room. A provider's own words may quote the prompt or the key, so they are
looked at here and kept nowhere.
"""

import json
import re
from typing import Literal

Kind = Literal[
    "timeout",
    "unreachable",
    "denied",
    "unknown_model",
    "too_long",
    "rate_limited",
    "cut",
    "garbled",
    "model_error",
]
TOO_MANY = 429  # HTTP status after which trying again may help, as it may from SERVER_ERROR on
CLIENT_ERROR, SERVER_ERROR = 400, 500
FOR_GOOD: frozenset[Kind] = frozenset({"denied", "unknown_model", "too_long"})
_BY_STATUS: dict[int, Kind] = {
    401: "denied",
    403: "denied",
    404: "unknown_model",
    408: "timeout",
    413: "too_long",
    TOO_MANY: "rate_limited",
    504: "timeout",
}
# how providers say that a prompt has more tokens than their model reads
_TOO_LONG = re.compile(
    r"context.{0,20}(?:length|size|window)|(?:prompt|input|request).{0,20}too (?:long|large)"
    r"|too many (?:input )?tokens|maximum.{0,30}tokens|exceeds?.{0,40}(?:tokens|context)",
    re.IGNORECASE | re.DOTALL,
)
# the classes of all clients say it by name: ReadTimeout, APITimeoutError, EndpointConnectionError
_BY_NAME: tuple[tuple[re.Pattern[str], Kind], ...] = (
    (re.compile(r"ConnectTimeout"), "unreachable"),
    (re.compile(r"Timed?Out", re.IGNORECASE), "timeout"),
    (re.compile(r"ReadError|RemoteProtocol|ConnectionReset|IncompleteRead"), "cut"),
    (re.compile(r"Connect|NetworkError"), "unreachable"),
)


class ModelFault(Exception):
    """
    A provider's failure: its HTTP status, 0 where there is none, the seconds it asks to wait, if it
    does, and which `kind` it is.
    """

    def __init__(self, status: int, retry_after: float | None, kind: Kind = "model_error") -> None:
        super().__init__(f"status {status}, {kind}")
        self.status = status
        self.retry_after = retry_after
        self.kind: Kind = kind

    @property
    def final(self) -> bool:
        """Whether asking again would end the same."""
        refused = CLIENT_ERROR <= self.status < SERVER_ERROR
        return self.kind in FOR_GOOD or (refused and self.kind == "model_error")


def fault_of(fault: Exception) -> ModelFault:
    """Return what a client's exception says of status and wait, wherever that client puts it."""
    response = getattr(fault, "response", None)
    status = getattr(fault, "status_code", None) or getattr(fault, "code", None)
    headers = getattr(response, "headers", None) or getattr(fault, "headers", None) or {}
    if isinstance(response, dict):  # botocore
        metadata = response.get("ResponseMetadata", {})
        status, headers = metadata.get("HTTPStatusCode"), metadata.get("HTTPHeaders", {})
    try:
        wait: float | None = max(float(headers.get("retry-after", "")), 0.0)
    except (ValueError, TypeError, AttributeError):  # none, or an HTTP date: our own pause does
        wait = None
    if not isinstance(status, int):
        status = 0
    return ModelFault(status, wait, _kind(fault, status))


def _kind(fault: Exception, status: int) -> Kind:
    refused = CLIENT_ERROR <= status < SERVER_ERROR and status != TOO_MANY
    if refused and _TOO_LONG.search(str(fault)):
        return "too_long"
    if status >= CLIENT_ERROR:
        return _BY_STATUS.get(status, "model_error")
    if isinstance(fault, json.JSONDecodeError | UnicodeDecodeError):
        return "garbled"
    names = " ".join(one.__name__ for one in type(fault).__mro__)
    for form, kind in _BY_NAME:
        if form.search(names):
            return kind
    return "model_error"
