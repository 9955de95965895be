"""
The Model Context Protocol: the tools, served by the official SDK over HTTP and over standard input.

Over HTTP each request stands for itself, so that any replica can answer it, and shows a token as
everywhere. The SDK is imported when the first request comes.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from bot.api.door import Caller, Door
from bot.api.problems import Problem, away, language_of, problem_of
from bot.api.tools import Given, Tools
from handlers.sessions import SessionsUnavailable
from handlers.texts import Texts
from knowledge.errors import KnowledgeError

if TYPE_CHECKING:
    from mcp.server.lowlevel import Server
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

PATH = "/mcp"
CALLER = "caller"  # in a request's state
Who = Callable[[Any], Caller]  # whose request the SDK hands on
Use = Callable[[Caller, str, dict[str, Any]], Awaitable[Given]]


def protocol(tools: Tools, texts: Texts, who: Who) -> "Server[Any]":
    """Return the tools as a server of the SDK; `who` tells whose request one is."""
    import mcp.types as words
    from mcp.server.lowlevel import Server

    async def listed(_: Any, __: Any) -> words.ListToolsResult:
        rows = []
        for tool in tools.all.values():
            about = f"{tool.about.en}\n{tool.about.ja}"
            reads = words.ToolAnnotations(read_only_hint=True)
            row = words.Tool(
                name=tool.name, description=about, input_schema=tool.takes, annotations=reads
            )
            rows.append(row)
        return words.ListToolsResult(tools=rows)

    async def called(context: Any, asked: words.CallToolRequestParams) -> words.CallToolResult:
        caller = who(context.request)
        try:
            given = await tools.use(caller, asked.name, asked.arguments or {})
        except KnowledgeError as error:
            problem = problem_of(error)
        except SessionsUnavailable:
            problem = away()
        except Problem as its:
            problem = its
        else:
            said = words.TextContent(type="text", text=given.text)
            return words.CallToolResult(content=[said], structured_content=given.values)
        # the model that reads it speaks to its person in whichever language they speak
        both = f"{problem.reason.en}\n{problem.reason.ja}"
        why = words.TextContent(type="text", text=both)
        return words.CallToolResult(
            content=[why], structured_content=problem.body(caller.language), is_error=True
        )

    return Server(
        "llm-choose",
        version=version("llm-choose"),
        instructions=texts.phrase("api.mcp").en,
        on_list_tools=listed,
        on_call_tool=called,
    )


class OverHttp:
    """The protocol's address. Opens with its first request and is closed by `close`."""

    def __init__(self, door: Door, tools: Tools, texts: Texts) -> None:
        self._door = door
        self._tools = tools
        self._texts = texts
        self._manager: asyncio.Future[StreamableHTTPSessionManager] | None = None
        self._running: asyncio.Task[None] | None = None
        self._over = asyncio.Event()

    def routes(self) -> list[BaseRoute]:
        """Return the one address."""
        return [Route(PATH, self)]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in whose token is good, and hand it to the SDK."""
        request = Request(scope, receive)
        try:
            caller = await self._door.enter(request)
        except SessionsUnavailable:
            await away().response(language_of(request))(scope, receive, send)
            return
        except Problem as problem:
            await problem.response(language_of(request))(scope, receive, send)
            return
        if request.method not in ("GET", "POST", "DELETE"):
            await JSONResponse({}, 405)(scope, receive, send)
            return
        scope.setdefault("state", {})[CALLER] = caller
        manager = await self._opened()
        await manager.handle_request(scope, receive, send)

    async def _opened(self) -> "StreamableHTTPSessionManager":
        if self._manager is None:
            self._manager = asyncio.get_running_loop().create_future()
            self._running = asyncio.create_task(self._run(self._manager))
        return await asyncio.shield(self._manager)

    async def _run(self, opened: "asyncio.Future[StreamableHTTPSessionManager]") -> None:
        """Keep the SDK's manager open, in one task, until all is closed."""
        await asyncio.to_thread(_imported)  # it takes a second, in which others are answered
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        server = protocol(self._tools, self._texts, _caller_of)
        manager = StreamableHTTPSessionManager(server, stateless=True, json_response=True)
        async with manager.run():
            opened.set_result(manager)
            await self._over.wait()

    async def close(self) -> None:
        """Close the SDK's manager, if there is one."""
        self._over.set()
        if self._running is not None:
            with suppress(asyncio.CancelledError):
                await self._running


def _imported() -> None:
    import mcp.server.lowlevel
    import mcp.server.streamable_http_manager  # noqa: F401  # to be had at once afterwards


def _caller_of(request: Request) -> Caller:
    caller: Caller = getattr(request.state, CALLER)
    return caller
