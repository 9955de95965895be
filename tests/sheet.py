"""A screen on paper: keeps every reply it was shown."""

import re
from collections.abc import AsyncIterator, Iterable
from hashlib import blake2b
from pathlib import Path

from handlers.conversation import Reply

SHOWN: list[
    Reply
] = []  # on every sheet of the running test; at its end each is drawn on all faces and pressed

ID = re.compile(r"(?=[A-Za-z_-]*\d)[A-Za-z0-9_-]{12,}")  # runs, answers, teams, documents
FIGURE = re.compile(r"\d")


class Sheet:
    def __init__(self) -> None:
        self.memory: dict[str, str] = {}
        self.shown: list[Reply] = []

    async def show(self, reply: Reply) -> None:
        self.shown.append(reply)
        SHOWN.append(reply)


async def last(replies: AsyncIterator[Reply]) -> Reply:
    """Return the last reply of a handler asked directly; all of them are kept."""
    sheet = Sheet()
    async for reply in replies:
        await sheet.show(reply)
    return sheet.shown[-1]


def shape(reply: Reply) -> str:
    """Return all of a reply but for its ids and figures: each id is a letter in order; lengths are kept."""
    numbers: dict[str, str] = {}

    def numbered(found: re.Match[str]) -> str:
        mark = chr(ord("a") + len(numbers) % 26)
        return numbers.setdefault(found[0], mark * len(found[0]))

    return FIGURE.sub("0", ID.sub(numbered, repr(reply)))


class CameBack:
    """
    The shapes of replies whose buttons all came back: an empty file for each, named by its hash.

    All processes of a run share the folder; two that draw the same reply at once are no harm.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self._folder = folder
        self._known: set[str] = set()

    def __contains__(self, known: str) -> bool:
        return known in self._known or self._place(known).exists()

    def note(self, shapes: Iterable[str]) -> None:
        for known in shapes:
            self._known.add(known)
            self._place(known).touch()

    def _place(self, known: str) -> Path:
        return (
            self._folder / blake2b(known.encode(errors="surrogatepass"), digest_size=16).hexdigest()
        )
