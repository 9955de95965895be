"""The map of the page: its places, what fills each, and on which place the reply to a press appears. Pure."""

from dataclasses import dataclass

from handlers.conversation import Command


@dataclass(frozen=True, slots=True)
class Place:
    """
    One page. `name` is its sentence in `web.yaml`. A `stage` shows one thing and what was made of it instead of a talk;
    `opening` is what an empty stage begins with.
    """

    path: str
    name: str
    stage: bool = False
    opening: Command | None = None


PLACES = (
    Place("/", "ask"),
    Place("/choose", "choose", stage=True, opening=Command("llm-choose")),
    Place("/demo", "demo", stage=True, opening=Command("demo")),
    Place("/knowledge", "knowledge"),
    Place("/decisions", "decisions", stage=True),
    Place("/health", "health"),
)
_BY_PATH = {place.path: place for place in PLACES}
_ROOMS = {"choose": "/choose", "demo": "/demo", "document": "/knowledge"}
_HERE = ("document.request",)  # said where the question was asked


def place_at(path: str) -> Place:
    """Return the page at a path a form named; the first page where it names none of ours."""
    return _BY_PATH.get(path, PLACES[0])


def page_of(action: str, here: str) -> str:
    """Return the path of the page where the reply to "room.verb", pressed `here`, appears."""
    if action in _HERE:
        return here
    return _ROOMS.get(action.partition(".")[0], here)
