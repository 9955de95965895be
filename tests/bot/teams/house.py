"""The real house with Teams switched on, as people meet it; one for all stories of a file."""

import asyncio
import contextlib
import itertools
import time

import httpx
from starlette.applications import Starlette
from starlette.routing import Route

from bot.service.application import Application
from bot.service.faces import Faces
from bot.settings import load
from tests.bot.teams.conftest import Service
from tests.bot.teams.talk import activity, press
from tests.serving import served

EXPERT = "3f2b8a10-1111-4222-8333-944444444444"


WAIT = 60  # seconds


class House:
    def __init__(self, application, face, client, service):
        self.application = application
        self.face = face
        self.client = client
        self.service = service
        self.numbers = itertools.count(time.time_ns())

    def enter(self, clock):
        """Begin a story: nothing is shown yet, and everybody is a member."""
        self.service.__init__(clock=clock, url=self.service.url)

    async def send(self, **more):
        body = activity(self.service, f"n{next(self.numbers)}") | more
        return await self.client.post("/api/messages", json=body)

    async def settled(self):
        """Wait until every turn is over."""
        while self.application.turns._running:
            await asyncio.wait(set(self.application.turns._running))

    async def until_answered(self, seen):
        """Wait until a card is shown that was not `seen` before."""
        async with asyncio.timeout(WAIT):
            while not any(
                self.service.shown[id_].get("attachments")
                for id_ in self.service.shown
                if id_ not in seen
            ):
                await asyncio.sleep(0.01)

    async def press(self, label, **more):
        """Press the button with this label on whichever card shows it."""
        await self.service.until(f'"title": "{label}"')
        for id_, card in self.service.shown.items():
            for action in actions(card):
                if action.get("title") == label:
                    body = press(self.service, action["data"], f"p{next(self.numbers)}")
                    home = card["conversation"] | {"tenantId": "t1"}
                    where = {"conversation": home, "replyToId": id_}
                    return await self.client.post("/api/messages", json=body | where | more)
        raise AssertionError(label)


def actions(tree):
    """Return every action of a card, wherever it stands."""
    if isinstance(tree, dict):
        own = [tree] if str(tree.get("type", "")).startswith("Action.") else []
        return own + [found for value in tree.values() for found in actions(value)]
    if isinstance(tree, list):
        return [found for item in tree for found in actions(item)]
    return []


@contextlib.asynccontextmanager
async def opened(folder, **settings):
    """Open the house on a data folder; its Teams service listens on this machine."""
    service = Service()
    methods = ["GET", "POST", "PUT", "DELETE"]
    app = Starlette(routes=[Route("/{path:path}", service.take, methods=methods)])
    known = load({"TEAMS_LOCAL": "1", "EXPERTS": EXPERT} | settings, data=str(folder))
    async with served(app) as port, Application(known) as application:
        service.url = f"http://127.0.0.1:{port}/"
        await application.answers()
        _, face = Faces(application).made()["teams"]
        transport = httpx.ASGITransport(Starlette(routes=face.routes()))
        client = httpx.AsyncClient(transport=transport, base_url="http://bot")
        async with face, client:
            yield House(application, face, client, service)
