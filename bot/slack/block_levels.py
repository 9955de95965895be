"""
The levels of blocks, newest first: Slack refuses what a workspace does not know, and what a team
takes is remembered.
"""

import time
from collections.abc import Awaitable, Callable

from bot.slack.refusals import Refused
from bot.slack.render.messages import TEXT
from handlers.lifetimes import BLOCK_LEVEL

UNKNOWN = ("invalid_blocks", "invalid_blocks_format", "unsupported_block_type")
TOO_MUCH = "msg_blocks_too_long"  # of this message, which says nothing about the next


class BlockLevels:
    """`clock` counts seconds from anywhere."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._levels: dict[str, tuple[int, float]] = {}

    async def climb(self, team: str, send: Callable[[int], Awaitable[None]]) -> None:
        """
        Send on the highest level `team` takes, one lower after each refusal.

        Raises:
            Refused: for another reason than its blocks, or even as text.
        """
        level = self._level(team)
        unknown = False
        while True:
            try:
                await send(level)
                break
            except Refused as refused:
                if level == TEXT or refused.code not in (*UNKNOWN, TOO_MUCH):
                    raise
                unknown = unknown or refused.code in UNKNOWN
                level += 1
        if unknown:
            self._levels[team] = (level, self._clock())

    def _level(self, team: str) -> int:
        level, since = self._levels.get(team, (0, 0.0))
        if self._clock() - since >= BLOCK_LEVEL:
            return 0
        return level
