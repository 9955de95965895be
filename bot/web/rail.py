"""
What stands beside every page: the talks of a person by how long ago they were, the last decisions,
and for admins what waits. Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from bot.press import pack
from bot.web.talks import Talk
from handlers.conversation import Button, Buttons, Reply, Table

Age = Literal["today", "week", "older"]
RESUME = "choose.resume"  # what the button of a past run presses
MOST = 30  # talks in the rail; the others are on their own page
RUNS = 3  # decisions in the rail
WEEK = 7  # days


@dataclass(frozen=True, slots=True)
class Run:
    """One past decision: what came of it, when, and what opens it."""

    title: str
    day: str
    packed: str
    goal: str = ""


@dataclass(frozen=True, slots=True)
class Rail:
    """`drafts` is how many documents wait to be published, as far as a list shows them."""

    groups: Sequence[tuple[Age, Sequence[Talk]]] = ()
    more: bool = False
    runs: Sequence[Run] = ()
    drafts: int = 0

    @property
    def talks(self) -> int:
        """How many talks stand here."""
        return sum(len(talks) for _, talks in self.groups)


def grouped(talks: Sequence[Talk], today: date) -> list[tuple[Age, Sequence[Talk]]]:
    """Return talks by their age, latest first; an age without any is left out."""
    week = (today - timedelta(days=WEEK)).isoformat()
    ages: dict[Age, list[Talk]] = {"today": [], "week": [], "older": []}
    for talk in talks:
        day = talk.at[:10]
        if day >= today.isoformat():
            ages["today"].append(talk)
        elif day > week:
            ages["week"].append(talk)
        else:
            ages["older"].append(talk)
    return [(age, group) for age, group in ages.items() if group]


def runs_of(history: Reply) -> list[Run]:
    """Return the past decisions a history lists, each with the button that opens it."""
    table: Table | None = None
    opens: list[Button] = []
    for block in history.blocks:
        if isinstance(block, Table):
            table = table or block
        elif isinstance(block, Buttons):
            opens += [button for button in block.items if button.press.action == RESUME]
    if table is None:
        return []
    runs = []
    for row, button in zip(table.rows, opens, strict=False):
        day, title, goal, *_ = [*row, "", "", ""]
        runs.append(Run(title, day, pack(button.press), "" if goal == "–" else goal))
    return runs


def listed(shelf: Reply) -> int:
    """Return how many documents a list shows."""
    for block in shelf.blocks:
        if isinstance(block, Table):
            return len(block.rows)
    return 0
