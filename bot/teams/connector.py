"""
The way out: activities as dicts to the Bot Framework's connector. The only file that knows the SDK.

The SDK is imported on first use, since it costs a second. It makes a new sign-in for every turn and drops the fields of
entities unless told otherwise; so one credential serves all, and sending of unknown fields is switched on.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from bot.teams.auth import trusted

RETRIES = 4  # further attempts
WAIT = 1.0  # seconds before the first of them, doubled each time, when the service names none
LONGEST_WAIT = 30.0  # seconds
AGAIN = frozenset({412, 429, 502, 503, 504})
TIMEOUT = 15.0  # seconds for one call


class Undelivered(Exception):
    """The connector refused an activity, or did not answer; `status` is 0 without an answer."""

    def __init__(self, status: int) -> None:
        super().__init__(f"the connector answered {status}")
        self.status = status


class Connector:
    """Sends, updates and deletes activities. One client for each service address, made when first needed."""

    def __init__(self, app_id: str, password: str, tenant_id: str, *, local: bool) -> None:
        self._identity = (app_id, password, tenant_id)
        self._local = local
        self._credentials: Any = None
        self._clients: dict[str, Any] = {}

    async def send(self, service: str, conversation: str, activity: dict[str, Any]) -> str:
        """
        Send an activity and return its id.

        Raises:
            Undelivered: the service is not one we talk to, or refused it after some attempts.
        """
        answer = await self._call(service, "send_to_conversation", conversation, activity=activity)
        return str(getattr(answer, "id", "") or "")

    async def update(self, service: str, conversation: str, id_: str, activity: dict[str, Any]) -> None:
        await self._call(service, "update_activity", conversation, id_, activity=activity | {"id": id_})

    async def delete(self, service: str, conversation: str, id_: str) -> None:
        await self._call(service, "delete_activity", conversation, id_)

    async def _call(self, service: str, operation: str, *path: str, activity: dict[str, Any] | None = None) -> Any:
        client = await self._client(service)
        from botbuilder.schema import Activity

        body = () if activity is None else (Activity().deserialize(activity),)
        return await self._patiently(lambda: getattr(client.conversations, operation)(*path, *body))

    async def _patiently(self, call: Callable[[], Awaitable[Any]]) -> Any:
        """Call until it is taken: wait as long as the service asks, sign in anew once when it no longer knows us."""
        from botbuilder.schema import ErrorResponseException
        from msrest.exceptions import ClientException

        renewed = False
        for attempt in range(RETRIES + 1):
            try:
                await self._sign_in()
                async with asyncio.timeout(TIMEOUT):
                    return await call()
            except ErrorResponseException as error:
                status = int(error.response.status_code)
                pause = _pause(error.response.headers.get("Retry-After"), attempt)
            except (ClientException, TimeoutError, OSError) as error:
                raise Undelivered(0) from error
            if status == 401 and not renewed and self._credentials is not None:
                renewed, self._credentials.app = True, None
            elif status in AGAIN and attempt < RETRIES:
                await asyncio.sleep(pause)
            else:
                raise Undelivered(status)
        raise Undelivered(status)

    async def _client(self, service: str) -> Any:
        if not trusted(service, local=self._local):
            raise Undelivered(0)
        if service not in self._clients:
            from botbuilder.schema import ChannelAccount, Entity
            from botframework.connector.aio import ConnectorClient
            from botframework.connector.auth import MicrosoftAppCredentials

            Entity.enable_additional_properties_sending()
            ChannelAccount.enable_additional_properties_sending()
            if self._credentials is None:
                app_id, password, tenant = self._identity
                self._credentials = MicrosoftAppCredentials(app_id, password, tenant or None)
            self._clients[service] = ConnectorClient(self._credentials, base_url=service)
        return self._clients[service]

    async def _sign_in(self) -> None:
        """Fetch the token in a thread: the SDK would do it on the event loop. Afterwards it comes from the cache."""
        if self._local:
            return
        try:
            await asyncio.to_thread(self._credentials.get_access_token)
        except (PermissionError, KeyError, OSError, ValueError) as error:
            raise Undelivered(0) from error


def _pause(named: str | None, attempt: int) -> float:
    try:
        wait = float(named) if named else WAIT * 2**attempt
    except ValueError:
        wait = WAIT * 2**attempt
    return min(max(wait, 0.0), LONGEST_WAIT)
