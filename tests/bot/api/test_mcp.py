"""The Model Context Protocol, used by the SDK's own client over HTTP and over standard input."""

import json
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

ROOT = Path(__file__).resolve().parents[3]
DAILY = "国内出張の日当はいくらですか"
over_http = pytest.mark.asyncio(loop_scope="module")


@asynccontextmanager
async def connected(machine, token):
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=60) as http,
        Client(streamable_http_client(f"{machine.base}/mcp", http_client=http)) as client,
    ):
        yield client


def text(result):
    return "\n".join(one.text for one in result.content)


@over_http
async def test_the_tools_answer_find_open_and_choose(machine):
    token = await machine.token("ask", "search", "decisions")
    async with connected(machine, token) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        answer = await client.call_tool("ask", {"question": DAILY})
        hits = await client.call_tool("search", {"query": DAILY, "limit": 3})
        passage = hits.structured_content["hits"][0]["passage"]
        source = await client.call_tool("open_source", {"passage": passage})
        questions = await client.call_tool("choose", {})
        first = questions.structured_content["questions"][0]
        answers = {first["id"]: next(iter(first["options"]))}
        result = await client.call_tool("choose", {"answers": answers})

    assert set(tools) == {"ask", "search", "open_source", "choose"}
    assert "会社の資料" in tools["ask"].description and tools["ask"].input_schema["required"]
    assert "3,500円" in text(answer) and "[1] 出張規程" in text(answer)
    assert answer.structured_content["citations"][0]["passage"] in text(answer)
    assert "日当は1日3,500円" in text(source)
    assert result.structured_content["recommendation"] and text(result)


@over_http
async def test_tools_out_of_reach_and_wrong_words_are_told_to_the_model(machine):
    narrow = await machine.token("search")
    async with connected(machine, narrow) as client:
        told = {
            "scope": await client.call_tool("ask", {"question": DAILY}),
            "unknown": await client.call_tool("delete_everything", {}),
            "wrong": await client.call_tool("search", {"query": 7}),
            "gone": await client.call_tool("open_source", {"passage": "x"}),
            "kept": await client.call_tool("search", {"query": "役員の賞与はいつ支給されますか"}),
        }

    errors = {name: result.is_error for name, result in told.items()}
    assert errors == {"scope": True, "unknown": True, "wrong": True, "gone": True, "kept": False}
    assert "「ask」" in text(told["scope"]) and "“ask”" in text(told["scope"])
    assert "“delete_everything”" in text(told["unknown"])
    assert "ask, search, open_source, choose" in text(told["unknown"])
    assert "6月と12月" not in text(told["kept"])


@over_http
async def test_nobody_gets_in_without_a_token_or_from_another_page(machine):
    token = await machine.token("ask")
    hello = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    accept = {"Accept": "application/json, text/event-stream"}
    told = []
    for given, more in (("", {}), ("x", {}), (token, {"Origin": "https://evil.example"})):
        answer = await machine.asks("POST", "/mcp", given, json=hello, headers=accept | more)
        told.append((answer.status_code, answer.headers["content-type"]))

    assert [status for status, _ in told] == [401, 401, 403]
    assert {kind for _, kind in told} == {"application/problem+json"}


def server(*words, **environment):
    arguments = ["-m", "bot.command.cli", "mcp", *words]
    return StdioServerParameters(
        command=sys.executable, args=arguments, cwd=ROOT, env={"LANG": "ja_JP.UTF-8"} | environment
    )


@pytest.mark.early
async def test_over_standard_input_the_owner_of_the_machine_asks(house):
    async with Client(server("--data", str(house))) as client:
        tools = (await client.list_tools()).tools
        answer = await client.call_tool("ask", {"question": "RAGは社内文書を全部学習しますか?"})

    assert len(tools) == 4
    assert not answer.is_error and answer.structured_content["citations"]
    assert json.dumps(answer.structured_content)


@over_http
async def test_over_standard_input_a_running_server_can_be_asked(machine, tmp_path):
    token = await machine.token("ask")
    words = ("--url", machine.base, "--data", str(tmp_path))
    async with Client(server(*words, LLM_CHOOSE_TOKEN=token)) as client:
        tools = (await client.list_tools()).tools
        answer = await client.call_tool("ask", {"question": DAILY})

    assert len(tools) == 4 and "3,500円" in text(answer)
