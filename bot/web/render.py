"""Replies into HTML: one article a turn, or the regions of a page. Pure."""

from collections.abc import Sequence
from html import escape

from bot.web.blocks import Blocks
from bot.web.conversations import Article
from bot.web.forms import Forms
from bot.web.markup import Markup
from bot.web.pages import Place
from handlers.conversation import (
    Ask,
    Block,
    Button,
    Buttons,
    Chart,
    Details,
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
        beside = "".join(self._blocks.sources(b) for b in reply.blocks if isinstance(b, Sources))
        blocks = [b for b in reply.blocks if not isinstance(b, Sources)]
        whole = (
            self._place.kind == "stage"
            and reply.ask is None
            and any(isinstance(b, Chart) for b in blocks)
        )
        body = self._dossier(blocks) if whole else self._card(reply, blocks)
        ways = reply.ask.buttons if reply.ask and reply.ask.of else ()
        preview = next((b.press.data for b in ways if b.press.action == PREVIEW), {})
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
            guided=bool(reply.ask and reply.ask.of),
            preview=dict(preview),
        )

    def article(self, article: Article) -> str:
        """Return the whole turn: the question, the card and, beside it, the sources."""
        busy = ' aria-busy="true"' if article.busy else ""
        note = (
            f'<p class="note on" role="status">{self._markup.inline(article.note)}</p>'
            if article.note
            else ""
        )
        card = (
            f"{article.body}{note}"
            if article.whole
            else f'<div class="card stack">{article.body}{note}</div>'
        )
        name = escape(article.question)
        if self._place.kind != "talk":
            kind = "stage stack wide" if article.whole else "stage"
            return f'<article class="{kind}" id="t{article.turn}" aria-label="{name}"{busy}>{card}{article.beside}</article>'
        when = f'<time datetime="{escape(article.at)}">{escape(article.at[11:16])}</time>'
        head = f"<header><b>{self._say('you')}</b>{when}</header>"
        asked = f'<h2 id="q{article.turn}" tabindex="-1">{name}</h2>'
        marks = f'id="t{article.turn}" aria-labelledby="q{article.turn}"{busy}'
        return f'<article class="turn" {marks}>{head}{asked}{card}{article.beside}</article>'

    def blocks(self, blocks: Sequence[Block]) -> str:
        """Return blocks one below the other, for a region of a page."""
        return self._blocks.all(blocks)

    def _title(self, reply: Reply) -> str:
        if self._place.kind != "stage":
            return ""
        if reply.ask and reply.ask.of:
            return f"{reply.ask.title} {reply.ask.step}/{reply.ask.of}"
        return next((b.text for b in reply.blocks if isinstance(b, Heading)), "")

    def narrowing(self, ask: Ask) -> str:
        """
        Return questions as a form that only asks for the page again, narrowed by what is filled in.
        """
        return self._forms.narrowing(ask, self._place.path)

    def runs(self, table: Table, runs: Sequence[Button], chosen: Sequence[str]) -> str:
        """Return past runs, two of which can be put side by side."""
        return self._forms.runs(table, runs, chosen)

    def _card(self, reply: Reply, blocks: Sequence[Block]) -> str:
        notes = "".join(self._blocks.block(b) for b in reply.ask.notes) if reply.ask else ""
        asked = ""
        if reply.ask:
            asked = (
                self._forms.guided(reply.ask, notes)
                if reply.ask.of
                else self._forms.questions(reply.ask, notes)
            )
        spoken = "" if asked else self._markup.prose(reply.text)
        return f"{self._blocks.all(blocks) or spoken}{asked}"

    def _dossier(self, blocks: Sequence[Block]) -> str:
        """
        Return a result as a page of cards: what precedes its chart heads it, its buttons follow,
        then chart and details in two columns.
        """
        at = next(n for n, b in enumerate(blocks) if isinstance(b, Chart))
        head = "".join(
            self._decided(b) if isinstance(b, Facts) else self._blocks.block(b) for b in blocks[:at]
        )
        rest = blocks[at + 1 :]
        cards = [f'<section class="card stack">{self._blocks.block(blocks[at])}</section>']
        cards += [self._folded_out(b) for b in rest if isinstance(b, Details)]
        foot = "".join(self._blocks.block(b) for b in rest if not isinstance(b, Details | Buttons))
        buttons = "".join(self._blocks.block(b) for b in rest if isinstance(b, Buttons))
        verdict = f'<section class="card verdict stack">{head}</section>'
        return f'{verdict}{buttons}<div class="two even">{"".join(cards)}</div>{foot}'

    def _decided(self, facts: Facts) -> str:
        """Decisions stand side by side, what is said about them below."""
        short = [f for f in facts.items if len(f.value) <= DECISION]
        said = tuple(f for f in facts.items if len(f.value) > DECISION)
        rows = "".join(
            f"<div><dt>{escape(f.label)}</dt><dd>{escape(f.value)}</dd></div>" for f in short
        )
        below = self._blocks.block(Facts(said)) if said else ""
        return (f'<dl class="decided">{rows}</dl>' if rows else "") + below

    def _folded_out(self, details: Details) -> str:
        inner = "".join(self._blocks.block(b) for b in details.blocks)
        return f'<section class="card stack"><h3>{escape(details.title)}</h3>{inner}</section>'
