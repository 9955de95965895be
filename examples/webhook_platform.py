"""
A whole chat platform in one file: JSON in, JSON out, over one address.

Whatever can send an HTTP request becomes a place to talk to the bot: an intranet page, a ticket
system, a script. Who calls is vouched for by a token; the caller says who is talking, and is given
the reply in the same response. Switch it on with two settings:

    PYTHONPATH=examples PLATFORMS=webhook_platform:WEBHOOK WEBHOOK_TOKEN=... llm-choose serve

    curl http://127.0.0.1:8080/webhook -H "Authorization: Bearer ..." -d '
      {"person": {"id": "aoi", "language": "en"}, "place": "talk-1", "text": "What is RAG?"}'

A request has one of `text`, `command`, `press` and `files`. A button is pressed, and a question
answered, by posting its `press` back, with `values` and `files` where it asks for some. See
`docs/how-to/add-a-platform.md` for what each part is for.
"""

import base64
import binascii
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.environment import Section, setting
from bot.platform import Face, Host, Limits, Platform
from bot.press import pack, unpack
from handlers.conversation import (
    Ask,
    Attachment,
    Audience,
    Block,
    Button,
    Buttons,
    Command,
    Content,
    Details,
    Feedback,
    File,
    Form,
    Message,
    Person,
    Press,
    Reply,
    Source,
    Sources,
    Text,
    Upload,
)
from knowledge.values import Language

NAME = "webhook"
LIMITS = Limits(body=40_000_000)  # bytes; a file of 25 MB grows by a third as base64
MALFORMED = {
    "error": {
        "ja": "JSON の形が読めません。text、command、press、files のどれか一つを送ってください。",
        "en": "The JSON cannot be read; send one of text, command, press and files.",
    }
}

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Settings(Section):
    """Its own section of the settings: the platform is on when the token is set."""

    title: ClassVar[str] = "Webhook"

    token: str = setting(
        "WEBHOOK_TOKEN",
        ("呼び出し元が名乗るための秘密の値", "the secret a caller proves itself with"),
        ("Webhook は無効", "Webhook is off"),
        secret=True,
    )


class Webhook(Face):
    """
    The platform while it runs.

    The caller waits for the reply, so a turn is taken at once and needs neither `read` nor
    `screen`. A platform that sends its deliveries again has both, and calls `turns.hear`.
    """

    name = NAME

    def __init__(self, settings: Settings, host: Host) -> None:
        self._token = settings.token
        self._turns = host.turns

    def routes(self) -> list[Route]:
        """Return the one address."""
        return [Route("/webhook", self._take, methods=["POST"])]

    async def _take(self, request: Request) -> Response:
        if not self._vouched(request):
            return Response(status_code=401)
        try:
            message = read(await request.json())
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return JSONResponse(MALFORMED, 400)
        screen = Screen()
        await self._turns.take(message, screen)
        return JSONResponse(shown(screen.reply))

    def _vouched(self, request: Request) -> bool:
        """Compare in constant time: how long it takes tells nothing of the token."""
        given = request.headers.get("authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {self._token}".encode())


class Screen:
    """Keeps the last reply: the one response there is has room for no more."""

    def __init__(self) -> None:
        self.memory: dict[str, str] = {}
        self.reply = Reply("")

    async def show(self, reply: Reply) -> None:
        """Take a reply in place of the one before."""
        self.reply = reply


# ----------------------------------------------------------------- theirs into ours


def read(sent: Json) -> Message:
    """
    Return what was said as our message. Every talk is between one person and the bot.

    Raises:
        ValueError, KeyError, TypeError or AttributeError: this is not what a caller sends.
    """
    speaker = sent["person"]
    language: Language = "en" if speaker.get("language") == "en" else "ja"
    id_ = f"{NAME}:{speaker['id']}"
    person = Person(id_, str(speaker.get("name", speaker["id"])), language)
    place = f"{id_}:{sent.get('place', '')}"
    audience = Audience(person.id, private=True)
    return Message(secrets.token_hex(8), person, place, audience, content(sent))


def content(sent: Json) -> Content:
    """Return what somebody said, pressed, filled in or sent. Raises like `read`."""
    files = tuple(file(one) for one in sent.get("files", ()))
    if "press" in sent:
        return pressed(sent["press"], sent.get("values", {}), files)
    if "command" in sent:
        return Command(str(sent["command"]), str(sent.get("argument", "")))
    if files:
        return Upload(files)
    return Text(str(sent["text"]))


def pressed(packed: str, values: Mapping[str, str], files: tuple[File, ...]) -> Press | Form:
    """Return a press or a filled in form, from what its button carried. Raises ValueError."""
    carried = unpack(packed)
    if carried is None:
        raise ValueError("no button of ours")
    if isinstance(carried, Press):
        return carried
    filled = {name: str(values.get(name, "")) for name in carried.values}
    return replace(carried, values=filled, files=files)


def file(sent: Json) -> File:
    """Return a file that came along. Raises ValueError where it is no base64."""
    try:
        whole = base64.b64decode(sent["content"], validate=True)
    except binascii.Error as error:
        raise ValueError("no base64") from error

    async def fetch() -> bytes:
        return whole

    return File(str(sent["name"]), len(whole), fetch)


# ----------------------------------------------------------------- ours into theirs


def shown(reply: Reply) -> Json:
    """Return a reply as JSON. `text` is complete by itself; `blocks` are the same, laid out."""
    drawn: Json = {"text": reply.text, "blocks": blocks(reply.blocks)}
    if reply.ask is not None:
        drawn["ask"] = asked(reply.ask)
    if reply.attachments:
        drawn["files"] = [attached(one) for one in reply.attachments]
    return drawn


def blocks(given: Sequence[Block]) -> list[Json]:
    """Return blocks one after the other; `kind` says what each is."""
    return [block(one) for one in given]


def block(one: Block) -> Json:
    """Return one block: what can be pressed carries its `press`, everything else its fields."""
    kind = type(one).__name__.lower()
    match one:
        case Buttons(items):
            return {"kind": kind, "label": one.label, "items": buttons(items)}
        case Details():
            return {"kind": kind, "title": one.title, "blocks": blocks(one.blocks)}
        case Sources(items, answer):
            return {"kind": kind, "items": [source(item, answer) for item in items]}
        case Feedback(answer):
            votes = {vote: Press("feedback.vote", {"aid": answer, "vote": vote}) for vote in VOTES}
            return {"kind": kind} | {vote: pack(press) for vote, press in votes.items()}
        case _:
            return {"kind": kind} | asdict(one)


VOTES = ("up", "down")


def source(cited: Source, answer: str) -> Json:
    """Return a citation; its `press` opens the passage in its document."""
    opens = Press("source.open", {"aid": answer, "s": cited.id, "n": cited.number})
    return asdict(cited) | {"press": pack(opens)}


def buttons(items: Sequence[Button]) -> list[Json]:
    """Return buttons; where there is `confirm`, the caller asks before it posts the `press`."""
    drawn = []
    for button in items:
        one: Json = {"label": button.label, "style": button.style}
        if button.url:
            one["url"] = button.url
        else:
            one["press"] = pack(button.press)
        if button.confirm is not None:
            one["confirm"] = asdict(button.confirm)
        drawn.append(one)
    return drawn


def asked(ask: Ask) -> Json:
    """Return a question: its `press` is posted back with `values` by the ids of its fields."""
    inputs = {field.id: "" for field in ask.fields if field.kind != "files"}
    drawn: Json = {
        "title": ask.title,
        "text": ask.text,
        "step": ask.step,
        "of": ask.of,
        "intro": ask.intro,
        "why": ask.why,
        "notes": blocks(ask.notes),
        "fields": [asdict(field) for field in ask.fields],
        "submit": ask.submit,
        "press": pack(Form(ask.form, ask.state, inputs)),
        "buttons": buttons(ask.buttons),
        "stop": {
            "label": ask.stop,
            "press": pack(Press(f"{ask.form.partition('.')[0]}.stop", ask.state)),
        },
    }
    if ask.guideline is not None:
        drawn["guideline"] = {
            "text": ask.guideline.text,
            "source": ask.guideline.source,
            "open": buttons([ask.guideline.open])[0],
        }
    return drawn


def attached(one: Attachment) -> Json:
    """Return a file to take away."""
    whole = base64.b64encode(one.content).decode("ascii")
    return {"name": one.name, "media_type": one.media_type, "content": whole}


WEBHOOK = Platform(NAME, Webhook, Settings, limits=LIMITS)
