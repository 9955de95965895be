"""Turns into HTML: one article a turn, and the sheets of its sources. Pure."""

from collections.abc import Mapping, Sequence
from html import escape

from bot.web.blocks import Blocks
from bot.web.conversations import Article
from bot.web.drafts import changing
from bot.web.drafts import drawn as drawn_drafts
from bot.web.drawers import Drawers
from bot.web.forms import Forms
from bot.web.icons import icon
from bot.web.markup import Markup, flag
from bot.web.pages import Place
from bot.web.picture import Picture, is_trace
from bot.web.sheet import Sheet, is_result
from bot.web.todo import Steps as FirstSteps
from bot.web.todo import drawn as drawn_steps
from bot.web.trial import Trial
from bot.web.trial import drawn as drawn_trial
from bot.web.turn_view import TurnView
from handlers.conversation import (
    Ask,
    Block,
    Buttons,
    Chart,
    Heading,
    Press,
    Reply,
    Source,
    Sources,
)
from handlers.texts import Texts
from knowledge.values import Document, Language

NONE: Mapping[str, str] = {}


class Page:
    """
    Draws for one place in one language. What stands beside the turns has no turn of its own. Who
    only `reads` can press nothing.
    """

    def __init__(
        self, texts: Texts, language: Language, place: Place, *, reads: bool = False
    ) -> None:
        self._reads = reads
        self._texts = texts
        self._language: Language = language
        self._place = place
        self._here = Forms(texts, language, place.path, "")
        self._say = self._here.say

    def article(self, article: Article, regions: Mapping[str, str] = NONE) -> str:
        """Return the whole turn; `regions` are what stands within it beside its own reply."""
        if self._place.kind == "talk":
            return self._spoken(article)
        body = self._staged(article, regions.get("trial", ""))
        note = self._note(article)
        kind = "stage-turn card stack"
        if article.guided is not None:
            kind = "stage-turn stack"
        elif is_result(article.reply) or is_trace(article.reply):
            kind = "stage-turn"
        label = escape(article.question) or self._say(self._place.name)
        marks = f'id="t{article.turn}" aria-label="{label}" tabindex="-1"{_busy(article)}'
        return f'<article class="{kind}" {marks}>{body}{note}</article>'

    def drawers(self, article: Article) -> str:
        """Return the sheets of the sources a turn cites, which stand beside the page."""
        drawn = ""
        forms = Forms(self._texts, self._language, self._place.path, article.turn)
        for block in article.reply.blocks:
            if isinstance(block, Sources):
                drawn += Drawers(forms, article.turn).all(block)
        return drawn

    def blocks(self, blocks: Sequence[Block]) -> str:
        """Return blocks one below the other, for a region of a page."""
        return Blocks(self._texts, self._language, self._place, "").all(blocks)

    def examples(self, questions: Sequence[str]) -> str:
        """Return questions one may begin with, each a button that asks it; empty for none."""
        if not questions:
            return ""
        rows = ""
        for question in questions:
            text = escape(question)
            rows += f'<li><button name="q" value="{text}">{text}{icon("right")}</button></li>'
        page = '<input type="hidden" name="_page" value="/">'
        return f'<form method="post" action="/ask">{page}<ul>{rows}</ul></form>'

    def todo(self, steps: FirstSteps) -> str:
        """Return the first steps of an admin; empty once all are done."""
        return drawn_steps(steps, self._here)

    def drafts(self, documents: Sequence[Document]) -> str:
        """Return the drafts that wait as a form; empty where none does."""
        return drawn_drafts(documents, self._here)

    def several(self, ask: Ask) -> str:
        """Return the form that changes the documents that are ticked in the list."""
        return changing(ask, self._here)

    def waits(self, drafts: int) -> str:
        """Return how many drafts wait, as the menu shows it; empty for none."""
        if not drafts:
            return ""
        name = self._say("drafts_wait")
        return f'<span class="count">{drafts}<span class="hidden"> {name}</span></span>'

    def trial(self, reply: Reply, asks: Press, was: Mapping[str, str]) -> Trial | None:
        """Return other answers to a result and what they lead to; None where there is no run."""
        blocks = Blocks(self._texts, self._language, self._place, "")
        return drawn_trial(reply, asks, was, self._here, blocks)

    def title(self, articles: Sequence[Article]) -> str:
        """
        Return what heads the window: the question of a dialog, or a result's first heading; empty
        on other pages.
        """
        if self._place.kind != "stage" or not articles:
            return ""
        last = articles[-1]
        if last.guided is not None:
            return f"{last.guided.title} {last.guided.step}/{last.guided.of}"
        for block in last.reply.blocks:
            if isinstance(block, Heading):
                return block.text
        return ""

    def narrowing(self, ask: Ask) -> str:
        """
        Return questions as a form that only asks for the page again, narrowed by what is filled in.
        """
        return self._here.narrowing(ask, self._place.path)

    # ----------------------------------------------------------------- a turn of talk

    def _spoken(self, article: Article) -> str:
        """Return a turn of talk, headed by what was said."""
        turn = article.turn
        head = f'<h2 id="q{turn}" tabindex="-1">{escape(article.question)}</h2>'
        marks = f'id="t{turn}" aria-labelledby="q{turn}"{_busy(article)}'
        blocks = Blocks(self._texts, self._language, self._place, turn, _sources(article))
        forms = Forms(self._texts, self._language, self._place.path, turn)
        asked = ""
        if article.reply.ask is not None:
            asked = self._questions(article, blocks, article.reply.ask)
        view = TurnView(forms, blocks, article, self._place, reads=self._reads)
        body = view.body(self._language, asked)
        note = self._note(article)
        return f'<article class="turn" {marks}><div class="q">{head}</div>{body}{note}</article>'

    def _note(self, article: Article) -> str:
        if not article.note:
            return ""
        said = Markup().inline(article.note)
        return f'<div class="note ok" role="status">{icon("check")}<div>{said}</div></div>'

    # ----------------------------------------------------------------- on a stage or a desk

    def _staged(self, article: Article, trial: str) -> str:
        """Return what stands on a page that shows one thing."""
        reply = article.reply
        blocks = Blocks(self._texts, self._language, self._place, article.turn, _sources(article))
        forms = Forms(self._texts, self._language, self._place.path, article.turn)
        if reply.ask is None and self._place.kind == "stage":
            if is_result(reply):
                return Sheet(forms, blocks, article).whole(trial)
            if is_trace(reply):
                return Picture(forms, blocks).whole(reply.blocks)
        drawn = blocks.all(reply.blocks) + self._invitation(article)
        if reply.ask is not None:
            return drawn + self._questions(article, blocks, reply.ask)
        dismiss = ""
        if self._place.kind == "desk" and reply.final:
            dismiss = self._dismiss(article)
        return dismiss + (drawn or Markup().prose(reply.text))

    def _invitation(self, article: Article) -> str:
        """Return the way to the page that invites a team, where a turn is about one."""
        for block in article.reply.blocks:
            if not isinstance(block, Buttons) or self._place.path != "/choose":
                continue
            for button in block.items:
                team = button.press.data.get("tid")
                if team:
                    label = f"{icon('share')}{self._say('team_invite')}"
                    return f'<p><a class="btn" href="/team/{escape(str(team))}">{label}</a></p>'
        return ""

    def _dismiss(self, article: Article) -> str:
        """Return the button that takes a card off a desk."""
        label = self._say("dismiss", what=article.question)
        page = f'<input type="hidden" name="_page" value="{escape(self._place.path)}">'
        button = f'<button class="quiet sq" aria-label="{label}">{icon("close")}</button>'
        action = f"/turns/{article.turn}/dismiss"
        return (
            f'<form class="dismiss" method="post" action="{action}" data-dismiss>'
            f"{page}{button}</form>"
        )

    def _questions(self, article: Article, blocks: Blocks, ask: Ask) -> str:
        notes = "".join([blocks.block(note) for note in ask.notes])
        forms = Forms(self._texts, self._language, self._place.path, article.turn)
        if ask.of:
            return forms.guided(ask, notes)
        return forms.questions(ask, notes)


def _busy(article: Article) -> str:
    return flag('aria-busy="true"', on=article.busy)


def _sources(article: Article) -> tuple[Source, ...]:
    """Return every source a turn cites."""
    for block in article.reply.blocks:
        if isinstance(block, Sources):
            return block.items
    return ()


def chart_at(blocks: Sequence[Block]) -> int | None:
    """Return where the first chart stands."""
    for at, block in enumerate(blocks):
        if isinstance(block, Chart):
            return at
    return None
