"""The admin's part of the glossary, in the index beside the passages it helps to find."""

import time
from collections.abc import Callable, Iterable, Sequence

from knowledge.index.protocol import Index, Point
from knowledge.retrieval.glossary import Glossary, Groups, checked

RECORD = "6d3c0a52-6b0e-5a38-9a4e-5f0d8c1b7e21"  # the id of the one point that holds it
FRESH = 10.0  # seconds a shared index' glossary may be believed


class SharedGlossary:
    """One for all processes: what one writes, the others see within ten seconds."""

    def __init__(self, index: Index, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` tells seconds, from any moment on."""
        self._clock = clock
        self._index = index
        self._whole: Glossary | None = None
        self._read_at = 0.0

    async def read(self) -> Groups:
        """Return the groups as last written; empty before that."""
        for payload in await self._index.fetch([RECORD]):
            return tuple(tuple(group) for group in payload["groups"])
        return ()

    async def write(self, groups: Iterable[Sequence[str]]) -> Groups:
        """Replace all groups and return them as they are stored. Raises as `checked` does."""
        trimmed = checked(groups)
        record = {"shelf": "glossary", "groups": [list(group) for group in trimmed]}
        await self._index.write([Point(RECORD, record)])
        self._whole = None
        return trimmed

    async def whole(self) -> Glossary:
        """
        Return our own groups and the admin's; another process' change is seen within ten seconds.
        """
        now = self._clock()
        stale = self._index.shared and now - self._read_at > FRESH
        if self._whole is None or stale:
            self._whole = Glossary.load() + await self.read()
            self._read_at = now
        return self._whole
