"""An admin and others at the real house, with a worker of its own; what they are shown is kept on a sheet of paper."""

import uuid
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.service.application import Application
from bot.settings import load
from handlers.conversation import Audience, Buttons, Content, File, Message, Person, Press, Reply
from knowledge.values import Language
from tests.sheet import Sheet

ADMIN = Person("slack:T1:U1", "Aoi", "ja", "admin")
OTHER_ADMIN = Person("slack:T1:U2", "Ken", "ja", "admin")
MEMBER = Person("slack:T1:U3", "Mai", "ja")
CHANNEL = Audience("slack:T1:C1", private=False)


class Talk:
    """Says things to the house; each as a message of its own unless `id_` repeats one."""

    def __init__(self, application: Application) -> None:
        self.application = application

    async def all(
        self,
        content: Content,
        person: Person = ADMIN,
        *,
        id_: str = "",
        where: Audience | None = None,
        language: Language | None = None,
    ) -> list[Reply]:
        sheet = Sheet()
        who = (
            person
            if language is None
            else Person(person.id, person.name, language, person.role, person.groups)
        )
        audience = where or Audience(who.id, private=True)
        await self.application.turns.take(
            Message(id_ or uuid.uuid4().hex, who, "paper:1", audience, content), sheet
        )
        return sheet.shown

    async def __call__(self, content: Content, person: Person = ADMIN, **more: object) -> Reply:
        return (await self.all(content, person, **more))[-1]  # type: ignore[arg-type]  # handed on

    async def press(
        self, reply: Reply, action: str, person: Person = ADMIN, **more: object
    ) -> Reply:
        return await self(button(reply, action), person, **more)


def button(reply: Reply, action: str) -> Press:
    """Return the first button of a reply that does this."""
    pressed = [b.press for block in reply.blocks if isinstance(block, Buttons) for b in block.items]
    found = [p for p in pressed if p.action == f"document.{action}"]
    assert found, (action, [p.action for p in pressed], reply.text)
    return found[0]


def file(name: str, content: bytes | str) -> File:
    raw = content.encode() if isinstance(content, str) else content

    async def fetch() -> bytes:
        return raw

    return File(name, len(raw), fetch)


@pytest.fixture(autouse=True, scope="session")
def quick(sandbox_known: None) -> None: ...


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def application(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Application]:
    settings = load(
        {"AUDIENCES": "hr=S0HR U9, legal=U8"}, data=str(tmp_path_factory.mktemp("house"))
    )
    async with Application(settings, threads=1) as opened:
        await opened.library()
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def talk(application: Application) -> AsyncIterator[Talk]:
    yield Talk(application)
    library = await application.library()
    for document in await library.documents():
        if document.metadata.owner.startswith("slack:"):
            await library.remove(document.id)
