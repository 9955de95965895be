"""Whether one workspace is served or several, and what the latter takes."""

from collections.abc import Awaitable, Callable

from bot.slack.api import Api
from bot.slack.door import InstallationDoor
from bot.slack.installations import Installations
from bot.slack.settings import Slack as Settings
from bot.slack.workspaces import InstalledWorkspaces, Workspaces
from handlers.sessions import Sessions
from handlers.texts import Texts


def opened(  # each is what one of the two works with
    settings: Settings,
    api: Api,
    loaded: Callable[[], Awaitable[object]],
    sessions: Sessions | None,
    texts: Texts,
    public_url: str,
) -> tuple[Workspaces, InstallationDoor | None]:
    """
    Return the workspaces that are served and where they install us, which is nowhere where the
    settings name the only one.
    """
    if not settings.client_id or sessions is None:
        return Workspaces(api), None
    installations = Installations(sessions, settings.token_keys, settings.allowed)
    workspaces = InstalledWorkspaces(api, settings, sessions, installations)
    door = InstallationDoor(settings, api.client, loaded, installations, texts, public_url)
    return workspaces, door
