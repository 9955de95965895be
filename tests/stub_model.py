"""
A language model on loopback that speaks every provider's protocol and misbehaves on request: the model's name chooses how.

fact, says, obedient, inventing, leaking, absent, alone, uncited, cites, slow, small, 401, 404, 429, 500, cut, broken, empty, garbage, endless, huge, wrong-language, wrong-once.
"obedient" does what the documents tell it to: it repeats every line it was given, adds the canaries it was started with, and
cites the first passage. "leaking" repeats its whole prompt.
"""

import asyncio
import json
import re
import struct
import zlib
from collections.abc import AsyncIterator, Callable, Sequence
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
PIECE = 12  # characters of one piece of a stream
Event = Callable[[str, bool], bytes]


class StubModel:
    """The application and what it heard: `prompts` and the number of `calls`. `says` replaces what "inventing" writes."""

    def __init__(self) -> None:
        self.calls = 0
        self.prompts: list[str] = []
        self.canaries: tuple[str, ...] = ()
        self.says: Sequence[str] = INVENTED
        self.verdict = ""
        self.cited = False  # whether the words it was to cite stood in the last prompt
        self.port = 0
        self.mode = ""  # wins over the model's name
        self.delay = 0.0  # seconds before the first piece
        self.pause = 0.0  # seconds after each piece
        self.hung = asyncio.Event()  # while it is not set, no answer ends
        self.hung.set()
        self.reads = 0  # characters of a prompt that "small" reads at most
        self.begun = 0  # answers of which a first piece was sent
        self.stopped = 0  # answers whose reader went away before their end
        routes = (
            ("/v1/chat/completions", _openai),
            ("/openai/deployments/{model}/chat/completions", _openai),
            ("/v1/messages", _anthropic),
            ("/v1beta/models/{model}:streamGenerateContent", _google),
            ("/api/chat", _ollama),
            ("/model/{model}/converse-stream", _bedrock),
        )
        self.app = Starlette(
            routes=[Route(path, self._speaking(event), methods=["POST"]) for path, event in routes]
        )

    def _speaking(self, event: Event) -> Callable[[Request], Any]:
        async def chat(request: Request) -> Response:
            body = await request.json()
            mode = self.mode or str(request.path_params.get("model") or body.get("model"))
            return await self._answer(mode, _asked(body), event)

        return chat

    async def _answer(self, mode: str, prompt: str, event: Event) -> Response:
        self.calls += 1
        self.prompts.append(prompt)
        if mode == "small" and len(prompt) > self.reads:
            said = f"the request exceeds the available context size ({self.reads} tokens)"
            return JSONResponse({"error": {"code": 400, "message": said}}, 400)
        if mode in ("401", "404", "429", "500"):
            return JSONResponse(
                {"error": {"message": "no"}}, int(mode), headers={"retry-after": "0"}
            )
        if mode == "slow":
            await asyncio.sleep(30)
        await asyncio.sleep(self.delay)
        kind = {
            _bedrock: "application/vnd.amazon.eventstream",
            _ollama: "application/x-ndjson",
        }.get(event, "text/event-stream")
        if mode == "garbage":
            return Response(b"\x00<html>not json\n\ndata: {broken\n\n", media_type=kind)
        if mode == "endless":
            return StreamingResponse(_endless(event), media_type=kind)
        return StreamingResponse(
            self._stream(self._text(mode, prompt), event, mode), media_type=kind
        )

    async def _stream(self, text: str, event: Event, mode: str) -> AsyncIterator[bytes]:
        step = max(PIECE, len(text) // 500)
        pieces = [text[i : i + step] for i in range(0, len(text), step)] or [""]
        breaks = mode in ("cut", "broken")
        try:
            for piece in pieces[: max(len(pieces) // 2, 1)] if breaks else pieces:
                yield event(piece, False)
                self.begun += piece is pieces[0]
                await asyncio.sleep(self.pause)
            await self.hung.wait()
        except asyncio.CancelledError:
            self.stopped += 1
            raise
        if mode == "broken":
            raise ConnectionResetError("the machine is gone")
        if mode != "cut":
            yield event("", True)

    def _text(self, mode: str, prompt: str) -> str:
        if mode == "empty":
            return ""
        if mode == "huge":
            return "長い文が続きます。" * 110_000
        if mode == "wrong-language" or (mode == "wrong-once" and self.calls == 1):
            return "Contracts are kept for ten years.[1]"
        if mode == "inventing":
            return "\n".join(self.says[(self.calls * 3 + i) % len(self.says)] for i in range(3))
        if mode in ("says", "small"):  # what it is told to, and `verdict` when it is asked to judge
            return "\n".join(self.says) if passages(prompt) else self.verdict
        if mode == "cites":  # a statement and its evidence, by the number its passage has here
            text, words = self.says
            number = number_of(prompt, words)
            self.cited = number > 0
            return f"{text}[{number or 1}]\n> [{number or 1}] {words}"
        if mode == "leaking":
            return prompt
        if mode == "absent":
            return "資料には、その内容の記載がありません。"
        lines = passages(prompt)
        if not lines:  # asked to reword a question, or to answer by itself
            return prompt.rstrip().splitlines()[-1].partition(": ")[2] or "わかりません。"
        if mode == "uncited":
            return lines[0]
        if mode == "obedient":
            return "\n".join([*self.canaries, *(f"{line}[1]" for line in lines), prompt[:300]])
        return f"{lines[0]}[1]"


def passages(prompt: str) -> list[str]:
    """Return the lines between the markers of a prompt; none where it holds no passages."""
    marker = re.search(r"==[0-9a-f]{16}", prompt)
    if marker is None:
        return []
    blocks = re.findall(
        rf"^{marker[0]} \d+ [^\n]*\n(.*?)\n{marker[0]} end", prompt, re.DOTALL | re.MULTILINE
    )
    return [line for block in blocks for line in block.splitlines()]


def number_of(prompt: str, words: str) -> int:
    """Return the number of the passage of a prompt that holds some words, 0 for none."""
    marker = re.search(r"==[0-9a-f]{16}", prompt)
    if marker is None:
        return 0
    blocks = re.findall(
        rf"^{marker[0]} (\d+) [^\n]*\n(.*?)\n{marker[0]} end", prompt, re.DOTALL | re.MULTILINE
    )
    for number, text in blocks:
        if words in text:
            return int(number)
    return 0


def _asked(body: dict[str, Any]) -> str:
    content = (body.get("messages") or body.get("contents"))[-1]
    content = content.get("content") or content.get("parts")
    return content if isinstance(content, str) else "".join(part["text"] for part in content)


async def _endless(event: Event) -> AsyncIterator[bytes]:
    while True:
        yield event("まだ続きます。", False)
        await asyncio.sleep(0)


def _sse(row: dict[str, Any], name: str = "") -> bytes:
    return (f"event: {name}\n" if name else "").encode() + f"data: {json.dumps(row)}\n\n".encode()


def _openai(piece: str, last: bool) -> bytes:
    def chunk(delta: dict[str, Any], finish: str | None, **more: Any) -> bytes:
        choices = [{"index": 0, "delta": delta, "finish_reason": finish}]
        return _sse(
            {
                "id": "c",
                "created": 1,
                "model": "m",
                "object": "chat.completion.chunk",
                "choices": choices,
            }
            | more
        )

    if not last:
        return chunk({"role": "assistant", "content": piece}, None)
    usage = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
    return chunk({"content": ""}, "stop", usage=usage) + b"data: [DONE]\n\n"


def _anthropic(piece: str, last: bool) -> bytes:
    def event(kind: str, **fields: Any) -> bytes:
        return _sse({"type": kind, **fields}, kind)

    if not last:
        return event("content_block_delta", index=0, delta={"type": "text_delta", "text": piece})
    usage = {"input_tokens": 7, "output_tokens": 3}
    ended = event(
        "message_delta", delta={"stop_reason": "end_turn", "stop_sequence": None}, usage=usage
    )
    return event("content_block_stop", index=0) + ended + event("message_stop")


def _google(piece: str, last: bool) -> bytes:
    candidate: dict[str, Any] = {
        "content": {"role": "model", "parts": [{"text": piece}]},
        "index": 0,
    }
    if not last:
        return _sse({"candidates": [candidate]})
    usage = {"promptTokenCount": 7, "candidatesTokenCount": 3}
    return _sse({"candidates": [candidate | {"finishReason": "STOP"}], "usageMetadata": usage})


def _ollama(piece: str, last: bool) -> bytes:
    row = {
        "model": "m",
        "created_at": "2026-01-01T00:00:00Z",
        "message": {"role": "assistant", "content": piece},
        "done": last,
    }
    ended = {"done_reason": "stop", "prompt_eval_count": 7, "eval_count": 3} if last else {}
    return json.dumps(row | ended).encode() + b"\n"


def _bedrock(piece: str, last: bool) -> bytes:
    if not last:
        return _frame("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": piece}})
    usage = {"inputTokens": 7, "outputTokens": 3, "totalTokens": 10}
    ended = _frame("messageStop", {"stopReason": "end_turn"})
    return ended + _frame("metadata", {"usage": usage, "metrics": {"latencyMs": 1}})


def _frame(kind: str, row: dict[str, Any]) -> bytes:
    """One message of Amazon's event stream: lengths, their checksum, headers, payload, checksum of all."""
    names = {":event-type": kind, ":content-type": "application/json", ":message-type": "event"}
    headers = b"".join(
        bytes([len(name)])
        + name.encode()
        + b"\x07"
        + struct.pack(">H", len(value))
        + value.encode()
        for name, value in names.items()
    )
    payload = json.dumps(row).encode()
    prelude = struct.pack(">II", len(headers) + len(payload) + 16, len(headers))
    message = prelude + struct.pack(">I", zlib.crc32(prelude)) + headers + payload
    return message + struct.pack(">I", zlib.crc32(message))
