"""A source opened: for whom it is, where they alone read along, and for nobody else."""

import pytest

from handlers.actions.questions import OpenSource
from handlers.conversation import Audience, Buttons, Message, Person
from handlers.people import People
from handlers.questions.source_view import SourceView
from knowledge.documents.library import Library
from knowledge.index.embedded import EmbeddedIndex
from knowledge.reading.reading import read
from knowledge.retrieval.encoder import VERSION
from knowledge.values import Metadata
from tests.sheet import last

ADMIN = Person("slack:T1:U9", "Kei", "ja")
MEMBER = Person("slack:T1:U1", "Aoi", "ja")
WORDS = "役員の旅費は実費とする。"


@pytest.mark.parametrize(
    ("person", "private", "opens"),
    [(ADMIN, True, True), (ADMIN, False, False), (MEMBER, True, False), (MEMBER, False, False)],
)
async def test_a_source_opens_to_whom_it_is_for(sessions, texts, tmp_path, person, private, opens):
    reading = await read("役員規程.md", f"# 役員規程\n\n{WORDS}\n".encode())
    async with Library(EmbeddedIndex(tmp_path / "index", version=VERSION)) as library:
        document, version, _ = await library.stage(
            reading, Metadata(audience="admins"), by=ADMIN.id
        )
        await library.publish(document.id, version.id)
        [hit] = await library.search("役員の旅費", readers=frozenset({"admins"}))

        async def opened():
            return library

        action = OpenSource(hit.passage.id)
        audience = Audience(person.id if private else "slack:T1:C1", private)
        message = Message("m1", person, "slack:T1:D1", audience, action.press)
        view = SourceView(opened, sessions, People(frozenset({"U9"})), texts)
        reply = await last(view.open(message, action))

    assert (WORDS in reply.text) == opens
    assert (reply.text == texts.say("ask.source_gone", "ja")) == (not opens)


async def test_a_source_leads_to_its_page_with_the_line_lit(sessions, texts, tmp_path):
    reading = await read(
        "旅費規程.md", "# 旅費規程\n\n宿泊は上限1万円。\n日当は3,500円。\n".encode()
    )
    async with Library(EmbeddedIndex(tmp_path / "index", version=VERSION)) as library:
        document, version, _ = await library.stage(reading, Metadata(), by=ADMIN.id)
        await library.publish(document.id, version.id)
        [hit] = await library.search("日当", readers=frozenset({"all"}))

        async def opened():
            return library

        action = OpenSource(hit.passage.id)
        audience = Audience(MEMBER.id, private=True)
        message = Message("m1", MEMBER, "slack:T1:D1", audience, action.press)
        people = People(frozenset())
        pages = []
        for address in ("https://bot.example.test", ""):
            view = SourceView(opened, sessions, people, texts, address)
            reply = await last(view.open(message, action))
            rows = [block.items for block in reply.blocks if isinstance(block, Buttons)]
            pages.append([button.url for row in rows for button in row if button.url])

    place = f"documents/{document.id}/v/{version.id}/passage/1/0"
    assert pages == [[f"https://bot.example.test/{place}"], []]
