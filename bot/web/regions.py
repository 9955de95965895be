"""What stands on a page beside its turns: made of the replies handlers give to their commands, anew each time."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

from bot.turns import Turns
from bot.web import health
from bot.web.conversations import Article
from bot.web.health import Health
from bot.web.pages import Place
from bot.web.render import PREVIEW, Page
from handlers.conversation import Audience, Chart, Command, Content, Heading, Message, Paragraph, Person, Press, Reply
from handlers.texts import Texts

Regions = dict[str, str]  # HTML by the id of its element


class Sheet:
    """A screen nobody sees: it keeps the last reply."""

    def __init__(self) -> None:
        self.memory: dict[str, str] = {}
        self.reply = Reply("")

    async def show(self, reply: Reply) -> None:
        self.reply = reply


class Composer:
    """Fills the regions of a page for one person."""

    def __init__(self, turns: Turns, texts: Texts, doctor: Callable[[], Awaitable[Health]]) -> None:
        self._turns = turns
        self._texts = texts
        self._doctor = doctor

    async def regions(self, place: Place, person: Person, session: str, articles: Sequence[Article], find: str) -> Regions:
        """Return what `place` shows beside its turns; `find` narrows its list."""
        page = Page(self._texts, person.language, place)
        match place.name:
            case "choose":
                return await self._so_far(page, person, session, articles)
            case "knowledge":
                return await self._commands(page, person, session, {"shelf": Command("documents", find)})
            case "decisions":
                return await self._commands(page, person, session, {"runs": Command("decisions")})
            case "health":
                return await self._health(page, person)
            case _:
                return {}

    async def _commands(self, page: Page, person: Person, session: str, wanted: dict[str, Command]) -> Regions:
        replies = await asyncio.gather(*(self._reply(person, session, command) for command in wanted.values()))
        return {
            name: page.blocks(reply.blocks or (Paragraph(reply.text),)) for name, reply in zip(wanted, replies, strict=True)
        }

    async def _so_far(self, page: Page, person: Person, session: str, articles: Sequence[Article]) -> Regions:
        """The result so far stands beside the question, once there is an answer."""
        preview = articles[-1].preview if articles else {}
        if not preview:
            return {"sofar": ""}
        reply = await self._reply(person, session, Press(PREVIEW, preview))
        if not any(isinstance(b, Chart) for b in reply.blocks):
            return {"sofar": ""}
        shown = tuple(b for b in reply.blocks if isinstance(b, Chart) or (isinstance(b, Paragraph) and b.tone == "plain"))
        title = self._texts.say("web.so_far", person.language)
        return {"sofar": f'<section class="card stack" id="sofar-card">{page.blocks((Heading(title), *shown))}</section>'}

    async def _health(self, page: Page, person: Person) -> Regions:
        found, language = await self._doctor(), person.language
        today = datetime.now(UTC).date()
        return {
            "figures": page.blocks(health.figures(found, self._texts, language, today)),
            "parts": page.blocks(health.parts(found, self._texts, language)),
            "votes": page.blocks(health.votes(found, self._texts, language)),
        }

    async def _reply(self, person: Person, session: str, content: Content) -> Reply:
        sheet = Sheet()
        await self._turns.take(message(person, session, content), sheet)
        return sheet.reply


def message(person: Person, session: str, content: Content) -> Message:
    """Return what one person said in one browser: a place of its own, read by nobody else."""
    return Message(secrets.token_hex(8), person, f"web:{session}", Audience(person.id, private=True), content)
