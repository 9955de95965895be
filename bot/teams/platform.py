"""What the application has to know of Teams before it is switched on."""

from bot.platform import Face, Host, Platform
from bot.teams.settings import Teams


def _open(section: Teams, host: Host) -> Face:
    from bot.teams.adapter import Teams as Adapter

    return Adapter(section, host.turns, host.sessions, host.texts)


async def _diagnose(section: Teams) -> str:
    from bot.teams.doctor import diagnose

    return await diagnose(section)


TEAMS = Platform("teams", _open, Teams, diagnose=_diagnose, tells=True)
