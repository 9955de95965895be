"""Who may, and who reads what: decided from ids, groups and roles the platform vouches for, and from nothing a person says."""

import asyncio
import random
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.service.application import Application
from bot.settings import load
from handlers.conversation import (
    Audience,
    Command,
    Content,
    Feedback,
    Message,
    Person,
    Press,
    Sources,
    Text,
)
from handlers.people import People
from knowledge.reading.reading import read
from knowledge.values import Metadata
from tests.sheet import Sheet

pytestmark = pytest.mark.early
GROUPS = {"hr": frozenset({"S0HR", "U9", "teams:t:3f2b-aad"}), "legal": frozenset({"slack:T1:U8"})}
PEOPLE = People(
    frozenset({"slack:T1:U1", "U2", "S0ADMIN", "3f2b-aad", "0123456789abcdef0123456789abcdef"}),
    GROUPS,
    platforms=("slack", "teams", "web"),
)


def said(person: Person, *, private: bool = True) -> Message:
    return Message(
        "m", person, "p", Audience(person.id if private else "slack:T1:C1", private), Text("?")
    )


@pytest.mark.parametrize(
    ("person", "may"),
    [
        (Person("slack:T1:U1", "", "ja"), True),  # by whole id
        (Person("slack:T2:U1", "", "ja"), False),  # the same end in another workspace
        (Person("slack:T9:U2", "", "ja"), True),  # configured by its end, in any workspace
        (Person("slack:T1:U5", "", "ja", groups=frozenset({"S0ADMIN"})), True),  # by user group
        (Person("teams:tenant:3f2b-aad", "", "ja"), True),  # by Entra object id
        (Person("slack:T1:U5", "", "ja", "admin"), True),  # by the platform's role
        (Person("slack:T1:U5", "slack:T1:U1", "ja"), False),  # by the name they gave themselves
        (Person("web:0123456789abcdef0123456789abcdef", "", "ja"), False),  # by a cookie they chose
        (Person("slack:T1:U1", "", "ja", "guest"), False),
        (Person("slack:T1:U1", "", "ja", "external"), False),
        (Person("slack:T1:U1", "", "ja", "bot"), False),
    ],
)
def test_who_is_an_admin(person: Person, may: bool) -> None:
    assert PEOPLE.is_admin(person) is may


def test_a_reply_in_a_channel_carries_what_everybody_may_read() -> None:
    boss = Person("slack:T1:U1", "", "ja", "admin", frozenset({"S0HR"}))
    assert PEOPLE.readers(said(boss)) == {"all", "admins", "hr", "slack:T1:U1"}
    assert PEOPLE.readers(said(boss, private=False)) == {"all"}


def test_a_channel_s_own_documents_are_read_there_and_nowhere_else() -> None:
    people = People(
        frozenset(), {"hr": frozenset({"C0HR", "teams:19:hr@thread.tacv2"})}, ("slack", "teams")
    )
    member, outsider = Person("slack:T1:U5", "", "ja"), Person("slack:T9:U5", "", "ja", "external")
    rooms = ("slack:T1:C0HR", "teams:19:hr@thread.tacv2")
    for room in rooms:
        there = Audience(room, private=False)
        asked = Message("m", member, "p", there, Text("?"))
        alone = Message(
            "m", member, "p", Audience(member.id, private=True), Text("?"), channel=there
        )
        assert people.readers(asked) == {"all", "hr"}
        assert "hr" in people.readers(alone)
        assert people.readers(Message("m", outsider, "p", there, Text("?"))) == {"external"}

    assert people.readers(said(member, private=False)) == {"all"}
    assert "hr" not in people.readers(said(member))


def test_outsiders_read_nothing_and_guests_are_no_admins() -> None:
    for role in ("external", "bot"):
        assert not PEOPLE.readers(said(Person("slack:T1:U9", "", "ja", role))) & {
            "all",
            "hr",
            "admins",
        }
    assert "admins" not in PEOPLE.readers(said(Person("slack:T1:U1", "", "ja", "guest")))


def test_an_audience_is_one_whose_readers_can_be_decided() -> None:
    assert all(PEOPLE.decides(a) for a in ("all", "admins", "hr", "legal", "slack:T1:U3"))
    assert not any(PEOPLE.decides(a) for a in ("", "board", "HR", "Everyone", "all,hr", "slack:"))


DOCUMENTS, CROWD, TEAMS = 50, 20, 10


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def company(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[tuple[Application, list[str], list[Person]]]:
    """A company of 20 people in 10 groups at random, with 50 documents for random audiences."""
    chance = random.Random(4)
    crowd = [
        Person(
            f"slack:T1:U{n:02}", f"U{n}", "ja", chance.choice(("member",) * 8 + ("guest", "admin"))
        )
        for n in range(CROWD)
    ]
    groups = ", ".join(
        f"g{t}={' '.join(p.id for p in chance.sample(crowd, 4))}" for t in range(TEAMS)
    )
    settings = load({"AUDIENCES": groups}, data=str(tmp_path_factory.mktemp("company")))
    async with Application(settings) as application:
        library = await application.library()
        labels = [
            chance.choice(("all", "admins", *(f"g{t}" for t in range(TEAMS)), crowd[n % CROWD].id))
            for n in range(DOCUMENTS)
        ]
        texts = [
            f"# 秘密{n:02}号の手引き\n\n保管庫{n:02}号の暗証語は「鍵{n:02}番」である。保管庫の点検は毎月行う。\n"
            for n in range(DOCUMENTS)
        ]
        readings = await asyncio.gather(
            *(read(f"手引き{n}.md", text.encode()) for n, text in enumerate(texts))
        )
        for reading, audience in zip(readings, labels, strict=True):
            document, version, _ = await library.stage(
                reading, Metadata(audience=audience, owner="slack:T1:U99"), by="x"
            )
            await library.publish(document.id, version.id)
        yield application, labels, crowd


@pytest.mark.asyncio(loop_scope="module")
async def test_nobody_ever_sees_a_trace_of_what_is_not_theirs(
    company: tuple[Application, list[str], list[Person]],
) -> None:
    application, labels, crowd = company
    chance = random.Random(5)
    leaks, seen, asked = [], 0, 0

    async def say(person: Person, content: Content, *, private: bool) -> list[object]:
        sheet = Sheet()
        audience = Audience(person.id if private else "slack:T1:C1", private)
        await application.turns.take(
            Message(f"m{asked}", person, f"p{asked}", audience, content), sheet
        )
        return sheet.shown

    for person in crowd:
        for private in (True, False):
            held = application.people.readers(
                Message("m", person, "p", Audience("x", private), Text(""))
            )
            mine = {n for n, label in enumerate(labels) if label in held}
            listed = await say(person, Command("documents", "手引き"), private=private)
            shown = (
                [] if application.people.is_admin(person) and private else listed
            )  # an admin manages what others read
            for n in chance.sample(range(DOCUMENTS), 5):
                asked += 1
                answered = await say(
                    person, Text(f"保管庫{n:02}号の暗証語は何ですか"), private=private
                )
                blocks = getattr(answered[-1], "blocks", ())
                shown += answered
                for block in blocks:
                    if isinstance(block, Sources):
                        shown += await say(
                            person,
                            Press(
                                "source.open", {"aid": block.answer, "s": block.items[0].id, "n": 1}
                            ),
                            private=private,
                        )
                    if isinstance(block, Feedback):
                        shown += await say(
                            person, Press("demo.open", {"aid": block.answer}), private=private
                        )
                foreign = next(
                    d
                    for d in await (await application.library()).documents()
                    if f"秘密{n:02}" in d.metadata.title
                )
                if not (application.people.is_admin(person) and private):
                    shown += await say(
                        person, Press("document.open", {"d": foreign.id}), private=private
                    )
            told = re.sub(r"暗証語は何ですか|保管庫\d\d号", "", str(shown))
            found = {int(n) for n in re.findall(r"鍵(\d\d)番|秘密(\d\d)号", told) for n in n if n}
            seen += len(found & mine)
            leaks += [(person.id, private, n, labels[n]) for n in found - mine]
    assert leaks == []
    assert seen > 100  # people did find what is theirs
