"""
Slack's Web API on this machine, for what no emulator does: faults on purpose. It keeps messages, windows and whispers like Slack.

`faults` holds, by method, what happens to its next calls: an error code, a status, "lost" (done, but the answer never comes),
or seconds to wait for after a 429.
"""

import asyncio
import itertools
import json
import time
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.bot.slack.edge import Edge

PERSON = {"id": "U1", "team_id": "T1", "real_name": "花子", "locale": "ja-JP"}


@dataclass
class Limit:
    """A published rate: one each `interval` seconds after `burst` at once; above that a 429."""

    interval: float
    burst: int
    empty_at: float = 0.0
    refused: int = 0

    def takes(self) -> bool:
        now = time.monotonic()
        if self.empty_at - now > (self.burst - 1) * self.interval:
            self.refused += 1
            return False
        self.empty_at = max(now, self.empty_at) + self.interval
        return True


@dataclass
class SlackApi:
    url: str = ""
    calls: list[tuple[str, dict[str, Any], float]] = field(default_factory=list)
    messages: dict[str, dict[str, Any]] = field(default_factory=dict)  # ts → message
    whispers: list[dict[str, Any]] = field(default_factory=list)
    responses: list[dict[str, Any]] = field(default_factory=list)
    views: dict[str, dict[str, Any]] = field(default_factory=dict)
    homes: dict[str, dict[str, Any]] = field(default_factory=dict)
    uploads: list[dict[str, Any]] = field(default_factory=list)
    people: dict[str, dict[str, Any]] = field(default_factory=lambda: {"U1": PERSON})
    groups: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    faults: dict[str, list[str | int]] = field(default_factory=dict)
    limits: dict[str, Limit] = field(default_factory=dict)  # by method, of every channel
    scopes: str = ""
    tokens: list[tuple[str, str]] = field(default_factory=list)  # methods, and whose token came
    expires_in: int = 0  # seconds for which a new installation's token holds, 0 for good
    socket: str = ""
    edge: Edge = field(default_factory=Edge)
    meet: asyncio.Barrier | None = None  # where the next posts wait for each other
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def named(self, method: str) -> list[dict[str, Any]]:
        return [told for name, told, _ in self.calls if name == method]

    async def take(self, request: Request) -> Response:
        method = request.path_params["method"]
        body = await request.body()
        told = (
            json.loads(body)
            if body.startswith(b"{")
            else dict(await request.form()) | dict(request.query_params)
        )
        for name in ("view", "blocks", "metadata", "files", "chunks", "prompts"):
            if isinstance(told.get(name), str):
                told[name] = json.loads(told[name])
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        self.tokens.append((method, told.get("token") or bearer))
        self.calls.append((method, told, asyncio.get_running_loop().time()))
        planned = self.faults.get(method) or self.faults.get("*")
        fault = planned.pop(0) if planned else None
        limit = self.limits.get(method)
        if limit and not limit.takes():
            fault = 1.0
        if isinstance(fault, float):
            return JSONResponse(
                {"ok": False, "error": "ratelimited"}, 429, {"Retry-After": str(int(fault))}
            )
        if isinstance(fault, int):
            return Response("<html>", fault, media_type="text/html")
        if fault and fault != "lost":
            return JSONResponse({"ok": False, "error": fault})
        if method == "chat.postMessage" and self.meet is not None:
            await self.meet.wait()
            self.meet = None
        answer = self._do(method, told)
        if fault == "lost":
            await asyncio.sleep(60)
        return JSONResponse(
            {"ok": True, **answer}, headers={"x-oauth-scopes": self.scopes} if self.scopes else None
        )

    async def respond(self, request: Request) -> Response:
        self.responses.append(await request.json())
        return Response("ok")

    async def store(self, request: Request) -> Response:
        self.uploads.append({"content": await request.body()})
        return Response("OK")

    def _do(self, method: str, told: dict[str, Any]) -> dict[str, Any]:
        match method:
            case "auth.test":
                return {"user_id": "UB", "bot_id": "BB", "team_id": "T1"}
            case "oauth.v2.access":
                return self._granted(told)
            case "users.info":
                known = self.people.get(str(told["user"]))
                return {"user": known} if known else {"ok": False, "error": "user_not_found"}
            case "usergroups.users.list":
                return {"users": self.groups.get(told["usergroup"], [])}
            case "files.info":
                return {"file": self.files[told["file"]]}
            case "conversations.open":
                return {"channel": {"id": f"D{told['users']}"}}
            case "chat.postMessage":
                ts = f"1700000000.{next(self.numbers):06}"
                self.messages[ts] = told | {"ts": ts}
                return {"channel": told["channel"], "ts": ts}
            case "chat.startStream":
                ts = f"1700000000.{next(self.numbers):06}"
                text = {"text": _streamed(told), "streaming": True}
                self.messages[ts] = told | text | {"ts": ts, "blocks": []}
                return {"channel": told["channel"], "ts": ts}
            case "chat.appendStream":
                self.messages[told["ts"]]["text"] += _streamed(told)
                return {"ts": told["ts"]}
            case "chat.stopStream":
                self.messages[told["ts"]].pop("streaming")
                return {"ts": told["ts"]}
            case "chat.update":
                assert "streaming" not in self.messages[told["ts"]]
                self.messages[told["ts"]] |= told
                return {"ts": told["ts"]}
            case "chat.delete":
                del self.messages[told["ts"]]
            case "chat.postEphemeral":
                self.whispers.append(told)
            case "conversations.replies" | "conversations.history":
                return {
                    "messages": [
                        m for m in self.messages.values() if m["channel"] == told["channel"]
                    ]
                }
            case "views.open" | "views.push":
                id_ = f"V{next(self.numbers)}"
                self.views[id_] = told["view"]
                return {"view": {"id": id_}}
            case "views.update":
                self.views[told["view_id"]] = told["view"]
            case "views.publish":
                self.homes[told["user_id"]] = told["view"]
            case "files.getUploadURLExternal":
                return {"upload_url": f"{self.url}/upload", "file_id": f"F{next(self.numbers)}"}
            case "files.completeUploadExternal":
                self.uploads.append(told)
                return {"files": told["files"]}
            case "apps.connections.open":
                return {"url": self.socket}
        return {}

    def _granted(self, told: dict[str, Any]) -> dict[str, Any]:
        """Return what an installation grants: the code is the id of who installs."""
        old = str(told.get("refresh_token", ""))
        id_ = str(told.get("code") or old.removeprefix("refresh-"))
        named = {"id": id_, "name": f"会社{id_}"}
        answer: dict[str, Any] = {
            "access_token": f"xoxb-{id_}-2" if old else f"xoxb-{id_}",
            "token_type": "bot",
            "scope": "chat:write,commands",
            "bot_user_id": "UB",
            "app_id": "A1",
            "authed_user": {"id": "U1"},
            "team": None if id_.startswith("E") else named,
            "enterprise": named if id_.startswith("E") else None,
            "is_enterprise_install": id_.startswith("E"),
        }
        if old:
            answer |= {"refresh_token": f"{old}-2", "expires_in": 43200}
        elif self.expires_in:
            answer |= {"refresh_token": f"refresh-{id_}", "expires_in": self.expires_in}
        return answer


def _streamed(told: dict[str, Any]) -> str:
    """Return the words a stream was given, alone or below cards of steps."""
    chunks = [chunk["text"] for chunk in told.get("chunks", ()) if "text" in chunk]
    return "".join([told.get("markdown_text", ""), *chunks])
