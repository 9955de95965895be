"""
A person's hands on every face: draws a reply as the face does, presses what can be pressed, and reads what comes back.

Each hand does what the real client does between the drawing and the delivery: Slack keeps a value or an option as text, Teams
merges the inputs of a card into the data of the button, a browser sends the named fields of one form with its line ends made
CRLF, a terminal knows letters. Hands know nothing of how a button is packed.
"""

import io
import json
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import redirect_stdout, suppress
from dataclasses import replace
from functools import partial
from html.parser import HTMLParser
from types import SimpleNamespace
from unittest.mock import patch
from urllib.parse import parse_qsl, urlencode
from zlib import crc32

from rich.console import Console

from bot.command.interview import LETTERS, interview
from bot.command.terminal import draw
from bot.slack import parse as slack_parse
from bot.slack.decode import decode
from bot.slack.render.ask import guided
from bot.slack.render.limits import PARTS
from bot.slack.render.messages import LEVELS, messages
from bot.slack.render.windows import modal
from bot.teams import frame
from bot.teams import parse as teams_parse
from bot.teams import render as teams_render
from bot.teams.card import CARD, size
from bot.web import parse as web_parse
from bot.web.conversations import Article
from bot.web.pages import place_at
from bot.web.render import Page
from examples import webhook_platform
from handlers.conversation import (
    Block,
    Buttons,
    Content,
    Details,
    Feedback,
    Form,
    Press,
    Reply,
    Sources,
)
from handlers.texts import Texts
from tests.bot.slack.lint import walk

TEXTS = Texts.load()
Filled = Mapping[
    str, str
]  # what a person fills in, by what stands before the field; its id is to be the same
Hand = Callable[[Reply, Filled], list[Content]]
WHOLE = 2**53  # the largest integer that a number of JavaScript holds without loss


async def _nothing(name: str, address: str) -> bytes:
    return b""


def kept(draw: Callable[[Reply], list[dict]]) -> Callable[[Reply], list[dict]]:
    """Draw a reply once as long as no other is drawn: what is missing on a face is looked for in its drawing again."""
    last: list[tuple[Reply, list[dict]]] = []

    def drawn(reply: Reply) -> list[dict]:
        if not last or last[0][0] is not reply:
            last[:] = [(reply, draw(reply))]
        return last[0][1]

    return drawn


# --------------------------------------------------------------------------- Slack


def slack_actions(drawn: object) -> Iterator[dict]:
    """
    Yield what Slack delivers as the action of each thing in `drawn` that can be pressed; each names the block it stands in.
    """
    named_blocks = [block for block in walk(drawn) if block.get("block_id")]
    blocks = {id(inner): block["block_id"] for block in named_blocks for inner in walk(block)}
    for element in walk(drawn):
        named = {
            "type": element.get("type"),
            "action_id": element.get("action_id"),
            "action_ts": "2.2",
            "block_id": blocks.get(id(element), "b"),
        }
        match element.get("type"):
            case "button" if not element.get("url"):
                yield named | {"text": element["text"], "value": element["value"]}
            case "overflow":
                for option in element["options"]:
                    yield named | {"selected_option": option}
            case "feedback_buttons":
                for thumb in ("positive_button", "negative_button"):
                    yield named | {"value": element[thumb]["value"]}


def slack_state(view: dict, filled: Filled) -> dict:
    """Return the state of a window as Slack delivers it once the person has filled it in."""
    values = {}
    for block in view["blocks"]:
        if block["type"] == "input":
            element = block["element"]
            values[block["block_id"]] = {
                element["action_id"]: _slack_input(element, filled.get(block["block_id"], ""))
            }
    return {"values": values}


def _slack_input(element: dict, value: str) -> dict:
    chosen = {"text": {"type": "plain_text", "text": "x"}, "value": value}
    match element["type"]:
        case "plain_text_input":
            return {"type": element["type"], "value": value or None}
        case "datepicker":
            return {"type": element["type"], "selected_date": value or None}
        case "users_select":
            return {"type": element["type"], "selected_user": value or None}
        case "checkboxes":
            return {"type": element["type"], "selected_options": [chosen] if value else []}
        case "file_input":
            return {"type": element["type"], "files": []}
        case _:
            return {"type": element["type"], "selected_option": chosen if value else None}


def slack_read(payload: dict) -> Content | None:
    """Read a delivery as it comes over the wire: JSON of plain ASCII, which the form around it does not change."""
    base = {"team": {"id": "T1"}, "user": {"id": "U1"}, "trigger_id": "t"}
    sent = json.dumps(base | payload)
    return slack_parse.content(decode(json.loads(sent)), "UB", _nothing)


SLACK = [kept(partial(messages, texts=TEXTS, language="ja", level=n)) for n in range(len(LEVELS))]


def slack(level: int) -> Hand:
    def press(reply: Reply, filled: Filled) -> list[Content]:
        drawn = [message["blocks"] for message in SLACK[level](reply)]
        channel = {
            "type": "block_actions",
            "channel": {"id": "C1"},
            "container": {"message_ts": "1.1"},
        }
        return [slack_read(channel | {"actions": [action]}) for action in slack_actions(drawn)]

    return press


def slack_window(reply: Reply, filled: Filled) -> list[Content]:
    view = modal(reply, TEXTS, "ja", ("C1", "1.1"))
    shown = view | {"id": "V1", "state": slack_state(view, filled)}
    pressed = [
        {"type": "block_actions", "view": shown, "actions": [action]}
        for action in slack_actions(view["blocks"])
    ]
    sent = [{"type": "view_submission", "view": shown}] if view.get("submit") else []
    return [slack_read(payload) for payload in (*pressed, *sent)]


# --------------------------------------------------------------------------- Teams


def teams_cards(activities: list[dict]) -> list[dict]:
    return [
        held["content"]
        for activity in activities
        for held in activity.get("attachments", ())
        if "body" in held["content"]
    ]


def teams_deliveries(card: dict, filled: Filled) -> Iterator[dict]:
    """Yield the activities Teams sends for each thing in a card that can be pressed, and what an older client sends."""
    elements = list(walk(card))
    inputs = {
        e["id"]: _teams_input(e, filled)
        for e in elements
        if str(e.get("type")).startswith("Input.")
    }
    for element in elements:
        data = element.get("data")
        if element.get("type") not in ("Action.Execute", "Action.Submit"):
            continue
        merged = data if element.get("associatedInputs") == "none" else {**data, **inputs}
        if element["type"] == "Action.Execute":
            action = {"type": "Action.Execute", "verb": element["verb"], "data": merged}
            yield {
                "type": "invoke",
                "name": "adaptiveCard/action",
                "value": {"action": action},
                "replyToId": "m1",
            }
        else:
            yield {"type": "message", "value": merged, "replyToId": "m1"}


def _teams_input(element: dict, filled: Filled) -> str:
    """A person fills in the input that stands for a field: the one with its label."""
    return filled.get(element["label"], "no" if element["type"] == "Input.Toggle" else "")


def teams_read(activity: dict) -> Content | None:
    """Read an activity as a client of JavaScript sends it."""
    common = {
        "id": "a1",
        "channelId": "msteams",
        "serviceUrl": "https://smba.trafficmanager.net/emea/",
        "from": {"id": "29:u", "name": "鈴木", "aadObjectId": "aad-1"},
        "recipient": {"id": "28:bot"},
        "conversation": {"id": "c1", "conversationType": "personal", "tenantId": "t1"},
        "locale": "ja-JP",
    }
    sent = json.loads(json.dumps(common | activity), parse_int=_number)
    message = teams_parse.message(frame.checked(sent), _nothing)
    return message.content if message else None


def _number(written: str) -> int | float:
    number = int(written)
    return number if abs(number) <= WHOLE else float(number)


TEAMS = kept(partial(teams_render.activities, language="ja", texts=TEXTS))


def teams(reply: Reply, filled: Filled) -> list[Content]:
    cards = teams_cards(TEAMS(reply))
    assert all(size(card) <= CARD for card in cards)
    return [teams_read(delivery) for card in cards for delivery in teams_deliveries(card, filled)]


# --------------------------------------------------------------------------- the web page


class Forms(HTMLParser):
    """
    The forms of a page: where each is sent, its fields as (kind, name, value, label), its buttons as (name, value).

    The label is the one a person reads: the legend of a group, else the label before the field.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[SimpleNamespace] = []
        self._reading = self._label = self._legend = ""
        self.feed(html)

    def handle_data(self, data: str) -> None:
        if self._reading == "legend":
            self._legend += data
        elif self._reading == "label":
            self._label += data

    def handle_endtag(self, tag: str) -> None:
        if tag == self._reading:
            self._reading = ""
        if tag == "fieldset":
            self._legend = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(
                SimpleNamespace(path=named["action"], method=named["method"], fields=[], buttons=[])
            )
        elif tag == "button" and self.forms:
            self.forms[-1].buttons.append((named.get("name", ""), named.get("value", "")))
        elif tag in ("input", "select", "textarea") and named.get("name") and self.forms:
            label = self._legend or self._label
            self.forms[-1].fields.append(
                (named.get("type", tag), named["name"], named.get("value", ""), label)
            )
        elif tag in ("legend", "label"):
            self._reading = tag
            self._label = ""


def web_sent(html: str, filled: Filled) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield (path, fields) of every form a page sends, once for each of its buttons."""
    for form in Forms(html).forms:
        if form.method != "post":
            continue
        fields = {name: value for kind, name, value, _ in form.fields if kind == "hidden"}
        for kind, name, value, label in form.fields:
            given = filled.get(label, "")
            chosen = kind not in ("radio", "checkbox") or value == given
            if kind not in ("hidden", "file") and chosen:
                fields[name] = given
        for name, value in form.buttons:
            yield form.path, _through_the_browser(fields | ({name: value} if name else {}))


def _through_the_browser(fields: dict[str, str]) -> dict[str, str]:
    def ends(text: str) -> str:
        return text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")

    return dict(
        parse_qsl(urlencode({ends(k): ends(v) for k, v in fields.items()}), keep_blank_values=True)
    )


def web(path: str) -> Hand:
    def press(reply: Reply, filled: Filled) -> list[Content]:
        page = Page(TEXTS, "ja", place_at(path))
        html = page.article(Article("7", "質問", "2026-11-25T14:02+09:00", reply))
        read = {"/press": web_parse.press, "/form": web_parse.form}
        sent = web_sent(html, filled)
        return [read[to](fields)[0] for to, fields in sent if to in read]

    return press


# --------------------------------------------------------------------------- the terminal


def terminal(reply: Reply, filled: Filled) -> list[Content]:
    """Press each letter, then answer the questions; what the house hears is what came back."""
    heard: list[Content] = []
    reply = replace(reply, attachments=())  # it would write them into the working folder

    def drawn_once(shown: Reply, console: Console) -> None:
        if not heard:
            draw(shown, console)

    async def take(message, screen) -> None:
        await screen.show(reply)
        heard.append(message.content)

    application = SimpleNamespace(texts=TEXTS, turns=SimpleNamespace(take=take))
    offered = len(_lettered(reply))
    lines = [letter for letter, _ in zip(LETTERS, range(offered), strict=False)]
    lines += [_typed(field, filled) for field in (reply.ask.fields if reply.ask else ())]
    typed = io.StringIO("".join(f"{line}\n" for line in lines))
    screen = patch("bot.command.interview.draw", drawn_once)
    with redirect_stdout(io.StringIO()), patch("sys.stdin", typed), screen:
        _at_once(interview(application, "ja", express=False, team=""))
    return heard[1:]


def webhook(reply: Reply, filled: Filled) -> list[Content]:
    """Post back whatever carries a press: of a source, a vote, a button or a question."""
    drawn = json.loads(json.dumps(webhook_platform.shown(reply)))
    labels = {field["label"]: field["id"] for field in drawn.get("ask", {}).get("fields", ())}
    values = {labels[label]: value for label, value in filled.items() if label in labels}
    back = []
    for element in walk(drawn):
        for name in ("press", "up", "down"):
            if isinstance(element.get(name), str):
                sent = {"press": element[name], "values": values}
                back.append(webhook_platform.content(sent))
    return back


def _at_once(talk: Coroutine[object, None, int]) -> None:
    """Run what waits for nothing, also where a loop is running already."""
    with suppress(StopIteration):
        talk.send(None)
        raise AssertionError("the terminal waited")


def _lettered(reply: Reply) -> list[object]:
    ask = reply.ask
    own = [*([ask.guideline] if ask and ask.guideline else []), *(ask.buttons if ask else ())]
    rows = [
        b
        for block in reply.blocks
        if type(block).__name__ == "Buttons"
        for b in block.items
        if not b.url
    ]
    return [*own, *rows]


def _typed(field, filled: Filled) -> str:
    value = filled.get(field.id, "")
    numbers = {option.id: str(n) for n, option in enumerate(field.options, 1)}
    return numbers.get(value, value)


# --------------------------------------------------------------------------- all of them

MESSAGES: dict[str, Hand] = {
    **{f"slack {level}": slack(level) for level in range(len(LEVELS))},
    "teams": teams,
    "web": web("/"),
    "webhook": webhook,
}
FACES: dict[str, Hand] = MESSAGES | {"slack window": slack_window, "terminal": terminal}


def told(content: Content | None) -> tuple:
    """Return a press or form letter by letter, types included, so that 1, "1" and True differ."""
    match content:
        case Press(action, data):
            return ("press", action, _told(data))
        case Form(name, state, values):
            return ("form", name, _told(state), _told(values))
        case _:
            return ("neither", repr(content))


def _told(data: Mapping[str, str | int]) -> frozenset:
    return frozenset((name, type(value).__name__, value) for name, value in data.items())


# --------------------------------------------------------------------------- whether all of it comes back

PLACES = ("/choose", "/demo", "/knowledge")  # of the web page, beside its first


def troubles(reply: Reply) -> list[str]:
    """
    Return what does not come back from some face as it was meant; none when all is well.

    On every face nothing comes back that the reply does not hold. Where all of a reply is drawn at once, nothing is missing,
    either: a window, a terminal and a card that was too big draw parts of it. The web page draws it at its first place and at
    one of the others, each reply at one of its own: where it stands and what it holds have nothing to do with each other.
    """
    meant = set(_meant(reply))
    own = set()
    if reply.ask:
        stop = Press(f"{reply.ask.form.partition('.')[0]}.stop", reply.ask.state)
        own = {_asked(stop, reply)}
    place = PLACES[crc32(reply.text.encode()) % len(PLACES)]
    drawn = MESSAGES | {f"web {place}": web(place)}
    found = []
    for face, hand in (drawn | FACES).items():
        back = {_asked(content, reply) for content in hand(reply, {})}
        if odd := back - meant - own:
            found.append(f"{face}: {sorted(map(str, odd))} came back")
        lost = meant - back if face in drawn else set()
        if lost and (lost := lost - _elsewhere(face, reply)):
            found.append(f"{face}: {sorted(map(str, lost))} did not")
    return found


def _meant(reply: Reply) -> Iterator[tuple]:
    """Yield what a person can do with a reply."""
    for block in _flat(reply.blocks):
        match block:
            case Buttons(items):
                yield from (_asked(button.press, reply) for button in items if not button.url)
            case Sources(items, answer):
                for source in items:
                    yield _asked(
                        Press("source.open", {"aid": answer, "s": source.id, "n": source.number}),
                        reply,
                    )
            case Feedback(answer):
                for vote in ("up", "down"):
                    yield _asked(Press("feedback.vote", {"aid": answer, "vote": vote}), reply)
                yield ("form", "feedback.reason", _told({"aid": answer}), frozenset({"reason"}))
    if ask := reply.ask:
        opened = (ask.guideline.open,) if ask.guideline else ()
        yield from (
            _asked(button.press, reply) for button in (*ask.buttons, *opened) if not button.url
        )
        yield _asked(
            Form(ask.form, ask.state, dict.fromkeys([f.id for f in ask.fields], "")), reply
        )
        if not guided(ask):
            yield _asked(Press(ask.form, ask.state), reply)  # what opens its window


def _flat(blocks: Sequence[Block]) -> Iterator[Block]:
    for block in blocks:
        yield block
        if isinstance(block, Details):
            yield from _flat(block.blocks)


def _asked(content: Content | None, reply: Reply) -> tuple:
    """Return what came back, a form by the names of what was filled in: nothing was here. Files travel by themselves."""
    if not isinstance(content, Form):
        return told(content)
    files = (
        {field.id for field in reply.ask.fields if field.kind == "files"} if reply.ask else set()
    )
    return ("form", content.name, _told(content.state), frozenset(content.values) - files)


def _elsewhere(face: str, reply: Reply) -> set[tuple]:
    """Return what a face leaves to another place on purpose."""
    meant = set(_meant(reply))
    windows = {entry for entry in meant if reply.ask and entry[:2] == ("press", reply.ask.form)}
    forms = {entry for entry in meant if entry[0] == "form"}
    reasons = {entry for entry in forms if entry[1] == "feedback.reason"}
    votes = {entry for entry in meant if entry[:2] == ("press", "feedback.vote")}
    sources = {entry for entry in meant if entry[:2] == ("press", "source.open")}
    shares = {entry for entry in meant if entry[:2] == ("press", "choose.share")}
    match face.partition(" ")[0]:
        case "webhook":
            return windows | reasons
        case "slack":
            full = len(SLACK[int(face[-1])](reply)) > PARTS
            return meant if full else reasons | (windows and forms)
        case "teams":
            card = json.dumps(TEAMS(reply), ensure_ascii=False)
            cut = TEXTS.say("teams.shortened", "ja") in card
            words = reply.ask is None and not reply.final
            return meant if cut or words else votes | reasons | windows
        case _:
            down = {entry for entry in votes if ("vote", "str", "down") in entry[2]}
            return down | windows | shares | sources
