"""What a team's Slack refuses is sent a level lower, and for a day nothing above that is tried."""

import pytest

from bot.slack.block_levels import BlockLevels
from bot.slack.refusals import Refused
from bot.slack.render.messages import TEXT

DAY = 24 * 60 * 60  # seconds


class Workspace:
    """A Slack that takes blocks from one level on; `now` is the time there, in seconds."""

    def __init__(self, takes, code="invalid_blocks"):
        self.takes, self.code, self.now = takes, code, 0.0
        self.tried = []
        self.levels = BlockLevels(clock=lambda: self.now)

    async def send(self, level):
        self.tried.append(level)
        if level < self.takes:
            raise Refused("chat.postMessage", self.code)

    async def levels_tried(self, team="T1"):
        self.tried = []
        await self.levels.climb(team, self.send)
        return self.tried


async def test_a_refused_level_is_not_tried_again_by_the_same_team():
    slack = Workspace(takes=2)
    assert await slack.levels_tried() == [0, 1, 2]
    assert await slack.levels_tried() == [2]
    assert await slack.levels_tried("T2") == [0, 1, 2]


async def test_after_a_day_a_workspace_gets_the_newest_blocks_back():
    slack = Workspace(takes=1)
    await slack.levels_tried()
    slack.takes = 0  # the workspace has learned them
    slack.now = DAY - 1
    assert await slack.levels_tried() == [1]
    slack.now = DAY
    assert await slack.levels_tried() == [0]


async def test_a_message_that_was_too_long_says_nothing_about_the_next():
    slack = Workspace(takes=1, code="msg_blocks_too_long")
    assert await slack.levels_tried() == [0, 1]
    assert await slack.levels_tried() == [0, 1]


@pytest.mark.parametrize(
    ("takes", "code", "tried"), [(TEXT + 1, "invalid_blocks", TEXT + 1), (1, "is_archived", 1)]
)
async def test_what_no_level_helps_against_is_raised(takes, code, tried):
    slack = Workspace(takes, code)
    with pytest.raises(Refused) as refused:
        await slack.levels_tried()
    assert refused.value.code == code
    assert len(slack.tried) == tried
