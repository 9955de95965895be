"""What one person may take, and what all together may spend: made from the settings."""

from bot.fairness import Fair, Limits, Room
from bot.settings import Settings
from handlers.conversation import Handler
from handlers.texts import Texts

ALONE = 1  # question of one person at once: without a model one takes the whole process for itself
WRITING = 3  # questions of one person at once where they mostly wait for a model


def fair(handle: Handler, texts: Texts, settings: Settings) -> Fair:
    """Return a handler that works on each message of another one when its turn has come."""
    return Fair(handle, texts, room(settings))


def room(settings: Settings) -> Room:
    """Return the room in which turns are worked on."""
    at_once = WRITING if settings.llm else ALONE
    limits = Limits(
        at_once, settings.limit_person, settings.limit_channel, settings.limit_workspace
    )
    return Room(limits)
