"""
Decisions whose day of review has come: their person is told once, by itself and on their own
platform.

Every finished run is noted with its day. The look is made every hour by every process; which of
them tells the person is settled in the store, so that they hear it once, also after a restart.
"""

import asyncio
import calendar
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import partial

from handlers.actions.choose import FrameMemo, ResumeRun
from handlers.choose.decision_models import DecisionModels
from handlers.choose.result import ResultView
from handlers.choose.runs import Run, Runs
from handlers.choose.wording import Wording
from handlers.conversation import Button, Buttons, Paragraph, Reply
from handlers.sessions import SessionsUnavailable
from handlers.texts import Texts
from knowledge.errors import KnowledgeError
from knowledge.values import Language

log = logging.getLogger(__name__)
EVERY = 3600.0  # seconds between looks
REVIEW = 6  # months after which a decision is looked at again, where nobody set a day
MONTHS = 12  # of a year
# a person's id, and what to say in their language; False where it could not be said
Tell = Callable[[str, Callable[[Language], Reply]], Awaitable[bool]]


def utc_today() -> date:
    return datetime.now(UTC).date()


def review_day(run: Run) -> date:
    """Return when a decision is looked at again: the day set for it, else months after it began."""
    if run.review:
        return date.fromisoformat(run.review)
    begun = utc_today()
    if run.began:
        begun = date.fromisoformat(run.began[:10])
    return later(begun, REVIEW)


def later(day: date, months: int) -> date:
    """Return the same day some months later, the last of its month where there is none."""
    years, month = divmod(day.month - 1 + months, MONTHS)
    year = day.year + years
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


class DecisionReviews:
    """`today` decides what is due; nobody is told anything before `reach` says how."""

    def __init__(
        self,
        models: DecisionModels,
        runs: Runs,
        texts: Texts,
        today: Callable[[], date] = utc_today,
    ) -> None:
        self._models = models
        self._runs = runs
        self._texts = texts
        self._today = today
        self._tell: Tell | None = None

    def reach(self, tell: Tell) -> None:
        """Take how somebody is told something of our own accord."""
        self._tell = tell

    async def watch(self) -> None:
        """Look again and again; a store that is away is looked at next time."""
        while True:
            with suppress(KnowledgeError, SessionsUnavailable):
                await self.look()
            await asyncio.sleep(EVERY)

    async def look(self) -> int:
        """
        Tell people of their decisions whose day has come, each once; return how many were told.
        Whoever could not be reached is tried again at the next look.
        """
        reached = 0
        for id_, day in await self._runs.due(self._today().isoformat()):
            run = await self._runs.load(id_)
            if run is None or review_day(run).isoformat() != day:
                await self._runs.reviewed(id_, day)  # deleted, or put off to another day
            elif await self._told(run, day):
                reached += 1
        return reached

    async def _told(self, run: Run, day: str) -> bool:
        """Report whether this process told the person of a run, as the first of all."""
        advisor = await self._models.of(run.model)
        if self._tell is None or not await self._runs.claim_review(run.id, day):
            return False
        title = run.title or run.goal
        if not title and advisor is not None:
            say = Wording(self._texts, "ja")
            title = ResultView.of(run, advisor, say).words.title(bare=True)
        if await self._tell(run.person, partial(self._reply, run, title or day, day)):
            await self._runs.reviewed(run.id, day)
            return True
        await self._runs.release_review(run.id, day)
        return False

    def _reply(self, run: Run, title: str, day: str, language: Language) -> Reply:
        say = Wording(self._texts, language)
        text = say("review_due", title=title, date=day)
        open_ = Button(say("review_open"), ResumeRun(run.id), "primary")
        put_off = Button(say("review_later"), FrameMemo(run.id, run.rev))
        return Reply(text, (Paragraph(text, "note"), Buttons((open_, put_off))), private=True)
