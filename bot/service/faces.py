"""Every platform that is on, as one that runs: made from the one list of the settings."""

from functools import partial

from bot.endpoint import Endpoint
from bot.platform import Face, Host, Platform, Rooms, Tab
from bot.service.application import Application
from bot.service.health import health


class Faces:
    """Makes the faces of an application, and makes each known to its parts. Opens nothing."""

    def __init__(self, application: Application) -> None:
        self._application = application
        settings = application.settings
        self._host = Host(
            application.turns,
            application.sessions,
            application.texts,
            application.people,
            partial(health, application),
            address=settings.host,
            public_url=settings.public_url,
            named=settings.admins.union(*settings.audiences.values()),
            rooms=rooms_of(application),
            documents=application.documents.view,
            tab=self._tab(),
        )

    def made(self) -> dict[str, tuple[Platform, Face]]:
        """Return each platform that is on with its face, by its name and in the settings' order."""
        settings = self._application.settings
        faces = {}
        for platform in settings.platforms:
            section = settings.sections.get(platform.name)
            if section is None and platform.section is not None:
                continue
            face = platform.open(section, self._host)
            self._introduce(platform, face)
            faces[platform.name] = platform, face
        return faces

    def _tab(self) -> Tab | None:
        """Return the first platform that shows the web page inside itself, None where none does."""
        settings = self._application.settings
        for platform in settings.platforms:
            section = settings.sections.get(platform.name)
            if platform.tab is None or section is None:
                continue
            tab = platform.tab(section, settings.public_url)
            if tab is not None:
                return tab
        return None

    def _introduce(self, platform: Platform, face: Face) -> None:
        application = self._application
        if isinstance(face, Endpoint):
            application.turns.register(face)
        application.people.watch(platform.name, face.again)
        application.people.names.watch(platform.name, face.called)
        if platform.tells:
            application.documents.reviews.reach(platform.name, face.tell)
        application.choose.teamwork.reach(platform.name, face.redraw)


def rooms_of(application: Application) -> Rooms:
    """Return what machines ask of an application."""
    return Rooms(
        application.library,
        application.documents,
        application.jobs,
        application.models,
        application.tokens,
        application.router.leads,
        application.router.questions.mention,
        application.events,
    )
