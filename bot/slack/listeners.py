"""
Bolt's app and our listeners: one for each kind of delivery, the same over HTTP and over a socket.

Listeners run before the acknowledgement, so that Slack hears "yes" only once a delivery is safe.
Bolt's own signature check, its look-up of our token and its filter of our own messages are off: the
first is ours (`signature.py`), the second would make an acknowledgement wait for a call to Slack,
the third is `parse.wanted`.
"""

import logging
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltContext, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.deliveries import NotSafe
from bot.slack.payload import REMOVALS, REPEATED, RETRY, Json

log = logging.getLogger(__name__)
QUIET = logging.getLogger("slack_bolt")
QUIET.setLevel(logging.ERROR)  # its warnings carry what people wrote
ANY = re.compile(r".*", re.DOTALL)
# what Bolt raises over a shape it does not know; our own errors end in `failed`
UNREADABLE = (AttributeError, KeyError, IndexError, TypeError, ValueError)
EVENTS = (
    "app_mention",
    "message",
    "app_home_opened",
    "reaction_added",
    "agent_session_stopped",
    *REMOVALS,
)
Hear = Callable[[Json], Awaitable[Json]]  # a delivery → what the acknowledgement says


def build(client: AsyncWebClient, hear: Hear) -> AsyncApp:
    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=client.token)

    app = AsyncApp(
        client=client,
        logger=QUIET,
        authorize=authorize,
        name="llm-choose",
        process_before_response=True,
        raise_error_for_unhandled_request=True,
        request_verification_enabled=False,
        ssl_check_enabled=False,
        ignoring_self_events_enabled=False,
        attaching_conversation_kwargs_enabled=False,
        attaching_function_token_enabled=False,
    )

    async def listen(
        body: Json,
        ack: Callable[..., Awaitable[Any]],
        context: AsyncBoltContext,
        request: AsyncBoltRequest,
    ) -> None:
        context["heard"] = True
        if repeated(request.headers):
            body = body | {REPEATED: True}
        await ack(**await hear(body))

    for event in EVENTS:
        app.event(event)(listen)
    for listener in (app.command, app.action, app.view_submission, app.shortcut):
        listener(ANY)(listen)

    @app.error
    async def failed(error: Exception, context: AsyncBoltContext) -> BoltResponse:
        if isinstance(error, BoltUnhandledRequestError):
            # a kind we asked for none of: Slack need not send it again
            return BoltResponse(status=200, body="")
        if isinstance(error, NotSafe):
            # Slack sends it again; over a socket, whatever is not 200 is no acknowledgement
            log.warning("a delivery is not acknowledged: Redis is away and its turn takes long")
            return BoltResponse(status=503, body="")
        if not context.get("heard"):  # Bolt trusts shapes, and this one it could not read
            log.warning(
                "a delivery of an unknown shape was refused", extra={"reason": type(error).__name__}
            )
            return BoltResponse(status=400, body="")
        log.error("a delivery could not be made safe", exc_info=error)
        return BoltResponse(status=500, body="")

    return app


def repeated(headers: Mapping[str, Sequence[str]]) -> bool:
    """
    Report whether Slack says that it sent this before; Bolt gives the first delivery over a socket
    the number 0.
    """
    number = next(iter(headers.get(RETRY, ())), "")
    return number not in ("", "0")


async def dispatch(
    app: AsyncApp, body: str, headers: Mapping[str, str]
) -> tuple[int, str, dict[str, str]]:
    """Give Bolt a request whose signature held; return the status, body and headers it answers."""
    try:
        answer = await app.async_dispatch(AsyncBoltRequest(body=body, headers=dict(headers)))
    except UNREADABLE as error:
        reason = {"reason": type(error).__name__}
        log.warning("a delivery of an unknown shape was refused", extra=reason)
        return 400, "", {}
    kind = answer.headers.get("content-type", ["text/plain"])[0]
    return answer.status, answer.body, {"content-type": kind}
