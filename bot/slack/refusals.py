"""What Slack's failures mean for whoever called it."""

import logging
from typing import TYPE_CHECKING

from bot.endpoint import NotNow
from knowledge.observation import happened

if TYPE_CHECKING:
    from slack_sdk.errors import SlackApiError
    from slack_sdk.web.async_slack_response import AsyncSlackResponse

log = logging.getLogger(__name__)
# Slack's own failures
BROKEN = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})
NOT_INSTALLED = "not_installed"  # our own word: a workspace whose token we have not
GONE = frozenset(
    {"token_revoked", "account_inactive", "invalid_auth", "not_authed", "token_expired"}
    | {NOT_INSTALLED}
)
RATE_LIMITED, SERVER_ERROR = 429, 500  # HTTP status


class Refused(Exception):
    """Slack refused a call; `code` is its word for why ("not_in_channel")."""

    def __init__(self, method: str, code: str) -> None:
        super().__init__(f"{method}: {code}")
        self.code = code


class Unanswered(NotNow):
    """Slack did not answer, or failed itself; what was asked for may have happened."""


class Limited(Unanswered):
    """Slack refused a call for its rate, again and again; what was asked for has not happened."""


class Busy(Exception):
    """Slack takes nothing more of this kind now, and what was to be said need not be."""


class RateLimit(Exception):
    """Slack asks to wait so many seconds; what was asked for has not happened."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def is_unanswered(failure: BaseException) -> bool:
    """Report whether a call may be made again at once."""
    return isinstance(failure, Unanswered) and not isinstance(failure, Limited)


def meaning(method: str, error: "SlackApiError") -> Exception:
    """Return what a failed call means for whoever called."""
    response = error.response
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0) or 0)
    data = getattr(response, "data", None)
    code = str(data.get("error", "")) if isinstance(data, dict) else ""
    happened("refusal", what="slack", reason=code or str(status))
    if status == RATE_LIMITED or code == "ratelimited":
        return RateLimit(_retry_after(response))
    if status >= SERVER_ERROR or code in BROKEN or not code:
        return Unanswered(f"{method}: {status} {code}".strip())
    if code in GONE:
        log.error(
            "Slack no longer takes our bot's token: install the app again",
            extra={"method": method, "code": code},
        )
    if code == "missing_scope":
        needed = str(data.get("needed", "")) if isinstance(data, dict) else ""
        log.error(
            "the Slack app lacks a scope: add it and install the app again",
            extra={"method": method, "code": code, "needed": needed},
        )
    return Refused(method, code)


def _retry_after(response: "AsyncSlackResponse") -> float:
    """Return the seconds Slack asks to wait, 1 where it names none."""
    for name, value in response.headers.items():
        if name.lower() == "retry-after" and value.isdigit():
            return float(value)
    return 1.0
