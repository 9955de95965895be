"""
`llm-choose mcp`: the tools of the Model Context Protocol over standard input and output.

They are used by whoever owns this machine, on the documents of its own data folder, beside a server
that runs there, too; with `--url` the process only passes on what it hears to a server elsewhere,
with a token.
"""

import argparse
import sys
from typing import Any, Self

from bot.api.asking import Asking
from bot.api.door import Caller
from bot.api.mcp import PATH, protocol
from bot.api.settings import Machines
from bot.api.tools import Tools
from bot.command import desk
from bot.command.exits import DONE
from bot.service.faces import rooms_of
from bot.settings import InvalidSettings, Settings
from handlers.conversation import Person
from handlers.texts import Texts
from handlers.tokens import SCOPES, Token
from knowledge.values import Language

ME = "terminal:local"


async def mcp(settings: Settings, arguments: argparse.Namespace, language: Language) -> int:
    """
    Serve until the input ends.

    Raises:
        InvalidSettings: the data folder cannot be used, or there is no token for `--url`.
    """
    if arguments.url:
        return await _passed_on(settings, arguments.url)
    async with desk.opened(settings) as application:
        rooms = rooms_of(application)
        asking = Asking(application.turns, rooms, application.tokens)
        tools = Tools(asking, rooms, application.people, application.texts)
        owner = Token("terminal", ME, SCOPES, (), ME, 0, 0)
        caller = Caller(owner, Person(ME, ME, language, "admin"))
        await _serve(protocol(tools, application.texts, lambda _: caller))
    return DONE


async def _passed_on(settings: Settings, url: str) -> int:
    """Hand every call to the server at `url`."""
    import httpx2
    import mcp.types as words
    from mcp.client.client import Client
    from mcp.client.streamable_http import streamable_http_client
    from mcp.server.lowlevel import Server

    section = settings.sections.get("api")
    token = section.token if isinstance(section, Machines) else ""
    if not token:
        raise InvalidSettings("no_token", Texts.load().phrase("cli.mcp_token"))
    headers = {"Authorization": f"Bearer {token}"}
    address = url.rstrip("/").removesuffix(PATH) + PATH
    async with (
        httpx2.AsyncClient(headers=headers, timeout=180) as http,
        Client(streamable_http_client(address, http_client=http)) as client,
    ):

        async def listed(_: Any, __: Any) -> words.ListToolsResult:
            return await client.list_tools()

        async def called(_: Any, asked: words.CallToolRequestParams) -> words.CallToolResult:
            return await client.call_tool(asked.name, asked.arguments or {})

        await _serve(Server("llm-choose", on_list_tools=listed, on_call_tool=called))
    return DONE


class _Caller:
    """The input and output of a caller elsewhere, as the SDK reads and writes them."""

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> str:
        line = await desk.line()
        if not line:
            raise StopAsyncIteration
        return line

    async def write(self, text: str) -> None:
        sys.stdout.write(text)

    async def flush(self) -> None:
        sys.stdout.flush()


async def _serve(server: Any) -> None:
    from mcp.server.stdio import stdio_server

    streams: tuple[Any, ...] = ()
    if desk.called():
        caller = _Caller()
        streams = (caller, caller)
    async with stdio_server(*streams) as (reading, writing):
        await server.run(reading, writing, server.create_initialization_options())
