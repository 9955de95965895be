"""What one person may take, and what all together may spend: made from the settings."""

from collections.abc import Callable

from bot.fairness import Fair, Limits, Room
from bot.service.budget import Budget
from bot.settings import Settings
from bot.turns import TURN
from handlers.conversation import Handler
from handlers.sessions import Sessions
from handlers.texts import Texts
from knowledge.answering.generation import Allowance
from knowledge.models.language_models import Model

ALONE = 1  # question of one person at once: without a model one takes the whole process for itself
SEVERAL = 4  # answers of a model that one turn has time for
WRITING = 3  # questions of one person at once where they mostly wait for a model


def fair(handle: Handler, texts: Texts, settings: Settings) -> Fair:
    """Return a handler that works on each message of another one when its turn has come."""
    return Fair(handle, texts, room(settings))


def model(settings: Settings, sessions: Sessions, watches: dict[str, Callable[[], str]]) -> Model:
    """
    Return the language model, with a purse where the settings give a budget; how much of it is used
    is then among what `/ready` shows.
    """
    made = Model(
        settings.llm,
        base_url=settings.llm_base_url,
        api_key=settings.llm_api_key,
        seconds=settings.llm_seconds,
    )
    if settings.llm_tokens or settings.llm_cost:
        budget = Budget(sessions, settings)
        made.purse = budget
        watches["budget"] = lambda: budget.state
    return made


def working_time(settings: Settings) -> float:
    """
    Return the seconds one turn may take: several questions may stand in one message, and each may
    take what a model may take for one answer.
    """
    return max(TURN, SEVERAL * settings.llm_seconds)


def room(settings: Settings) -> Room:
    """Return the room in which turns are worked on."""
    at_once = WRITING if settings.llm else ALONE
    limits = Limits(
        at_once, settings.limit_person, settings.limit_channel, settings.limit_workspace
    )
    return Room(limits)


def allowance(settings: Settings) -> Allowance:
    """Return what a language model may take for one answer."""
    return Allowance(settings.llm_seconds, settings.llm_characters, settings.llm_judge)
