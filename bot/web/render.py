"""Replies into HTML: one article a turn, or the regions of a page. Pure."""

from collections.abc import Sequence
from html import escape

from bot.web.blocks import Blocks, pairs
from bot.web.conversations import Article
from bot.web.forms import Forms
from bot.web.markup import Markup, flag
from bot.web.pages import Place
from handlers.conversation import (
    Ask,
    Block,
    Button,
    Buttons,
    Chart,
    Details,
    Fact,
    Facts,
    Heading,
    Reply,
    Sources,
    Table,
)
from handlers.texts import Texts
from knowledge.values import Language

DECISION = 24  # characters of a fact that is a decision and not a sentence about one
PREVIEW = "choose.preview"  # what the button under a question presses to see the result so far


class Page:
    """Draws for one place in one language. `turn` makes anchors unique; a region has none."""

    def __init__(self, texts: Texts, language: Language, place: Place, turn: str = "") -> None:
        self._place = place
        self._turn = turn
        self._blocks = Blocks(texts, language, place, turn)
        self._forms = Forms(texts, language, place.path, turn)
        self._say = self._forms.say
        self._markup = Markup(turn, texts.say("web.source", language))

    def draw(self, reply: Reply, question: str, at: str) -> Article:
        """Return what a reply looks like; `question` and `at` (ISO) head its turn."""
        beside = ""
        blocks: list[Block] = []
        for block in reply.blocks:
            if isinstance(block, Sources):
                beside += self._blocks.sources(block)
            else:
                blocks.append(block)
        result = self._place.kind == "stage" and reply.ask is None
        whole = result and chart_at(blocks) is not None
        body = self._dossier(blocks) if whole else self._card(reply, blocks)
        guided = _guided(reply)
        return Article(
            turn=self._turn,
            question=question,
            at=at,
            body=body,
            beside=beside,
            busy=not reply.final,
            asks=reply.ask is not None,
            aside=bool(reply.title),
            whole=whole,
            title=self._title(reply),
            guided=guided is not None,
            preview=_preview(guided),
        )

    def article(self, article: Article) -> str:
        """Return the whole turn: the question, the card and, beside it, the sources."""
        note = ""
        if article.note:
            said = self._markup.inline(article.note)
            note = f'<p class="note on" role="status">{said}</p>'
        card = f"{article.body}{note}"
        if not article.whole:
            card = f'<div class="card stack">{card}</div>'
        busy = flag('aria-busy="true"', on=article.busy)
        if self._place.kind == "talk":
            return self._spoken(article, card, busy)
        kind = "stage stack wide" if article.whole else "stage"
        marks = f'id="t{article.turn}" aria-label="{escape(article.question)}"{busy}'
        return f'<article class="{kind}" {marks}>{card}{article.beside}</article>'

    def _spoken(self, article: Article, card: str, busy: str) -> str:
        """Return a turn of talk, headed by what was said and when."""
        time = f'<time datetime="{escape(article.at)}">{escape(article.at[11:16])}</time>'
        head = f"<header><b>{self._say('you')}</b>{time}</header>"
        question = f'<h2 id="q{article.turn}" tabindex="-1">{escape(article.question)}</h2>'
        marks = f'id="t{article.turn}" aria-labelledby="q{article.turn}"{busy}'
        return f'<article class="turn" {marks}>{head}{question}{card}{article.beside}</article>'

    def blocks(self, blocks: Sequence[Block]) -> str:
        """Return blocks one below the other, for a region of a page."""
        return self._blocks.all(blocks)

    def _title(self, reply: Reply) -> str:
        """Return what heads the window: the question of a dialog, or the result's first heading."""
        if self._place.kind != "stage":
            return ""
        guided = _guided(reply)
        if guided is not None:
            return f"{guided.title} {guided.step}/{guided.of}"
        for block in reply.blocks:
            if isinstance(block, Heading):
                return block.text
        return ""

    def narrowing(self, ask: Ask) -> str:
        """
        Return questions as a form that only asks for the page again, narrowed by what is filled in.
        """
        return self._forms.narrowing(ask, self._place.path)

    def runs(self, table: Table, runs: Sequence[Button], chosen: Sequence[str]) -> str:
        """Return past runs, two of which can be put side by side."""
        return self._forms.runs(table, runs, chosen)

    def _card(self, reply: Reply, blocks: Sequence[Block]) -> str:
        drawn = self._blocks.all(blocks)
        if reply.ask is not None:
            return drawn + self._questions(reply.ask)
        return drawn or self._markup.prose(reply.text)

    def _questions(self, ask: Ask) -> str:
        notes = self._each(ask.notes)
        if ask.of:
            return self._forms.guided(ask, notes)
        return self._forms.questions(ask, notes)

    def _dossier(self, blocks: Sequence[Block]) -> str:
        """
        Return a result as a page of cards: what precedes its chart heads it, its buttons follow,
        then chart and details in two columns.
        """
        at = chart_at(blocks) or 0
        head = "".join([self._heading(block) for block in blocks[:at]])
        cards = f'<section class="card stack">{self._blocks.block(blocks[at])}</section>'
        buttons, foot = "", ""
        for block in blocks[at + 1 :]:
            if isinstance(block, Details):
                cards += self._folded_out(block)
            elif isinstance(block, Buttons):
                buttons += self._blocks.block(block)
            else:
                foot += self._blocks.block(block)
        verdict = f'<section class="card verdict stack">{head}</section>'
        return f'{verdict}{buttons}<div class="two even">{cards}</div>{foot}'

    def _heading(self, block: Block) -> str:
        if isinstance(block, Facts):
            return self._decided(block)
        return self._blocks.block(block)

    def _decided(self, facts: Facts) -> str:
        """Decisions stand side by side, what is said about them below."""
        decisions: list[Fact] = []
        sentences: list[Fact] = []
        for fact in facts.items:
            kind = decisions if len(fact.value) <= DECISION else sentences
            kind.append(fact)
        drawn = ""
        if decisions:
            drawn = f'<dl class="decided">{pairs(decisions)}</dl>'
        if sentences:
            drawn += self._blocks.block(Facts(tuple(sentences)))
        return drawn

    def _folded_out(self, details: Details) -> str:
        title = escape(details.title)
        inner = self._each(details.blocks)
        return f'<section class="card stack"><h3>{title}</h3>{inner}</section>'

    def _each(self, blocks: Sequence[Block]) -> str:
        """Return blocks, each drawn by itself."""
        return "".join([self._blocks.block(block) for block in blocks])


def _guided(reply: Reply) -> Ask | None:
    """Return the question of a dialog that a reply asks; None where it asks something else."""
    if reply.ask is not None and reply.ask.of:
        return reply.ask
    return None


def _preview(guided: Ask | None) -> dict[str, str | int]:
    """Return what the result so far is asked for with; empty where there is none yet."""
    if guided is not None:
        for button in guided.buttons:
            if button.press.action == PREVIEW:
                return dict(button.press.data)
    return {}


def chart_at(blocks: Sequence[Block]) -> int | None:
    """Return where the first chart stands."""
    for at, block in enumerate(blocks):
        if isinstance(block, Chart):
            return at
    return None
