"""Events reach the addresses that are named: signed, again after a refusal, and nobody else."""

import base64
import hashlib
import hmac
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bot.api.webhooks import WAITS, Webhooks
from bot.environment import InvalidSettings
from bot.settings import load
from handlers.events import KIND, Events

SECRET = "whsec_" + base64.b64encode(b"a secret of more than 24 bytes").decode()


class Hook:
    """A real server on this machine; it answers with `statuses`, then 200."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.taken: list[tuple[str, dict[str, str], bytes]] = []
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                hook.taken.append((self.path, dict(self.headers), body))
                self.send_response(hook.statuses.pop(0) if hook.statuses else 200)
                if self.path == "/moved":
                    self.send_header("Location", "/elsewhere")
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def at(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server.server_port}{path}"


@pytest.fixture
def hook():
    hook = Hook()
    yield hook
    hook.server.shutdown()
    hook.server.server_close()


async def test_an_event_is_signed_and_sent_again_until_it_is_taken(sessions, hook):
    now = [1_800_000_000.0]
    events, webhooks = Events(sessions), Webhooks(sessions, [hook.at("/a")], SECRET, lambda: now[0])
    await events.note("answer.voted", {"vote": "up"})
    assert await sessions.noted(KIND) == []  # nobody wants to be told yet

    events.wanted((hook.at("/a"),))
    await events.note("document.published", {"title": "旅費規程"})
    hook.statuses = [500]
    await webhooks.look()
    await webhooks.look()  # not due again
    assert len(hook.taken) == 1
    now[0] += WAITS[0]
    await webhooks.look()
    await webhooks.look()
    assert len(hook.taken) == 2
    assert await sessions.noted(KIND) == []

    (first, second) = hook.taken
    assert first[1]["webhook-id"] == second[1]["webhook-id"]
    assert json.loads(second[2])["type"] == "document.published"
    assert json.loads(second[2])["data"] == {"title": "旅費規程"}
    at, id_ = second[1]["webhook-timestamp"], second[1]["webhook-id"]
    assert at == str(int(now[0]))
    content = f"{id_}.{at}.".encode() + second[2]
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    signature = base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
    assert second[1]["webhook-signature"] == f"v1,{signature}"


async def test_one_that_refuses_keeps_no_other_waiting_and_is_given_up_at_last(sessions, hook):
    now = [1_800_000_000.0]
    both = (hook.at("/moved"), hook.at("/b"))
    events, webhooks = Events(sessions), Webhooks(sessions, both, SECRET, lambda: now[0])
    events.wanted(both)
    await events.note("question.refused", {"question": "門限は?" * 200})
    hook.statuses = [302]
    await webhooks.look()
    assert [path for path, *_ in hook.taken] == ["/moved", "/b"]  # a redirect leads nowhere
    for wait in WAITS:
        hook.statuses = [503]
        now[0] += wait
        await webhooks.look()
    assert [path for path, *_ in hook.taken[2:]] == ["/moved"] * len(WAITS)
    assert await sessions.noted(KIND) == []
    assert len(json.loads(hook.taken[0][2])["data"]["question"]) == 300


@pytest.mark.parametrize(
    ("address", "secret"),
    [
        ("https://hooks.example.com/a", ""),
        ("https://hooks.example.com/a", "short"),
        ("https://hooks.example.com/a", "whsec_c2hvcnQ="),
        ("http://hooks.example.com/a", SECRET),
        ("https://user:word@hooks.example.com/a", SECRET),
        ("hooks.example.com", SECRET),
    ],
)
def test_an_address_or_key_that_cannot_be_trusted_stops_the_start(address, secret):
    with pytest.raises(InvalidSettings):
        load({"WEBHOOKS": address, "WEBHOOK_SECRET": secret})
