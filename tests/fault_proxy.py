"""A relay before a real server that can lose its replies, be slow, hang up or take nobody in."""

import asyncio
import random
from contextlib import suppress


class FaultProxy:
    """
    Listens on loopback (`port`) and relays to a unix socket.

    `lose` counts the replies still to be lost: the request arrives, its answer never does. `loss` is
    the share of replies lost from now on, `delay` the seconds each reply takes longer; while
    `refusing`, whoever comes is hung up on. `hang_up` ends every connection there is.
    """

    def __init__(self, target):
        self.loss = self.delay = 0.0
        self.refusing = False
        self._dice = random.Random(5)
        self._target = str(target)
        self._server = None
        self._writers = set()
        self.lose = 0
        self.lost = 0

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_):
        self._server.close()
        self.hang_up()

    def hang_up(self):
        for writer in list(self._writers):
            writer.close()

    async def _serve(self, reader, writer):
        if self.refusing:
            writer.close()
            return
        there_reader, there_writer = await asyncio.open_unix_connection(self._target)
        self._writers |= {writer, there_writer}
        relays = [
            self._relay(reader, there_writer, replies=False),
            self._relay(there_reader, writer, replies=True),
        ]
        await asyncio.gather(*relays, return_exceptions=True)
        for one in (writer, there_writer):
            one.close()
            self._writers.discard(one)

    async def _relay(self, source, target, *, replies):
        with suppress(OSError):
            while chunk := await source.read(65536):
                if replies and (self.lose or self._dice.random() < self.loss):
                    self.lose = max(0, self.lose - 1)
                    self.lost += 1
                    target.close()
                    return
                if replies and self.delay:
                    await asyncio.sleep(self.delay)
                target.write(chunk)
                await target.drain()
        target.close()
