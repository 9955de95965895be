"""A Teams connector on this machine that holds the rules of the real one, and the bot in front of it."""

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.teams import kits, stream
from tests.clocks import StandingClock
from tests.serving import served

MESSAGE = 100 * 1024  # bytes in UTF-16
STREAM = 120  # seconds
BETWEEN = 0.98  # seconds between two requests of a stream: one a second, and a little for the clock
ROOT = "https://schema.org/Message"
# every story is told on the SDK that this variable names, where one is named
SDK = os.environ.get("TEAMS_STORIES_ON", "")
if SDK:
    kits.KITS[kits.BOT_FRAMEWORK] = kits.KITS[SDK]


@dataclass
class Call:
    """One call as it came: `status` is what it was answered with."""

    method: str
    path: str
    body: dict[str, Any]
    bearer: str
    status: int = 0
    targeted: bool = False  # one person alone sees it

    @property
    def text(self) -> str:
        return self.body.get("text") or ""

    @property
    def cards(self) -> list[dict[str, Any]]:
        return [a["content"] for a in self.body.get("attachments") or []]

    @property
    def stream(self) -> dict[str, Any]:
        return next((e for e in self.body.get("entities") or [] if e["type"] == "streaminfo"), {})


@dataclass
class Stream:
    began: float
    sequence: int
    text: str
    last: float
    done: bool = False


@dataclass
class Failure:
    """What one call is answered instead: `taken` does it all the same, as when an answer is lost on its way."""

    status: int
    after: str = "0"
    taken: bool = False
    body: str = '{"error": {"code": "x", "message": "y"}}'


@dataclass
class Service:
    """
    `failures` come first, in order; `member` is what it says of everybody; `cancelled` is the person's stop button.

    `clock` says how long a stream lasts and how fast its parts follow each other.
    """

    clock: Any = time

    url: str = ""
    calls: list[Call] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    member: dict[str, Any] = field(
        default_factory=lambda: {"id": "29:u", "userRole": "user", "tenantId": "t1"}
    )
    shown: dict[str, dict[str, Any]] = field(default_factory=dict)  # messages as people see them
    whispers: list[dict[str, Any]] = field(
        default_factory=list
    )  # messages that one person sees among others
    discreet: bool = True  # it takes such messages
    streams: dict[str, Stream] = field(default_factory=dict)
    ended: str = ""  # what it takes no longer for a sign-in
    absent: bool = False  # it does not know the person
    cancelled: bool = False
    refused: list[str] = field(default_factory=list)  # rules that were broken

    @property
    def taken(self) -> list[Call]:
        return [call for call in self.calls if call.status < 300 and call.method != "GET"]

    async def take(self, request: Request) -> Response:
        raw = await request.body()
        call = Call(
            request.method,
            request.url.path,
            json.loads(raw) if raw else {},
            request.headers.get("authorization", ""),
        )
        call.targeted = request.query_params.get("isTargetedActivity") == "true"
        failure = self.failures.pop(0) if self.failures and call.method != "GET" else None
        if self.ended and call.bearer == self.ended:
            failure = Failure(401)
        answer = self._done(call) if failure is None or failure.taken else Response()
        if failure is not None:
            answer = Response(
                failure.body,
                failure.status,
                {"Retry-After": failure.after},
                media_type="application/json",
            )
        call.status = answer.status_code
        self.calls.append(call)
        return answer

    def _done(self, call: Call) -> Response:
        if call.method == "GET":
            return JSONResponse(self.member, 404 if self.absent else 200)
        id_ = call.path.rpartition("/")[2]
        if call.method == "DELETE":
            return Response(status_code=200 if self.shown.pop(id_, None) else 404)
        broken = "" if call.path == "/v3/conversations" else self._broken(call)
        if broken:
            self.refused.append(broken)
            return JSONResponse(
                {"error": {"code": "BadSyntax", "message": broken}}, 413 if "big" in broken else 400
            )
        if call.path == "/v3/conversations":
            return JSONResponse({"id": f"a:of-{call.body['members'][0]['id']}"}, 201)
        if call.targeted:
            return self._whispered(call)
        if call.method == "PUT":
            if id_ not in self.shown and id_ not in self.streams:
                return Response(status_code=404)
            if id_ in self.streams:
                self.streams[id_].done = True
            self.shown[id_] = call.body
            return JSONResponse({"id": id_})
        return self._streamed(call) if call.stream else self._new(call)

    def _whispered(self, call: Call) -> Response:
        if not self.discreet:
            return JSONResponse(
                {"error": {"code": "BotNotInConversationRoster", "message": "not here"}}, 403
            )
        if call.body["conversation"].get("conversationType") == "personal" or not call.body[
            "recipient"
        ].get("id"):
            return JSONResponse(
                {"error": {"code": "BadArgument", "message": "nobody among others is meant"}}, 400
            )
        self.whispers.append(call.body)
        return JSONResponse({"id": f"w{len(self.whispers)}"}, 201)

    def _new(self, call: Call) -> Response:
        id_ = f"m{len(self.calls) + 1}"
        if call.body["type"] == "message":
            self.shown[id_] = call.body
            if call.text and call.cards:  # split into two by the service, which then names neither
                return JSONResponse({}, 202)
        return JSONResponse({"id": id_}, 201)

    def _broken(self, call: Call) -> str:
        roots = [e for e in call.body.get("entities") or [] if e.get("type") == ROOT]
        claims = [c["appearance"] for e in roots for c in e.get("citation", ())]
        rules = {
            "too big": len(
                json.dumps(call.body, ensure_ascii=False).encode("utf-16-le", "surrogatepass")
            )
            > MESSAGE,
            "two root entities": len(roots) > 1,
            "too many citations": len(claims) > 10,
            "a citation without words": not all(
                0 < len(a.get("abstract", "")) <= 160 and len(a["name"]) <= 80 for a in claims
            ),
            "nothing to show": call.body["type"] == "message" and not (call.text or call.cards),
        }
        return next((rule for rule, broken in rules.items() if broken), "")

    def _streamed(self, call: Call) -> Response:
        info, now = call.stream, self.clock.monotonic()
        kind, id_ = info["streamType"], info.get("streamId", "")
        if call.body["conversation"].get("conversationType") != "personal":
            return self._refuse("streaming is for personal chats")
        if kind != "final" and (
            call.cards
            or call.body["type"] != "typing"
            or (kind == "informative" and len(call.text) > 1000)
        ):
            return self._refuse("only the end of a stream has attachments")
        if not id_:
            if info.get("streamSequence") != 1 or any(
                not s.done and now - s.began < STREAM for s in self.streams.values()
            ):
                return self._refuse("a stream begins with 1, one at a time")
            id_ = f"s{len(self.streams) + 1}"
            self.streams[id_] = Stream(now, 1, call.text if kind == "streaming" else "", now)
            return JSONResponse({"id": id_}, 201)
        stream = self.streams.get(id_)
        if self.cancelled:
            return self._refuse("Content stream was canceled by user.", broken=False)
        if stream is None or stream.done:
            return self._refuse(
                "Content stream is not allowed on an already completed streamed message.",
                broken=False,
            )
        if now - stream.began > STREAM:
            return self._refuse("Content stream exceeded streaming time.", broken=False)
        if now - stream.last < BETWEEN:
            return self._refuse("more than one request a second")
        if not call.text.startswith(stream.text) or not call.text:
            return self._refuse("The content should contain the previously streamed content")
        stream.last = now
        if kind == "final":
            if "streamSequence" in info:
                return self._refuse("the end has no sequence")
            stream.done = True
            self.shown[id_] = call.body
            return JSONResponse({}, 202)
        if info["streamSequence"] != stream.sequence + 1:
            return self._refuse("ContentStreamSequenceOrderPreConditionFailed")
        stream.sequence += 1
        stream.text = call.text if kind == "streaming" else stream.text
        return JSONResponse({}, 202)

    def _refuse(self, why: str, *, broken: bool = True) -> Response:
        if broken:
            self.refused.append(why)
        return JSONResponse({"error": {"code": "ContentStreamNotAllowed", "message": why}}, 403)

    async def wait(self, count: int) -> list[Call]:
        """Wait until so many calls were taken."""
        async with asyncio.timeout(60):
            while len(self.taken) < count:
                await asyncio.sleep(0.01)
        return self.taken

    async def until(self, text: str) -> dict[str, Any]:
        """Wait until a message with this text is shown."""
        try:
            async with asyncio.timeout(60):
                while True:
                    for body in self.shown.values():
                        if text in json.dumps(body, ensure_ascii=False):
                            return body
                    await asyncio.sleep(0.01)
        except TimeoutError as error:
            raise TimeoutError(list(self.shown.values())) from error


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> StandingClock:
    """The clock of every stream, on both sides."""
    return stand_still(monkeypatch)


def stand_still(patch: pytest.MonkeyPatch) -> StandingClock:
    """Give streams a clock that stands still but for what they wait by it."""
    clock = StandingClock()
    patch.setattr(stream, "time", clock)
    patch.setattr(stream, "asyncio", clock)
    return clock


def use_sdk(patch: pytest.MonkeyPatch, name: str) -> None:
    """Speak to the service by another SDK than the usual one; skip where it is not installed."""
    pytest.importorskip(kits.KITS[name].package)
    patch.setitem(kits.KITS, kits.BOT_FRAMEWORK, kits.KITS[name])


@pytest.fixture
async def service(clock: StandingClock) -> AsyncIterator[Service]:
    service = Service(clock=clock)
    methods = ["GET", "POST", "PUT", "DELETE"]
    async with served(
        Starlette(routes=[Route("/{path:path}", service.take, methods=methods)])
    ) as port:
        service.url = f"http://127.0.0.1:{port}/"
        yield service
    assert (
        service.refused == []
    )  # whatever else a test is about, the rules of the service were kept
