"""The far end of Socket Mode: hands each envelope to one connection and waits for its acknowledgement, as Slack does."""

import asyncio
import itertools
import uuid
from contextlib import suppress
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect


class Edge:
    """`opened` counts connections. A deaf connection takes what it is sent and never answers."""

    def __init__(self) -> None:
        self.connections: list[WebSocket] = []
        self.opened = 0
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._turns = itertools.count()

    async def link(self, socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_json(
            {"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A0"}}
        )
        self.opened += 1
        self.connections.append(socket)
        try:
            while True:
                told = await socket.receive_json()
                waiting = self._waiting.pop(told.get("envelope_id", ""), None)
                if waiting is not None and not waiting.done():
                    waiting.set_result(told)
        except (WebSocketDisconnect, RuntimeError, ValueError):
            pass
        finally:
            with suppress(ValueError):
                self.connections.remove(socket)

    async def connected(self) -> None:
        async with asyncio.timeout(60):
            while not self.connections:
                await asyncio.sleep(0.01)

    async def send(
        self, kind: str, payload: dict[str, Any], *, seconds: float = 1.0, tries: int = 30
    ) -> dict[str, Any]:
        """Deliver until it is acknowledged; return the acknowledgement's payload."""
        for attempt in range(tries):
            await self.connected()
            envelope = str(uuid.uuid4())
            self._waiting[envelope] = asyncio.get_running_loop().create_future()
            told = {
                "envelope_id": envelope,
                "type": kind,
                "payload": payload,
                "accepts_response_payload": kind != "events_api",
            }
            told |= (
                {"retry_attempt": attempt, "retry_reason": "timeout" if attempt else ""}
                if kind == "events_api"
                else {}
            )
            try:
                socket = self.connections[next(self._turns) % len(self.connections)]
                await socket.send_json(told)
                async with asyncio.timeout(seconds):
                    return (await self._waiting[envelope]).get("payload") or {}
            except (TimeoutError, WebSocketDisconnect, RuntimeError, IndexError, ZeroDivisionError):
                self._waiting.pop(envelope, None)
                await asyncio.sleep(0.02)
        raise AssertionError("an envelope was never acknowledged")

    async def disconnect(self, reason: str) -> None:
        """Ask the client to come again, and close a moment later."""
        for socket in list(self.connections):
            with suppress(RuntimeError, WebSocketDisconnect):
                await socket.send_json({"type": "disconnect", "reason": reason})

    async def drop(self) -> None:
        """Close every connection without a word."""
        for socket in list(self.connections):
            with suppress(RuntimeError, WebSocketDisconnect):
                await socket.close(1011)
