"""
The decision models of this house: the current one, and every one a run may still stand on.

A model is named by the hash of its content. What is current is one pointer, changed by
compare-and-set; until an admin publishes one, it is the built-in model.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from handlers.sessions import Sessions
from knowledge.advisor.engine import Advisor
from knowledge.errors import InvalidModel
from knowledge.stored import stored

LOADED = 8  # models kept in memory
State = Literal["now", "before", "staged"]


@dataclass(frozen=True, slots=True)
class Version:
    """
    A model that was given in. `number` counts from 1 in order of arrival; 0 is the built-in one.
    """

    sha256: str
    number: int
    version: str
    by: str = ""
    added: str = ""


@dataclass(frozen=True, slots=True)
class ModelStore:
    """`history` are the hashes that were current, oldest first; the last one is."""

    versions: tuple[Version, ...]
    history: tuple[str, ...]
    rev: int

    @property
    def current(self) -> str:
        """Return the hash of the model new runs begin with."""
        return self.history[-1]

    def version(self, sha256: str) -> Version | None:
        """Return the version with this hash, None when it was never given in."""
        return next((version for version in self.versions if version.sha256 == sha256), None)

    def state(self, version: Version) -> State:
        """Return whether a version is current, was so before, or never was."""
        if version.sha256 == self.current:
            return "now"
        if version.sha256 in self.history:
            return "before"
        return "staged"


class DecisionModels:
    """Where decision models are kept. Every method may raise SessionsUnavailable."""

    def __init__(self, sessions: Sessions, builtin: Advisor) -> None:
        self._sessions = sessions
        self._builtin = builtin
        self._loaded = {builtin.model.sha256: builtin}
        self._kept: set[str] = set()
        self._changed: list[Callable[[], Awaitable[None]]] = []

    def watch(self, changed: Callable[[], Awaitable[None]]) -> None:
        """Have `changed` called whenever another model has become current here."""
        self._changed.append(changed)

    async def current(self) -> Advisor:
        """Return the model new runs begin with."""
        return await self.of((await self.shelf()).current) or self._builtin

    async def of(self, sha256: str) -> Advisor | None:
        """Return the model with this hash, or None when this house does not have it."""
        advisor = self._loaded.get(sha256)
        if advisor is None:
            state = await self._sessions.load("model", sha256)
            if state is None:
                return None
            try:
                advisor = await asyncio.to_thread(Advisor.load, str(state["text"]))
            except InvalidModel:
                return None  # of a former format: nothing can be worked out with it any more
            self._remember(advisor, sha256)
        return advisor

    async def of_run(self, sha256: str) -> Advisor:
        """Return the model a run stands on; the current one where it names none that is here."""
        return await self.of(sha256) or await self.current()

    def _remember(self, advisor: Advisor, sha256: str) -> None:
        """Keep a model in memory in place of the oldest; the built-in one stays."""
        builtin = self._builtin.model.sha256
        while len(self._loaded) >= LOADED:
            oldest = next(other for other in self._loaded if other != builtin)
            del self._loaded[oldest]
        self._loaded[sha256] = advisor

    async def shelf(self) -> ModelStore:
        """Return every version that is known, the built-in one first, and which were current."""
        model = self._builtin.model
        builtin = Version(model.sha256, 0, model.version)
        state = await self._sessions.load("models", "shelf")
        if state is None:
            return ModelStore((builtin,), (model.sha256,), 0)
        versions = [stored(Version, row) for row in state["versions"]]
        if all(version.sha256 != builtin.sha256 for version in versions):
            versions.insert(0, builtin)
        history = tuple(state["history"]) or (model.sha256,)
        return ModelStore(tuple(versions), history, int(state["rev"]))

    async def keep(self, advisor: Advisor) -> None:
        """
        Store a model's text once, so that what began with it can end with it on any replica and
        after an upgrade.
        """
        sha256 = advisor.model.sha256
        if sha256 not in self._kept:
            await self._sessions.save("model", sha256, {"text": advisor.source}, seconds=None)
            self._kept.add(sha256)

    async def stage(self, text: str, by: str) -> tuple[Advisor, bool]:
        """
        Take in a model without making it current; False when it was known before.

        Raises:
            InvalidModel: it is not whole; nothing was stored.
        """
        advisor = await asyncio.to_thread(Advisor.take_in, text)
        await self.keep(advisor)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        while True:
            shelf = await self.shelf()
            if shelf.version(advisor.model.sha256) is not None:
                return advisor, False
            number = max(version.number for version in shelf.versions) + 1
            added = Version(advisor.model.sha256, number, advisor.model.version, by, now)
            if await self._save(ModelStore((*shelf.versions, added), shelf.history, shelf.rev)):
                return advisor, True

    async def publish(self, sha256: str) -> Version | None:
        """Make a known model current; None when there is none with this hash."""
        while True:
            shelf = await self.shelf()
            version = shelf.version(sha256)
            if version is None or shelf.current == sha256:
                return version
            if await self._save(ModelStore(shelf.versions, (*shelf.history, sha256), shelf.rev)):
                await self._tell()
                return version

    async def discard(self, sha256: str) -> bool:
        """Forget a model that was never current; False when it was, or is not known."""
        while True:
            shelf = await self.shelf()
            if shelf.version(sha256) is None or sha256 in shelf.history:
                return False
            left = [version for version in shelf.versions if version.sha256 != sha256]
            if await self._save(ModelStore(tuple(left), shelf.history, shelf.rev)):
                return True

    async def roll_back(self, leaving: str) -> Version | None:
        """
        Make the model before `leaving` current again; None when `leaving` is not current, or none
        was before it.
        """
        while True:
            shelf = await self.shelf()
            if shelf.current != leaving or len(shelf.history) == 1:
                return None
            if await self._save(ModelStore(shelf.versions, shelf.history[:-1], shelf.rev)):
                await self._tell()
                return shelf.version(shelf.history[-2])

    async def export(self) -> dict[str, Any]:
        """
        Return every model that was given in, with its text, and which were current; for backups.
        """
        shelf = await self.shelf()
        versions, texts = [], {}
        for version in shelf.versions:
            if version.number == 0:
                continue
            versions.append(asdict(version))
            advisor = await self.of(version.sha256)
            if advisor is not None:
                texts[version.sha256] = advisor.source
        return {"versions": versions, "history": list(shelf.history), "texts": texts}

    async def put_back(self, state: Mapping[str, Any]) -> None:
        """
        Put exported models back, each checked as when it came; only where none was given in yet.

        Raises:
            InvalidModel: one of them is not whole.
        """
        texts = [str(text) for text in state["texts"].values()]
        advisors = [await asyncio.to_thread(Advisor.load, text) for text in texts]
        known = {self._builtin.model.sha256}
        for advisor in advisors:
            await self.keep(advisor)
            known.add(advisor.model.sha256)
        versions = [stored(Version, row) for row in state["versions"] if row["sha256"] in known]
        history = [sha256 for sha256 in state["history"] if sha256 in known]
        while True:
            shelf = await self.shelf()
            own = shelf.versions[0]
            current = tuple(history) or shelf.history
            if await self._save(ModelStore((own, *versions), current, shelf.rev)):
                await self._tell()
                return

    async def _tell(self) -> None:
        for changed in self._changed:
            await changed()

    async def _save(self, shelf: ModelStore) -> bool:
        versions = [asdict(version) for version in shelf.versions]
        state = {"versions": versions, "history": list(shelf.history)}
        return await self._sessions.save("models", "shelf", state, expected=shelf.rev, seconds=None)
