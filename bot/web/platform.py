"""What the application has to know of the web page, which is always on."""

from bot.platform import Face, Host, Limits, Platform
from bot.web.settings import SignIn


def _open(section: SignIn, host: Host) -> Face:
    from bot.web.adapter import Web

    return Web(
        host.turns,
        host.sessions,
        host.texts,
        host.health,
        host=host.address,
        public_url=host.public_url,
        passwords=section,
        people=host.people,
    )


# its guard knows which address takes files; there is nothing to try
WEB = Platform("web", _open, SignIn, diagnose=None, limits=Limits(body=None))
