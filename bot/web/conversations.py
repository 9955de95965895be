"""
What stands on the pages: turns, kept as what was said and drawn anew in the language asked for.

A talk is kept as long as talks are; what stands on other pages for a day. A running turn lives in
the process that runs it; its last reply is what is kept. While the session store is away, this
process remembers.
"""

import secrets
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Any

from bot.web import reply_record
from bot.web.pages import Kind
from handlers.conversation import Ask, Attachment, Reply
from handlers.lifetimes import DAY, TALK
from handlers.sessions import Sessions, SessionsUnavailable
from knowledge.values import Language

LIMITS: dict[Kind, int] = {"talk": 60, "stage": 20, "desk": 5}  # articles kept on a page
STATE = "said"  # the kind of state a page's articles are
SCREENS = 100  # pages this process remembers while the store is away
FILES = 200  # to be taken away, remembered by this process
ROUNDS = 5  # tries when two windows change one page at once


@dataclass(frozen=True, slots=True)
class Article:
    """
    One turn on a page: what it is headed by, when it began (ISO) and the last reply.

    `note` is plain text at its foot; `language` is the one the reply speaks. `depends` says that
    the answer lies in the asker's own circumstances, `stopped` that the person ended it early.
    """

    turn: str
    question: str
    at: str
    reply: Reply
    note: str = ""
    language: Language = "ja"
    depends: bool = False
    stopped: bool = False

    @property
    def busy(self) -> bool:
        """Whether more is to come."""
        return not self.reply.final

    @property
    def asks(self) -> bool:
        """Whether it waits for an answer, which then takes its place."""
        return self.reply.ask is not None

    @property
    def aside(self) -> bool:
        """Whether it was only opened beside a question."""
        return bool(self.reply.title)

    @property
    def guided(self) -> Ask | None:
        """The question of a dialog that it asks; None where it asks something else or nothing."""
        ask = self.reply.ask
        if ask is not None and ask.of:
            return ask
        return None


def placed(articles: list[Article], new: Article, origin: str, kind: Kind) -> list[Article]:
    """
    Return a page of this kind with one more article: after the others, or in place of the question
    it answers.

    On a stage whatever followed the origin goes, and a guided question stands alone; on a desk the
    origin always gives way.
    """
    turns = [article.turn for article in articles]
    begins = origin not in turns
    if kind == "stage" and (begins or new.guided is not None):
        return [new]
    if begins:
        return [*articles, new][-LIMITS[kind] :]
    at = turns.index(origin)
    gives_way = articles[at].asks or kind == "desk"
    after = at + 1
    if kind == "stage":
        until = at if gives_way and not new.aside else after
        return [*articles[:until], new]
    page = [*articles, new]
    if gives_way and not new.aside:
        page = [*articles[:at], new, *articles[after:]]
    return page[-LIMITS[kind] :]


def noted(articles: list[Article], origin: str, note: str) -> list[Article]:
    """Return a page with a note at the foot of one of its articles."""
    page = []
    for article in articles:
        if article.turn == origin:
            page.append(replace(article, note=note))
        else:
            page.append(article)
    return page


class Conversations:
    """`talk_seconds` is how long a talk is kept since its last turn."""

    def __init__(self, sessions: Sessions, talk_seconds: int = TALK) -> None:
        self._sessions = sessions
        self._talk_seconds = talk_seconds
        self._memory: OrderedDict[str, list[Article]] = OrderedDict()
        self._unsaved: set[str] = set()  # screens that stand here alone, since Redis took no write
        self._files: OrderedDict[str, tuple[str, Attachment]] = OrderedDict()

    async def articles(self, screen: str) -> list[Article]:
        """Return what stands on a screen ("person/page"), oldest first."""
        articles, _ = await self._load(screen)
        return articles

    async def place(self, screen: str, new: Article, origin: str, kind: Kind) -> None:
        """Put one more article on a screen of this kind."""
        seconds = self._kept(kind)
        for _ in range(ROUNDS):
            articles, revision = await self._load(screen)
            page = placed(articles, new, origin, kind)
            if await self._save(screen, page, revision, seconds):
                return

    async def note(self, screen: str, origin: str, note: str, kind: Kind) -> None:
        """Put a note at the foot of an article."""
        seconds = self._kept(kind)
        for _ in range(ROUNDS):
            articles, revision = await self._load(screen)
            if await self._save(screen, noted(articles, origin, note), revision, seconds):
                return

    def _kept(self, kind: Kind) -> int:
        """Return for how many seconds what stands on a page of this kind is kept."""
        if kind == "talk":
            return self._talk_seconds
        return DAY

    async def dismiss(self, screen: str, turn: str) -> None:
        """Take one article off a page of this day."""
        for _ in range(ROUNDS):
            articles, revision = await self._load(screen)
            left = [article for article in articles if article.turn != turn]
            if await self._save(screen, left, revision, DAY):
                return

    async def forget(self, screen: str) -> None:
        """Delete what stands on a screen. Raises SessionsUnavailable."""
        await self._sessions.delete(STATE, screen)
        self._memory.pop(screen, None)
        self._unsaved.discard(screen)

    async def _load(self, screen: str) -> tuple[list[Article], int]:
        try:
            state = await self._sessions.load(STATE, screen)
        except SessionsUnavailable:
            return self._memory.get(screen, []), 0
        rows, revision = [], 0
        if state:
            rows, revision = state["articles"], int(state["rev"])
        if screen in self._unsaved:
            return self._memory.get(screen, []), revision
        return read(rows), revision

    async def _save(
        self, screen: str, articles: list[Article], revision: int, seconds: int
    ) -> bool:
        self._memory[screen] = articles
        self._memory.move_to_end(screen)
        while len(self._memory) > SCREENS:
            forgotten, _ = self._memory.popitem(last=False)
            self._unsaved.discard(forgotten)
        state = {"place": screen, "articles": written(articles)}
        try:
            saved = await self._sessions.save(
                STATE, screen, state, expected=revision, seconds=seconds
            )
        except SessionsUnavailable:
            self._unsaved.add(screen)
            return True
        if saved:
            self._unsaved.discard(screen)
        return saved

    def keep(self, person: str, file: Attachment) -> str:
        """Keep a file for one person to take away; return the path it is served at."""
        token = secrets.token_urlsafe(24)
        self._files[token] = person, file
        while len(self._files) > FILES:
            self._files.popitem(last=False)
        return f"/files/{token}"

    def file(self, person: str, token: str) -> Attachment | None:
        """Return the file kept under this token, if it was kept for this person."""
        owner, file = self._files.get(token, ("", None))
        return file if owner == person else None


def written(articles: list[Article]) -> list[dict[str, Any]]:
    """Return articles as they are kept."""
    rows = []
    for article in articles:
        row = {
            "turn": article.turn,
            "question": article.question,
            "at": article.at,
            "reply": reply_record.written(article.reply),
            "note": article.note,
            "language": article.language,
            "depends": article.depends,
            "stopped": article.stopped,
        }
        rows.append(row)
    return rows


def read(rows: list[dict[str, Any]]) -> list[Article]:
    """Return articles as they were kept; those that another version wrote are left out."""
    articles = []
    for row in rows:
        try:
            reply = reply_record.read(row["reply"])
            articles.append(Article(**{**row, "reply": reply}))
        except (ValueError, TypeError, KeyError):
            continue
    return articles
