"""What the application has to know of the web page, which is always on."""

from bot.platform import Face, Host, Limits, Platform
from bot.web.settings import Passwords


def _open(section: Passwords, host: Host) -> Face:
    from bot.web.adapter import Web

    return Web(
        host.turns,
        host.sessions,
        host.texts,
        host.health,
        host=host.address,
        public_url=host.public_url,
        passwords=section,
    )


# its guard knows which address takes files; there is nothing to try
WEB = Platform("web", _open, Passwords, diagnose=None, limits=Limits(body=None))
