"""
What stands on a page beside its turns: made of the replies handlers give to their commands, anew
each time.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from starlette.datastructures import QueryParams

from bot.platform import Health
from bot.turns import Turns
from bot.web import health
from bot.web.conversations import Article
from bot.web.pages import Place, lists, narrowed, number, pages_of
from bot.web.render import PREVIEW, Page, chart_at
from handlers.conversation import (
    Audience,
    Block,
    Button,
    Buttons,
    Chart,
    Command,
    Content,
    Heading,
    Message,
    Paragraph,
    Person,
    Press,
    Reply,
    Table,
)
from handlers.people import EVERYONE
from handlers.texts import Texts

Regions = dict[str, str]  # HTML by the id of its element
SIDE = 2  # runs side by side
RESUME = "choose.resume"  # what the button of a past run presses


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

    async def regions(
        self,
        place: Place,
        person: Person,
        session: str,
        articles: Sequence[Article],
        query: QueryParams,
    ) -> Regions:
        """Return what `place` shows beside its turns; `query` is its address."""
        page = Page(self._texts, person.language, place)
        match place.name:
            case "choose":
                return await self._so_far(page, person, session, articles)
            case "knowledge":
                return await self._knowledge(page, person, session, query)
            case "decisions":
                return await self._decisions(page, person, session, query)
            case "health":
                return await self._health(page, person)
            case _:
                return {}

    async def _knowledge(
        self, page: Page, person: Person, session: str, query: QueryParams
    ) -> Regions:
        """Everybody sees the shelf; admins see what is missing and what was done, too."""
        narrowing = narrowed(query)
        presses = {"shelf": Press("document.list", narrowing)}
        if person.role == "admin":
            for name in ("wanted", "audit"):
                shown_page = number(query.get(name, ""))
                presses[name] = Press(f"document.{name}", {"page": shown_page})
        filters = Press("document.filter", narrowing)
        *replies, filtering = await self._replies(person, session, *presses.values(), filters)
        regions = {}
        for name, reply in zip(presses, replies, strict=True):
            blocks = [_without_links(block, name) for block in _blocks(reply)]
            regions[name] = page.blocks(blocks)
        regions["narrowing"] = ""
        if filtering.ask is not None:
            regions["narrowing"] = page.narrowing(filtering.ask)
        return regions

    async def _decisions(
        self, page: Page, person: Person, session: str, query: QueryParams
    ) -> Regions:
        """Past runs, and two of them side by side."""
        (history,) = await self._replies(person, session, Command("decisions"))
        table: Table | None = None
        head: list[Block] = []
        runs: list[Button] = []
        others: list[Button] = []
        for block in history.blocks:
            if isinstance(block, Table):
                table = table or block
            elif isinstance(block, Buttons):
                for button in block.items:
                    kind = runs if button.press.action == RESUME else others
                    kind.append(button)
            else:
                head.append(block)
        if table is None:
            return {"runs": page.blocks(_blocks(history)), "pair": ""}
        chosen = tuple(dict.fromkeys(query.getlist("run")))[:SIDE]
        listed = page.runs(table, runs, chosen)
        foot = page.blocks((Buttons(tuple(others)),))
        pair = await self._pair(page, person, session, chosen)
        return {"runs": page.blocks(head) + listed + foot, "pair": pair}

    async def _pair(self, page: Page, person: Person, session: str, chosen: Sequence[str]) -> str:
        """Return the results of the chosen runs side by side; empty where none is chosen."""
        if not chosen:
            return ""
        presses = [Press(RESUME, {"rid": run}) for run in chosen]
        cards = ""
        for result in await self._replies(person, session, *presses):
            cards += f'<section class="card stack">{page.blocks(_short(result))}</section>'
        return f'<div class="two even">{cards}</div>'

    async def _so_far(
        self, page: Page, person: Person, session: str, articles: Sequence[Article]
    ) -> Regions:
        """The result so far stands beside the question, once there is an answer."""
        preview = articles[-1].preview if articles else {}
        if not preview:
            return {"sofar": ""}
        (reply,) = await self._replies(person, session, Press(PREVIEW, preview))
        if chart_at(reply.blocks) is None:
            return {"sofar": ""}
        shown: list[Block] = [Heading(self._texts.say("web.so_far", person.language))]
        for block in reply.blocks:
            plain = isinstance(block, Paragraph) and block.tone == "plain"
            if plain or isinstance(block, Chart):
                shown.append(block)
        card = page.blocks(shown)
        return {"sofar": f'<section class="card stack" id="sofar-card">{card}</section>'}

    async def _health(self, page: Page, person: Person) -> Regions:
        seen = _seen(await self._doctor(), person)
        language = person.language
        today = datetime.now(UTC).date()
        return {
            "figures": page.blocks(health.figures(seen, self._texts, language, today)),
            "parts": page.blocks(health.parts(seen, self._texts, language)),
            "votes": page.blocks(health.votes(seen, self._texts, language)),
        }

    async def _replies(self, person: Person, session: str, *contents: Content) -> list[Reply]:
        """Return the last reply to each of these, all asked at once."""
        sheets = []
        turns = []
        for content in contents:
            sheet = Sheet()
            sheets.append(sheet)
            turns.append(self._turns.take(message(person, session, content), sheet))
        await asyncio.gather(*turns)
        return [sheet.reply for sheet in sheets]


def _seen(whole: Health, person: Person) -> Health:
    """Return the health as a person may see it: members count what everybody may read."""
    if person.role == "admin":
        return whole
    open_to_all = [one for one in whole.documents if one.metadata.audience == EVERYONE]
    return replace(whole, documents=tuple(open_to_all))


def message(person: Person, session: str, content: Content) -> Message:
    """Return what one person said in one browser: a place of its own, read by nobody else."""
    return Message(
        secrets.token_hex(8),
        person,
        f"{person.id}/{session}",
        Audience(person.id, private=True),
        content,
    )


def _blocks(reply: Reply) -> Sequence[Block]:
    return reply.blocks or (Paragraph(reply.text),)


def _without_links(block: Block, region: str) -> Block:
    """Return a block of a region without the buttons that lead to what the page shows anyway."""
    if not isinstance(block, Buttons):
        return block
    items = [button for button in block.items if _belongs(button, region)]
    return replace(block, items=tuple(items))


def _belongs(button: Button, region: str) -> bool:
    return not lists(button.press.action) or pages_of(button.press) == region


def _short(reply: Reply) -> Sequence[Block]:
    """Return what heads a result, up to its chart."""
    blocks = _blocks(reply)
    at = chart_at(blocks)
    if at is None:
        return blocks
    return blocks[: at + 1]
