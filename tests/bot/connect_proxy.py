"""A company's proxy on loopback: every CONNECT leads to one server, whatever it names."""

import asyncio
from contextlib import suppress
from typing import Self


class ConnectProxy:
    """Opens with `async with`; `asked` is what it was asked, head by head."""

    def __init__(self, server: int) -> None:
        self.port = 0
        self.asked: list[str] = []
        self._server = server
        self._listening: asyncio.Server | None = None
        self._talks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._listening = await asyncio.start_server(self._take, "127.0.0.1", 0)
        self.port = self._listening.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._listening.close()
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._talks.append(asyncio.current_task())
        self.asked.append((await reader.readuntil(b"\r\n\r\n")).decode())
        inside, outside = await asyncio.open_connection("127.0.0.1", self._server)
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        try:
            await asyncio.gather(_pipe(reader, outside), _pipe(inside, writer))
        finally:
            for end in (outside, writer):
                end.close()
                with suppress(OSError):
                    await end.wait_closed()


async def _pipe(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while piece := await source.read(65536):
            sink.write(piece)
            await sink.drain()
        sink.write_eof()
