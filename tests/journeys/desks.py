"""
The whole application with every face, and people in front of each: they send files, ask, and press what was drawn for them.

A press is made of what was drawn, as the real client makes it; so it can be kept and pressed twice, late, or by somebody else.
"""

import asyncio
import base64
import html
import itertools
import json
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.press import unpack
from bot.service.application import Application
from bot.service.asgi import asgi_app
from bot.settings import load
from bot.teams.frame import FILE
from bot.web import parse as web_parse
from handlers.conversation import Content, Form, Press
from tests.bot.hands import (
    Forms,
    slack_actions,
    slack_read,
    slack_state,
    teams_cards,
    teams_deliveries,
    teams_read,
    walk,
    web_sent,
)
from tests.bot.slack.api import SlackApi
from tests.bot.slack.conftest import SECRET, Desk
from tests.bot.teams.conftest import Service, stand_still
from tests.bot.teams.talk import activity
from tests.serving import served

ADMIN, MEMBER = "admin", "member"
WORDS = {ADMIN: "an-admin's-password", MEMBER: "a-member's-password"}
HERE = "http://bot.example"


class At(Protocol):
    """An admin and a colleague at one face; what `press`, `fill` and `ask` return is everything they then see anew."""

    async def send(self, name: str, content: bytes) -> str: ...

    def drawn(self, label: str) -> Any:
        """Return the newest button of the admin's with this label, as something to press."""

    def carrying(self, name: str, **data: str | int) -> Any:
        """Return the newest button of the admin's that carries this action, as something to press."""

    async def press(self, button: Any, who: str = ADMIN) -> str: ...

    async def fill(self, values: dict[str, str]) -> str:
        """Fill in the newest form of the admin's and send it."""

    async def choose(self) -> str:
        """Answer the newest question of the admin's with its first option."""

    async def ask(self, question: str, who: str = MEMBER) -> str: ...


@dataclass
class Store:
    """Where a face keeps the files people send; each is fetched from there."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)

    def keep(self, content: bytes) -> str:
        name = f"f{len(self.files)}"
        self.files[name] = content
        return f"{self.url}/file/{name}"

    async def give(self, request: Request) -> Response:
        return Response(
            self.files[request.path_params["name"]], media_type="application/octet-stream"
        )


def carries(content: Content | None, name: str, data: dict[str, str | int]) -> bool:
    """Report whether a button or form carries this action, and this among its data."""
    match content:
        case Press(action, carried) | Form(action, carried):
            return action == name and data.items() <= dict(carried).items()
        case _:
            return False


async def settled(application: Application) -> None:
    while application.turns._running:
        await asyncio.wait(set(application.turns._running))


# --------------------------------------------------------------------------- Slack


@dataclass
class AtSlack:
    desk: Desk
    store: Store

    async def send(self, name: str, content: bytes) -> str:
        row = {
            "id": "F1",
            "name": name,
            "size": len(content),
            "url_private_download": self.store.keep(content),
        }
        place = {"channel": f"D{ADMIN}", "channel_type": "im", "user": ADMIN}
        before = self._seen()
        await self.desk.event("message", "", subtype="file_share", files=[row], **place)
        return self._new(before)

    def drawn(self, label: str) -> tuple[dict[str, Any], str]:
        for message in reversed(self.desk.api.messages.values()):
            for action in (
                slack_actions(message["blocks"]) if message["channel"] == f"D{ADMIN}" else ()
            ):
                if _slack_label(action) == label:
                    return action, message["ts"]
        raise AssertionError((label, self._seen()[-3:]))

    def carrying(self, name: str, **data: str | int) -> tuple[dict[str, Any], Any]:
        """Look in the windows, then in the messages; the newest first."""
        place = {"type": "block_actions", "channel": {"id": f"D{ADMIN}"}}
        for id_, view in reversed(self.desk.api.views.items()):
            shown = view | {"id": id_, "state": slack_state(view, {})}
            for action in slack_actions(view["blocks"]):
                content = slack_read({**place, "view": shown, "actions": [action]})
                if carries(content, name, data):
                    return action, shown
        for message in reversed(self.desk.api.messages.values()):
            for action in slack_actions(message["blocks"]):
                if carries(slack_read({**place, "actions": [action]}), name, data):
                    return action, message["ts"]
        raise AssertionError((name, self._seen()[-3:]))

    async def press(self, button: tuple[dict[str, Any], Any], who: str = ADMIN) -> str:
        (action, ts), before = button, self._seen()
        if isinstance(ts, dict):
            _, told = await self.desk.press(action, user={"id": who}, view=ts)
            return self._new(before) + json.dumps(told, ensure_ascii=False)
        place = {
            "container": {"type": "message", "message_ts": ts, "channel_id": f"D{who}"},
            "channel": {"id": f"D{who}"},
        }
        _, told = await self.desk.press(action, user={"id": who}, **place)
        return self._new(before) + json.dumps(told, ensure_ascii=False)

    async def fill(self, values: dict[str, str]) -> str:
        id_, view = list(self.desk.api.views.items())[-1]
        before, state = self._seen(), slack_state(view, values)
        _, told = await self.desk.interact(
            "view_submission", user={"id": ADMIN}, view=view | {"id": id_, "state": state}
        )
        if isinstance(told, dict) and "view" in told:  # the acknowledgement draws the window anew
            self.desk.api.views[id_] = told["view"]
        return self._new(before) + json.dumps(told, ensure_ascii=False)

    async def choose(self) -> str:
        _, view = list(self.desk.api.views.items())[-1]
        [question] = [block for block in view["blocks"] if block["type"] == "input"]
        first = question["element"]["options"][0]["value"]
        return await self.fill({question["block_id"]: first})

    def messages(self) -> int:
        """Return how many messages of ours stand in the admin's talk with us."""
        return sum(1 for one in self.desk.api.messages.values() if one["channel"] == f"D{ADMIN}")

    async def ask(self, question: str, who: str = MEMBER) -> str:
        before = self._seen()
        await self.desk.event("message", question, channel=f"D{who}", channel_type="im", user=who)
        return self._new(before)

    def _seen(self) -> list[str]:
        api = self.desk.api
        everything = [
            *api.messages.values(),
            *api.whispers,
            *api.responses,
            *api.views.values(),
            *api.uploads,
        ]
        return [json.dumps(one, ensure_ascii=False, default=bytes.decode) for one in everything]

    def _new(self, before: list[str]) -> str:
        return "\n".join(one for one in self._seen() if one not in before)


def _slack_label(action: dict[str, Any]) -> str:
    held = action.get("selected_option") or action
    return str(held.get("text", {}).get("text", ""))


# --------------------------------------------------------------------------- Teams


@dataclass
class AtTeams:
    client: httpx.AsyncClient
    application: Application
    service: Service
    store: Store
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    views: list[dict[str, Any]] = field(
        default_factory=list
    )  # cards that came in the place of a pressed one

    async def send(self, name: str, content: bytes) -> str:
        file = {
            "contentType": FILE,
            "name": name,
            "content": {"downloadUrl": self.store.keep(content)},
        }
        return await self._deliver({"type": "message", "text": "", "attachments": [file]}, ADMIN)

    def drawn(self, label: str) -> dict[str, Any]:
        """Find the action, or the one in the second step that a button with this label opens."""
        for shown in reversed(self._cards()):
            if action := teams_action(shown["card"], label):
                return next(teams_deliveries(action, {})) | {"replyToId": shown["id"]}
        raise AssertionError((label, [s["card"] for s in self._cards()][-1:]))

    def carrying(self, name: str, **data: str | int) -> dict[str, Any]:
        for shown in reversed(self._cards()):
            for delivery in teams_deliveries(shown["card"], {}):
                if carries(teams_read(delivery), name, data):
                    return delivery | {"replyToId": shown["id"]}
        raise AssertionError((name, [s["card"] for s in self._cards()][-1:]))

    async def press(self, button: dict[str, Any], who: str = ADMIN) -> str:
        return await self._deliver(button, who)

    async def fill(self, values: dict[str, str]) -> str:
        card = next(
            shown for shown in reversed(self._cards()) if "Input.Text" in json.dumps(shown["card"])
        )
        by_label = {
            e["label"]: values[e["id"]] for e in walk(card["card"]) if e.get("type") == "Input.Text"
        }
        return await self._deliver(
            next(teams_deliveries(card["card"], by_label)) | {"replyToId": card["id"]}, ADMIN
        )

    async def choose(self) -> str:
        card = self._cards()[-1]
        [question] = [e for e in walk(card["card"]) if e.get("type") == "Input.ChoiceSet"]
        filled = {question["label"]: question["choices"][0]["value"]}
        for sent in teams_deliveries(card["card"], filled):
            if isinstance(teams_read(sent), Form):
                return await self._deliver(sent | {"replyToId": card["id"]}, ADMIN)
        raise AssertionError(card)

    def messages(self) -> int:
        """Return how many messages of ours stand in the admin's talk with us."""
        places = [body["conversation"]["id"] for body in self.service.shown.values()]
        return places.count(f"a:{ADMIN}")

    async def ask(self, question: str, who: str = MEMBER) -> str:
        return await self._deliver({"type": "message", "text": question}, who)

    async def thumb(self, reaction: str, **filled: str) -> None:
        """Press a thumb under the admin's newest answer, as Teams draws it: its form is fetched, filled in and sent."""
        answers = [id_ for id_, body in self.service.shown.items() if _has_thumbs(body)]
        pressed = {"actionName": "feedback", "actionValue": {"reaction": reaction}}
        fetch = {"type": "invoke", "name": "message/fetchTask", "value": {"data": pressed}}
        form = json.loads(await self._answered(fetch, ADMIN))["task"]["value"]["card"]["content"]
        inputs = {element["id"]: element for element in form["body"] if "id" in element}
        for name, value in filled.items():
            choices = inputs[name].get("choices")
            assert choices is None or value in [choice["value"] for choice in choices]
        whole = dict.fromkeys(inputs, "") | filled
        pressed["actionValue"] = {"reaction": reaction, "feedback": json.dumps(whole)}
        sent = {"type": "invoke", "name": "message/submitAction", "value": pressed}
        await self._answered(sent | {"replyToId": answers[-1]}, ADMIN)

    def _cards(self) -> list[dict[str, Any]]:
        own = [
            (id_, body)
            for id_, body in self.service.shown.items()
            if body["conversation"]["id"] == f"a:{ADMIN}"
        ]
        return [
            {"id": id_, "card": card} for id_, body in own for card in teams_cards([body])
        ] + self.views

    async def _answered(self, sent: dict[str, Any], who: str) -> str:
        """Deliver, and return what the call itself was answered with."""
        return (await self._deliver(sent, who)).rpartition("\n")[2]

    async def _deliver(self, sent: dict[str, Any], who: str) -> str:
        place = {
            "conversation": {"id": f"a:{who}", "conversationType": "personal", "tenantId": "t1"},
            "locale": "ja-JP",
        }
        whom = {"from": {"id": f"29:{who}", "aadObjectId": who, "name": who}}
        before = {
            id_: json.dumps(body, ensure_ascii=False) for id_, body in self.service.shown.items()
        }
        told = await self.client.post(
            "/api/messages",
            json=activity(self.service, f"i{next(self.numbers)}", **sent, **place, **whom),
        )
        await settled(self.application)
        answered = told.json() if told.content else {}
        if answered.get("type") == "application/vnd.microsoft.card.adaptive":
            self.views.append({"id": sent["replyToId"], "card": answered["value"]})
        now = {
            id_: json.dumps(body, ensure_ascii=False) for id_, body in self.service.shown.items()
        }
        new = [body for id_, body in now.items() if before.get(id_) != body]
        return "\n".join([*new, json.dumps(answered, ensure_ascii=False)])


def _has_thumbs(body: dict[str, Any]) -> bool:
    mine = body["conversation"]["id"] == f"a:{ADMIN}"
    return mine and "feedbackLoop" in body.get("channelData", {})


def teams_action(card: dict[str, Any], label: str) -> dict[str, Any] | None:
    """Return the action with this label, or that of the second step which a button with this label opens."""
    elements = list(walk(card))
    named = next((e for e in elements if e.get("title") == label), None)
    if named is None or named["type"] != "Action.ToggleVisibility":
        return named
    [step] = [e for e in elements if e.get("id") == named["targetElements"][0]]
    return next(e for e in walk(step) if e.get("type") == "Action.Execute")


# --------------------------------------------------------------------------- the web page


@dataclass
class AtWeb:
    clients: dict[str, httpx.AsyncClient]
    shown: str = ""  # what the admin's last turn drew

    async def send(self, name: str, content: bytes) -> str:
        told = await self.clients[ADMIN].post(
            "/upload", data={"_page": "/knowledge"}, files={"files": (name, content)}, headers=ROWS
        )
        return self._read(told, ADMIN)

    def drawn(self, label: str) -> tuple[str, dict[str, str]]:
        """Find the form of the button, or the one that opens behind it."""
        found = re.search(
            rf"<summary[^>]*>{re.escape(html.escape(label))}</summary>(.*?)</details>",
            self.shown,
            re.DOTALL,
        )
        said = re.escape(html.escape(label))
        plain = re.search(
            rf"<form(?:(?!<form).)*?<button[^>]*>(?:<svg.*?</svg>)?{said}</button></form>",
            self.shown,
            re.DOTALL,
        )
        if found is None and plain is None:
            raise AssertionError((label, self.shown))
        [form] = Forms(found[1] if found else plain[0]).forms
        return form.path, {name: value for _, name, value, _ in form.fields}

    def carrying(self, name: str, **data: str | int) -> tuple[str, dict[str, str]]:
        read = {"/press": web_parse.press, "/form": web_parse.form}
        for path, fields in web_sent(self.shown, {}):
            if path in read and carries(read[path](fields)[0], name, data):
                return path, fields
        raise AssertionError((name, self.shown))

    async def press(self, button: tuple[str, dict[str, str]], who: str = ADMIN) -> str:
        path, fields = button
        return self._read(await self.clients[who].post(path, data=fields, headers=ROWS), who)

    async def fill(self, values: dict[str, str]) -> str:
        form = Forms(
            re.findall(r'<form class="form stack".*?</form>', self.shown, re.DOTALL)[-1]
        ).forms[0]
        fields = {name: value for _, name, value, _ in form.fields}
        return self._read(
            await self.clients[ADMIN].post(form.path, data=fields | values, headers=ROWS), ADMIN
        )

    async def choose(self) -> str:
        for form in Forms(self.shown).forms:
            fields = {name: value for kind, name, value, _ in form.fields if kind == "hidden"}
            options = [(name, value) for name, value in form.buttons if name]
            if form.path == "/form" and options:
                return await self.press((form.path, fields | dict(options[:1])))
        raise AssertionError(self.shown)

    async def ask(self, question: str, who: str = MEMBER) -> str:
        return self._read(
            await self.clients[who].post("/ask", data={"q": question, "_page": "/"}, headers=ROWS),
            who,
        )

    def _read(self, told: httpx.Response, who: str) -> str:
        rows = [json.loads(line) for line in told.text.strip().split("\n")]
        turns = [row for row in rows if "turn" in row]
        drawn = html.unescape(turns[-1]["html"] or turns[-1]["said"])
        if who == ADMIN and turns[-1]["html"]:
            self.shown = turns[-1]["html"]
        return drawn


ROWS = {"Accept": "application/x-ndjson", "Origin": HERE}


# --------------------------------------------------------------------------- the webhook


@dataclass
class AtWebhook:
    client: httpx.AsyncClient
    shown: dict[str, Any] = field(default_factory=dict)  # what the admin's last turn drew

    async def send(self, name: str, content: bytes) -> str:
        whole = base64.b64encode(content).decode()
        return await self._post({"files": [{"name": name, "content": whole}]}, ADMIN)

    def drawn(self, label: str) -> str:
        for element in walk(self.shown):
            if element.get("label") == label and "press" in element:
                return element["press"]
        raise AssertionError((label, self.shown))

    def carrying(self, name: str, **data: str | int) -> str:
        for element in walk(self.shown):
            for press in (element.get(key) for key in ("press", "up", "down")):
                if isinstance(press, str) and carries(unpack(press), name, data):
                    return press
        raise AssertionError((name, self.shown))

    async def press(self, button: str, who: str = ADMIN) -> str:
        return await self._post({"press": button}, who)

    async def fill(self, values: dict[str, str]) -> str:
        return await self._post({"press": self.shown["ask"]["press"], "values": values}, ADMIN)

    async def choose(self) -> str:
        [question] = self.shown["ask"]["fields"]
        return await self.fill({question["id"]: question["options"][0]["id"]})

    async def ask(self, question: str, who: str = MEMBER) -> str:
        return await self._post({"text": question}, who)

    async def _post(self, sent: dict[str, Any], who: str) -> str:
        speaker = {"id": who, "name": who, "language": "ja"}
        told = await self.client.post(
            "/webhook",
            json={"person": speaker, "place": "desk", **sent},
            headers={"Authorization": f"Bearer {TOKEN}"},
        )
        assert told.status_code == 200
        drawn = told.json()
        if who == ADMIN:
            self.shown = drawn
        return json.dumps(drawn, ensure_ascii=False)


TOKEN = "a-token-of-the-webhook"


# --------------------------------------------------------------------------- the house with all of them


@asynccontextmanager
async def open_desks(folder: Path, **more: str) -> AsyncIterator[dict[str, At]]:
    """Open the application over a house of its own, with `more` settings; give the people at each of its faces."""
    store, slack = Store(), SlackApi()
    slack.people = {ADMIN: _person(ADMIN, is_admin=True), MEMBER: _person(MEMBER)}
    routes = [
        Route("/api/{method}", slack.take, methods=["GET", "POST"]),
        Route("/respond", slack.respond, methods=["POST"]),
        Route("/upload", slack.store, methods=["POST"]),
        Route("/file/{name}", store.give),
    ]
    async with AsyncExitStack() as stack:
        service = Service(clock=stand_still(stack.enter_context(pytest.MonkeyPatch.context())))
        connector = Route("/{path:path}", service.take, methods=["GET", "POST", "PUT", "DELETE"])
        app = Starlette(routes=[*routes, connector])
        port = await stack.enter_async_context(served(app))
        slack.url = store.url = f"http://127.0.0.1:{port}"
        service.url = f"{slack.url}/"
        settings = load(
            {
                "SLACK_BOT_TOKEN": "xoxb-1",
                "SLACK_SIGNING_SECRET": SECRET,
                "SLACK_API_BASE": f"{slack.url}/api/",
                "TEAMS_LOCAL": "1",
                "ADMINS": f"teams:t1:{ADMIN}, webhook:{ADMIN}",
                "PLATFORMS": "examples.webhook_platform:WEBHOOK",
                "WEBHOOK_TOKEN": TOKEN,
                "PUBLIC_URL": HERE,
                "WEB_PASSWORD": WORDS[MEMBER],
                "WEB_ADMIN_PASSWORD": WORDS[ADMIN],
                **more,
            },
            data=str(folder),
        )
        application = Application(settings, threads=1)
        app, failed = asgi_app(application, lambda: None)
        await stack.enter_async_context(app.router.lifespan_context(app))
        assert failed == []
        await application.answers()

        async def client() -> httpx.AsyncClient:
            return await stack.enter_async_context(
                httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HERE, timeout=60)
            )

        web = {who: await client() for who in WORDS}
        for who, word in WORDS.items():
            told = await web[who].post(
                "/signin", data={"password": word, "name": who}, headers={"Origin": HERE}
            )
            assert told.status_code == 303
        desk = Desk(slack, application.turns, None, await client())  # type: ignore[arg-type]  # the application holds its Slack
        yield {
            "slack": AtSlack(desk, store),
            "teams": AtTeams(await client(), application, service, store),
            "web": AtWeb(web),
            "webhook": AtWebhook(await client()),
        }
        assert service.refused == []


def _person(id_: str, *, is_admin: bool = False) -> dict[str, Any]:
    return {"id": id_, "team_id": "T1", "real_name": id_, "locale": "ja-JP", "is_admin": is_admin}
