"""
Changes of several documents that somebody is to look at before they are made, or may take back
after: kept for a while, so that a button need not carry them.
"""

import secrets
from collections.abc import Sequence
from dataclasses import astuple

from handlers.documents.change import Change
from handlers.lifetimes import PLAN
from handlers.sessions import Sessions

KIND = "document.plan"


class Plans:
    """Each method may raise SessionsUnavailable."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def keep(self, changes: Sequence[Change]) -> str:
        """Keep changes and return the id of their plan."""
        id_ = secrets.token_hex(8)
        rows = [list(astuple(change)) for change in changes]
        await self._sessions.save(KIND, id_, {"changes": rows}, expected=0, seconds=PLAN)
        return id_

    async def of(self, id_: str) -> list[Change]:
        """Return the changes of a plan; none where there is no such plan any more."""
        stored = await self._sessions.load(KIND, id_)
        if stored is None:
            return []
        return [Change(*row) for row in stored["changes"]]
