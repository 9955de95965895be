"""
A source of an answer opened by its address: the passage and what stands around it, or with `on` the
page of its document with the sentence lit, as long as it may be read.
"""

from collections.abc import Callable, Sequence

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.web.pages import PLACES, Spot, leading, way_back
from bot.web.regions import Composer
from bot.web.render import Page
from bot.web.view import View, session_of
from handlers.conversation import Block, Buttons, Paragraph, Person, Press
from handlers.texts import Texts

LONGEST = 100  # characters of an id in an address
OPEN = "source.open"
LEAVES = "/documents/"  # begins the address of a passage on its page


class SourcePage:
    """What may be read is asked anew each time."""

    def __init__(
        self,
        composer: Composer,
        view: View,
        texts: Texts,
        person: Callable[[Request], Person | None],
    ) -> None:
        self._composer = composer
        self._view = view
        self._texts = texts
        self._person = person

    def routes(self) -> list[BaseRoute]:
        """Return the one address."""
        return [Route("/source", self._page, methods=["GET"])]

    async def _page(self, request: Request) -> Response:
        person = self._person(request)
        if person is None:
            return self._view.sign_in(request, 401)
        query = request.query_params
        passage, answer = query.get("passage", ""), query.get("answer", "")
        if not passage or len(passage) > LONGEST or len(answer) > LONGEST:
            raise HTTPException(404)
        place = PLACES[0]
        spot = Spot(person, session_of(request), place)
        press = Press(OPEN, {"s": passage, "aid": answer})
        (reply,) = await self._composer.replies(spot, press)
        address = _leaf(reply.blocks)
        back = way_back(query.get("from", ""))
        if address and query.get("on") == "page":
            return RedirectResponse(f"{address}{leading(back)}", 303)
        page = Page(self._texts, person.language, place)
        blocks = reply.blocks or (Paragraph(reply.text),)
        rail = await self._composer.rail(spot)
        title = reply.title or self._texts.say("web.source", person.language)
        drawn = page.blocks(blocks)
        return self._view.inner(
            request, person, "source", title=title, drawn=drawn, rail=rail, place=None, back=back
        )


def _leaf(blocks: Sequence[Block]) -> str:
    """Return the address of the page a source stands on; empty where it leads to none."""
    for block in blocks:
        if not isinstance(block, Buttons):
            continue
        for button in block.items:
            if button.url.startswith(LEAVES):
                return button.url
    return ""
