"""
What turns need of a platform whose deliveries are heard, and what it hands to them.
"""

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from handlers.conversation import Message, Reply

UNCLAIMED = "unclaimed"  # in a screen's memory: its turn runs without a claim
NOT_TAKEN = "not_taken"  # in a screen's memory: how often the platform took no last word


class NotNow(Exception):
    """The platform takes nothing now; what was to be shown may well be shown later."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """
    Something a platform delivered. `id` is what repeats share; `payload` is JSON, enough to answer
    it elsewhere. `once` is what impatient presses of one button share, empty for what counts each
    time.
    """

    id: str
    platform: str
    payload: dict[str, Any]
    once: str = ""


class Screen(Protocol):
    """
    Where a turn's reply appears. Showing again replaces what was shown. `memory` survives the
    process.
    """

    memory: dict[str, str]

    async def show(self, reply: Reply) -> None:
        """
        Raises:
            NotNow: the turn is begun anew later.
        """


@runtime_checkable
class Endpoint(Protocol):
    """
    What turns need of a platform whose deliveries are heard. A face (`bot/platform.py`) that waits
    for each turn itself needs none of it.
    """

    name: str

    async def read(self, payload: dict[str, Any]) -> Message | None:
        """
        Turn what they delivered into our message; None when it is nothing to us.

        It may be called by another process than the one that heard it, and more than once.
        """

    def screen(self, payload: dict[str, Any], message: Message, memory: dict[str, str]) -> Screen:
        """
        Return where the replies to a message appear, each in place of the one before.

        `memory` is what an earlier screen of the same turn remembered, in whichever process.
        """
