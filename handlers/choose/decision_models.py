"""
The decision models of this house: the current one, and every one a run may still stand on.

A model is named by the hash of its content. What is current is one pointer, changed by
compare-and-set; until an admin publishes one, it is the built-in model.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from handlers.sessions import Sessions
from knowledge.advisor.engine import Advisor

LOADED = 8  # models kept in memory


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
        return self.history[-1]

    def version(self, sha256: str) -> Version | None:
        return next((v for v in self.versions if v.sha256 == sha256), None)


class DecisionModels:
    def __init__(self, sessions: Sessions, builtin: Advisor) -> None:
        self._sessions = sessions
        self._builtin = builtin
        self._loaded = {builtin.model.sha256: builtin}
        self._kept: set[str] = set()

    async def current(self) -> Advisor:
        """
        Return the model new runs begin with.

        Raises:
            SessionsUnavailable
        """
        return await self.of((await self.shelf()).current) or self._builtin

    async def of(self, sha256: str) -> Advisor | None:
        """Return the model with this hash, or None when this house does not have it."""
        found = self._loaded.get(sha256)
        if found is None:
            kept = await self._sessions.load("model", sha256)
            if kept is None:
                return None
            found = await asyncio.to_thread(Advisor.load, str(kept["text"]))
            while len(self._loaded) >= LOADED:
                self._loaded.pop(
                    next(sha for sha in self._loaded if sha != self._builtin.model.sha256)
                )
            self._loaded[sha256] = found
        return found

    async def shelf(self) -> ModelStore:
        model = self._builtin.model
        own = Version(model.sha256, 0, model.version)
        kept = await self._sessions.load("models", "shelf")
        if kept is None:
            return ModelStore((own,), (model.sha256,), 0)
        versions = [Version(**row) for row in kept["versions"]]
        if all(v.sha256 != own.sha256 for v in versions):
            versions.insert(0, own)
        return ModelStore(
            tuple(versions), tuple(kept["history"]) or (model.sha256,), int(kept["rev"])
        )

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
            SessionsUnavailable
        """
        advisor = await asyncio.to_thread(Advisor.load, text)
        await self.keep(advisor)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        while True:
            shelf = await self.shelf()
            if shelf.version(advisor.model.sha256) is not None:
                return advisor, False
            number = max(v.number for v in shelf.versions) + 1
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
                return version

    async def discard(self, sha256: str) -> bool:
        """Forget a model that was never current; False when it was, or is not known."""
        while True:
            shelf = await self.shelf()
            if shelf.version(sha256) is None or sha256 in shelf.history:
                return False
            left = tuple(v for v in shelf.versions if v.sha256 != sha256)
            if await self._save(ModelStore(left, shelf.history, shelf.rev)):
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
                return shelf.version(shelf.history[-2])

    async def export(self) -> dict[str, Any]:
        """
        Return every model that was given in, with its text, and which were current; for backups.
        """
        shelf = await self.shelf()
        given = [v for v in shelf.versions if v.number]
        texts = {
            v.sha256: advisor.source
            for v in given
            if (advisor := await self.of(v.sha256)) is not None
        }
        return {
            "versions": [asdict(v) for v in given],
            "history": list(shelf.history),
            "texts": texts,
        }

    async def put_back(self, state: Mapping[str, Any]) -> None:
        """
        Put exported models back, each checked as when it came; only where none was given in yet.

        Raises:
            InvalidModel: one of them is not whole.
        """
        advisors = [
            await asyncio.to_thread(Advisor.load, str(text)) for text in state["texts"].values()
        ]
        for advisor in advisors:
            await self.keep(advisor)
        known = {advisor.model.sha256 for advisor in advisors} | {self._builtin.model.sha256}
        versions = tuple(Version(**row) for row in state["versions"] if row["sha256"] in known)
        history = tuple(sha256 for sha256 in state["history"] if sha256 in known)
        while True:
            shelf = await self.shelf()
            if await self._save(
                ModelStore((shelf.versions[0], *versions), history or shelf.history, shelf.rev)
            ):
                return

    async def _save(self, shelf: ModelStore) -> bool:
        state: Mapping[str, Any] = {
            "versions": [asdict(v) for v in shelf.versions],
            "history": list(shelf.history),
        }
        return await self._sessions.save(
            "models", "shelf", dict(state), expected=shelf.rev, seconds=None
        )
