"""
What stands on a page beside its turns: made of the replies handlers give to their commands, anew
each time.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

from starlette.datastructures import QueryParams

from bot.platform import Health
from bot.turns import Turns
from bot.web import health, trial
from bot.web.conversations import Article
from bot.web.decisions import Decisions
from bot.web.pages import PLACES, Spot, lists, narrowed, number, pages_of
from bot.web.rail import MOST, RESUME, RUNS, Rail, grouped, listed, runs_of
from bot.web.render import Page, chart_at
from bot.web.talks import Talks
from bot.web.todo import Steps
from bot.web.told import Told
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
from handlers.documents.waiting import waiting
from handlers.people import EVERYONE
from handlers.sessions import SessionsUnavailable
from handlers.texts import Texts
from knowledge.values import Document

Regions = dict[str, str]  # HTML by the id of its element
SIDE = 2  # runs side by side
PREVIEW = "choose.preview"  # what the button under a question presses to see the result so far
STAGED = Press("document.list", {"state": "staged", "page": 1})
DIGEST = "llm-choose"  # the owner of what comes with us
SHOWN = 5  # bars of the result so far
EXAMPLES = 3  # questions the first page offers


class Sheet:
    """A screen nobody sees: it keeps the last reply."""

    def __init__(self) -> None:
        self.memory: dict[str, str] = {}
        self.reply = Reply("")

    async def show(self, reply: Reply) -> None:
        self.reply = reply


class Composer:
    """Fills the regions of a page for one person."""

    def __init__(
        self,
        turns: Turns,
        texts: Texts,
        doctor: Callable[[], Awaitable[Health]],
        talks: Talks,
        told: Told,
    ) -> None:
        self._turns = turns
        self._texts = texts
        self._doctor = doctor
        self._talks = talks
        self._told = told

    async def rail(self, spot: Spot) -> Rail:
        """Return what stands beside every page of this person."""
        asked: list[Content] = [Command("decisions")]
        if spot.person.role == "admin":
            asked.append(STAGED)
        talks, (history, *shelf) = await asyncio.gather(
            self._talks.of(spot.person.id), self.replies(spot, *asked)
        )
        drafts = 0
        for reply in shelf:
            drafts += listed(reply)
        return Rail(
            grouped(talks[:MOST], datetime.now(UTC).date()),
            more=len(talks) > MOST,
            runs=runs_of(history)[:RUNS],
            drafts=drafts,
        )

    async def beside(self, person: Person, session: str) -> Rail:
        """Return the rail of a page that is none of the places."""
        return await self.rail(Spot(person, session, PLACES[0]))

    async def regions(self, spot: Spot, articles: Sequence[Article], query: QueryParams) -> Regions:
        """Return what a page shows beside its turns; `query` is its address."""
        place = spot.place
        page = Page(self._texts, spot.person.language, place)
        match place.name:
            case "ask" if not place.talk:
                return await self._hello(page, spot)
            case "choose":
                return await self._so_far(page, spot, articles)
            case "knowledge":
                return await self._knowledge(page, spot, query)
            case "decisions":
                return await self._decisions(page, spot, query)
            case "health":
                return await self._health(page, spot.person)
            case _:
                return {}

    async def _hello(self, page: Page, spot: Spot) -> Regions:
        """Return how many documents answer, and questions one may begin with."""
        language = spot.person.language
        seen = _seen(await self._doctor(), spot.person)
        published = [document for document in seen.documents if document.current]
        hello = self._texts.say("web.hello", language, n=len(published))
        if not published:
            hello = self._texts.say("web.hello_empty", language)
        (prompts,) = await self.replies(spot, Command("prompts"))
        examples = page.examples(_questions(prompts)[:EXAMPLES])
        drawn = {"hello": page.blocks((Paragraph(hello),)), "examples": examples}
        news: tuple[Reply, ...] = ()
        with suppress(SessionsUnavailable):
            news = await self._told.to(spot.person.id, language)
        drawn["news"] = "".join([page.blocks(_blocks(reply)) for reply in news])
        if spot.person.role == "admin":
            drawn["todo"] = await self._todo(page, spot, seen)
        return drawn

    async def _todo(self, page: Page, spot: Spot, seen: Health) -> str:
        """Return the first steps of an admin; empty once all are done."""
        own = 0
        for document in seen.documents:
            own += bool(document.metadata.owner != DIGEST)
        drafts = len(waiting(seen.documents))
        asked = bool(await self._talks.of(spot.person.id))
        return page.todo(Steps(own, drafts, asked=asked))

    async def _knowledge(self, page: Page, spot: Spot, query: QueryParams) -> Regions:
        """Everybody sees the shelf; admins see what is missing and what was done, too."""
        narrowing = narrowed(query)
        presses = {"shelf": Press("document.list", narrowing)}
        if spot.person.role == "admin":
            for name in ("wanted", "audit"):
                shown_page = number(query.get(name, ""))
                presses[name] = Press(f"document.{name}", {"page": shown_page})
        filters = Press("document.filter", narrowing)
        several = Press("document.several", narrowing)
        asked = (*presses.values(), filters, several)
        *replies, filtering, changing = await self.replies(spot, *asked)
        regions = {}
        for name, reply in zip(presses, replies, strict=True):
            blocks = [_without_links(block, name) for block in _blocks(reply)]
            regions[name] = page.blocks(_titled(blocks, name))
        if spot.person.role == "admin":
            documents = await self.shelf(spot)
            regions["drafts"] = page.drafts(documents)
            regions["waits"] = page.waits(len(waiting(documents)))
            regions["changing"] = ""
            if changing.ask is not None:
                regions["changing"] = page.several(changing.ask)
        regions["narrowing"] = ""
        if filtering.ask is not None:
            regions["narrowing"] = page.narrowing(filtering.ask)
        return regions

    async def shelf(self, spot: Spot) -> Sequence[Document]:
        """Return the documents, as far as this person may know of them."""
        return _seen(await self._doctor(), spot.person).documents

    async def _decisions(self, page: Page, spot: Spot, query: QueryParams) -> Regions:
        """Past runs, and two of them side by side."""
        (history,) = await self.replies(spot, Command("decisions"))
        chosen = tuple(dict.fromkeys(query.getlist("run")))[:SIDE]
        today = datetime.now(UTC).date().isoformat()
        table = Decisions(self._texts, spot.person.language, spot.place, today)
        drawn = table.listed(history, chosen)
        if not drawn:
            return {"runs": page.blocks(_blocks(history)), "pair": ""}
        return {"runs": drawn, "pair": await self._pair(page, spot, chosen)}

    async def _pair(self, page: Page, spot: Spot, chosen: Sequence[str]) -> str:
        """Return the results of the chosen runs side by side; empty where none is chosen."""
        if not chosen:
            return ""
        presses = [Press(RESUME, {"rid": run}) for run in chosen]
        cards = ""
        for result in await self.replies(spot, *presses):
            cards += f'<section class="card stack">{page.blocks(_short(result))}</section>'
        return f'<div class="grid2">{cards}</div>'

    async def _so_far(self, page: Page, spot: Spot, articles: Sequence[Article]) -> Regions:
        """The result so far stands beside the question, once there is an answer."""
        preview = _preview(articles)
        if preview is None:
            return {"sofar": ""} | await self._trial(page, spot, articles)
        (reply,) = await self.replies(spot, preview)
        if chart_at(reply.blocks) is None:
            return {"sofar": ""}
        shown: list[Block] = [Heading(self._texts.say("web.so_far", spot.person.language))]
        for block in reply.blocks:
            if isinstance(block, Paragraph) and block.tone == "plain":
                shown.append(replace(block, text=block.text.partition("\n")[0]))
            elif isinstance(block, Chart):
                shown.append(replace(block, bars=block.bars[:SHOWN]))
        card = page.blocks(shown)
        return {"sofar": f'<section class="card stack" id="sofar-card">{card}</section>'}

    async def _trial(self, page: Page, spot: Spot, articles: Sequence[Article]) -> Regions:
        """Return the form that tries other answers than a result's own."""
        asks = trial.first(articles[0].reply) if articles else None
        if asks is None:
            return {}
        shown = await self.tried(page, spot, asks, {})
        return {"trial": shown.form} if shown is not None else {}

    async def tried(
        self, page: Page, spot: Spot, asks: Press, was: Mapping[str, str]
    ) -> trial.Trial | None:
        """Return what other answers lead to; `was` are the recorded ones where they are known."""
        (reply,) = await self.replies(spot, asks)
        return page.trial(reply, asks, was)

    async def wall(self, spot: Spot, team: str) -> str:
        """Return how far a team is, without the title and the buttons that the page has itself."""
        page = Page(self._texts, spot.person.language, spot.place)
        (reply,) = await self.replies(spot, Press("choose.team", {"tid": team}))
        shown = [block for block in _blocks(reply) if not isinstance(block, Buttons | Heading)]
        return page.blocks(shown)

    async def _health(self, page: Page, person: Person) -> Regions:
        seen = _seen(await self._doctor(), person)
        language = person.language
        today = datetime.now(UTC).date()
        return {
            "figures": page.blocks(health.figures(seen, self._texts, language, today)),
            "parts": page.blocks(health.parts(seen, self._texts, language)),
            "votes": page.blocks(health.votes(seen, self._texts, language)),
        }

    async def replies(self, spot: Spot, *contents: Content) -> list[Reply]:
        """Return the last reply to each of these, all asked at once."""
        sheets = []
        turns = []
        for content in contents:
            sheet = Sheet()
            sheets.append(sheet)
            turns.append(self._turns.take(message(spot, content), sheet))
        await asyncio.gather(*turns)
        return [sheet.reply for sheet in sheets]


def _preview(articles: Sequence[Article]) -> Press | None:
    """Return what shows the result so far of the question that stands last; None without one."""
    if not articles or articles[-1].guided is None:
        return None
    for button in articles[-1].guided.buttons:
        if button.press.action == PREVIEW:
            return button.press
    return None


def _seen(whole: Health, person: Person) -> Health:
    """Return the health as a person may see it: members count what everybody may read."""
    if person.role == "admin":
        return whole
    open_to_all = [one for one in whole.documents if one.metadata.audience == EVERYONE]
    return replace(whole, documents=tuple(open_to_all))


def message(spot: Spot, content: Content) -> Message:
    """Return what one person said in one talk: a place of its own, read by nobody else."""
    private = Audience(spot.person.id, private=True)
    return Message(secrets.token_hex(8), spot.person, spot.thread, private, content)


def _questions(reply: Reply) -> list[str]:
    """Return what the buttons of a reply ask."""
    questions = []
    for block in reply.blocks:
        if isinstance(block, Buttons):
            questions += [button.label for button in block.items]
    return questions


def _blocks(reply: Reply) -> Sequence[Block]:
    return reply.blocks or (Paragraph(reply.text),)


def _titled(blocks: Sequence[Block], region: str) -> Sequence[Block]:
    """Return the blocks of the shelf without its heading and hint, which the page has itself."""
    if region != "shelf":
        return blocks
    left = []
    for block in blocks:
        hint = isinstance(block, Paragraph) and block.tone == "quiet" and block is blocks[-1]
        if not (isinstance(block, Heading) or hint):
            left.append(block)
    return left


def _without_links(block: Block, region: str) -> Block:
    """Return a block of a region without the buttons that lead to what the page shows anyway."""
    if not isinstance(block, Buttons):
        return block
    items = [button for button in block.items if _belongs(button, region)]
    return replace(block, items=tuple(items))


def _belongs(button: Button, region: str) -> bool:
    return not lists(button.press.action) or pages_of(button.press) == region


def _short(reply: Reply) -> Sequence[Block]:
    """Return what heads a result, up to its chart; a table of many columns has no room beside."""
    blocks = _blocks(reply)
    at = chart_at(blocks)
    if at is not None:
        blocks = blocks[: at + 1]
    return [block for block in blocks if not isinstance(block, Table)]
