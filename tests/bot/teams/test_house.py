"""Nobody reads an id in Teams: people are named as Teams names them, and mentioned where they are called."""

import shutil

import pytest
import pytest_asyncio

from tests.bot.teams.house import EXPERT, opened
from tests.bot.teams.talk import CHANNEL

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(furnished, tmp_path_factory):
    folder = tmp_path_factory.mktemp("teams") / "house"
    shutil.copytree(furnished, folder)
    async with opened(folder) as at:
        yield at


@pytest.fixture
def at(house, clock):
    house.enter(clock)
    return house


async def test_an_expert_nobody_can_name_is_no_id_to_anybody(at):
    at.service.absent = True
    await at.send(text="出張の手当はいくら?")
    await at.press("担当者に聞く")

    told = await at.service.until("直接お尋ねください")
    assert EXPERT not in str(told)
    assert "担当者に直接お尋ねください" in str(told)


@pytest.mark.parametrize(
    ("question", "label"),
    [
        ("出張の手当はいくら?", "担当者に聞く"),
        ("How much is the travel allowance?", "Ask a person"),
    ],
)
async def test_an_expert_is_called_by_a_mention_in_a_channel(at, question, label):
    at.service.member = {"id": "29:e", "name": "佐藤 花子", "userRole": "user", "tenantId": "t1"}
    await at.send(text=f"<at>LLM Choose</at> {question}", **CHANNEL)
    await at.press(label)

    called = await at.service.until("<at>佐藤 花子</at>")
    [attachment] = called["attachments"]
    [entity] = attachment["content"]["msteams"]["entities"]
    assert entity == {
        "type": "mention",
        "text": "<at>佐藤 花子</at>",
        "mentioned": {"id": EXPERT, "name": "佐藤 花子"},
    }
    assert EXPERT not in str(attachment["content"]["body"])


async def test_buttons_speak_the_language_of_the_talk_and_not_the_clients(at):
    await at.send(text="RAGは社内文書を全部学習しますか?", locale="en-US")
    await at.service.until("根拠")

    await at.press("方式を選ぶ", locale="en-US")
    assert await at.service.until("状況を文章で伝える")


async def test_a_name_in_latin_letters_tells_no_language(at):
    await at.send(text="RAGは社内文書を全部学習しますか?", locale="en-US")
    await at.service.until("根拠")
    seen = set(at.service.shown)

    await at.send(text="RAG", locale="en-US")
    await at.until_answered(seen)
    assert "Sources" not in str(at.service.shown)


@pytest.mark.parametrize("locale", ["fr-FR", "zh-CN", "ko-KR", "de-DE"])
async def test_whoever_speaks_a_third_language_is_greeted_in_english(at, locale):
    new = {"id": f"a:{locale}", "conversationType": "personal", "tenantId": "t1"}
    who = {"id": f"29:{locale}", "aadObjectId": locale, "name": "X"}
    added = [{"id": "28:bot"}]
    await at.send(
        type="conversationUpdate",
        membersAdded=added,
        locale=locale,
        conversation=new,
        **{"from": who, "text": ""},
    )

    assert await at.service.until("What would you like to do?")


async def test_the_owner_of_a_document_is_reminded_in_their_own_chat(at):
    await at.send(text="こんにちは")
    await at.service.until("こんにちは。")
    library = await at.application.library()
    [document] = [one for one in await library.documents() if one.current]
    await library.edit(document.id, {"owner": "teams:t1:u1", "review": "2020-01-01"})

    assert await at.application.documents.reviews.look() == 1
    reminder = await at.service.until("見直し日")
    assert reminder["conversation"]["id"] == "a:1"


async def test_an_owner_who_never_wrote_is_reminded_in_a_chat_opened_for_them(at):
    library = await at.application.library()
    [document] = [one for one in await library.documents() if one.current]
    await library.edit(document.id, {"owner": f"teams:t1:{EXPERT}", "review": "2020-02-01"})

    assert await at.application.documents.reviews.look() == 1
    [opening] = [call for call in at.service.taken if call.path == "/v3/conversations"]
    assert [member["id"] for member in opening.body["members"]] == [EXPERT]
    assert await at.service.until("見直し日")
