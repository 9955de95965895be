"""What the application has to know of the web page, which is always on."""

from bot.platform import Face, Host, Limits, Platform


def _open(_: None, host: Host) -> Face:
    from bot.web.access import Passwords
    from bot.web.adapter import Web

    settings = host.settings
    return Web(
        host.turns,
        host.sessions,
        host.texts,
        host.health,
        host=settings.host,
        public_url=settings.public_url,
        passwords=Passwords(settings.web_password, settings.web_admin_password),
    )


WEB = Platform("web", _open, limits=Limits(body=None))  # its guard knows which address takes files
