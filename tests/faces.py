"""One thing said on every face: what the platform delivers in, what its own renderer draws out."""

import json
from dataclasses import replace
from io import StringIO

from rich.console import Console

from bot.command.terminal import draw
from bot.command.terminal import said as typed
from bot.slack import parse as slack
from bot.slack.decode import decode
from bot.slack.render.messages import messages
from bot.teams import frame
from bot.teams import parse as teams
from bot.teams.render import activities
from bot.web import parse as web
from bot.web.conversations import Article
from bot.web.pages import Spot, place_at
from bot.web.regions import message as posted
from bot.web.render import Page
from examples import webhook_platform as webhook
from handlers.conversation import Person
from tests.sheet import Sheet

FACES = ("slack", "teams", "web", "terminal", "webhook")
CODES = {"👍": ":+1:", "🙏": ":pray:", "👋": ":wave:"}  # what Slack delivers


async def nothing(name, address):
    return b""


def delivered(face, text, language="ja", place="p"):
    """What the face makes of words typed to the bot in a talk of its own, named by `place`."""
    person = Person(f"{face}:T1:{place}", "Aoi", language)
    match face:
        case "slack":
            for sign, code in CODES.items():
                text = text.replace(sign, code)
            event = {
                "type": "message",
                "channel_type": "im",
                "user": "U1",
                "channel": f"D{place}",
                "ts": "1.2",
                "text": text,
            }
            payload = decode({"team_id": "T1", "event": event})
            return slack.message(payload, person, "UB", nothing)
        case "teams":
            activity = {
                "type": "message",
                "id": "a1",
                "channelId": "msteams",
                "serviceUrl": "https://smba.trafficmanager.net/emea/",
                "from": {"id": "29:u", "name": "Aoi", "aadObjectId": f"aad-{place}"},
                "recipient": {"id": "28:bot", "name": "LLM Choose"},
                "conversation": {"id": place, "conversationType": "personal", "tenantId": "t1"},
                "locale": "ja-JP" if language == "ja" else "en-US",
                "text": text,
            }
            return teams.message(frame.checked(activity), nothing)
        case "webhook":
            speaker = {"id": f"T1:{place}", "name": "Aoi", "language": language}
            return webhook.read({"person": speaker, "place": place, "text": text})
        case "web":
            spot = Spot(person, place, place_at("/"))
            return posted(spot, web.question({"q": text})[0])
        case _:
            return replace(typed(web.question({"q": text})[0], language), place=f"terminal:{place}")


def drawn(face, reply, texts, language="ja"):
    """Everything a person reads of a reply on this face, as one text."""
    match face:
        case "slack":
            return json.dumps(list(messages(reply, texts, language, 0)), ensure_ascii=False)
        case "teams":
            return json.dumps(list(activities(reply, language, texts)), ensure_ascii=False)
        case "webhook":
            return json.dumps(webhook.shown(reply), ensure_ascii=False)
        case "web":
            page = Page(texts, language, place_at("/"))
            return page.article(Article("1", "?", "2026-11-25T14:02+09:00", reply))
        case _:
            console = Console(file=StringIO(), width=400)
            draw(reply, console)
            return console.file.getvalue()


async def heard(application, face, text, language="ja", place="p"):
    """Say it, and return the replies that were shown."""
    sheet = Sheet()
    await application.turns.take(delivered(face, text, language, place), sheet)
    return sheet.shown
