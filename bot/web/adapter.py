"""The web page: forms in, articles out. It needs no JavaScript; with it, replies stream into the page."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote, urlsplit

from jinja2 import Environment, FileSystemLoader, select_autoescape
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ExceptionHandler

from bot.turns import Turns
from bot.web import parse
from bot.web.conversations import Conversation, Conversations
from bot.web.render import Page
from bot.web.security import Guard
from handlers.conversation import Audience, Button, Buttons, Command, Content, Message, Paragraph, Person, Press, Reply
from handlers.texts import Texts
from knowledge.values import Language

HERE = Path(__file__).parent
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
PAGES = (("/", "ask"), ("/choose", "choose"), ("/demo", "demo"), ("/knowledge", "knowledge"), ("/decisions", "decisions"))
COMMANDS = {"/choose": "llm-choose", "/demo": "demo", "/knowledge": "documents", "/decisions": "decisions"}
COOKIE = "conversation"
YEAR = 365 * 24 * 60 * 60  # seconds
NDJSON = "application/x-ndjson"


class Screen:
    """One article that is drawn anew for each reply; whoever streams the turn is told through `fresh`."""

    def __init__(self, page: Page, turn: str, question: str, conversation: Conversation, files: Conversations) -> None:
        self.memory: dict[str, str] = {}
        self.fresh: asyncio.Queue[tuple[str, str] | None] = asyncio.Queue()
        self._page = page
        self._turn = turn
        self._question = question
        self._conversation = conversation
        self._files = files

    async def show(self, reply: Reply) -> None:
        links = tuple(
            Button(a.name, Press("web.file"), url=self._files.keep(a.name, a.media_type, a.content)) for a in reply.attachments
        )
        if links:
            said = reply.blocks or (Paragraph(reply.text),)
            reply = replace(reply, blocks=(*said, Buttons(links, "files")))
        html = self._page.article(self._question, reply)
        self._conversation.put(self._turn, html)
        await self.fresh.put((html, reply.text))


class Web:
    """
    `public_url` names the host people use. Without one, whoever reaches a page bound to this machine owns the machine and is
    an admin.
    """

    def __init__(self, turns: Turns, texts: Texts, *, host: str, port: int, public_url: str | None) -> None:
        self._turns = turns
        self._texts = texts
        self._local = host in LOOPBACK and not public_url  # behind a proxy or tunnel everybody comes from loopback
        self._secure = bool(public_url and public_url.startswith("https://"))
        named = {urlsplit(public_url).hostname or ""} if public_url else set()
        self._hosts = frozenset(LOOPBACK | named | {host} - {""})
        self._conversations = Conversations()
        self._running: set[asyncio.Task[None]] = set()
        environment = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=select_autoescape())
        self._template = environment.get_template("page.html")

    def routes(self) -> list[BaseRoute]:
        pages: list[BaseRoute] = [Route(path, self._page, methods=["GET"]) for path, _ in PAGES]
        posts = (("/ask", self._ask), ("/press", self._press), ("/form", self._form), ("/upload", self._upload))
        return [
            *pages,
            *(Route(path, handler, methods=["POST"]) for path, handler in posts),
            Route("/files/{token}", self._file, methods=["GET"]),
            Mount("/static", StaticFiles(directory=HERE / "static")),
        ]

    def middleware(self) -> list[Middleware]:
        return [Middleware(Guard, hosts=self._hosts)]

    def errors(self) -> dict[int | type[Exception], ExceptionHandler]:
        return {HTTPException: self._refused}

    async def _refused(self, request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        name = {404: "not_found", 405: "not_allowed"}.get(status, "bad_request")
        text = self._texts.say(f"web.{name}", _language(request))
        return HTMLResponse(
            self._draw(request, "", [Page(self._texts, _language(request), "0").article(text, Reply(text))]), status
        )

    async def _page(self, request: Request) -> Response:
        path = request.url.path
        session, conversation = self._session(request)
        if path in COMMANDS:
            label = self._texts.say(f"web.{dict(PAGES)[path]}", _language(request))
            await self._whole(request, session, conversation, Command(COMMANDS[path]), label)
            html = self._draw(request, path, list(conversation.articles.values())[-1:])
        else:
            html = self._draw(request, path, list(conversation.articles.values()))
        return self._with_cookies(request, HTMLResponse(html), session)

    async def _ask(self, request: Request) -> Response:
        async with request.form(max_files=0, max_part_size=1_000_000) as form:
            content, label = parse.question(form)
        return await self._answer(request, content, label)

    async def _press(self, request: Request) -> Response:
        async with request.form(max_files=0, max_part_size=1_000_000) as form:
            content, label = parse.press(form)
        return await self._answer(request, content, label)

    async def _form(self, request: Request) -> Response:
        async with request.form(max_files=10, max_part_size=1_000_000) as form:
            content, label = parse.form(form, await _files(form))
        return await self._answer(request, content, label)

    async def _upload(self, request: Request) -> Response:
        async with request.form(max_files=10, max_part_size=1_000_000) as form:
            content, label = parse.upload(await _files(form))
        return await self._answer(request, content, label)

    async def _answer(self, request: Request, content: Content, label: str) -> Response:
        session, conversation = self._session(request)
        if NDJSON not in request.headers.get("accept", ""):
            await self._whole(request, session, conversation, content, label)
            return self._with_cookies(request, RedirectResponse(f"/#t{conversation.count}", 303), session)
        turn = conversation.begin()
        screen = self._screen(request, turn, label, conversation)
        task = asyncio.create_task(self._take(self._message(request, session, content), screen))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return self._with_cookies(request, StreamingResponse(_stream(screen, turn), media_type=NDJSON), session)

    async def _whole(self, request: Request, session: str, conversation: Conversation, content: Content, label: str) -> None:
        screen = self._screen(request, conversation.begin(), label, conversation)
        await self._take(self._message(request, session, content), screen)

    async def _take(self, message: Message, screen: Screen) -> None:
        try:
            await self._turns.take(message, screen)
        finally:
            await screen.fresh.put(None)

    def _screen(self, request: Request, turn: str, label: str, conversation: Conversation) -> Screen:
        return Screen(Page(self._texts, _language(request), turn), turn, label, conversation, self._conversations)

    def _message(self, request: Request, session: str, content: Content) -> Message:
        person = Person(f"web:{session}", "web", _language(request), "admin" if self._local else "member")
        return Message(secrets.token_hex(8), person, f"web:{session}", Audience(person.id, private=True), content)

    async def _file(self, request: Request) -> Response:
        found = self._conversations.file(request.path_params["token"])
        if found is None:
            raise HTTPException(404)
        name, media_type, content = found
        disposition = f"attachment; filename*=UTF-8''{quote(name)}"
        return Response(content, media_type=media_type, headers={"Content-Disposition": disposition})

    def _draw(self, request: Request, path: str, articles: list[str]) -> str:
        language = _language(request)
        return self._template.render(
            language=language,
            other="en" if language == "ja" else "ja",
            pages=PAGES,
            here=path,
            articles=articles,
            say=lambda name: self._texts.say(f"web.{name}", language),
        )

    def _session(self, request: Request) -> tuple[str, Conversation]:
        session = request.cookies.get(COOKIE, "")
        if not (len(session) == 32 and session.isascii() and session.isalnum()):  # token_hex(16)
            session = secrets.token_hex(16)
        return session, self._conversations.of(session)

    def _with_cookies(self, request: Request, response: Response, session: str) -> Response:
        response.set_cookie(COOKIE, session, httponly=True, samesite="strict", secure=self._secure)
        if request.query_params.get("lang") in ("ja", "en"):
            response.set_cookie(
                "lang", request.query_params["lang"], YEAR, httponly=True, samesite="strict", secure=self._secure
            )
        return response


async def _stream(screen: Screen, turn: str) -> AsyncIterator[str]:
    while (fresh := await screen.fresh.get()) is not None:
        html, said = fresh
        yield json.dumps({"turn": f"t{turn}", "html": html, "said": said}, ensure_ascii=False) + "\n"


async def _files(form: FormData) -> list[tuple[str, bytes]]:
    files = [value for value in form.values() if isinstance(value, UploadFile)]
    return [(f.filename or "file", await f.read()) for f in files if f.filename]


def _language(request: Request) -> Language:
    """Return the language asked for, then the one kept, then the browser's; Japanese where none says."""
    chosen = request.query_params.get("lang") or request.cookies.get("lang")
    if chosen in ("ja", "en"):
        return "ja" if chosen == "ja" else "en"
    return "en" if request.headers.get("accept-language", "").lower().startswith("en") else "ja"
