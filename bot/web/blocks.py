"""Blocks into HTML, one kind after the other. Pure; all text is escaped in `markup`."""

from collections.abc import Sequence
from html import escape
from typing import assert_never

from bot.web.forms import Forms, safe
from bot.web.grids import Grids, opens_rows
from bot.web.markup import Markup, flag
from bot.web.pages import Place
from handlers.conversation import (
    Block,
    Buttons,
    Chart,
    Details,
    Divider,
    Fact,
    Facts,
    Feedback,
    Flat,
    Heading,
    Paragraph,
    Source,
    Sources,
    Step,
    Steps,
    Table,
)
from handlers.texts import Texts
from knowledge.values import Language

STEP = {"pending": "", "in_progress": "now", "complete": "done", "error": "fail"}
NOTES = {"note": "on", "warning": "warn", "bad": "bad"}  # tones in a coloured box, and its colour
CHIP = 44  # characters of one such part
LABEL = 24  # characters of a fact's label beyond which its value stands below
FIGURE = 8  # characters a figure that leads stays below
JOINT = " · "  # between the parts of a line that says how an answer was made


class Blocks:
    """Draws for one place in one language. `turn` makes anchors unique; a region has none."""

    def __init__(self, texts: Texts, language: Language, place: Place, turn: str) -> None:
        self._place = place
        self._turn = turn
        self._forms = Forms(texts, language, place.path, turn)
        self._say = self._forms.say
        self._markup = Markup(turn, texts.say("web.source", language))
        self._grids = Grids(self._forms, self._markup)
        self._level = 2
        if place.kind == "talk" and turn:
            self._level = 3

    def all(self, blocks: Sequence[Block]) -> str:
        """
        Return blocks one below the other; buttons that open the rows of the table above them stand
        in the rows.
        """
        drawn: list[str] = []
        above: Block | None = None
        for block in blocks:
            if isinstance(above, Table) and isinstance(block, Buttons) and opens_rows(above, block):
                drawn[-1] = self._grids.table(above, opens=block.items)
            elif isinstance(block, Table) and isinstance(above, Heading):
                drawn.append(self._grids.table(block, headed=above.text == block.caption))
            else:
                drawn.append(self.block(block))
            above = block
        return "".join(drawn)

    def block(self, block: Block) -> str:
        """Return one block by itself."""
        if not isinstance(block, Details):
            return self._flat(block)
        unfolded = flag("open", on=block.open)
        inner = "".join([self.block(one) for one in block.blocks])
        return (
            f"<details{unfolded}><summary>{escape(block.title)}</summary>"
            f'<div class="stack">{inner}</div></details>'
        )

    def _flat(self, block: Flat) -> str:  # noqa: C901, PLR0911  # one match over all blocks
        match block:
            case Heading(text):
                return f"<h{self._level}>{escape(text)}</h{self._level}>"
            case Paragraph(text, tone, whole):
                return self._paragraph(whole or text, tone)
            case Facts():
                return self._facts(block)
            case Table():
                return self._grids.table(block)
            case Chart():
                return self._grids.chart(block)
            case Steps():
                return self._steps(block)
            case Sources():
                return self.sources(block)
            case Buttons():
                return self._buttons(block)
            case Feedback():
                return self._forms.feedback(block)
            case Divider():
                return "<hr>"
            case _:
                assert_never(block)

    def _paragraph(self, text: str, tone: str) -> str:
        match tone:
            case "answer":
                prose = self._markup.prose(text, lead=True, listed="dots")
                return f'<div class="answer">{prose}</div>'
            case "quiet":
                return self._quiet(text)
            case "quote":
                return f"<blockquote>{Markup(strong='mark').prose(text)}</blockquote>"
            case "code":
                label = self._say("code")
                return f'<pre tabindex="0" role="region" aria-label="{label}">{escape(text)}</pre>'
            case "note" | "warning" | "bad":
                return f'<div class="note {NOTES[tone]}">{self._markup.prose(text)}</div>'
            case _:
                return self._markup.prose(text)

    def _quiet(self, text: str) -> str:
        """Short parts of a line stand beside each other, each in a frame of its own."""
        parts = text.split(JOINT)
        longest = max(len(part) for part in parts)
        if len(parts) == 1 or longest > CHIP:
            return f'<p class="small soft">{self._markup.inline(text)}</p>'
        chips = ""
        for part in parts:
            chips += f'<span class="chip">{self._markup.inline(part)}</span>'
        return f'<div class="chips">{chips}</div>'

    def _buttons(self, block: Buttons) -> str:
        if block.row == "whole":
            return ""  # a page has room: it shows the whole at once
        kind = "follow" if block.row == "followup" else "buttons"
        lead = ""
        if block.label:
            lead = f"<span>{escape(block.label)}</span>"
        return f'<div class="{kind}">{lead}{self._forms.buttons(block.items)}</div>'

    def _facts(self, facts: Facts) -> str:
        """Numbers that stand side by side lead; everything else is a list."""
        if len(facts.items) > 1 and all(_leads(fact) for fact in facts.items):
            return f'<dl class="figures">{pairs(facts.items)}</dl>'
        rows = ""
        kind = "facts"
        for fact in facts.items:
            rows += f"<dt>{escape(fact.label)}</dt><dd>{self._markup.inline(fact.value)}</dd>"
            if len(fact.label) > LABEL:
                kind = "facts long"
        return f'<dl class="{kind}">{rows}</dl>'

    def _steps(self, steps: Steps) -> str:
        rows = "".join([self._step(step) for step in steps.items])
        kind = "steps" if self._place.path == "/" else "steps row"
        title = escape(steps.title)
        return f'<p class="small"><b>{title}</b></p><ol class="{kind}">{rows}</ol>'

    def _step(self, step: Step) -> str:
        current = flag("aria-current=step", on=step.status == "in_progress")
        state = self._say(f"step_{step.status}")
        return (
            f'<li class="{STEP[step.status]}"{current}>'
            f'<span>{escape(step.title)}<span class="hidden"> ({state})</span></span>'
            f'<span class="time">{escape(step.output)}</span></li>'
        )

    def sources(self, block: Sources) -> str:
        """Return the sources of an answer, which stand beside it."""
        heading = f"<h3>{self._say('sources')}</h3>"
        rows = "".join([self._source(source) for source in block.items])
        return f'<aside class="side card">{heading}<ol class="sources">{rows}</ol></aside>'

    def _source(self, source: Source) -> str:
        unfolded = flag("open", on=source.number == 1)
        said = [part for part in (source.place, source.version, source.updated) if part]
        dated = escape("・".join(said))
        stale = ""
        if source.stale:
            stale = f' <span class="chip warn">{self._say("stale")}</span>'
        passage = Markup(strong="mark").prose(source.excerpt)
        return (
            f"<li><details{unfolded}><summary><b>[{source.number}]</b>"
            f"<span>{escape(source.title)}</span><small>{dated}{stale}</small></summary>"
            f'<div class="body" id="s{self._turn}-{source.number}">'
            f"<blockquote>{passage}</blockquote>"
            f"{self._owner(source)}{self._original(source)}</div></details></li>"
        )

    def _owner(self, source: Source) -> str:
        if not source.owner:
            return ""
        return f'<p class="small soft">{self._say("owner", owner=source.owner)}</p>'

    def _original(self, source: Source) -> str:
        if not safe(source.url):
            return ""
        link = f'<a href="{escape(source.url)}">{self._say("original")}</a>'
        return f'<p class="small">{link}</p>'


def pairs(facts: Sequence[Fact]) -> str:
    """Return facts as pairs that stand side by side."""
    rows = ""
    for fact in facts:
        rows += f"<div><dt>{escape(fact.label)}</dt><dd>{escape(fact.value)}</dd></div>"
    return rows


def _leads(fact: Fact) -> bool:
    """Report whether a fact is a figure that can be read at a glance."""
    return fact.value[:1].isdigit() and len(fact.value) < FIGURE
