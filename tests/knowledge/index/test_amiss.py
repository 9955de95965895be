"""Whatever a Qdrant server, or a proxy before it, answers in place of what was asked for is one sentence."""

import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from knowledge.errors import LibraryUnavailable
from knowledge.index.about import about
from knowledge.index.server import ServerIndex
from knowledge.retrieval.encoder import VERSION
from tests.serving import served

SECRET = "planted-key"
AMISS = {
    "too much was asked of it": (429, {"retry-after": "1"}, '{"status": {"error": "planted-key"}}'),
    "come back on a day": (429, {"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}, "planted-key"),
    "too much, and no word of when": (429, {}, "planted-key"),
    "the key is refused": (401, {}, '{"status": {"error": "planted-key"}}'),
    "a page to sign in at": (200, {"content-type": "text/html"}, "<html>planted-key</html>"),
    "an empty object": (200, {}, "{}"),
    "no result": (200, {}, '{"status": "ok", "time": 0, "result": null}'),
    "another result": (200, {}, '{"status": "ok", "time": 0, "result": ["planted-key"]}'),
    "nothing": (200, {}, ""),
    "another address": (302, {"location": "/elsewhere/planted-key"}, ""),
    "it is down": (502, {}, "planted-key"),
}


def answering(status, headers, body):
    async def answer(request):
        kind = headers.get("content-type", "application/json")
        return Response(body, status, headers, media_type=kind)

    methods = ["GET", "POST", "PUT", "DELETE", "PATCH"]
    return Starlette(routes=[Route("/{path:path}", answer, methods=methods)])


@pytest.mark.parametrize("name", AMISS)
async def test_what_a_server_answers_amiss_is_one_sentence(name):
    async with served(answering(*AMISS[name]), at_once=True) as port:
        url = f"http://127.0.0.1:{port}"
        with pytest.raises(LibraryUnavailable) as examined:
            await about(url, None)
        index = ServerIndex(url, version=VERSION)
        with pytest.raises(LibraryUnavailable) as opened:
            async with index:
                pass
    for told in (examined.value, opened.value):
        assert SECRET not in told.reason.ja + told.reason.en
