"""
What admins learn from questions: how many a day and what became of them, what nobody could be told,
and which documents helped. Each bar leads to the questions behind it.
"""

import asyncio
import csv
import io
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.press import pack
from bot.web.regions import Composer
from bot.web.view import View, session_of
from handlers.conversation import Person, Press
from handlers.insights.ledger import OUTCOMES, Ledger, Outcome, Row
from handlers.insights.report import Cluster, Day, Report, days_of, report, unanswered
from handlers.people import People
from handlers.sessions import Sessions, SessionsUnavailable
from knowledge.answering.generation import because
from knowledge.documents.library import Library
from knowledge.errors import KnowledgeError
from knowledge.models.sentence_encoder import Vectors
from knowledge.values import Language

PATH = "/insights"
RANGES = (7, 30, 90)  # days
USUAL = 30
VOTES = 5000  # the latest
WIDE = 1000  # units a bar of the busiest day is long
SHOWN = 500  # questions behind a bar
COLUMNS = (
    "at",
    "question",
    "language",
    "outcome",
    "documents",
    "milliseconds",
    "written_by_model",
    "fallback",
    "tokens_in",
    "tokens_out",
    "vote",
)
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # begin what a spreadsheet would work out


@dataclass(frozen=True, slots=True)
class Bar:
    """One part of a day's bar: where it begins and how long it is, and the address behind it."""

    outcome: str
    count: int
    at: int
    long: int
    address: str


@dataclass(frozen=True, slots=True)
class DayRow:
    """A day as the page draws it."""

    day: str
    total: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """Questions alike that nobody could be told, and what a button to add a document carries."""

    cluster: Cluster
    press: str


@dataclass(frozen=True, slots=True)
class Sources:
    """What the page is made of."""

    sessions: Sessions
    people: People
    library: Callable[[], Awaitable[Library]]
    request_id: Callable[[str], str]


class Insights:
    """`who` says whose request it is."""

    def __init__(
        self,
        sources: Sources | None,
        composer: Composer,
        view: View,
        who: Callable[[Request], Person | None],
    ) -> None:
        self._sources = sources
        self._composer = composer
        self._view = view
        self._who = who

    def routes(self) -> list[BaseRoute]:
        """Return the page, what is behind its bars, and all of it for a spreadsheet."""
        return [
            Route(PATH, self._page, methods=["GET"]),
            Route(f"{PATH}/questions", self._behind, methods=["GET"]),
            Route(f"{PATH}.csv", self._csv, methods=["GET"]),
        ]

    async def _page(self, request: Request) -> Response:
        person, sources = self._admin(request)
        if person is None:
            return self._view.sign_in(request, 401)
        days = _days(request)
        rows = await self._rows(sources, days)
        votes = await _votes(sources.sessions)
        vectors = await _vectors(sources, unanswered(rows))
        today = datetime.now(UTC).date()
        told = await asyncio.to_thread(report, rows, votes, days_of(days, today), vectors)
        before = await self._before(sources, days, today)
        words = {
            "days": days,
            "ranges": RANGES,
            "told": told,
            "before": before,
            "rows": _drawn(told),
            "reasons": _reasons(told, person.language),
            "wishes": [_wish(sources, one) for one in told.clusters],
            "titles": await _titles(sources),
            "outcomes": OUTCOMES,
        }
        return await self._shown(request, person, "insights", words)

    async def _behind(self, request: Request) -> Response:
        """The questions of one day, one outcome or one document, the latest first."""
        person, sources = self._admin(request)
        if person is None:
            return self._view.sign_in(request, 401)
        query = request.query_params
        rows = await self._rows(sources, _days(request))
        wanted = [row for row in rows if _behind(row, query.get)]
        words = {"questions": wanted[::-1][:SHOWN], "count": len(wanted), "days": _days(request)}
        return await self._shown(request, person, "insight_questions", words)

    async def _shown(
        self, request: Request, person: Person, name: str, words: Mapping[str, object]
    ) -> Response:
        rail = await self._composer.beside(person, session_of(request))
        return self._view.inner(request, person, name, rail=rail, place=None, **words)

    async def _csv(self, request: Request) -> Response:
        person, sources = self._admin(request)
        if person is None:
            raise HTTPException(401)
        rows = await self._rows(sources, _days(request))
        votes = await _votes(sources.sessions)
        headers = {"Content-Disposition": 'attachment; filename="questions.csv"'}
        return Response(_as_csv(rows, votes), media_type="text/csv", headers=headers)

    async def _before(
        self, sources: Sources, days: int, today: date
    ) -> Mapping[Outcome, int] | None:
        """
        Return how many questions ended how in as many days before, None where they are not kept so
        long or there were none.
        """
        if 2 * days > RANGES[-1]:
            return None
        try:
            rows = await Ledger(sources.sessions).rows(days, today - timedelta(days=days))
        except SessionsUnavailable:
            return None
        return Counter([row.outcome for row in rows]) or None

    async def _rows(self, sources: Sources, days: int) -> list[Row]:
        try:
            return await Ledger(sources.sessions).rows(days, datetime.now(UTC).date())
        except SessionsUnavailable as error:
            raise HTTPException(503) from error

    def _admin(self, request: Request) -> tuple[Person | None, Sources]:
        """Return the admin who asks, None for nobody signed in. Raises HTTPException: a member."""
        person, sources = self._who(request), self._sources
        if sources is None or (person is not None and not sources.people.is_admin(person)):
            raise HTTPException(404)
        return person, sources


def _days(request: Request) -> int:
    asked = request.query_params.get("days", "")
    known = [days for days in RANGES if str(days) == asked]
    return known[0] if known else USUAL


def _behind(row: Row, asked: Callable[[str], str | None]) -> bool:
    day, outcome, document = asked("day"), asked("outcome"), asked("document")
    return (
        (not day or row.day == day)
        and (not outcome or row.outcome == outcome)
        and (not document or document in row.documents)
    )


def _reasons(told: Report, language: Language) -> list[tuple[str, int]]:
    """Return why answers fell back to quotes, as people read it, and how many did."""
    reasons = []
    for code, count in told.reasons:
        reason = because(code)
        reasons.append((reason.to(language) if reason else code, count))
    return reasons


def _drawn(told: Report) -> list[DayRow]:
    """Return the days as bars, the busiest one over the whole width."""
    busiest = max((day.total for day in told.days), default=0) or 1
    return [_day_row(day, busiest, len(told.days)) for day in told.days]


def _day_row(day: Day, busiest: int, days: int) -> DayRow:
    bars = []
    at = 0
    for outcome in OUTCOMES:
        count = day.counts[outcome]
        long = round(WIDE * count / busiest)
        query = {"days": days, "day": day.day, "outcome": outcome}
        address = f"{PATH}/questions?{urlencode(query)}"
        bars.append(Bar(outcome, count, at, long, address))
        at += long
    return DayRow(day.day, day.total, tuple(bars))


def _wish(sources: Sources, cluster: Cluster) -> Wish:
    adds = Press("document.add", {"request": sources.request_id(cluster.head)})
    return Wish(cluster, pack(adds))


async def _votes(sessions: Sessions) -> dict[str, str]:
    """Return the last vote on each answer; none while Redis is away."""
    try:
        entries = await sessions.entries("feedback", last=VOTES)
    except SessionsUnavailable:
        return {}
    return {str(row["entry"]["answer"]): str(row["entry"]["vote"]) for row in entries}


async def _titles(sources: Sources) -> dict[str, str]:
    """Return the titles of the documents there are; none while the library is away."""
    try:
        library = await sources.library()
        documents = await library.documents()
    except KnowledgeError:
        return {}
    return {document.id: document.metadata.title for document in documents}


async def _vectors(sources: Sources, rows: list[Row]) -> Vectors | None:
    """Return what the questions mean, one row each; None where that is not known."""
    try:
        library = await sources.library()
    except KnowledgeError:
        return None
    if library.sentences is None or not rows:
        return None
    questions = [row.question for row in rows]
    return await asyncio.to_thread(library.sentences.encode, questions)


def _as_csv(rows: list[Row], votes: dict[str, str]) -> str:
    """Return the rows for a spreadsheet, which works nothing out of what people typed."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in rows:
        question = row.question
        if question.startswith(FORMULA):
            question = f"'{question}"
        documents = " ".join(row.documents)
        made = [row.milliseconds, int(row.written), row.fallback, row.tokens_in, row.tokens_out]
        head = [row.at, question, row.language, row.outcome, documents]
        writer.writerow([*head, *made, votes.get(row.id, "")])
    return "\ufeff" + out.getvalue()  # Excel reads it as UTF-8 by this mark
