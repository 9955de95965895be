"""Admins replace the decision model from chat; what is running goes on as it began; nothing is ever half applied."""

import pytest
import yaml

from handlers.choose.decision_models import DecisionModels
from handlers.choose.model_admin import ModelAdmin
from handlers.choose.router import Choose
from handlers.conversation import (
    Audience,
    Buttons,
    Content,
    File,
    Message,
    Person,
    Press,
    Reply,
    Table,
    Upload,
)
from handlers.people import People
from handlers.sessions import Sessions
from handlers.texts import Texts
from tests.choosing import advisor, answered
from tests.handlers.choose.rooms import act
from tests.sheet import last

ADMIN = Person("slack:T1:U0", "管理 花子", "ja", "admin")
TARO = Person("slack:T1:U1", "Taro", "en")
ADVISOR = advisor()


class Room:
    def __init__(self, sessions: Sessions, texts: Texts) -> None:
        self.models = DecisionModels(sessions, ADVISOR)
        self.model = ModelAdmin(self.models, sessions, People(frozenset()), texts)
        self.choose = Choose(self.models, sessions, texts)
        self.sessions = sessions

    async def send(
        self, text: str | bytes, person: Person = ADMIN, name: str = "model.yaml"
    ) -> Reply:
        content = text.encode() if isinstance(text, str) else text

        async def fetch() -> bytes:
            return content

        upload = Upload((File(name, len(content), fetch),))
        assert ModelAdmin.takes(upload)
        return await last(self.model.upload(message(upload, person), upload))

    async def press(self, press: Content, person: Person = ADMIN) -> Reply:
        name = press.action if isinstance(press, Press) else press.name
        room = self.choose if name.startswith("choose") else self.model
        return await act(room, message(press, person))


def message(content: Content, person: Person) -> Message:
    return Message("m", person, "p", Audience(person.id, private=True), content)


def changed(version: str = "3.0.0", gap: int = 13) -> str:
    """Return a file with weight moved from documents to the measured gap."""
    weights = {"docs": {"weight": 7}, "gap": {"weight": gap}}
    raw = {"model": {"meta": {"version": version}, "criteria": weights}}
    return yaml.safe_dump(raw)


def button(reply: Reply, action: str) -> Press:
    rows = [b for b in reply.blocks if isinstance(b, Buttons)]
    return next(item.press for row in rows for item in row.items if item.press.action == action)


@pytest.fixture
def room(sessions: Sessions, texts: Texts) -> Room:
    return Room(sessions, texts)


async def test_a_new_model_is_compared_published_and_rolled_back(room: Room) -> None:
    report = await room.send(changed())
    table = next(b for b in report.blocks if isinstance(b, Table))
    assert ("model.criteria.docs.weight", "10", "7") in table.rows
    assert "2,000通り" in report.text
    assert (await room.models.current()).model.version == "2.0.0"
    published = await room.press(button(report, "model.publish"))
    assert "3.0.0" in published.text
    assert (await room.models.current()).model.version == "3.0.0"
    await room.press(button(published, "model.rollback"))
    assert (await room.models.current()).model.version == "2.0.0"
    assert [e["entry"]["action"] for e in await room.sessions.entries("audit")] == [
        "model.stage",
        "model.publish",
        "model.rollback",
    ]


async def test_a_second_click_on_roll_back_goes_back_once(room: Room) -> None:
    for version in ("3.0.0", "4.0.0"):
        published = await room.press(button(await room.send(changed(version)), "model.publish"))
    back = button(published, "model.rollback")
    await room.press(back)
    assert "版が変わった" in (await room.press(back)).text
    assert (await room.models.current()).model.version == "3.0.0"


async def test_a_run_ends_with_the_model_it_began_with(
    room: Room, sessions: Sessions, texts: Texts
) -> None:
    begun = await room.press(Press("choose.start"), TARO)
    await room.press(button(await room.send(changed()), "model.publish"))
    elsewhere = Room(sessions, texts)  # another replica, which has only ever read the store
    reply = begun
    while reply.ask:
        reply = await elsewhere.press(answered(reply.ask), TARO)
    assert any("Model 2.0.0" in getattr(b, "text", "") for b in reply.blocks)
    fresh = await room.press(Press("choose.restart", begun.ask.state), TARO)
    while fresh.ask:
        fresh = await room.press(answered(fresh.ask), TARO)
    assert any("Model 3.0.0" in getattr(b, "text", "") for b in fresh.blocks)


async def test_a_model_that_is_not_whole_changes_nothing(room: Room) -> None:
    for text in (
        changed(gap=14),
        "blocks: {}\nconfigs: []\n",
        "a: [",
        b"\xff\xfe\x00",
        "x" * 900_000,
    ):
        refused = await room.send(text)
        assert not any(isinstance(b, Buttons) for b in refused.blocks)
    assert len((await room.models.shelf()).versions) == 1
    assert await room.sessions.entries("audit") == []


async def test_only_admins_replace_it(room: Room) -> None:
    assert "Only admins" in (await room.send(changed(), TARO)).text
    report = await room.send(changed())
    assert "Only admins" in (await room.press(button(report, "model.publish"), TARO)).text
    assert (await room.models.current()).model.version == "2.0.0"


async def test_a_staged_model_can_be_discarded_and_one_in_use_cannot(room: Room) -> None:
    report = await room.send(changed())
    await room.press(button(report, "model.discard"))
    assert len((await room.models.shelf()).versions) == 1
    again = await room.send(changed())
    await room.press(button(again, "model.publish"))
    assert "削除できません" in (await room.press(button(again, "model.discard"))).text


async def test_the_file_an_admin_gets_is_taken_back_unchanged(room: Room) -> None:
    here = await room.press(Press("model.file"))
    assert "同じ内容" in (await room.send(here.attachments[0].content)).text
