"""
The map of the page: its places, what fills each, and on which place the reply to a press appears.
Pure.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import urlencode, urlsplit

from handlers.conversation import Command, Content, Form, Person, Press, Values

_BACK = re.compile(
    r"(/t/[0-9a-f]{16}|/s/[\w-]{8,64}|/demo|/choose|/knowledge)(#[st][0-9a-z-]{1,40})?"
)
Kind = Literal["talk", "stage", "desk"]
_TALK = re.compile(r"/t/([0-9a-f]{16})")  # the address of a talk: its id is 8 random bytes


@dataclass(frozen=True, slots=True)
class Place:
    """
    One page. `name` is its sentence in `web.yaml`; `opening` is what an empty stage begins with.

    A "talk" goes on below; a "stage" shows one thing and what was made of it; on a "desk" things
    lie beside each other, and what is done with one takes its place.
    """

    path: str
    name: Literal["ask", "choose", "demo", "knowledge", "decisions", "health"]
    kind: Kind = "talk"
    opening: Command | None = None

    @property
    def talk(self) -> str:
        """The id of the talk that stands here, empty on every other page."""
        address = _TALK.fullmatch(self.path)
        return address[1] if address else ""


@dataclass(frozen=True, slots=True)
class Spot:
    """
    Where somebody is: on which page, and in which browser (`session`). `query` is what the page's
    address says behind "?": how its lists are narrowed.
    """

    person: Person
    session: str
    place: Place
    query: str = ""

    @property
    def screen(self) -> str:
        """What the page is kept under. A talk is its person's; other pages are one browser's."""
        if self.place.talk:
            return f"{self.person.id}{self.place.path}"
        return f"{self.person.id}/{self.session}{self.place.path}"

    @property
    def thread(self) -> str:
        """The thread of talk that a question asked here belongs to."""
        return f"{self.person.id}/{self.place.talk or self.session}"


PLACES = (
    Place("/", "ask"),
    Place("/choose", "choose", "stage", Command("llm-choose")),
    Place("/demo", "demo", "stage", Command("demo")),
    Place("/knowledge", "knowledge", "desk"),
    Place("/decisions", "decisions", "desk"),
    Place("/health", "health"),
)
_BY_PATH = {place.path: place for place in PLACES}
_ROOMS = {"choose": "/choose", "demo": "/demo", "document": "/knowledge"}
_HERE = ("document.request",)  # said where the question was asked
_LISTS = {
    "document.list": "shelf",
    "document.filter": "shelf",
    "document.wanted": "wanted",
    "document.audit": "audit",
}


def place_at(path: str) -> Place:
    """Return the page at a path a form named; the first page where it names none of ours."""
    if _TALK.fullmatch(path):
        return replace(PLACES[0], path=path)
    return _BY_PATH.get(path, PLACES[0])


def query_from(address: str, place: Place) -> str:
    """
    Return the query of the address that a form was sent from, empty where that is another page. A
    talk has none to keep: what was edited is asked by then.
    """
    try:
        sent = urlsplit(address)
    except ValueError:
        return ""
    if place.kind == "talk" or sent.path != place.path:
        return ""
    return sent.query


def place_of(talk: str) -> Place:
    """Return the page of the talk with this id."""
    return replace(PLACES[0], path=f"/t/{talk}")


def way_back(address: str) -> str:
    """
    Return the address that a page of a document leads back to, empty where it names none of ours:
    a talk, a shared one, the demo or a dialog, with what is open there behind the "#".
    """
    return address if _BACK.fullmatch(address) else ""


def leading(back: str) -> str:
    """Return the query that keeps a way back; empty where there is none."""
    return f"?{urlencode({'from': back})}" if back else ""


def page_of(action: str, here: str) -> str:
    """Return the path of the page where the reply to "room.verb", pressed `here`, appears."""
    if action in _HERE:
        return here
    return _ROOMS.get(action.partition(".")[0], here)


def lists(action: str) -> bool:
    """
    Report whether an action only shows what its page shows anyway, so that it is a link and not a
    turn.
    """
    return action in _LISTS


def pages_of(press: Press) -> str:
    """
    Return the region that a press turns the pages of, or shows whole again; empty for what opens a
    form.
    """
    if press.action == "document.filter":
        return ""
    return _LISTS.get(press.action, "")


def listing(content: Content) -> str:
    """Return the address that shows what an action that `lists` asks for."""
    match content:
        case Press(action, values) | Form(action, values=values):
            region = _LISTS[action]
            query: Values = {region: values.get("page", 1)}
            if region == "shelf":
                query = {name: value for name, value in values.items() if value}
            return f"/knowledge?{urlencode(query)}#{region}"
        case _:
            return "/knowledge"


def narrowed(query: Mapping[str, str]) -> Values:
    """Return what of the shelf an address asks for: words, and the page as a number."""
    asked: dict[str, str | int] = {}
    for name in ("q", "kind", "state", "audience", "due"):
        if query.get(name):
            asked[name] = query[name]
    asked["page"] = number(query.get("page", ""))
    return asked


def number(text: str) -> int:
    """Return the page number in an address, 1 where there is none."""
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 6 else 1
