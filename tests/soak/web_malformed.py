"""
A thousand malformed requests for each address of the page, over raw sockets, and 200 connections that never finish theirs.

Run by hand: `python -m tests.soak.web_malformed [REQUESTS] [SEED]`. Targets: 0 answers of 5xx, others served meanwhile, and the
process grows by no more than 50 MB.
"""

import asyncio
import random
import sys
import time
from collections import Counter
from urllib.parse import urlsplit

import httpx
import psutil

from tests.soak.browser import bot
from tests.soak.evidence import keep

PATHS = (
    "/",
    "/ask",
    "/press",
    "/form",
    "/upload",
    "/signin",
    "/files/x",
    "/turns/x",
    "/knowledge?q=x",
    "/static/page.js",
)
METHODS = (
    b"GET",
    b"POST",
    b"PUT",
    b"HEAD",
    b"OPTIONS",
    b"TRACE",
    b"get",
    b"\xff",
    b"POST" * 500,
    b"",
)
BODIES = (
    *(
        b"",
        b"q=x",
        b"q=%ff%fe",
        b"\x00" * 4000,
        b"&" * 90_000,
        b"=" * 5000,
        b'{"a":' * 2000,
        b"q=" + "あ".encode() * 9000,
    ),
    b'--b\r\nContent-Disposition: form-data; name="files"; filename="../../x"\r\n\r\nx\r\n--b--\r\n',
    b'--b\r\nContent-Disposition: form-data; name="q"\r\n\r\n' * 3000,
    b"--b\r\n" + b"X: y\r\n" * 3000 + b"\r\nx\r\n--b--\r\n",
    b"--b\r\nContent-Disposition: form-data; name=\"f\"; filename*=UTF-8''%ff%00\r\n\r\nx\r\n--b--\r\n",
    b"5\r\nhello\r\n0\r\n\r\n",
    b"ffffffffffffffff\r\nx",
    b"action=choose.answer&data=[[[[[[&_turn=" + b"t" * 9000,
    b'action=document.remove&data={"d": {"x": []}, "v": null}',
    b'_form=choose.answer&_state={"rid": "x", "rev": 1e999}&boundary=',
    b'_press=["document.remove",{"d":{"x":[]},"v":null}]&_turn=x',
    b'_press=["choose.answer",{"rid":"x","rev":1e999},{"boundary":7}]&boundary=' + b"[" * 5000,
)
KINDS = (
    *(
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=b",
        "multipart/form-data",
        "application/json",
        "",
    ),
    *(
        "multipart/form-data; boundary=" + "x" * 300,
        "text/plain; charset=utf-99",
        "application/x-www-form-urlencoded; charset=\xff",
    ),
)
LENGTHS = (None, "exact", "-1", "0", "99999999999999999999", "1e3", "5, 6", "\xb2")
EXTRA = (
    "",
    "Transfer-Encoding: chunked\r\n",
    "Transfer-Encoding: chunked, identity\r\n",
    "Expect: 100-continue\r\n",
    "Cookie: conversation=" + "x" * 4000 + "\r\n",
    "Cookie: signed=admin.x.9999999999..\r\n",
    "Accept: application/x-ndjson\r\n",
    "Range: bytes=-1,0-,9-1\r\n",
    "X: " + "y" * 60_000 + "\r\n",
    "Host: evil.example\r\n",
    "Accept-Language: \xff\r\n",
    "Content-Encoding: gzip\r\n",
)


def request(dice, path, host):
    """Return a request with two or three things bent, so that most pass the parser and reach the page."""

    def mostly(right, *others):
        return right if dice.random() < 0.85 else dice.choice(others)

    body = dice.choice(BODIES)
    if dice.random() < 0.5 and body:
        at = dice.randrange(len(body))
        body = body[:at] + bytes([dice.randrange(256)]) + body[at + dice.randrange(3) :]
    length = mostly("exact", *LENGTHS)
    head = f"Host: {mostly(host, 'evil.example', '')}\r\nOrigin: {mostly(f'http://{host}', 'null', '')}\r\n"
    head += f"Content-Type: {dice.choice(KINDS)}\r\n{mostly('', *EXTRA)}"
    head += (
        ""
        if length is None
        else f"Content-Length: {len(body) if length == 'exact' else length}\r\n"
    )
    target = path.encode() + mostly(b"", bytes(dice.randrange(1, 256) for _ in range(8)))
    line = (
        mostly(b"POST", *METHODS)
        + b" "
        + target
        + b" "
        + mostly(b"HTTP/1.1", b"HTTP/1.0", b"HTTP/9.9", b"")
    )
    return line + b"\r\n" + head.encode("latin-1") + b"Connection: close\r\n\r\n" + body


async def sent(raw, host, port):
    """Return the status, 0 where the connection was closed without one."""
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(raw)
        if writer.can_write_eof():
            writer.write_eof()
        line = await asyncio.wait_for(reader.readline(), 20)
        return int(line.split()[1]) if line.startswith(b"HTTP/") else 0
    except (OSError, TimeoutError, ValueError, IndexError):
        return 0
    finally:
        writer.close()


async def main(count, seed):
    dice, seen, failed = random.Random(seed), Counter(), []
    with bot(quiet=True) as base:
        host, port = urlsplit(base).hostname, urlsplit(base).port
        server = next(
            p for p in psutil.Process().children(recursive=True) if "serve" in p.cmdline()
        )
        async with httpx.AsyncClient(base_url=base) as client:
            await client.get("/")
            before = server.memory_info().rss
            idle = [await asyncio.open_connection(host, port) for _ in range(200)]
            for _, writer in idle:
                writer.write(b"POST /ask HTTP/1.1\r\nHost: ")
            served = []
            for path in PATHS:
                for _ in range(count // 20):
                    raws = [request(dice, path, f"{host}:{port}") for _ in range(20)]
                    statuses = await asyncio.gather(*(sent(raw, host, port) for raw in raws))
                    seen.update(statuses)
                    failed += [
                        raw[:200]
                        for raw, status in zip(raws, statuses, strict=True)
                        if status >= 500
                    ]
                began = time.perf_counter()
                assert (await client.get("/")).status_code == 200
                served.append(time.perf_counter() - began)
            for _, writer in idle:
                writer.close()
            grown = (server.memory_info().rss - before) / 1e6
    for raw in failed[:10]:
        print("  5xx:", raw)
    print(
        f"{sum(seen.values())} requests: {len(failed)} of 5xx (0); by status {dict(sorted(seen.items()))}"
    )
    print(
        f"a good request meanwhile: at most {1000 * max(served):.0f} ms; grown by {grown:.0f} MB (50)"
    )
    figures = {"errors_5xx": len(failed), "grown_mb": grown, "served_ms": 1000 * max(served)}
    keep("web_malformed", size={"requests": sum(seen.values())}, figures=figures)
    return 1 if failed or grown > 50 else 0


if __name__ == "__main__":
    sys.exit(
        asyncio.run(
            main(
                int(sys.argv[1]) if len(sys.argv) > 1 else 1000,
                int(sys.argv[2]) if len(sys.argv) > 2 else 1,
            )
        )
    )
