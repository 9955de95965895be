"""
The one address Slack calls. Nothing is parsed before its signature holds: Bolt answers 500 to some
unsigned bytes, and logs them.

A signed body that is malformed gets 400, so that Slack does not send it again and again.
"""

import json
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot.slack.payload import RETRY
from bot.slack.signature import valid

BODY = 1_000_000  # bytes; Slack's own payloads stay far below
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
Dispatch = Callable[
    [str, dict[str, str]], Awaitable[tuple[int, str, dict[str, str]]]
]  # body, headers → status, body, headers


class Door:
    """`dispatch` gets the text Slack signed."""

    def __init__(self, secrets: tuple[str, ...], dispatch: Dispatch) -> None:
        self._secrets = secrets
        self._dispatch = dispatch

    async def answer(self, request: Request) -> Response:
        body = await _bounded(request)
        if body is None:
            return PlainTextResponse("", 413)
        stamps, signatures = (
            request.headers.getlist(f"x-slack-{n}") for n in ("request-timestamp", "signature")
        )
        if not valid(self._secrets, body, stamps, signatures, time.time()):
            return PlainTextResponse("", 401)
        if decoded(body) is None:
            return PlainTextResponse("", 400)
        told = {
            "content-type": JSON if _json(body) else FORM,
            RETRY: request.headers.get(RETRY, ""),
        }
        status, said, headers = await self._dispatch(body.decode(), told)
        return Response(said, status, headers)


def decoded(body: bytes) -> dict[str, Any] | None:
    """Return the payload of a body, JSON or a form, or None when it is malformed."""
    try:
        if not _json(body):
            fields = {
                name: rows[0]
                for name, rows in parse_qs(body.decode(), keep_blank_values=True).items()
            }
            payload = json.loads(fields["payload"]) if "payload" in fields else fields
        else:
            payload = json.loads(body)
        json.dumps(
            payload, ensure_ascii=False
        ).encode()  # it will be stored: half a surrogate pair cannot be
    except (ValueError, RecursionError):
        return None
    return payload if isinstance(payload, dict) and payload else None


def _json(body: bytes) -> bool:
    return body.lstrip().startswith(b"{")


async def _bounded(request: Request) -> bytes | None:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY:
            return None
    return body
