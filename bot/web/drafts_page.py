"""
Drafts published or deleted many at once, by the same actions as each by itself, so that each is
checked and recorded like one.
"""

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.web.conversations import Article, Conversations
from bot.web.pages import Spot, place_at
from bot.web.regions import Composer
from bot.web.security import FORM
from bot.web.view import View, session_of
from handlers.actions.documents import Discard, Publish
from handlers.conversation import Paragraph, Person, Reply
from handlers.documents.waiting import waiting
from handlers.texts import Texts

MOST = 100  # drafts changed at once
ACTS: dict[str, type[Publish | Discard]] = {"publish": Publish, "discard": Discard}


class Drafts:
    """Changes the drafts that are ticked; each is checked as if its own button were pressed."""

    def __init__(
        self,
        conversations: Conversations,
        composer: Composer,
        view: View,
        texts: Texts,
        person: Callable[[Request], Person | None],
    ) -> None:
        self._conversations = conversations
        self._composer = composer
        self._view = view
        self._texts = texts
        self._person = person

    def routes(self) -> list[BaseRoute]:
        """Return the one address."""
        return [Route("/drafts", self._changed, methods=["POST"])]

    async def _changed(self, request: Request) -> Response:
        person = self._person(request)
        if person is None:
            raise HTTPException(401)
        async with request.form(max_files=0, max_part_size=FORM) as form:
            ticked = {str(one) for one in form.getlist("draft")}
            act = ACTS.get(str(form.get("verb", "")))
        if act is None:
            raise HTTPException(400)
        spot = Spot(person, session_of(request), place_at("/knowledge"))
        lines = []
        for document, version in waiting(await self._composer.shelf(spot))[:MOST]:
            if document.id not in ticked:
                continue
            (reply,) = await self._composer.replies(spot, act(document.id, version.id).press)
            lines.append(f"- {_outcome(reply)}")
        await self._show(spot, lines)
        address = "/knowledge#turns"
        return self._view.with_cookies(request, RedirectResponse(address, 303))

    async def _show(self, spot: Spot, lines: Sequence[str]) -> None:
        """Put what came of it on the desk."""
        language = spot.person.language
        text = "\n".join(lines) or self._texts.say("web.drafts_none", language)
        title = self._texts.say("web.drafts_done", language)
        at = datetime.now().astimezone().isoformat(timespec="minutes")
        article = Article(
            secrets.token_hex(4), title, at, Reply(text, (Paragraph(text),)), language=language
        )
        await self._conversations.place(spot.screen, article, "", spot.place.kind)


def _outcome(reply: Reply) -> str:
    """Return what came of one change: the sentence that heads the reply."""
    for block in reply.blocks:
        if isinstance(block, Paragraph):
            return block.text.strip()
    return reply.text.partition("\n")[0]
