"""The bot's token goes to Slack's file hosts only, and a sign-in page is never taken for a document."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import ClassVar

import pytest

from bot.slack.files import Files
from handlers.texts import Texts
from knowledge.errors import UnreadableDocument

SLACK = "https://slack.com/api/"


class Store(BaseHTTPRequestHandler):
    asked: ClassVar[list[tuple[str, str]]] = []

    def do_GET(self) -> None:
        self.asked.append((self.path, self.headers.get("Authorization", "")))
        kind, body = (
            ("text/html", b"<html>Sign in")
            if self.path == "/login"
            else ("application/pdf", b"x" * 40)
        )
        body = b" \n<!DOCTYPE html>" if self.path == "/sly" else body
        self.send_response(
            {"/away": 302, "/team": 302, "/denied": 403, "/gone": 404, "/broken": 500}.get(
                self.path, 200
            )
        )
        if self.path == "/away":
            self.send_header("Location", "http://localhost:1/steal")
        if self.path == "/team":
            self.send_header("Location", "https://acme.slack.com/?redir=%2Ffiles-pri")
        self.send_header("Content-Type", kind)
        self.send_header(
            "Content-Length", str(len(body) if self.path != "/huge" else 25 * 1024 * 1024 + 1)
        )
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def store() -> Iterator[str]:
    Store.asked = []
    with HTTPServer(("127.0.0.1", 0), Store) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


async def test_a_file_comes_with_the_token(store: str) -> None:
    assert (
        await Files("xoxb-1", store + "/api/", Texts.load()).fetch("a.pdf", store + "/file")
        == b"x" * 40
    )
    assert Store.asked == [("/file", "Bearer xoxb-1")]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/login", "file_scope"),
        ("/sly", "file_scope"),
        ("/denied", "file_scope"),
        ("/team", "file_scope"),
        ("/away", "file_refused"),
    ],
)
async def test_what_is_no_file_is_refused_with_a_reason(store: str, path: str, code: str) -> None:
    with pytest.raises(UnreadableDocument) as refused:
        await Files("xoxb-1", store + "/api/", Texts.load()).fetch("a.pdf", store + path)
    assert refused.value.code == code
    assert "a.pdf" in refused.value.reason.ja
    assert [asked for asked, _ in Store.asked] == [path]


@pytest.mark.parametrize(
    ("path", "code"),
    [("/gone", "file_deleted"), ("/broken", "file_gone"), ("/huge", "file_too_large")],
)
async def test_what_cannot_be_had_says_what_to_do(store: str, path: str, code: str) -> None:
    with pytest.raises(UnreadableDocument) as refused:
        await Files("xoxb-1", store + "/api/", Texts.load()).fetch("a.pdf", store + path)
    assert refused.value.code == code
    assert code != "file_too_large" or (
        "25.01 MB" in refused.value.reason.ja and "25 MB" in refused.value.reason.en
    )


async def test_a_deleted_file_is_not_asked_for() -> None:
    with pytest.raises(UnreadableDocument) as refused:
        await Files("xoxb-1", SLACK, Texts.load()).fetch("a.pdf", "")
    assert refused.value.code == "file_deleted"


async def test_other_places_never_see_the_token() -> None:
    with pytest.raises(UnreadableDocument) as refused:
        await Files("xoxb-1", SLACK, Texts.load()).fetch(
            "a.pdf", "https://files.slack.com.evil.example/x"
        )
    assert refused.value.code == "file_refused"
