"""
The Bot Framework SDK, and the only file that knows it; `agents.py` holds its successor in the same
shape.

What works of it is used: the adapter with its turn context, the connector client, the schema, the
sign-in. What does not is mended here: its serialiser drops unknown fields of entities and takes 7
ms for a card, so it carries the frame of an activity and we fill in the rest; it makes two clients
a turn, repeats PUT on its own, and loses the status of a refusal whose body is not JSON. Importing
it costs a second, so nobody imports this file before it is needed.
"""

import json
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any

from botbuilder.core import CloudAdapterBase, TurnContext
from botbuilder.core.teams import TeamsInfo
from botbuilder.schema import (
    Activity,
    ChannelAccount,
    ConversationAccount,
    ConversationParameters,
    ConversationReference,
)
from botframework.connector.aio import ConnectorClient
from botframework.connector.auth import BotFrameworkAuthentication, ClaimsIdentity
from botframework.connector.auth.connector_factory import ConnectorFactory
from msrest.exceptions import ClientException
from msrest.pipeline import SansIOHTTPPolicy
from msrest.pipeline.async_abc import AsyncPipeline
from msrest.pipeline.async_requests import (
    AsyncPipelineRequestsHTTPSender,
    AsyncRequestsCredentialsPolicy,
)
from msrest.pipeline.universal import RawDeserializer
from msrest.universal_http.async_requests import AsyncRequestsHTTPSender
from requests.exceptions import ConnectionError as NotConnected
from urllib3 import Retry
from urllib3.exceptions import NewConnectionError

from bot.teams.refusal import Refusal
from knowledge.observation import happened

TIMEOUT = 15  # seconds for one call

_whole: ContextVar[dict[str, Any]] = ContextVar("_whole")  # the activity that is being sent


class _Refusals(SansIOHTTPPolicy[Any, Any]):
    """Turns a refusal into an exception before the SDK tries to read its body."""

    def on_response(self, request: Any, response: Any, **_: Any) -> None:
        answer = response.http_response
        if answer.status_code >= 400:
            happened("refusal", what="teams", reason=str(answer.status_code))
            raise Refusal(
                answer.status_code,
                after=answer.headers.get("Retry-After", ""),
                code=answer.text()[:500],
            )


class _Whole(SansIOHTTPPolicy[Any, Any]):
    """
    Puts the activity as we drew it into the frame the SDK made: who speaks to whom, and where.
    """

    def on_request(self, request: Any, **_: Any) -> None:
        http = request.http_request
        if not http.data:
            return
        whole = json.loads(http.data) | _whole.get()
        http.data = json.dumps(whole)
        http.headers["Content-Length"] = str(len(http.data))
        recipient = whole.get("recipient") or {}
        if recipient.get("isTargeted"):
            # without this word of the address everybody would see it
            http.format_parameters({"isTargetedActivity": "true"})


class _Clients(BotFrameworkAuthentication, ConnectorFactory):  # type: ignore[misc]
    """
    One connector client for each service address, all with one sign-in. Who comes in is judged in
    `bot.teams.auth`.
    """

    def __init__(self, credentials: Any) -> None:
        self._credentials = credentials
        self._clients: dict[str, Any] = {}

    def create_connector_factory(self, claims_identity: Any) -> "_Clients":
        return self

    async def create(self, service_url: str, audience: Any = None) -> Any:
        if service_url not in self._clients:
            self._clients[service_url] = ConnectorClient(
                self._credentials, base_url=service_url, pipeline_type=_pipeline
            )
        return self._clients[service_url]

    async def close(self) -> None:
        clients, self._clients = self._clients, {}
        for client in clients.values():
            await client.config.pipeline.__aexit__()

    async def create_user_token_client(self, claims_identity: Any) -> None:
        return None

    async def authenticate_request(self, activity: Any, auth_header: str) -> Any:
        raise PermissionError("activities are judged before they come here")

    async def authenticate_streaming_request(self, auth_header: str, channel_id_header: str) -> Any:
        raise PermissionError("there is no streaming endpoint")


class Adapter(CloudAdapterBase):  # type: ignore[misc]
    """Speaks into conversations by the connector. `sign_in` is the SDK's credentials."""

    def __init__(self, sign_in: Any) -> None:
        self._connectors = _Clients(sign_in)
        super().__init__(self._connectors)

    async def close(self) -> None:
        """Close the connections; nothing is sent any more."""
        await self._connectors.close()

    async def send(self, reference: dict[str, Any], activity: dict[str, Any]) -> str:
        """
        Send an activity and return its id, "" where the service gives none.

        Raises:
            Refusal
        """
        _whole.set(activity)
        answer = await self._within(
            reference, lambda c: c.send_activity(Activity(type=activity["type"]))
        )
        return str(getattr(answer, "id", "") or "")

    async def update(self, reference: dict[str, Any], id_: str, activity: dict[str, Any]) -> None:
        _whole.set(activity)
        await self._within(
            reference, lambda c: c.update_activity(Activity(type=activity["type"], id=id_))
        )

    async def delete(self, reference: dict[str, Any], id_: str) -> None:
        await self._within(reference, lambda c: c.delete_activity(id_))

    async def member(self, reference: dict[str, Any], id_: str) -> dict[str, Any]:
        """
        Return what the conversation knows of a member: "userRole", "tenantId", "userPrincipalName".
        """
        member = await self._within(reference, lambda c: TeamsInfo.get_member(c, id_))
        return dict(member.serialize())

    async def open_chat(self, reference: dict[str, Any], tenant: str) -> str:
        """Return the id of the personal chat with a person, who may be known by their Entra id."""
        _whole.set({})
        client = await self._connectors.create(reference["service"])
        wanted = ConversationParameters(
            is_group=False,
            bot=ChannelAccount(id=reference["bot"]),
            members=[ChannelAccount(id=reference["user"])],
            tenant_id=tenant,
            channel_data={"tenant": {"id": tenant}},
        )
        try:
            answer = await client.conversations.create_conversation(wanted)
        except ClientException as error:
            raise Refusal(0, sent=not _never_connected(error)) from error
        return str(answer.id)

    async def _within(self, reference: dict[str, Any], do: Callable[[Any], Awaitable[Any]]) -> Any:
        answer: Any = None

        async def turn(context: TurnContext) -> None:
            nonlocal answer
            context.activity.id = None  # the SDK invents one, and would have us reply to it
            context.activity.channel_data = {}  # TeamsInfo fails on None
            answer = await do(context)

        known = ConversationReference(
            channel_id="msteams",
            service_url=reference["service"],
            conversation=ConversationAccount(
                id=reference["conversation"], conversation_type=reference["kind"]
            ),
            bot=ChannelAccount(id=reference["bot"]),
            user=ChannelAccount(id=reference["user"]),
        )
        try:
            await self.continue_conversation_with_claims(
                ClaimsIdentity({}, is_authenticated=True), known, None, turn
            )
        except ClientException as error:
            raise Refusal(0, sent=not _never_connected(error)) from error
        return answer


def _pipeline(config: Any) -> Any:
    """
    Return the SDK's pipeline without its own repeats and redirects, and with refusals told by their
    status.
    """
    config.retry_policy = lambda: Retry(0, read=False, redirect=False)
    config.redirect_policy.allow = False
    config.connection.timeout = TIMEOUT
    policies = [
        config.user_agent_policy,
        AsyncRequestsCredentialsPolicy(config.credentials),
        RawDeserializer(),
        _Refusals(),
        _Whole(),
    ]
    return AsyncPipeline(policies, AsyncPipelineRequestsHTTPSender(AsyncRequestsHTTPSender(config)))


def _never_connected(error: ClientException) -> bool:
    cause = getattr(error, "inner_exception", None)
    if not isinstance(cause, NotConnected) or not cause.args:
        return False
    reason = getattr(cause.args[0], "reason", None)
    return isinstance(reason, NewConnectionError)
