"""A company's own certificates and proxy: one setting each serves every client that goes out."""

import asyncio
import datetime as dt
import ipaddress
import os
import ssl
import sys
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bot.slack.api import Api
from bot.slack.settings import Slack

ROOT = Path(__file__).resolve().parents[2]
ASK = """
import asyncio, os, sys, ssl
from bot.settings import load
load()
url, port = sys.argv[1], int(sys.argv[1].rsplit(":", 1)[1])

def told(name, call):
    try:
        call()
        print(name, "reached", flush=True)
    except Exception as error:
        print(name, type(error).__name__, error, flush=True)

def model():
    import httpx
    httpx.get(url, timeout=20)

def teams():
    import requests
    requests.get(url, timeout=20)

def slack():
    import aiohttp
    async def get():
        async with aiohttp.ClientSession() as session, session.get(url):
            pass
    asyncio.run(get())

def files():
    from botocore.awsrequest import AWSRequest
    from botocore.httpsession import URLLib3Session
    from botocore.session import Session
    bundle = Session().get_config_variable("ca_bundle")
    request = AWSRequest(method="GET", url=url).prepare()
    URLLib3Session(verify=bundle or True).send(request)

def store():
    import redis
    client = redis.Redis.from_url(f"rediss://localhost:{port}", socket_timeout=20)
    try:
        client.ping()
    except redis.exceptions.ConnectionError as error:
        if "CERTIFICATE" in str(error).upper():
            raise
    except redis.exceptions.RedisError:
        pass

for name, call in [("model", model), ("teams", teams), ("slack", slack), ("files", files), ("store", store)]:
    told(name, call)
"""


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """Return the file of an authority of the company's own, and a server's context under it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "ca.pem", folder / "key.pem"
    public.write_bytes(made.public_bytes(Encoding.PEM))
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return public, context


async def test_one_file_of_certificates_serves_every_client_that_goes_out(tmp_path: Path) -> None:
    pytest.importorskip("botocore")
    file, context = certificate(tmp_path)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(4096)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    (tmp_path / ".env").write_text(f"SSL_CERT_FILE={file}\n")
    server = await asyncio.start_server(answer, "localhost", 0, ssl=context)
    async with server:
        port = server.sockets[0].getsockname()[1]
        clean = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            ASK,
            f"https://localhost:{port}",
            cwd=tmp_path,
            env=clean | {"PYTHONPATH": str(ROOT)},
            stdout=asyncio.subprocess.PIPE,
        )
        out, _ = await process.communicate()
    lines = out.decode().splitlines()

    assert lines == [f"{name} reached" for name in ("model", "teams", "slack", "files", "store")]


@pytest.mark.parametrize(
    ("base", "proxy"),
    [("https://slack.com/api/", "http://proxy.example:8080"), ("http://127.0.0.1:9/api/", None)],
)
async def test_slack_is_called_through_the_proxy_but_for_what_no_proxy_names(
    base: str, proxy: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:8080")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    async with Api(Slack("xoxb-1", ("x" * 16,), "", base)) as api:
        assert api.client().proxy == proxy
