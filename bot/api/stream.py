"""Server-sent events: what is yielded goes out at once, and a quiet line keeps proxies waiting."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

from starlette.responses import StreamingResponse

MEDIA_TYPE = "text/event-stream"
QUIET = 15.0  # seconds without a word after which a comment is sent
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def event(data: Any, name: str = "") -> str:
    """Return one event with JSON as its data."""
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(data, ensure_ascii=False)}\n\n"


def streamed(events: AsyncIterator[str]) -> StreamingResponse:
    """Return a response that sends events as they come."""
    return StreamingResponse(_kept_alive(events), 200, HEADERS, MEDIA_TYPE)


async def _kept_alive(events: AsyncIterator[str]) -> AsyncIterator[str]:
    """Yield events, and a comment wherever nothing comes for a while."""
    following: asyncio.Task[str] | None = None
    try:
        while True:
            following = following or asyncio.ensure_future(anext(events))
            done, _ = await asyncio.wait({following}, timeout=QUIET)
            if not done:
                yield ": \n\n"
                continue
            try:
                one = following.result()
            except StopAsyncIteration:
                return
            following = None
            yield one
    finally:
        if following is not None:
            following.cancel()
            with suppress(asyncio.CancelledError, StopAsyncIteration):
                await following
