"""A file comes from where Teams keeps it; an address that has expired is told from one that is not ours."""

import asyncio

import pytest

from bot.teams.files import Files
from handlers.texts import Texts
from knowledge.errors import UnreadableDocument

ANSWERS = {
    "/ok": "200 OK\r\nContent-Type: application/pdf",
    "/login": "200 OK\r\nContent-Type: text/html; charset=utf-8",
    "/expired": "403 Forbidden",
    "/deleted": "404 Not Found",
    "/broken": "500 Oops",
}


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    path = (await reader.readuntil(b"\r\n\r\n")).split()[1].decode()
    writer.write(
        f"HTTP/1.1 {ANSWERS[path]}\r\nContent-Length: 4\r\nConnection: close\r\n\r\nfile".encode()
    )
    await writer.drain()
    writer.close()


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/login", "file_expired"),
        ("/expired", "file_expired"),
        ("/deleted", "file_expired"),
        ("/broken", "file_gone"),
    ],
)
async def test_a_file_that_cannot_be_had_says_what_to_do(path: str, code: str) -> None:
    async with await asyncio.start_server(_serve, "127.0.0.1", 0) as server:
        base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        files = Files(Texts.load(), local=True)
        assert await files.fetch("a.pdf", base + "/ok") == b"file"
        with pytest.raises(UnreadableDocument) as refused:
            await files.fetch("a.pdf", base + path)
    assert refused.value.code == code
    assert "a.pdf" in refused.value.reason.ja


async def test_a_file_kept_elsewhere_is_refused() -> None:
    with pytest.raises(UnreadableDocument) as refused:
        await Files(Texts.load(), local=False).fetch(
            "a.pdf", "https://contoso.sharepoint.com.evil.example/f"
        )
    assert refused.value.code == "file_refused"
