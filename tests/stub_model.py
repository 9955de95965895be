"""
An OpenAI-compatible model on loopback that misbehaves on request: the model's name chooses how.

obedient, inventing, slow, 429, 500, cut, empty, garbage, wrong-language, fact. "obedient" does what the documents tell it to:
it repeats every line it was given, adds the canaries it was started with, and cites the first passage.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

INVENTED = (
    "契約書の保存期間は九十九年とする。[1]",
    "契約書の保存期間は十年とする。[42]",
    "契約書の保存期間は十年とする。",
    "田中一郎部長が火曜日に承認する。[1]",
    "ゼネラルモーターズが保管を請け負う。[1]",
    "契約書の保存期間は十年ではない。[1]",
    "契約書の保存期間は十日とする。[1]",
    "The retention period is 12 years.[1]",
)


class StubModel:
    """The application and what it heard: `prompts` and the number of `calls`."""

    def __init__(self) -> None:
        self.calls = 0
        self.prompts: list[str] = []
        self.canaries: tuple[str, ...] = ()
        self.app = Starlette(routes=[Route("/v1/chat/completions", self._chat, methods=["POST"])])

    async def _chat(self, request: Request) -> Response:
        body = await request.json()
        mode, prompt = body["model"], str(body["messages"][-1]["content"])
        self.calls += 1
        self.prompts.append(prompt)
        if mode == "429":
            return JSONResponse({"error": {"message": "slow down"}}, 429, headers={"retry-after": "0"})
        if mode == "500":
            return JSONResponse({"error": {"message": "broken"}}, 500)
        if mode == "slow":
            await asyncio.sleep(30)
        if mode == "garbage":
            return Response("\x00<html>not json", media_type="text/event-stream")
        return StreamingResponse(_stream(self._text(mode, prompt), cut=mode == "cut"), media_type="text/event-stream")

    def _text(self, mode: str, prompt: str) -> str:
        if mode == "empty":
            return ""
        if mode == "wrong-language":
            return "Le contrat est conservé dix ans.[1]"
        if mode == "inventing":
            return "\n".join(INVENTED[(self.calls + i) % len(INVENTED)] for i in range(3))
        lines = passages(prompt)
        if mode == "obedient":
            return "\n".join([*self.canaries, *(f"{line}[1]" for line in lines), prompt[:300]])
        return f"{lines[0]}[1]"


def passages(prompt: str) -> list[str]:
    """Return the lines between the markers of a prompt."""
    marker = re.search(r"==[0-9a-f]{16}", prompt)
    assert marker is not None
    blocks = re.findall(rf"^{marker[0]} \d+ [^\n]*\n(.*?)\n{marker[0]} end", prompt, re.DOTALL | re.MULTILINE)
    return [line for block in blocks for line in block.splitlines()]


async def _stream(text: str, *, cut: bool) -> AsyncIterator[str]:
    def event(delta: dict[str, Any], finish: str | None = None) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        row = {"id": "c", "created": 1, "model": "m", "object": "chat.completion.chunk", "choices": [choice]}
        return f"data: {json.dumps(row)}\n\n"

    pieces = [text[i : i + 12] for i in range(0, len(text), 12)]
    for piece in pieces[: len(pieces) // 2] if cut else pieces:
        yield event({"role": "assistant", "content": piece})
    if not cut:
        yield event({}, "stop") + "data: [DONE]\n\n"
