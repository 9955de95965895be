"""What the application has to know of Teams before it is switched on."""

from bot.platform import Face, Host, Platform, Tab
from bot.teams.settings import Teams


def _open(section: Teams, host: Host) -> Face:
    from bot.teams.adapter import Teams as Adapter

    return Adapter(section, host.turns, host.sessions, host.texts)


def _tab(section: Teams, public_url: str) -> Tab | None:
    if not section.tab or not public_url.startswith("https://"):
        return None
    from bot.teams.tab import TeamsTab

    return TeamsTab(section, public_url)


async def _diagnose(section: Teams) -> str:
    from bot.teams.doctor import diagnose

    return await diagnose(section)


TEAMS = Platform("teams", _open, Teams, diagnose=_diagnose, tells=True, tab=_tab)
