"""
Whether what bots and workflows ask in a channel is answered: off, until an admin says in the
channel that it is to be. Machines ask without end, so what is answered an hour is bounded.
"""

import re
from contextlib import suppress

from handlers.channel_switch import ChannelSwitch
from handlers.sessions import Rate, Sessions, SessionsUnavailable

KIND = "automations"
HOURLY = Rate(60 * 60 / 20, 20)  # questions of machines in one channel: twenty an hour
_WHO = r"(?:ボット|ワークフロー|bot|自動投稿)(?:(?:や|と|・)(?:ボット|ワークフロー|bot|自動投稿))?"
_JA = rf"(?:このチャンネルで(?:は)?|ここで(?:は)?)?{_WHO}(?:の質問|からの質問)?に"
_EN = (
    r"(?:bots|workflows|bots (?:and|or) workflows|workflows (?:and|or) bots)"
    r" (?:in this channel|here)"
)
_ON = re.compile(
    rf"{_JA}(?:も)?(?:答えて|回答して)(?:ください)?|(?:please )?answer {_EN}(?: please)?"
)
_OFF = re.compile(
    rf"{_JA}は(?:答えないで|回答しないで)(?:ください)?"
    rf"|(?:please )?(?:do not|don't|stop) answer(?:ing)? {_EN}(?: please)?"
)


AUTOMATIONS = ChannelSwitch(KIND, _ON, _OFF, "automations")


async def answers_automations(sessions: Sessions | None, channel: str) -> bool:
    """
    Report whether a machine's question in this channel is answered now, and count it; `channel` is
    an audience's id.
    """
    if sessions is None or not await AUTOMATIONS.is_on(sessions, channel):
        return False
    with suppress(SessionsUnavailable):
        grant = await sessions.take(f"{KIND}:{channel}", HOURLY)
        return not grant.wait
    return False
