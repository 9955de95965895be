"""Rights that go while a file comes, the second person, and the book that knows of every act."""

import json
from dataclasses import replace

import pytest

from handlers.actions.documents import Publish
from handlers.actions.registry import read
from handlers.conversation import Audience, Message, Person, Press, Upload
from handlers.documents.changes import Changes
from handlers.documents.context import AUDIT, REFUSALS
from handlers.memory.chains import gap
from handlers.sessions import SessionsUnavailable
from tests.handlers.documents.conftest import ADMIN, MEMBER, OTHER_ADMIN, Talk, button, file

pytestmark = pytest.mark.asyncio(loop_scope="module")
RULES = "# 持ち出し規程\n\n資料の持ち出しには部門長の許可が要る。\n"


BOTHER = 40  # presses of one member


async def book(talk: Talk) -> list[dict[str, str]]:
    return [line["entry"] for line in await talk.application.sessions.entries(AUDIT, 0)]


async def test_nobody_fills_the_book_with_refusals(talk: Talk) -> None:
    insistent = replace(MEMBER, id="demoted:T1:INSISTENT")
    for _ in range(BOTHER):
        await talk(Publish("x", "y").press, insistent)
    theirs = [line for line in await book(talk) if line["person"] == insistent.id]
    assert 1 < len(theirs) <= REFUSALS < BOTHER
    assert {line["outcome"] for line in theirs} == {"refused"}

    another = replace(MEMBER, id="demoted:T1:ANOTHER")
    await talk(Publish("x", "y").press, another)
    assert (await book(talk))[-1]["person"] == another.id


@pytest.mark.parametrize("when", [0, 1, 2])
async def test_an_admin_demoted_meanwhile_is_refused_and_nothing_stays(
    talk: Talk, when: int
) -> None:
    looks = 0

    async def look(person: Person) -> Person:
        nonlocal looks
        looks += 1
        return replace(person, role="admin" if looks <= when else "member")

    talk.application.people.watch("demoted", look)
    leaving = Person("demoted:T1:U1", "Rin", "ja", "admin")
    reply = await talk(Upload((file("規程.md", RULES + str(when)),)), leaving)

    assert "管理者だけ" in reply.text
    assert not [
        d
        for d in await (await talk.application.library()).documents()
        if d.metadata.owner == leaving.id
    ]
    assert (await book(talk))[-1] | {"at": ""} == {
        "action": "document.add",
        "document": "",
        "version": "",
        "person": leaving.id,
        "who": leaving.name,
        "at": "",
        "name": "",
        "outcome": "refused",
    }


async def test_with_the_rule_of_two_nobody_publishes_their_own(talk: Talk) -> None:
    context = replace(talk.application.documents.context, by_two=True)
    changes = Changes(context, talk.application.documents.list, talk.application.documents.met)
    report = await talk(Upload((file("規程.md", RULES),)))
    action = read(button(report, "publish"))
    assert isinstance(action, Publish)

    async def publish(person: Person) -> str:
        alone = Audience(person.id, private=True)
        message = Message(f"two {person.id}", person, "paper:1", alone, action.press)
        return [reply.text async for reply in changes.press(message, action)][-1]

    own = await publish(ADMIN)
    other = await publish(OTHER_ADMIN)

    assert "本人には公開できません" in own
    assert "公開しました" in other


async def test_every_act_is_in_the_book_and_the_chain_tells_a_change(talk: Talk) -> None:
    start = len(await book(talk))
    report = await talk(
        Upload((file("記録.md", RULES + "記録"), file("壊れ.pdf", b"%PDF-1.4 broken")))
    )
    report = await talk.press(report, "report")
    page = await talk.press(report, "publish")
    await talk(Press("document.publish", button(page, "withdraw").data), MEMBER)
    page = await talk.press(page, "withdraw")
    page = await talk.press(page, "rollback")
    await talk.press(page, "remove")

    lines = (await book(talk))[start:]
    acts = [(line["action"].partition(".")[2], bool(line["outcome"])) for line in lines]
    assert acts == [
        *(("add", False), ("add", False), ("add", True), ("publish", False), ("publish", True)),
        *(("withdraw", False), ("rollback", False), ("remove", False)),
    ]
    assert lines[0]["name"] == "記録.md"
    assert lines[-1]["name"] == "持ち出し規程"
    chain = await talk.application.sessions.entries(AUDIT, 0)
    assert gap(chain) is None
    forged = json.loads(json.dumps(chain))
    forged[1]["entry"]["person"] = "slack:T1:U9"
    assert gap(forged) == 2
    assert gap(chain[:1] + chain[2:]) == 2
    shown = await talk(Press("document.audit"))
    assert "改ざんなし" in shown.text
    assert "持ち出し規程" in shown.text

    # who gave no name is called by their role, in the language of whoever reads
    nameless = replace(ADMIN, name="管理者")
    await talk(Upload((file("記録2.md", RULES + "記録2"),)), nameless)
    english = await talk(Press("document.audit"), replace(ADMIN, language="en"))
    assert "Admin (" in english.text
    assert "管理者" not in english.text


async def test_nothing_is_changed_that_the_book_cannot_know(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = await talk(Upload((file("規程.md", RULES),)))

    async def away(*_: object) -> str:
        raise SessionsUnavailable

    with monkeypatch.context() as store:
        store.setattr(talk.application.sessions, "append", away)
        store.setattr("handlers.documents.upload.PATIENCE", 0.0)  # seconds
        reply = await talk.press(report, "publish")
        sent = await talk(Upload((file("別.md", RULES + "別"),)))
    document = await (await talk.application.library()).document(
        str(button(report, "publish").data["d"])
    )

    assert "書き込めない" in reply.text
    assert document.current == ""
    assert "別.md" in sent.text
    assert "もう一度送ってください" in sent.text
