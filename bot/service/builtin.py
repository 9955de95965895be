"""
What comes along on every shelf: the digest of the deck, and what the ways it compares cost and
take by the decision model of this house.
"""

from contextlib import suppress

from handlers.choose import primer
from handlers.choose.decision_models import DecisionModels
from handlers.sessions import SessionsUnavailable
from handlers.texts import Texts
from knowledge.deck import digest
from knowledge.documents.library import Library
from knowledge.errors import EmbeddingUnavailable


async def shelve(library: Library, models: DecisionModels, texts: Texts) -> None:
    """
    Publish what is not published as it stands.

    What cannot be done now is done at the next start or change of the model: what was published
    before goes on serving.
    """
    with suppress(EmbeddingUnavailable, SessionsUnavailable):
        await digest.shelve(library)
        advisor = await models.current()
        await primer.shelve(library, advisor.model, texts)
