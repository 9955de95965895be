"""What an admin switches on or off for one channel by saying so there; off until then."""

import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from handlers.sessions import Sessions, SessionsUnavailable

Request = Literal["on", "off", ""]


@dataclass(frozen=True, slots=True)
class ChannelSwitch:
    """
    `kind` is that of its state, by a channel's audience id; `on` and `off` are what a whole message
    says, in lower case; `family` names the file of its sentences.
    """

    kind: str
    on: re.Pattern[str]
    off: re.Pattern[str]
    family: Literal["automations", "take_in"]

    def request(self, text: str) -> Request:
        """Return what a whole message asks of this switch, "" for anything else."""
        words = unicodedata.normalize("NFKC", text).strip(" 。.!、\n").lower()
        if self.on.fullmatch(words):
            return "on"
        return "off" if self.off.fullmatch(words) else ""

    async def is_on(self, sessions: Sessions | None, channel: str) -> bool:
        """Report whether it is on in this channel; what cannot be known is off."""
        state = None
        if sessions is not None:
            with suppress(SessionsUnavailable):
                state = await sessions.load(self.kind, channel)
        return state is not None and bool(state.get("on"))
