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
Headers = dict[str, str]
# body, headers → status, body, headers
Dispatch = Callable[[str, Headers], Awaitable[tuple[int, str, Headers]]]


class Endpoint:
    """`dispatch` gets the text Slack signed."""

    def __init__(self, secrets: tuple[str, ...], dispatch: Dispatch) -> None:
        self._secrets = secrets
        self._dispatch = dispatch

    async def answer(self, request: Request) -> Response:
        body = await _bounded(request)
        if body is None:
            return PlainTextResponse("", 413)
        stamps = request.headers.getlist("x-slack-request-timestamp")
        signatures = request.headers.getlist("x-slack-signature")
        if not valid(self._secrets, body, stamps, signatures, time.time()):
            return PlainTextResponse("", 401)
        if decoded(body) is None:
            return PlainTextResponse("", 400)
        kind = JSON if _is_json(body) else FORM
        signed = {"content-type": kind, RETRY: request.headers.get(RETRY, "")}
        status, text, headers = await self._dispatch(body.decode(), signed)
        return Response(text, status, headers)


def decoded(body: bytes) -> dict[str, Any] | None:
    """Return the payload of a body, JSON or a form, or None when it is malformed."""
    try:
        payload = json.loads(body) if _is_json(body) else _form(body)
        # it will be stored: half a surrogate pair cannot be
        json.dumps(payload, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return payload if isinstance(payload, dict) and payload else None


def _form(body: bytes) -> Any:
    """Return the JSON in the field of an interaction, or the fields of a command themselves."""
    fields = parse_qs(body.decode(), keep_blank_values=True)
    if "payload" in fields:
        return json.loads(fields["payload"][0])
    return {name: values[0] for name, values in fields.items()}


def _is_json(body: bytes) -> bool:
    return body.lstrip().startswith(b"{")


async def _bounded(request: Request) -> bytes | None:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY:
            return None
    return body
