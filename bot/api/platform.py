"""What the application has to know of the doors for machines."""

from bot.api.settings import Machines
from bot.platform import Face, Host, Limits, Platform
from handlers.people import TOKENS

BODY = 26_000_000  # bytes of one request: a file and what surrounds it


def _open(section: Machines, host: Host) -> Face:
    from bot.api.face import Api

    return Api(section, host)


API = Platform(TOKENS, _open, Machines, diagnose=None, limits=Limits(body=BODY))
