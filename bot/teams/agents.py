"""
The Agents SDK, the Bot Framework's successor, and the only file that knows it: the same adapter as
`sdk.py`, for whoever installs the extra "agents".

Used are its adapter with the turn context, its connector client, its schema and its sign-in by
MSAL. Mended here: its models lose or rename fields of entities they do not know, so it carries the
frame of an activity and we fill in the rest; it makes a client and a session for each turn, cuts
ids of conversations after 150 characters, follows redirects, and has no time-out of its own.
"""

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any
from urllib.parse import quote

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    ContentTypeError,
    TraceConfig,
)
from microsoft_agents.activity import (
    Activity,
    ActivityTreatment,
    ChannelAccount,
    ConversationAccount,
    ConversationParameters,
)
from microsoft_agents.authentication.msal import MsalAuth
from microsoft_agents.hosting.core import (
    AgentAuthConfiguration,
    AuthTypes,
    ChannelServiceAdapter,
    ClaimsIdentity,
    TurnContext,
)
from microsoft_agents.hosting.core.channel_service_client_factory_base import (
    ChannelServiceClientFactoryBase,
)
from microsoft_agents.hosting.core.connector.client.connector_client import ConversationsOperations
from microsoft_agents.hosting.core.connector.teams import TeamsConnectorClient
from msal import ConfidentialClientApplication

from bot.teams.certificate import certificate
from bot.teams.refusal import Refusal
from bot.teams.settings import Teams
from knowledge.observation import happened

TIMEOUT = 15  # seconds for one call
LONGEST_ID = 2_000  # characters of a conversation's id
SERVICE = "https://api.botframework.com"  # whom a token is for
EARLY = 300.0  # seconds before its end at which a token is fetched anew
CODE = 500  # characters kept of what the service says
CHANNEL = "msteams"
# its log names conversations, and what Entra answered
logging.getLogger("microsoft_agents").setLevel(logging.CRITICAL)

_whole: ContextVar[dict[str, Any]] = ContextVar("_whole")  # the activity that is being sent


class SignIn:
    """The SDK's sign-in by MSAL, with its token kept; `settings` name one of the three ways."""

    def __init__(self, settings: Teams) -> None:
        self._settings = settings
        self._auth = _auth(settings)
        self._token = ""
        self._until = 0.0  # seconds since 1970

    def get_access_token(self) -> str:
        """
        Return the token, fetched where the last one ends soon: not on the event loop then.

        Raises:
            ValueError: Entra refuses us.
            OSError: Entra does not answer.
        """
        if self._settings.local:
            return ""
        if time.time() > self._until - EARLY:
            # the class offers the token alone, and its end is needed
            scopes = [f"{SERVICE}/.default"]
            got = asyncio.run(self._auth._get_access_token(SERVICE, scopes))  # noqa: SLF001
            self._token, self._until = str(got.token), float(got.expires_on)
        return self._token

    def renew(self) -> None:
        self._auth = _auth(self._settings)
        self._until = 0.0


def sign_in(settings: Teams) -> SignIn:
    """
    Return the credentials for these settings; nothing is fetched yet.

    Raises:
        InvalidSettings: the certificate's file holds no private key with its certificate.
    """
    return SignIn(settings)


def renew(credentials: Any) -> None:
    """Forget the token, so that the next call fetches a new one."""
    credentials.renew()


class _ByCertificate(MsalAuth):  # type: ignore[misc]
    """The SDK reads a certificate from a PFX file alone; ours is PEM."""

    def __init__(self, configuration: AgentAuthConfiguration, path: str) -> None:
        super().__init__(configuration)
        thumbprint, key, public = certificate(path)
        self._credential = {
            "thumbprint": thumbprint,
            "private_key": key,
            "public_certificate": public,
        }

    def _create_client_application(self, tenant_id: str | None = None) -> Any:
        configuration = self._msal_configuration
        return ConfidentialClientApplication(
            configuration.CLIENT_ID,
            self._credential,
            authority=self._resolve_authority(configuration, tenant_id),
        )


def _auth(settings: Teams) -> Any:
    if settings.managed_identity:
        return MsalAuth(_configuration(settings, AuthTypes.user_managed_identity))
    configuration = _configuration(settings, AuthTypes.client_secret)
    if settings.certificate:
        return _ByCertificate(configuration, settings.certificate)
    return MsalAuth(configuration)


def _configuration(settings: Teams, way: Any) -> Any:
    return AgentAuthConfiguration(
        auth_type=way,
        client_id=settings.app_id,
        tenant_id=settings.tenant_id,
        client_secret=settings.password,
    )


class _Client(TeamsConnectorClient):  # type: ignore[misc]
    """A connector client that outlives the turn it was made for."""

    def __init__(self, service_url: str, session: ClientSession) -> None:
        super().__init__(service_url, "", session=session)
        self._conversations = ConversationsOperations(
            session, max_conversation_id_length=LONGEST_ID
        )

    def speak_for(self, token: str) -> None:
        """Sign the calls to come."""
        if token:
            self.client.headers["Authorization"] = f"Bearer {token}"

    async def close(self) -> None:
        """Stay open: the SDK closes it after each turn."""


class _NoUser:
    """Stands for the client of people's own tokens, of which there are none here."""

    async def close(self) -> None:
        """Close nothing."""


class _Clients(ChannelServiceClientFactoryBase):  # type: ignore[misc]
    """One connector client for each service address, all with one sign-in."""

    def __init__(self, credentials: Any) -> None:
        self._credentials = credentials
        self._clients: dict[str, _Client] = {}

    def of(self, service_url: str) -> _Client:
        if service_url not in self._clients:
            self._clients[service_url] = _Client(service_url, _session(service_url))
        client = self._clients[service_url]
        client.speak_for(self._credentials.get_access_token())
        return client

    async def create_connector_client(
        self, context: Any, claims_identity: Any, service_url: str, *_: Any, **__: Any
    ) -> _Client:
        return self.of(service_url)

    async def create_user_token_client(self, *_: Any, **__: Any) -> _NoUser:
        return _NoUser()

    async def close(self) -> None:
        clients, self._clients = self._clients, {}
        for client in clients.values():
            await client.client.close()


class Adapter(ChannelServiceAdapter):  # type: ignore[misc]
    """Speaks into conversations by the connector. `credentials` know a token."""

    def __init__(self, credentials: Any) -> None:
        self._clients = _Clients(credentials)
        super().__init__(self._clients)

    async def close(self) -> None:
        """Close the connections; nothing is sent any more."""
        await self._clients.close()

    async def send(self, reference: dict[str, Any], activity: dict[str, Any]) -> str:
        """
        Send an activity and return its id, "" where the service gives none.

        Raises:
            Refusal
        """
        frame = Activity(type=activity["type"])
        recipient = activity.get("recipient") or {}
        if recipient.get("isTargeted"):
            # by this the SDK adds the word to the address without which everybody would see it
            frame.entities = [ActivityTreatment(treatment="targeted")]
        answer = await self._within(reference, activity, lambda c: c.send_activity(frame))
        return str(getattr(answer, "id", "") or "")

    async def update(self, reference: dict[str, Any], id_: str, activity: dict[str, Any]) -> None:
        frame = Activity(type=activity["type"], id=id_)
        await self._within(reference, activity, lambda c: c.update_activity(frame))

    async def delete(self, reference: dict[str, Any], id_: str) -> None:
        await self._within(reference, {}, lambda c: c.delete_activity(id_))

    async def member(self, reference: dict[str, Any], id_: str) -> dict[str, Any]:
        """
        Return what the conversation knows of a member: "userRole", "tenantId", "userPrincipalName".
        """
        async with _told():
            member = await self._clients.of(reference["service"]).get_conversation_member(
                quote(reference["conversation"], safe=":;@="), quote(id_, safe=":")
            )
        return dict(member.model_dump(by_alias=True, exclude_none=True, mode="json"))

    async def open_chat(self, reference: dict[str, Any], tenant: str) -> str:
        """Return the id of the personal chat with a person, who may be known by their Entra id."""
        _whole.set({})
        wanted = ConversationParameters(
            is_group=False,
            agent=ChannelAccount(id=reference["bot"]),
            members=[ChannelAccount(id=reference["user"])],
            tenant_id=tenant,
            channel_data={"tenant": {"id": tenant}},
        )
        async with _told():
            client = self._clients.of(reference["service"])
            answer = await client.conversations.create_conversation(wanted)
        return str(answer.id)

    async def _within(
        self,
        reference: dict[str, Any],
        activity: dict[str, Any],
        do: Callable[[TurnContext], Awaitable[Any]],
    ) -> Any:
        answer: Any = None

        async def turn(context: TurnContext) -> None:
            nonlocal answer
            answer = await do(context)

        kind = reference["kind"] or None
        _whole.set(
            {"conversation": {"id": reference["conversation"], "conversationType": kind}} | activity
        )
        known = Activity(
            type="event",
            channel_id=CHANNEL,
            service_url=reference["service"],
            # it stands in the address as it is
            conversation=ConversationAccount(id=quote(reference["conversation"], safe=":;@=")),
            from_property=ChannelAccount(id=reference["user"]),
            recipient=ChannelAccount(id=reference["bot"]),
        )
        async with _told():
            await self.continue_conversation_with_claims(
                ClaimsIdentity({}, "Bearer"), known, turn, SERVICE
            )
        return answer


@asynccontextmanager
async def _told() -> Any:
    """Tell what goes wrong on the way as a Refusal. An answer without a body is none of that."""
    try:
        yield
    except ContentTypeError as error:
        if error.status >= 300:
            raise Refusal(error.status) from error
    except ClientConnectorError as error:
        raise Refusal(0, sent=False) from error
    except (ClientError, TimeoutError, OSError) as error:
        raise Refusal(0) from error


def _session(service_url: str) -> ClientSession:
    """Return connections that tell of refusals by their status, and follow no redirect."""
    redirects = TraceConfig()
    redirects.on_request_redirect.append(_redirected)
    return ClientSession(
        base_url=service_url if service_url.endswith("/") else f"{service_url}/",
        timeout=ClientTimeout(total=TIMEOUT),
        json_serialize=_filled_in,
        raise_for_status=_refused,
        trace_configs=[redirects],
        trust_env=True,  # a proxy of the company
    )


def _filled_in(frame: Any) -> str:
    """Return the activity as we drew it in the frame of the SDK: who speaks to whom, where."""
    frame.pop("entities", None)
    return json.dumps(frame | _whole.get())


async def _refused(response: ClientResponse) -> None:
    if response.status < 300:
        return
    happened("refusal", what="teams", reason=str(response.status))
    after = response.headers.get("Retry-After", "")
    raise Refusal(response.status, after=after, code=(await response.text())[:CODE])


async def _redirected(session: Any, context: Any, params: Any) -> None:
    raise Refusal(params.response.status)
