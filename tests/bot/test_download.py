"""Nothing is fetched from anywhere but where files may lie, and no address gets a token it should not see."""

import asyncio
import gzip
import re
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from bot.download import Download, Hosts, Refused, public
from tests.bot.connect_proxy import ConnectProxy

SLACK = Hosts(
    frozenset({"files.slack.com", "files-origin.slack.com"}), own="https://slack.com/api/"
)
TEAMS = Hosts(under=(".sharepoint.com",))
TOKEN = {"Authorization": "Bearer xoxb-secret"}
MEGA = 1 << 20

Write = Callable[[asyncio.StreamWriter], object]


class Server:
    """A server that notes what it is asked, byte by byte, and answers each path with what it was given."""

    def __init__(self, answers: dict[str, bytes | Write]) -> None:
        self.answers = answers
        self.asked: list[str] = []
        self.port = 0

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def tokens(self) -> int:
        return sum("xoxb-secret" in request for request in self.asked)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = (await reader.readuntil(b"\r\n\r\n")).decode()
            self.asked.append(request)
            answer = self.answers.get(request.split()[1], head("404 Not Found"))
            if isinstance(answer, bytes):
                writer.write(answer)
            else:
                await answer(writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def serving(**answers: bytes | Write) -> AsyncIterator[Server]:
    server = Server({f"/{name}": answer for name, answer in answers.items()})
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    async with listening:
        yield server


def head(status: str = "200 OK", **headers: object) -> bytes:
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status}\r\nConnection: close\r\n{lines}\r\n".encode()


def to(url: str) -> bytes:
    return head("302 Found", Location=url, Content_Length=0)


def forms(port: int) -> list[str]:
    """Ways to spell an address that is not ours, `port` being where somebody listens for them."""
    here = [
        *(
            "127.0.0.1",
            "localhost",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "0.0.0.0",
            "0",
            "127.1",
            "127.0.1",
        ),
        *(
            "2130706433",
            "0x7f000001",
            "0x7f.0.0.1",
            "017700000001",
            "0177.0.0.1",
            "127.0.0.1.",
            "localhost.",
            "[::]",
        ),
        *(
            "LOCALHOST",
            "localhost.localdomain",
            "127.0.0.1.nip.io",
            "ip6-localhost",
            "①②⑦.⓪.⓪.①",
            "127。0。0。1",
        ),
    ]
    inside = [
        *(
            "169.254.169.254",
            "[fd00:ec2::254]",
            "metadata.google.internal",
            "metadata",
            "instance-data",
            "100.100.100.200",
        ),
        *(
            "10.0.0.1",
            "172.16.0.1",
            "192.168.0.1",
            "[fe80::1]",
            "[fc00::1]",
            "169.254.170.2",
            "0xa9fea9fe",
            "2852039166",
        ),
        *("[64:ff9b::a9fe:a9fe]", "[2002:7f00:1::]", "224.0.0.1", "255.255.255.255"),
    ]
    own = f"127.0.0.1:{port}"
    confused = [
        *(
            "https://files.slack.com.evil.example/f",
            "https://files.slack.com@" + own,
            f"https://{own}/files.slack.com",
        ),
        *(
            f"https://{own}#@files.slack.com",
            f"https://{own}\\@files.slack.com",
            f"https://files.slack.com\\@{own}",
        ),
        *(
            f"https://files.slack.com:x@{own}",
            f"https://{own}?@files.slack.com/",
            f"https://{own}%2f@files.slack.com",
        ),
        *(
            "https://files.slack.com./f",
            "https://files.slack.com:444/f",
            "https://files.slack.com:8443/f",
        ),
        *(
            "https://files.slack.com:/f",
            "https://files.slack.com:0x1bb/f",
            "https://evilfiles.slack.com/f",
        ),
        *(
            "https://a.files.slack.com/f",
            "https://files.slack.com%00.evil.example/f",
            "https://files%2eslack%2ecom/f",
        ),
        *(
            "https://files.slack.com\t.evil.example/f",
            "https://files.slack.com\n.evil.example/f",
            "https://files.slack.com /f",
        ),
        *(
            "https://ﬁles.slack.com/f",
            "https://files。slack。com/f",
            "https://xn--iles-vf8a.slack.com/f",
        ),
        *(
            "https://files.slаck.com/f",
            "https://files.slack.com\u200b/f",
            " https://files.slack.com/f",
        ),
        *(
            "http://files.slack.com/f",
            "HTTP://files.slack.com/f",
            "//files.slack.com/f",
            "files.slack.com/f",
            "https:files.slack.com/f",
        ),
        *(
            "https:///files.slack.com/f",
            "https://",
            "https://@/",
            "https://[/",
            "https://[::1/f",
            "",
            "/f",
            "javascript:alert(1)",
        ),
        *(
            "file:///etc/passwd",
            "file://files.slack.com/etc/passwd",
            f"gopher://{own}/_x",
            f"dict://{own}/",
            f"ftp://{own}/f",
        ),
        *(
            "data:text/plain,hello",
            f"jar:https://{own}!/",
            f"unix:/{own}",
            f"ws://{own}/",
            f"https+unix://{own}/",
        ),
        *(
            "https://sharepoint.com/f",
            "https://.sharepoint.com/f",
            "https://a.b.sharepoint.com/f",
            "https://sharepoint.com.evil.example/",
        ),
        *(
            "https://contoso.sharepoint.com.evil.example/f",
            f"https://contoso.sharepoint.com@{own}/f",
            "https://evilsharepoint.com/f",
        ),
        *(
            "http://contoso.sharepoint.com/f",
            "https://contoso.sharepoint.com:8443/f",
            "https://contoso.sharepoint.com./f",
        ),
    ]
    at_ports = [f"{scheme}://{name}:{port}/f" for name in here for scheme in ("http", "https")]
    return (
        at_ports
        + [f"http://{name}/latest" for name in inside]
        + [f"https://{name}/f" for name in inside]
        + confused
    )


async def never(host: str, port: int) -> list[str]:
    raise AssertionError(f"{host} was resolved")


@pytest.mark.parametrize(
    "hosts",
    [SLACK, TEAMS, Hosts(SLACK.exact, own="http://127.0.0.1:1/api/")],
    ids=["slack", "teams", "own"],
)
async def test_no_other_address_is_even_resolved(hosts: Hosts) -> None:
    async with serving() as canary:
        refused = []
        for url in forms(canary.port):
            with pytest.raises(Refused) as error:
                await Download(hosts, TOKEN, resolve=never).fetch(url)
            refused.append(error.value.why)
            assert url == "" or url not in str(error.value)
        assert len(set(forms(canary.port))) >= 60
        assert set(refused) == {"elsewhere"}
        assert canary.asked == []


async def test_the_form_that_is_ours_is_fetched_with_the_token() -> None:
    async with serving(
        f=head(Content_Type="application/pdf; x=y", Content_Length=3) + b"pdf"
    ) as server:
        found = await Download(Hosts(own=server.base + "/api/"), TOKEN).fetch(server.base + "/f")
        assert (found.content, found.media_type) == (b"pdf", "application/pdf")
        assert server.tokens == 1


async def test_redirects_are_judged_each_and_the_token_stays_home() -> None:
    async with serving(f=b"stolen") as canary, serving() as server:
        away = {
            "other": f"{canary.base}/f",
            "name": f"http://localhost:{server.port}/f",
            "secure": "https://127.0.0.1:1/f",
            "file": "file:///etc/passwd",
            "user": f"http://127.0.0.1:{server.port}@127.0.0.1:{canary.port}/f",
        }
        server.answers |= {f"/{name}": to(url) for name, url in away.items()}
        for name in away:
            with pytest.raises(Refused, match="elsewhere") as refused:
                await Download(Hosts(own=server.base), TOKEN).fetch(f"{server.base}/{name}")
            assert refused.value.hops == 1
        assert canary.asked == []
        assert server.tokens == len(away)


async def test_three_hops_are_followed_and_no_more() -> None:
    done = head(Content_Length=2) + b"ok"
    async with serving(
        a=to("b"), b=to("/c"), c=to("d"), d=done, z=to("/a"), loop=to("/loop")
    ) as server:
        download = Download(Hosts(own=server.base), TOKEN)
        assert (await download.fetch(f"{server.base}/a")).content == b"ok"
        for path in ("z", "loop"):
            server.asked.clear()
            with pytest.raises(Refused, match="broken"):
                await download.fetch(f"{server.base}/{path}")
            assert len(server.asked) == 4


async def test_a_cookie_does_not_travel_along_a_redirect() -> None:
    first = head("302 Found", Location="/f", Set_Cookie="s=1; Path=/", Content_Length=0)
    async with serving(a=first, f=head(Content_Length=2) + b"ok") as server:
        await Download(Hosts(loopback=True)).fetch(f"{server.base}/a")
        assert not any(
            re.search("cookie|authorization", request, re.IGNORECASE) for request in server.asked
        )


class Edge(httpx.AsyncBaseTransport):
    """Where a request would leave the house: notes the network address it goes to."""

    went: list[tuple[str, str, str, bool]]

    def __init__(self, went: list[tuple[str, str, str, bool]]) -> None:
        self.went = went

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        sni = str(request.extensions.get("sni_hostname"))
        self.went.append(
            (request.url.host, request.headers["host"], sni, "authorization" in request.headers)
        )
        if "origin" not in sni and "slack" in sni:
            return httpx.Response(302, headers={"Location": "https://files-origin.slack.com/f"})
        return httpx.Response(200, stream=httpx.ByteStream(b"ok"))


async def test_the_connection_goes_to_the_address_that_was_judged() -> None:
    went: list[tuple[str, str, str, bool]] = []
    answers = iter([["93.184.216.34"], ["2606:2800:21f::1"]])
    asked: list[str] = []

    async def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return next(answers)

    await Download(SLACK, TOKEN, resolve=resolve, transport=lambda: Edge(went)).fetch(
        "https://files.slack.com/f"
    )

    assert asked == ["files.slack.com", "files-origin.slack.com"]  # each name once
    assert went == [
        ("93.184.216.34", "files.slack.com", "files.slack.com", True),
        ("2606:2800:21f::1", "files-origin.slack.com", "files-origin.slack.com", True),
    ]


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["93.184.216.34", "10.0.0.1"],
        ["::ffff:10.0.0.1"],
        ["64:ff9b::7f00:1"],
        ["fe80::1%eth0"],
        ["x"],
        [],
    ],
)
async def test_a_name_that_leads_inside_is_refused(addresses: list[str]) -> None:
    went: list[tuple[str, str, str, bool]] = []

    async def resolve(host: str, port: int) -> list[str]:
        return addresses

    with pytest.raises(Refused, match="elsewhere"):
        await Download(TEAMS, resolve=resolve, transport=lambda: Edge(went)).fetch(
            "https://contoso.sharepoint.com/f?sig=x"
        )
    assert went == []


async def test_a_pre_signed_address_goes_out_without_a_bearer() -> None:
    went: list[tuple[str, str, str, bool]] = []

    async def resolve(host: str, port: int) -> list[str]:
        return ["13.107.136.10"]

    await Download(TEAMS, resolve=resolve, transport=lambda: Edge(went)).fetch(
        "https://contoso.sharepoint.com/f?sig=x"
    )
    assert went == [("13.107.136.10", "contoso.sharepoint.com", "contoso.sharepoint.com", False)]


@pytest.mark.parametrize(
    ("address", "outside"),
    [
        *(
            ("8.8.8.8", True),
            ("64:ff9b::808:808", True),
            ("2002:808:808::1", True),
            ("2002:a00:1::1", False),
        ),
        *(
            ("2001:0:4136:e378::1", False),
            ("100.64.0.1", False),
            ("0.0.0.0", False),
            ("::", False),
            ("224.0.0.1", False),
        ),
    ],
)
def test_which_network_addresses_are_outside(address: str, outside: bool) -> None:
    assert public(address) is outside


async def endless(writer: asyncio.StreamWriter) -> None:
    writer.write(head())
    while True:
        writer.write(b"x" * 65536)
        await writer.drain()


async def dripping(writer: asyncio.StreamWriter) -> None:
    writer.write(head(Content_Length=1000))
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.02)


BODIES: dict[str, tuple[bytes | Write, str]] = {
    "endless": (endless, "too_large"),
    "dripping": (dripping, "broken"),
    "huge": (head(Content_Length=10 * 1024 * MEGA), "too_large"),
    "short": (head(Content_Length=100) + b"x" * 10, "broken"),
    "bomb": (head(Content_Encoding="gzip") + gzip.compress(bytes(30 * MEGA)), "too_large"),
    "cut": (head(Content_Encoding="gzip") + gzip.compress(b"x" * 1000)[:-9], "broken"),
    "notgzip": (head(Content_Encoding="gzip") + b"plain", "broken"),
    "brotli": (head(Content_Encoding="br") + b"plain", "broken"),
    "noise": (b"hello\r\n\r\n", "broken"),
    "error": (head("500 Oops", Content_Length=0), "status"),
    "over": (head() + b"x" * (MEGA + 1), "too_large"),
}


@pytest.mark.parametrize("name", BODIES)
async def test_a_body_that_lies_or_never_ends_stops(name: str) -> None:
    body, why = BODIES[name]
    async with serving(**{name: body}) as server:
        with pytest.raises(Refused, match=why):
            await Download(
                Hosts(loopback=True), limit=MEGA, seconds=2 if name == "dripping" else 30
            ).fetch(f"{server.base}/{name}")


async def test_exactly_the_limit_is_taken_plain_and_packed() -> None:
    content = bytes(MEGA)
    packed = head(Content_Encoding="gzip") + gzip.compress(content)
    async with serving(plain=head() + content, packed=packed) as server:
        for path in ("plain", "packed"):
            assert (
                await Download(Hosts(loopback=True), limit=MEGA).fetch(f"{server.base}/{path}")
            ).content == content


async def test_a_hook_gets_json_and_is_not_followed_elsewhere() -> None:
    async with serving(f=b"") as canary, serving(hook=head(Content_Length=2) + b"ok") as server:
        server.answers["/moved"] = to(f"{canary.base}/f")
        download = Download(Hosts(own=server.base))
        await download.post(f"{server.base}/hook", {"text": "やあ"})
        with pytest.raises(Refused, match="status"):
            await download.post(f"{server.base}/moved", {})
        with pytest.raises(Refused, match="elsewhere"):
            await download.post(f"{canary.base}/f", {})
        assert canary.asked == []
        assert server.asked[0].startswith("POST /hook")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """A server's side of TLS, for files.slack.com, signed by nobody."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "files.slack.com")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(
        name, name, key.public_key(), 1, now - timedelta(days=1), now + timedelta(days=1)
    )
    signed = made.sign(key, hashes.SHA256())
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(secret + signed.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


async def test_a_certificate_nobody_signed_ends_the_fetch(certificate: ssl.SSLContext) -> None:
    server = Server({"/f": head(Content_Length=0)})
    async with await asyncio.start_server(
        server.serve, "127.0.0.1", 0, ssl=certificate
    ) as listening:
        base = f"https://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        with pytest.raises(Refused, match="broken"):
            await Download(Hosts(own=base), TOKEN).fetch(f"{base}/f")
    assert server.asked == []


def test_a_service_of_this_machine_may_have_other_ports_and_no_other_host_may():
    beside = Hosts(SLACK.exact, own="http://127.0.0.1:4003/api/", beside=True)

    assert beside.judge("http://127.0.0.1:4203/f")
    assert not beside.judge("https://127.0.0.1:4203/f")
    assert not beside.judge("http://localhost:4003/f")
    assert not Hosts(own="https://slack.example/api/", beside=True).judge(
        "https://slack.example:444/f"
    )


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Both sides of TLS for files.slack.com: the server's, and a client's that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "files.slack.com")])
    now = datetime.now(UTC)
    day = timedelta(days=1)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now - day, now + day)
    names = x509.SubjectAlternativeName([x509.DNSName("files.slack.com")])
    signed = builder.add_extension(names, critical=False).sign(key, hashes.SHA256())
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(secret + signed.public_bytes(Encoding.PEM))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    return server, ssl.create_default_context(cafile=str(path))


@asynccontextmanager
async def behind_a_proxy(
    server: Server, context: ssl.SSLContext, patch: pytest.MonkeyPatch
) -> AsyncIterator[ConnectProxy]:
    """Serve by TLS where a proxy alone leads, which the environment names."""
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=context)
    async with listening, ConnectProxy(listening.sockets[0].getsockname()[1]) as proxy:
        patch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        patch.setenv("NO_PROXY", "")
        yield proxy


async def test_an_exact_host_is_reached_through_the_proxy_and_the_token_is_only_for_it(
    authority: tuple[ssl.SSLContext, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = authority
    server = Server({"/f": head(Content_Length=2) + b"ok"})

    def transport(**more: str) -> httpx.AsyncBaseTransport:
        return httpx.AsyncHTTPTransport(verify=theirs, **more)

    async with behind_a_proxy(server, ours, monkeypatch) as proxy:
        download = Download(SLACK, TOKEN, resolve=never, transport=transport)
        fetched = await download.fetch("https://files.slack.com/f")

    assert fetched.content == b"ok"
    assert [line.split()[:2] for line in proxy.asked] == [["CONNECT", "files.slack.com:443"]]
    assert "xoxb-secret" not in "".join(proxy.asked)
    assert server.tokens == 1
    assert "Host: files.slack.com\r\n" in server.asked[0]


async def test_a_proxy_that_answers_for_the_host_itself_learns_nothing(
    certificate: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Server({"/f": head(Content_Length=2) + b"ok"})
    async with behind_a_proxy(server, certificate, monkeypatch):
        with pytest.raises(Refused, match="broken"):
            await Download(SLACK, TOKEN, resolve=never).fetch("https://files.slack.com/f")

    assert server.asked == []


async def test_what_is_judged_by_its_address_never_goes_through_a_proxy(
    authority: tuple[ssl.SSLContext, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    went: list[tuple[str, str, str, bool]] = []

    async def outside(host: str, port: int) -> list[str]:
        return ["93.184.216.34"]

    def transport(**more: str) -> httpx.AsyncBaseTransport:
        assert more == {}
        return Edge(went)

    async with (
        behind_a_proxy(Server({}), authority[0], monkeypatch) as proxy,
        serving(f=head(Content_Length=2) + b"ok") as own,
    ):
        suffix = Download(TEAMS, resolve=outside, transport=transport)
        await suffix.fetch("https://contoso.sharepoint.com/f")
        await Download(Hosts(own=own.base)).fetch(f"{own.base}/f")
        await Download(Hosts(loopback=True)).fetch(f"{own.base}/f")
        monkeypatch.setenv("NO_PROXY", "files.slack.com,files-origin.slack.com")
        exempt = Download(SLACK, TOKEN, resolve=outside, transport=transport)
        await exempt.fetch("https://files.slack.com/f")

    assert proxy.asked == []
    assert len(own.asked) == 2
    assert [address for address, *_ in went] == ["93.184.216.34"] * len(went)
