"""A token goes to the very origin of its service, and nowhere that an answer of the service leads."""

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.site import reaching
from knowledge.sources import drive, notion, sharepoint
from knowledge.sources.json_service import Unanswered
from tests.serving import served

TOKEN = {"Authorization": "Bearer planted-token"}
ORIGINS = (drive.API, drive.TOKENS, notion.API, sharepoint.GRAPH, sharepoint.LOGIN)
ASTRAY = (
    "https://{host}.evil.example/v1",
    "https://evil.example/{host}",
    "https://{host}@evil.example/v1",
    "https://evil.example#{host}/",
    "https://evil.example\\@{host}/",
    "https://{host}%2eevil.example/",
    "https://x.{host}/v1",
    "https://{host}:444/v1",
    "http://{host}/v1",
    "ftp://{host}/v1",
    "https://{host}。evil.example/",
    "//evil.example/{host}",
)


@pytest.mark.parametrize("origin", ORIGINS)
@pytest.mark.parametrize("address", ASTRAY)
async def test_no_other_address_is_asked_however_like_the_service_it_looks(origin, address):
    host = origin.removeprefix("https://")
    with pytest.raises(Unanswered) as refused:
        await reaching(origin)(address.format(host=host), TOKEN)
    assert refused.value.why == "elsewhere"


async def test_where_a_service_sends_us_hears_no_token():
    """Whoever keeps no files elsewhere sends us nowhere; whoever does is asked there without a token."""
    heard: list[tuple[str, str]] = []

    async def store(request: Request) -> Response:
        heard.append((request.url.path, request.headers.get("authorization", "")))
        return JSONResponse({"rows": []})

    async with served(Starlette(routes=[Route("/{path:path}", store)])) as elsewhere:
        other = f"http://127.0.0.1:{elsewhere}"

        async def service(request: Request) -> Response:
            return RedirectResponse(f"{other}{request.url.path}", 302)

        async with served(Starlette(routes=[Route("/{path:path}", service)])) as port:
            origin = f"http://127.0.0.1:{port}"
            with pytest.raises(Unanswered) as refused:
                await reaching(origin)(f"{origin}/drive/v3/files", TOKEN)
            assert refused.value.why == "elsewhere"
            assert heard == []
            got = await reaching(origin, (".files.example",))(f"{origin}/content", TOKEN)
    assert got.content == b'{"rows":[]}'
    assert heard == [("/content", "")]
