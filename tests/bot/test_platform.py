"""The way in for a platform: what the application gives it, asks of it, and holds it to."""

from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import ClassVar

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.endpoint import Endpoint
from bot.environment import Section, setting
from bot.platform import Face, Limits, Platform
from bot.service.application import Application
from bot.service.asgi import asgi_app
from bot.settings import InvalidSettings, load
from handlers.conversation import Person

LIMIT = 1_000  # bytes of a request to the platform of these tests
PLACE = f"{__name__}:NOTES"


@dataclass(frozen=True, slots=True)
class Notes(Section):
    title: ClassVar[str] = "Notes"

    token: str = setting("NOTES_TOKEN", ("合言葉", "the token"), secret=True)
    place: str = setting("NOTES_PLACE", ("場所", "the place"), default="")


class Notebook(Face):
    """Writes down what happens to it."""

    name = "notes"

    def __init__(self, section, host):
        self.section = section
        self.host = host
        self.events = []

    async def __aenter__(self):
        self.events.append("open")
        return self

    async def __aexit__(self, *_):
        self.events.append("closed")

    def routes(self):
        return [Route("/notes", self._take, methods=["POST"])]

    async def _take(self, request: Request):
        return JSONResponse({"bytes": len(await request.body())})

    @asynccontextmanager
    async def listening(self):
        self.events.append("listening")
        yield
        self.events.append("deaf")

    async def state(self):
        return "ready" if "listening" in self.events else "starting"

    async def again(self, person):
        return replace(person, role="guest")


FACES = []


def _open(section, host):
    FACES.append(Notebook(section, host))
    return FACES[-1]


NOTES = Platform("notes", _open, Notes, limits=Limits(body=LIMIT))


@asynccontextmanager
async def opened(settings):
    """Give the application, a client to it, and the faces that were made."""
    FACES.clear()
    application = Application(settings)
    app, failure = asgi_app(application, lambda: None)
    async with app.router.lifespan_context(app):
        assert failure == []
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://any.host") as client:
            yield application, client, list(FACES)


@pytest.fixture
def settings(tmp_path):
    return lambda **more: load({"PLATFORMS": PLACE, **more}, data=str(tmp_path))


async def test_a_face_that_waits_for_its_turns_promises_nothing_it_lacks(settings):
    async with opened(settings(NOTES_TOKEN="t")) as (_, _, [face]):
        assert not isinstance(face, Endpoint)
        assert not hasattr(face, "read")


async def test_a_platform_of_somebody_else_is_opened_listens_and_is_closed_in_order(settings):
    async with opened(settings(NOTES_TOKEN="t")) as (application, client, faces):
        [face] = faces
        ready = (await client.get("/ready", headers={"Host": "127.0.0.1"})).json()

        assert face.section.token == "t"
        assert face.host.turns is application.turns
        assert face.events == ["open", "listening"]
        assert ready["parts"]["notes"] == "ready"

    assert face.events == ["open", "listening", "deaf", "closed"]


async def test_without_its_settings_it_is_off_and_leaves_no_trace(settings):
    async with opened(settings()) as (_, client, faces):
        told = await client.post("/notes", headers={"Host": "127.0.0.1"})
        ready = (await client.get("/ready", headers={"Host": "127.0.0.1"})).json()

    assert faces == []
    assert told.status_code == 403
    assert "notes" not in ready["parts"]


async def test_it_judges_its_own_requests_and_the_page_judges_all_others(settings):
    async with opened(settings(NOTES_TOKEN="t")) as (_, client, _):
        own = await client.post("/notes", content=b"x")
        other = await client.post("/notebook", content=b"x")

    assert own.json() == {"bytes": 1}
    assert other.status_code == 403


@pytest.mark.parametrize(("size", "status"), [(LIMIT, 200), (LIMIT + 1, 413)])
async def test_a_request_is_held_to_the_limit_of_its_platform(settings, size, status):
    async with opened(settings(NOTES_TOKEN="t")) as (_, client, _):
        told = await client.post("/notes", content=b"x" * size)

    assert told.status_code == status


async def test_documents_are_kept_to_its_people_and_it_says_who_they_are_now(settings):
    async with opened(settings(NOTES_TOKEN="t")) as (application, _, _):
        people = application.people

        assert people.decides("notes:u1")
        assert (await people.now(Person("notes:u1", "Aoi", "ja"))).role == "guest"
        assert not people.decides("slak:u1")


def test_half_a_section_names_what_is_missing(settings):
    with pytest.raises(InvalidSettings, match="NOTES_TOKEN") as error:
        settings(NOTES_PLACE="desk")

    assert error.value.code == "half_section"
    assert "Notes の設定が途中です" in error.value.reason.ja


def test_a_slip_in_one_of_its_settings_is_named(settings, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("NOTES_TOKNE=t")
    with pytest.raises(InvalidSettings, match="NOTES_TOKEN"):
        settings()
