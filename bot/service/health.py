"""How the application is doing, as its faces show it."""

from bot.platform import Health
from bot.service.application import Application
from handlers.sessions import SessionsUnavailable

VOTES = 1000  # the latest


async def health(application: Application) -> Health:
    """Return how each part is doing; what cannot be asked just now is left out."""
    parts = await application.readiness()
    documents = []
    if parts["library"] == "ready":
        documents = await (await application.library()).documents()
    try:
        votes = await _votes(application)
        unanswered = await _unanswered(application)
    except SessionsUnavailable:
        votes, unanswered = [], 0
    return Health(parts, documents, votes, unanswered)


async def _votes(application: Application) -> list[str]:
    rows = await application.sessions.entries("feedback", last=VOTES)
    return [str(row["entry"].get("vote", "")) for row in rows]


async def _unanswered(application: Application) -> int:
    """Count the wishes for a document that none has been found for."""
    count = 0
    for id_ in await application.sessions.index_list("library", "wishes"):
        wish = await application.sessions.load("wish", id_)
        if wish and not wish["document"]:
            count += 1
    return count
