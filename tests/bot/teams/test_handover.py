"""A file is handed over in the personal chat, to the person it was offered to, once they agree."""

import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from handlers.conversation import Attachment, Paragraph, Reply
from tests.bot.teams.talk import CHANNEL, activity, door_of, press
from tests.serving import served

MEMO = Attachment("memo.docx", "application/x-docx", b"\x00memo\xff" * 100)


async def memo(message):
    yield Reply("できました", (Paragraph("できました"),), attachments=(MEMO,))


@pytest.fixture
async def drive():
    """Where Teams wants a file put."""
    kept = []

    async def put(request):
        kept.append(
            (
                request.headers.get("content-range"),
                request.headers.get("authorization"),
                await request.body(),
            )
        )
        return Response(status_code=201)

    async with served(Starlette(routes=[Route("/{path:path}", put, methods=["PUT"])])) as port:
        yield f"http://127.0.0.1:{port}/drive/memo.docx?tempauth=x", kept


async def asked_for(door, service):
    await door.post("/api/messages", json=press(service, {"verb": "choose.memo"}))
    await service.wait(2)
    offer = service.calls[1].body["attachments"][0]
    assert (offer["contentType"], offer["name"]) == (
        "application/vnd.microsoft.teams.card.file.consent",
        "memo.docx",
    )
    assert offer["content"]["sizeInBytes"] == len(MEMO.content)
    return offer["content"]["acceptContext"]


def consent(service, context, action, url="", id_="c1", **more):
    info = {
        "uploadUrl": url,
        "contentUrl": "https://firm.sharepoint.com/memo.docx",
        "uniqueId": "u1",
        "fileType": "docx",
    }
    value = {"type": "fileUpload", "action": action, "context": context, "uploadInfo": info}
    return activity(
        service,
        id_,
        **{"type": "invoke", "name": "fileConsent/invoke", "replyToId": "m2", "value": value}
        | more,
    )


async def test_a_file_goes_where_teams_says_without_a_bearer_and_its_question_goes_away(
    sessions, texts, service, drive
):
    url, kept = drive
    async with door_of(memo, sessions, texts) as door:
        context = await asked_for(door, service)
        for _ in range(2):  # a repeat
            assert (
                await door.post("/api/messages", json=consent(service, context, "accept", url))
            ).status_code == 200
        await service.wait(4)
    assert kept == [(f"bytes 0-{len(MEMO.content) - 1}/{len(MEMO.content)}", None, MEMO.content)]
    assert [c.method for c in service.calls[2:]] == ["POST", "DELETE"]
    assert (
        service.calls[2].body["attachments"][0]["contentType"]
        == "application/vnd.microsoft.teams.card.file.info"
    )


async def test_no_thank_you_takes_the_question_away_and_nothing_else(
    sessions, texts, service, drive
):
    url, kept = drive
    async with door_of(memo, sessions, texts) as door:
        context = await asked_for(door, service)
        await door.post("/api/messages", json=consent(service, context, "decline", url))
        await service.wait(3)
    assert (kept, service.calls[-1].method) == ([], "DELETE")


async def test_somebody_elses_file_is_not_handed_over(sessions, texts, service, drive):
    url, kept = drive
    async with door_of(memo, sessions, texts) as door:
        context = await asked_for(door, service)
        other = consent(
            service, context, "accept", url, **{"from": {"id": "29:x", "aadObjectId": "u2"}}
        )
        await door.post("/api/messages", json=other)
        await service.until(texts.say("teams.file_expired_offer", "ja"))
    assert kept == []


async def test_a_file_is_put_nowhere_else(sessions, texts, service, drive):
    url, kept = drive
    async with door_of(memo, sessions, texts) as door:
        context = await asked_for(door, service)
        elsewhere = url.replace("127.0.0.1", "evil.example")
        await door.post("/api/messages", json=consent(service, context, "accept", elsewhere))
        await service.until(texts.say("teams.file_not_given", "ja", file="memo.docx"))
    assert kept == []


async def test_in_a_channel_the_way_to_the_personal_chat_is_shown(sessions, texts, service):
    async with door_of(memo, sessions, texts) as door:
        await door.post("/api/messages", json=activity(service, **CHANNEL))
        card = (await service.wait(2))[1].cards[0]
    assert "memo.docx" in card["body"][0]["text"]
    assert card["body"][1]["actions"][0]["type"] == "Action.OpenUrl"
