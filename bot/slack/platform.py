"""What the application has to know of Slack before it is switched on."""

from bot.platform import Face, Host, Platform
from bot.slack.settings import Slack


def _open(section: Slack, host: Host) -> Face:
    from bot.slack.adapter import Slack as Adapter

    groups = frozenset(id_ for id_ in host.named if id_.startswith("S"))  # ids of user groups
    return Adapter(
        section,
        host.turns,
        host.texts,
        host.people,
        groups,
        host.sessions,
        public_url=host.public_url,
    )


async def _diagnose(section: Slack) -> str:
    from bot.slack.doctor import diagnose

    return await diagnose(section)


SLACK = Platform("slack", _open, Slack, diagnose=_diagnose, tells=True)
