"""What the application has to know of the web page, which is always on."""

from typing import TYPE_CHECKING

from bot.platform import Face, Host, Limits, Platform
from bot.web.settings import SignIn

if TYPE_CHECKING:
    from bot.web.account import Machines
    from bot.web.insights import Sources


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
        machines=_machines(host),
        insights=_insights(host),
        documents=host.documents,
        tab=host.tab,
    )


def _machines(host: Host) -> "Machines":
    """Return what the account's page needs of the doors for machines."""
    from bot.web.account import Machines
    from handlers.conversation import Audience, Message, Person, Press

    async def record(person: Person, action: str, name: str) -> None:
        said = Message("", person, person.id, Audience(person.id, private=True), Press(action, {}))
        await host.rooms.documents.context.record(said, action, name=name)

    return Machines(host.rooms.tokens, host.people, record)


def _insights(host: Host) -> "Sources":
    """Return what the page for admins about questions is made of."""
    from bot.web.insights import Sources
    from handlers.documents.requests import request_id

    return Sources(host.sessions, host.people, host.rooms.library, request_id)


# its guard knows which address takes files; there is nothing to try
WEB = Platform("web", _open, SignIn, diagnose=None, tells=True, limits=Limits(body=None))
