"""
An embedding model on loopback that speaks OpenAI's protocol: hashed pairs and triples of characters, so that texts which share
many of them are near each other. `SYNONYMS` are one thing to it, as they are to a model that knows meanings.

`mode` makes it fail: 429, 500, slow, short (half the numbers), few (a vector is missing), garbage.
"""

import asyncio
import math
import zlib

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

SIZE = 256
SYNONYMS = (("ほげもげ", "自動車の費用"),)


class StubEmbedding:
    """The application; `texts` are what it was sent, `port` is where it listens."""

    def __init__(self) -> None:
        self.mode = ""
        self.failing = -1  # times it does; for ever below 0
        self.port = 0
        self.size = SIZE
        self.calls = 0
        self.texts: list[str] = []
        self.app = Starlette(routes=[Route("/v1/embeddings", self._embed, methods=["POST"])])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    async def _embed(self, request: Request) -> Response:
        body = await request.json()
        self.calls += 1
        self.failing -= 1
        if self.failing == -1:
            self.mode = ""
        if self.mode in ("429", "500"):
            return JSONResponse({"error": {"message": "no"}}, int(self.mode))
        if self.mode == "garbage":
            return Response(b"<html>", media_type="application/json")
        if self.mode == "slow":
            await asyncio.sleep(5)
        self.texts += body["input"]
        size = self.size // 2 if self.mode == "short" else self.size
        data = [
            {"object": "embedding", "index": at, "embedding": vector(text, size)}
            for at, text in enumerate(body["input"])
        ]
        data = data[:-1] if self.mode == "few" else data
        usage = {"prompt_tokens": 1, "total_tokens": 1}
        return JSONResponse(
            {"object": "list", "model": body["model"], "data": data, "usage": usage}
        )


def vector(text: str, size: int = SIZE) -> list[float]:
    """Return a unit vector that depends on nothing but the text."""
    for one, other in SYNONYMS:
        text = text.replace(one, other)
    numbers = [0.0] * size
    for length in (2, 3):
        for at in range(len(text) - length + 1):
            hashed = zlib.crc32(text[at : at + length].encode())
            numbers[hashed % size] += 1.0 if hashed & 0x10000 else -1.0
    norm = math.sqrt(sum(n * n for n in numbers)) or 1.0
    return [n / norm for n in numbers] if any(numbers) else [1.0, *[0.0] * (size - 1)]
