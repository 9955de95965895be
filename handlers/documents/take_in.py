"""
Whether a channel's files are taken in though nobody sent them to us: off, until an admin says in
the channel that they are to be.
"""

import re

from handlers.channel_switch import ChannelSwitch
from handlers.sessions import Sessions

KIND = "takein"
_JA = r"このチャンネル(?:の|に(?:送った|貼った|載せた))(?:ファイル|資料|文書)(?:を|は)"
_EN = r"(?:the )?files (?:in|of|from) this channel"
_ON = re.compile(
    rf"{_JA}(?:受け取って|取り込んで|登録して)(?:ください)?|(?:please )?take in {_EN}(?: please)?"
)
_OFF = re.compile(
    rf"{_JA}(?:受け取らないで|取り込まないで|登録しないで)(?:ください)?"
    rf"|(?:please )?(?:do not|don't|stop) tak(?:e|ing) in {_EN}(?: please)?"
)


TAKE_IN = ChannelSwitch(KIND, _ON, _OFF, "take_in")


async def takes_in(sessions: Sessions | None, channel: str) -> bool:
    """Report whether files of this channel are taken in; `channel` is an audience's id."""
    return await TAKE_IN.is_on(sessions, channel)
