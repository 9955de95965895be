"""
What a chat platform is to us: the one door through which another one comes in.

A `Platform` says what there is to know before it is switched on; its `Face` is what runs. One file
outside this project can hold both, and is then named in the setting PLATFORMS: see
`docs/how-to/add-a-platform.md` and `examples/webhook_platform.py`.

Nothing heavy is imported here or in a platform's own description: they are read before the socket
is open. A platform's SDK is imported in `open`, and only where the platform is on.
"""

import importlib
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Collection,
    Iterable,
    Mapping,
    Sequence,
)
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol, Self

from bot.environment import InvalidSettings, Section
from handlers.texts import Texts
from knowledge.values import Document

if TYPE_CHECKING:
    from starlette.middleware import Middleware
    from starlette.routing import BaseRoute
    from starlette.types import ExceptionHandler, Scope

    from bot.turns import Turns
    from handlers.choose.decision_models import DecisionModels
    from handlers.conversation import Message, Person, Reply
    from handlers.documents.document_view import DocumentView
    from handlers.documents.jobs import Jobs
    from handlers.documents.router import Documents
    from handlers.events import Events
    from handlers.people import People
    from handlers.sessions import Sessions
    from handlers.tokens import Tokens
    from knowledge.documents.library import Library
    from knowledge.values import Language

    Say = Callable[[Language], Reply]  # what to say, in the language of whoever hears it


@dataclass(frozen=True, slots=True)
class Health:
    """
    How the application is doing. `parts` by name: "ready", "starting" or what is wrong. `votes` are
    "up" or why not; `open` counts what has no answer.
    """

    parts: Mapping[str, str]
    documents: Sequence[Document] = ()
    votes: Sequence[str] = ()
    open: int = 0


@dataclass(frozen=True, slots=True)
class Vouched:
    """Somebody a platform vouches for: their id on it, and their name there, "" for none."""

    id: str
    name: str


class NotVouched(Exception):
    """
    A platform vouches for nobody: its keys are "away", the token is "untrusted" or of an old
    "version", or it names a "guest". The text is for the log and holds nothing of what was sent.
    """

    def __init__(self, trouble: Literal["away", "untrusted", "version", "guest"], why: str) -> None:
        super().__init__(why)
        self.trouble = trouble


class Tab(Protocol):
    """
    The web page inside a platform. `origins` are the platform's pages that may show it in a frame;
    `library` is the address of the platform's own script that asks for a token, and `integrity`
    what its content must be. `proof` ends all sessions once it changes.
    """

    origins: tuple[str, ...]
    library: str
    integrity: str

    @property
    def proof(self) -> str: ...

    async def vouch(self, token: str) -> Vouched:
        """Return whom a token of the platform names. Raises NotVouched."""


@dataclass(frozen=True, slots=True)
class Rooms:
    """
    What stands behind the replies, for a face that gives machines values.

    `leads` says where a text leads besides the documents; `mention` makes an exchange part of a
    place's talk. `events` are kept for addresses that want to be told.
    """

    library: "Callable[[], Awaitable[Library]]"
    documents: "Documents"
    jobs: "Jobs"
    models: "DecisionModels"
    tokens: "Tokens"
    leads: Callable[[str], str]
    mention: "Callable[[Message, str, str], Awaitable[None]]"
    events: "Events"


@dataclass(frozen=True, slots=True)
class Host:
    """
    What an application gives to each of its platforms.

    `turns` takes what was said; `texts` has every sentence; `people` decides who may do what.
    `health` asks how each part is doing, which takes as long as the slowest of them. `address` is
    the host that is listened on, `public_url` the address people open, empty where there is none.
    `named` are the ids the settings name as admins or in audiences, of people and of user groups.
    `rooms` are what machines ask, `documents` the pages of documents as they were read. `tab` is
    the platform that shows the web page inside itself, None where none does.
    """

    turns: "Turns"
    sessions: "Sessions"
    texts: Texts
    people: "People"
    health: Callable[[], Awaitable[Health]]
    address: str
    public_url: str
    named: frozenset[str]
    rooms: Rooms
    documents: "DocumentView"
    tab: Tab | None = None


class Face:
    """
    A platform that runs.

    All of it may stay as it is here. It is open (`async with`) before the first turn and until the
    last one is over. One whose deliveries are heard, and taken over from a dead process, is an
    `Endpoint` (`bot/turns.py`) as well: it can `read` them and makes a `screen`.
    """

    name: str  # the platform's

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close what `__aenter__` opened; no reply is shown any more."""

    def routes(self) -> "Sequence[BaseRoute]":
        """Return the addresses it takes deliveries at; each judges by itself who calls."""
        return ()

    def middleware(self, elsewhere: "Callable[[Scope], bool]") -> "Sequence[Middleware]":
        """
        Return what stands before every address; `elsewhere` says whether a request is for another
        platform, which judges it itself.
        """
        return ()

    def errors(self) -> "Mapping[int | type[Exception], ExceptionHandler]":
        """Return what answers for errors of the server: the page people see instead."""
        return {}

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Take deliveries by a way of its own, for as long as this is open."""
        yield

    async def state(self) -> str | None:
        """Return "ready", "starting" or what is wrong; None where nothing can be."""
        return None

    async def again(self, person: "Person") -> "Person":
        """Return the person as the platform knows them now, or as before where it cannot say."""
        return person

    async def called(self, id_: str, place: str) -> str:
        """
        Return what one of its people or user groups is called, "" for whoever it does not know.

        `id_` is spelled as in a setting; `place` is the talk they are named in, "" for none.
        """
        return ""

    async def tell(self, person: str, say: "Say") -> bool:
        """
        Send something to somebody of our own accord; `person` is an id. False when it could not.

        Asked only of a platform that `tells`.
        """
        return False

    async def redraw(self, live: str, say: "Say") -> None:
        """
        Draw anew what was shown under this `Reply.live`, wherever it stands; what cannot be changed
        any more stays as it is.
        """


async def _on(section: Section) -> str:
    return "on"


@dataclass(frozen=True, slots=True)
class Limits:
    """
    What the application holds a platform to.

    `body` is what one request may have, in bytes; a longer one is refused while it comes. None
    where the face bounds its requests itself.
    """

    body: int | None = 2_000_000


@dataclass(frozen=True, slots=True)
class Platform:
    """
    A platform before it runs.

    `name` is the first part of its people's ids ("slack:T024BE7LD:U061F7AUR"). `section` is its
    part of the settings, and says whether it is on; without one it always is. `open` makes its
    face; it is given the section. `diagnose` tries whether the section works, for the command
    `check`: "ready", "on" or what is wrong; None where there is nothing to try. One that `tells`
    can write to its people of its own accord. `tab` makes what shows the web page inside it, of the
    section and the page's address; None where it is not set up.
    """

    name: str
    open: Callable[[Any, Host], Face]
    section: type[Section] | None = None
    diagnose: Callable[[Any], Awaitable[str]] | None = _on
    tells: bool = False
    limits: Limits = Limits()
    tab: Callable[[Any, str], Tab | None] | None = None


def described(places: Iterable[str], taken: Collection[str] = ()) -> tuple[Platform, ...]:
    """
    Return the platforms that "module:NAME" describe, in this order; each module is imported.

    Raises:
        InvalidSettings: there is no such platform, or its name is `taken` or stands there twice.
    """
    platforms: dict[str, Platform] = {}
    for place in places:
        platform = _described(place)
        if platform.name in platforms or platform.name in taken:
            raise InvalidSettings(
                "bad_platform",
                Texts.load().phrase("settings.taken_platform", place=place, name=platform.name),
            )
        platforms[platform.name] = platform
    return tuple(platforms.values())


def _described(place: str) -> Platform:
    module, _, name = place.partition(":")
    try:
        platform = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise _missing(place) from error
    if not isinstance(platform, Platform):
        raise _missing(place)
    return platform


def _missing(place: str) -> InvalidSettings:
    return InvalidSettings(
        "bad_platform", Texts.load().phrase("settings.missing_platform", place=place)
    )
