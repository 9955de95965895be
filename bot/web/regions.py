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
from bot.web.render import PREVIEW, Page
from handlers.conversation import (
    Audience,
    Block,
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
        asked = narrowed(query)
        wanted = {
            "shelf": Press("document.list", asked),
            "narrowing": Press("document.filter", asked),
        }
        if person.role == "admin":
            wanted |= {
                n: Press(f"document.{n}", {"page": number(query.get(n, ""))})
                for n in ("wanted", "audit")
            }
        replies = dict(
            zip(wanted, await self._replies(person, session, *wanted.values()), strict=True)
        )
        ask = replies.pop("narrowing").ask
        shown = {
            name: page.blocks([_kept(b, name) for b in _said(reply)])
            for name, reply in replies.items()
        }
        return shown | {"narrowing": page.narrowing(ask) if ask else ""}

    async def _decisions(
        self, page: Page, person: Person, session: str, query: QueryParams
    ) -> Regions:
        """Past runs, and two of them side by side."""
        (history,) = await self._replies(person, session, Command("decisions"))
        listed = next((b for b in history.blocks if isinstance(b, Table)), None)
        if listed is None:
            return {"runs": page.blocks(_said(history)), "pair": ""}
        buttons = [b for block in history.blocks if isinstance(block, Buttons) for b in block.items]
        runs = [b for b in buttons if b.press.action == "choose.resume"]
        others = Buttons(tuple(b for b in buttons if b.press.action != "choose.resume"))
        chosen = tuple(dict.fromkeys(query.getlist("run")))[:SIDE]
        opened = await self._replies(
            person, session, *(Press("choose.resume", {"rid": rid}) for rid in chosen)
        )
        cards = [
            f'<section class="card stack">{page.blocks(_short(reply))}</section>'
            for reply in opened
        ]
        head = [b for b in history.blocks if not isinstance(b, Table | Buttons)]
        return {
            "runs": page.blocks(head) + page.runs(listed, runs, chosen) + page.blocks((others,)),
            "pair": f'<div class="two even">{"".join(cards)}</div>' if cards else "",
        }

    async def _so_far(
        self, page: Page, person: Person, session: str, articles: Sequence[Article]
    ) -> Regions:
        """The result so far stands beside the question, once there is an answer."""
        preview = articles[-1].preview if articles else {}
        if not preview:
            return {"sofar": ""}
        (reply,) = await self._replies(person, session, Press(PREVIEW, preview))
        if not any(isinstance(b, Chart) for b in reply.blocks):
            return {"sofar": ""}
        shown = tuple(
            b
            for b in reply.blocks
            if isinstance(b, Chart) or (isinstance(b, Paragraph) and b.tone == "plain")
        )
        title = self._texts.say("web.so_far", person.language)
        return {
            "sofar": f'<section class="card stack" id="sofar-card">{page.blocks((Heading(title), *shown))}</section>'
        }

    async def _health(self, page: Page, person: Person) -> Regions:
        found, language = _seen(await self._doctor(), person), person.language
        today = datetime.now(UTC).date()
        return {
            "figures": page.blocks(health.figures(found, self._texts, language, today)),
            "parts": page.blocks(health.parts(found, self._texts, language)),
            "votes": page.blocks(health.votes(found, self._texts, language)),
        }

    async def _replies(self, person: Person, session: str, *contents: Content) -> list[Reply]:
        """Return the last reply to each of these, all asked at once."""
        sheets = [Sheet() for _ in contents]
        turns = (
            self._turns.take(message(person, session, c), s)
            for c, s in zip(contents, sheets, strict=True)
        )
        await asyncio.gather(*turns)
        return [sheet.reply for sheet in sheets]


def _seen(found: Health, person: Person) -> Health:
    """Return the house's health as a person may see it: members count what everybody may read."""
    if person.role == "admin":
        return found
    return replace(
        found, documents=tuple(d for d in found.documents if d.metadata.audience == EVERYONE)
    )


def message(person: Person, session: str, content: Content) -> Message:
    """Return what one person said in one browser: a place of its own, read by nobody else."""
    return Message(
        secrets.token_hex(8),
        person,
        f"{person.id}/{session}",
        Audience(person.id, private=True),
        content,
    )


def _said(reply: Reply) -> Sequence[Block]:
    return reply.blocks or (Paragraph(reply.text),)


def _kept(block: Block, region: str) -> Block:
    """Return a block of a region without the buttons that lead to what the page shows anyway."""
    if not isinstance(block, Buttons):
        return block
    return replace(
        block,
        items=tuple(
            b for b in block.items if not lists(b.press.action) or pages_of(b.press) == region
        ),
    )


def _short(reply: Reply) -> Sequence[Block]:
    """Return what heads a result, up to its chart."""
    blocks = _said(reply)
    at = next((n for n, b in enumerate(blocks) if isinstance(b, Chart)), len(blocks) - 1)
    return blocks[: at + 1]
