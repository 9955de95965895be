"""Nobody reads an id in Teams: people are named as Teams names them, and mentioned where they are called."""

import json
from dataclasses import replace
from datetime import date

import pytest
import pytest_asyncio

from bot.teams.members import Members
from handlers.choose.reviews import DecisionReviews, review_day
from handlers.choose.runs import Run, Runs
from handlers.texts import Texts
from tests.bot.teams.house import EXPERT, actions, opened
from tests.bot.teams.talk import CHANNEL
from tests.copying import copy_folder

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(furnished, tmp_path_factory):
    folder = tmp_path_factory.mktemp("teams") / "house"
    copy_folder(furnished, folder)
    async with opened(folder) as at:
        yield at


@pytest.fixture
def at(house, clock):
    house.enter(clock)
    return house


# first: the service of these tests gives its messages the same ids in every story
async def test_a_teams_card_in_a_channel_is_drawn_anew_as_it_gets_further(at):
    await at.send(text="<at>LLM Choose</at> choose team", **CHANNEL)
    card = await at.service.until("参加する")
    await at.press("参加する", **CHANNEL)

    assert await at.service.until("1人が参加し、0人が答え終わりました")
    changed = [call for call in at.service.taken if call.method == "PUT"]
    assert any("1人が参加" in str(call.body) for call in changed)
    assert card


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
    await at.send(text="うちに合うのはどの方法?", locale="en-US")

    await at.press("導入方式の診断", locale="en-US")
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

    assert await at.service.until("I answer questions from your documents")


async def test_the_owner_of_a_document_is_reminded_in_their_own_chat(at):
    await at.send(text="こんにちは")
    await at.service.until("こんにちは。")
    library = await at.application.library()
    document = next(one for one in await library.documents() if one.current)
    await library.edit(document.id, {"owner": "teams:t1:u1", "review": "2020-01-01"})

    assert await at.application.documents.reviews.look() == 1
    reminder = await at.service.until("見直し日")
    assert reminder["conversation"]["id"] == "a:1"


async def test_an_owner_who_never_wrote_is_reminded_in_a_chat_opened_for_them(at):
    library = await at.application.library()
    document = next(one for one in await library.documents() if one.current)
    await library.edit(document.id, {"owner": f"teams:t1:{EXPERT}", "review": "2020-02-01"})

    assert await at.application.documents.reviews.look() == 1
    [opening] = [call for call in at.service.taken if call.path == "/v3/conversations"]
    assert [member["id"] for member in opening.body["members"]] == [EXPERT]
    assert await at.service.until("見直し日")


async def test_a_decision_comes_back_in_its_persons_own_chat_on_its_day(at):
    await at.send(text="こんにちは")
    await at.service.until("こんにちは。")
    models, sessions = at.application.models, at.application.sessions
    run = Run("", "teams:t1:u1", "Aoi", (await models.current()).model.sha256, goal="返信を速く")
    run = await Runs(sessions).begin(run)
    await Runs(sessions).finished(await Runs(sessions).save(replace(run, done=True)), "2020-01-01")
    reviews = DecisionReviews(models, Runs(sessions), Texts.load(), lambda: date(2020, 1, 2))
    reviews.reach(at.application.documents.reviews.tell)

    assert await reviews.look() == 0  # the day noted is not the run's own any more
    await Runs(sessions).review_on(run, review_day(run).isoformat())
    late = DecisionReviews(models, Runs(sessions), Texts.load(), lambda: review_day(run))
    late.reach(at.application.documents.reviews.tell)
    assert await late.look() == 1
    reminder = await at.service.until("返信を速く")
    assert reminder["conversation"]["id"] == "a:1"
    assert "次の見直し日を決める" in str(reminder)


LONG = "長い" * 30_000
PICTURE = {"contentType": "image/png", "contentUrl": "https://smba.example/v3/attachments/1"}
HTML = {"contentType": "text/html", "content": "<attachment id='1'></attachment>"}
EMPTY = {"text": "<attachment id='1'></attachment>"}


def forwarded(words, sender="user"):
    told = {"originalMessageContent": f"<p>{words}</p>", "messageSender": {sender: {"id": "u9"}}}
    kind = "forwardedMessageReference"
    return [HTML, {"contentType": kind, "content": json.dumps(told, ensure_ascii=False)}]


def replied_to(words):
    told = {"messagePreview": words, "messageSender": {"user": {"id": "u9"}}}
    return [HTML, {"contentType": "messageReference", "content": json.dumps(told)}]


QUESTION = "RAGは社内文書を全部学習しますか?"
ANSWERED = "学習したり覚えたりするわけでは"


@pytest.mark.parametrize(
    "sent",
    [
        EMPTY | {"attachments": forwarded(QUESTION)},
        {"text": "<at>LLM Choose</at> これ教えて", "attachments": forwarded(QUESTION)} | CHANNEL,
        {
            "text": "<at>LLM Choose</at> この質問に答えてください",
            "attachments": replied_to(QUESTION),
        }
        | CHANNEL,
        {"text": f"<blockquote><strong>田中</strong><p>{QUESTION}</p></blockquote>お願いします"},
    ],
    ids=["forwarded", "forwarded with a word", "replied to", "quoted by an older client"],
)
async def test_a_message_beside_the_words_is_what_is_asked(at, sent):
    await at.send(**sent)
    assert await at.service.until(ANSWERED)


async def test_a_question_of_its_own_is_not_changed_by_what_it_quotes(at):
    await at.send(text=QUESTION, attachments=replied_to("昼ごはんどうする?"))
    assert await at.service.until(ANSWERED)


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"text": "", "attachments": [PICTURE]}, "貼り付けられた画像は読めません"),
        ({"text": QUESTION, "attachments": [PICTURE]}, "文章の質問にだけお答えします"),
        ({"text": QUESTION, "attachments": [HTML]} | CHANNEL, "文章の質問にだけお答えします"),
        ({"text": LONG}, "質問が長すぎます"),
        ({"text": "https://firm.sharepoint.com/sites/hr/旅費規程.docx"}, "リンク先のファイルは"),
    ],
    ids=["picture", "picture and question", "file among others", "too long", "link"],
)
async def test_what_cannot_be_read_is_named_with_the_way_out(at, sent, words):
    await at.send(**sent)
    assert await at.service.until(words)
    if sent["text"] == QUESTION:
        assert await at.service.until(ANSWERED)


async def test_whoever_deletes_a_question_takes_the_answer_along(at):
    await at.send(id="asked1", text=QUESTION)
    await at.service.until("根拠")
    await at.settled()
    gone = {"eventType": "softDeleteMessage"}
    stranger = {"from": {"id": "29:x", "aadObjectId": "u2"}}

    await at.send(type="messageDelete", id="asked1", channelData=gone, text="", **stranger)
    await at.settled()
    assert at.service.shown
    await at.send(type="messageDelete", id="asked1", channelData=gone, text="", timestamp="2")
    await at.settled()
    assert not at.service.shown


@pytest.mark.parametrize(("reaction", "vote"), [("like", "up"), ("dislike", "down"), ("sad", "")])
async def test_a_thumb_beneath_an_answer_is_a_vote(at, reaction, vote):
    await at.send(text=QUESTION)
    await at.service.until("根拠")
    await at.settled()
    before = await at.application.sessions.entries("feedback", 0)
    [answer] = [id_ for id_, body in at.service.shown.items() if ANSWERED in str(body.get("text"))]
    calls = len(at.service.taken)

    added = [{"type": reaction}]
    await at.send(type="messageReaction", replyToId=answer, reactionsAdded=added, text="")
    await at.settled()
    votes = await at.application.sessions.entries("feedback", 0)
    assert [row["entry"]["vote"] for row in votes[len(before) :]] == ([vote] if vote else [])
    assert len(at.service.taken) == calls  # and nobody is told


@pytest.mark.parametrize(
    ("text", "words"), [("経費は?", "メンバーとゲスト"), ("What is RAG?", "members and guests")]
)
async def test_an_outsider_is_told_who_may_ask(at, monkeypatch, text, words):
    async def outsider(self, to):
        return "external"

    monkeypatch.setattr(Members, "role", outsider)
    await at.send(text=text)
    assert await at.service.until(words)


async def test_a_welcome_shows_questions_to_press_and_comes_again_with_a_new_installation(at):
    home = {"id": "a:new", "conversationType": "personal", "tenantId": "t1"}
    who = {"from": {"id": "29:new", "aadObjectId": "u5", "name": "新人"}}
    added = {"type": "installationUpdate", "conversation": home, "text": ""} | who
    for _ in range(2):
        await at.send(**added, action="add")
        await at.settled()
    assert len(at.service.shown) == 1

    await at.press("RAGは社内文書をすべて学習するのですか?", conversation=home, **who)
    assert await at.service.until(ANSWERED)
    await at.settled()
    await at.send(**added, action="remove")
    await at.settled()
    before = len(at.service.shown)
    await at.send(**added, action="add")
    await at.settled()
    assert len(at.service.shown) == before + 1


async def test_a_welcome_in_a_channel_says_that_the_bot_is_to_be_mentioned(at):
    who = {"from": {"id": "29:new", "aadObjectId": "u6", "name": "新人"}}
    await at.send(type="installationUpdate", action="add", text="", **who, **CHANNEL)
    assert await at.service.until("メンション(@)に続けて")


async def test_nothing_is_offered_to_be_shared_where_nobody_else_is(at):
    await at.send(text="llm-choose demo RAGの短所は?")
    await at.service.until("この答えの作り方: ")
    await at.settled()
    assert ".share" not in json.dumps(list(at.service.shown.values()))


def extension(name, **value):
    return {"type": "invoke", "name": f"composeExtension/{name}", "text": "", "value": value}


PAYLOAD = {"body": {"contentType": "html", "content": f"<p>{QUESTION}</p>"}}


async def test_a_question_from_the_compose_box_is_a_card_to_put_into_the_talk(at):
    asked = [{"name": "question", "value": QUESTION}]
    sent = extension("query", commandId="ask", parameters=asked)
    answer = (await at.send(**sent, conversation=CHANNEL["conversation"])).json()

    [attachment] = answer["composeExtension"]["attachments"]
    assert ANSWERED in json.dumps(attachment, ensure_ascii=False)
    assert actions(attachment) == []  # it may stand where the bot is no member
    assert attachment["preview"]["content"]["title"] == QUESTION
    assert [call for call in at.service.taken if "19:c" in call.path] == []


async def test_a_message_is_checked_in_a_window_and_put_into_the_talk_from_there(at):
    told = {"commandId": "check", "messagePayload": PAYLOAD}
    window = (await at.send(**extension("fetchTask", **told), **CHANNEL)).json()
    card = window["task"]["value"]["card"]
    assert ANSWERED in json.dumps(card, ensure_ascii=False)

    [post] = actions(card)
    sent = extension("submitAction", **told, data=post["data"])
    answer = (await at.send(**sent, **CHANNEL)).json()
    assert ANSWERED in json.dumps(answer["composeExtension"]["attachments"], ensure_ascii=False)


async def test_a_message_becomes_a_file_of_its_person_who_must_be_an_admin(at):
    await at.send(text="こんにちは")
    told = {"commandId": "add", "messagePayload": PAYLOAD}
    window = (await at.send(**extension("fetchTask", **told), **CHANNEL)).json()
    [add] = actions(window["task"]["value"]["card"])

    sent = extension("submitAction", **told, data=add["data"] | {"title": "メモ"})
    answer = (await at.send(**sent, **CHANNEL)).json()
    assert "個人チャット" in answer["task"]["value"]
    refusal = await at.service.until("管理者")
    assert refusal["conversation"]["id"] == "a:1"


@pytest.mark.parametrize("name", ["query", "fetchTask", "submitAction"])
@pytest.mark.parametrize("value", [{}, {"parameters": 5}, {"data": []}, {"messagePayload": "x"}])
async def test_a_broken_use_of_the_extension_is_answered_with_a_word(at, name, value):
    answer = await at.send(**extension(name, **value))
    assert answer.status_code == 200
    assert answer.json()


async def test_whoever_reviews_the_app_reads_what_it_keeps(at):
    page = await at.client.get("/teams/about")
    assert page.status_code == 200
    assert "プライバシー" in page.text
    assert "Privacy" in page.text
