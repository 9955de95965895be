"""What somebody who waits for an answer is told, and how long each stage took."""

import time
from collections.abc import Awaitable, Callable

from knowledge.answering.trace import Stage, StageName
from knowledge.observation import happened

OnStep = Callable[[Stage], Awaitable[None]]


class Progress:
    """The stages of one answer as they pass; `stages` are those that are done, in order."""

    def __init__(self, tell: OnStep | None) -> None:
        self._tell = tell or _silent
        self.stages: list[Stage] = []

    async def begin(self, name: StageName, *, candidates: int = 0) -> float:
        """Tell that a stage begins; return when, in seconds of `time.perf_counter`."""
        await self._tell(Stage(name, "running", candidates=candidates))
        return time.perf_counter()

    async def end(
        self,
        name: StageName,
        since: float,
        *,
        candidates: int = 0,
        used: int = 0,
        tokens: tuple[int, int] = (0, 0),
    ) -> None:
        """Tell that a stage is done, and keep it."""
        milliseconds = round((time.perf_counter() - since) * 1000, 3)
        stage = Stage(name, "done", milliseconds, candidates, used, *tokens)
        self.stages.append(stage)
        happened(f"answer.{name}", milliseconds / 1000, candidates=candidates, used=used)
        await self._tell(stage)

    async def show(self, text: str, *, candidates: int) -> None:
        """Show the part of an answer that has passed its checks while a model still writes."""
        await self._tell(Stage("write", "running", candidates=candidates, text=text))


async def _silent(stage: Stage) -> None:
    """Nobody watches."""
