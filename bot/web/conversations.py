"""
What each browser has on its pages: articles, drawn once, kept for a day so that any replica can
show them again.

A running turn lives in the process that runs it; its last reply is what is kept. While the session
store is away, this process remembers.
"""

import secrets
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace

from handlers.conversation import Attachment
from handlers.sessions import Sessions, SessionsUnavailable
from knowledge.stored import stored

LIMITS = {"talk": 20, "stage": 20, "desk": 5}  # articles kept on a page
SCREENS = 100  # pages this process remembers while the store is away
FILES = 200  # to be taken away, remembered by this process
ROUNDS = 5  # tries when two windows change one page at once


@dataclass(frozen=True, slots=True)
class Article:
    """
    One turn on a page. `body` is what stands in its card and `beside` its sources, both HTML;
    `note` is plain text.

    `asks` says that it waits for an answer, which then takes its place; `guided`, that it is one
    question of a dialog, and `preview` is what its result so far is asked for with. `aside` marks
    what was only opened beside a question. `whole` is a body that makes cards of its own; `title`
    heads the window.
    """

    turn: str
    question: str
    at: str
    body: str
    beside: str = ""
    note: str = ""
    busy: bool = False
    asks: bool = False
    aside: bool = False
    whole: bool = False
    title: str = ""
    guided: bool = False
    preview: Mapping[str, str | int] = field(default_factory=dict)


def placed(articles: list[Article], new: Article, origin: str, kind: str) -> list[Article]:
    """
    Return a page of this kind with one more article: after the others, or in place of the question
    it answers.

    On a stage whatever followed the origin goes, and a guided question stands alone; on a desk the
    origin always gives way.
    """
    turns = [article.turn for article in articles]
    begins = origin not in turns
    if kind == "stage" and (begins or new.guided):
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
    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._memory: OrderedDict[str, list[Article]] = OrderedDict()
        self._unsaved: set[str] = set()  # screens that stand here alone, since Redis took no write
        self._files: OrderedDict[str, tuple[str, Attachment]] = OrderedDict()

    async def articles(self, screen: str) -> list[Article]:
        """Return what stands on a screen ("session/page"), oldest first."""
        articles, _ = await self._load(screen)
        return articles

    async def place(self, screen: str, new: Article, origin: str, kind: str) -> None:
        for _ in range(ROUNDS):
            articles, revision = await self._load(screen)
            if await self._save(screen, placed(articles, new, origin, kind), revision):
                return

    async def note(self, screen: str, origin: str, note: str) -> None:
        for _ in range(ROUNDS):
            articles, revision = await self._load(screen)
            if await self._save(screen, noted(articles, origin, note), revision):
                return

    async def _load(self, screen: str) -> tuple[list[Article], int]:
        try:
            state = await self._sessions.load("screen", screen)
        except SessionsUnavailable:
            return self._memory.get(screen, []), 0
        rows, revision = [], 0
        if state:
            rows, revision = state["articles"], int(state["rev"])
        if screen in self._unsaved:
            return self._memory.get(screen, []), revision
        return [stored(Article, row) for row in rows], revision

    async def _save(self, screen: str, articles: list[Article], revision: int) -> bool:
        self._memory[screen] = articles
        self._memory.move_to_end(screen)
        while len(self._memory) > SCREENS:
            forgotten, _ = self._memory.popitem(last=False)
            self._unsaved.discard(forgotten)
        rows = [asdict(article) for article in articles]
        try:
            saved = await self._sessions.save(
                "screen", screen, {"articles": rows}, expected=revision
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
