"""Blocks into HTML, one kind after the other. Pure; all text is escaped in `markup`."""

import re
from collections.abc import Sequence
from html import escape
from typing import assert_never

from bot.web import answer_view
from bot.web.answer_view import AnswerView
from bot.web.forms import Forms
from bot.web.grids import Grids, opens_rows
from bot.web.icons import Icon, icon
from bot.web.markup import NOTHING, Markup, flag
from bot.web.pages import Place
from bot.web.passage import passage
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
from knowledge.text.lines import columns
from knowledge.values import Language

_ADDRESS = re.compile(r"https://([^\s<>/\"]+)[^\s<>\"]*")
STEP = {"pending": "", "in_progress": "now", "complete": "done", "error": "fail"}
NOTES: dict[str, tuple[str, Icon]] = {  # tones in a coloured box, its colour and its sign
    "note": ("", "info"),
    "warning": ("warn", "warn"),
    "bad": ("bad", "warn"),
}
CHIP = 44  # characters of one part of a line that says how an answer was made
LABEL = 48  # half-width columns of a fact's label beyond which its value stands below
FIGURE = 8  # characters a figure that leads stays below
JOINT = " · "  # between the parts of a line that says how an answer was made


class Blocks:
    """Draws for one place in one language. `turn` makes anchors unique; a region has none."""

    def __init__(
        self,
        texts: Texts,
        language: Language,
        place: Place,
        turn: str,
        sources: Sequence[Source] = (),
    ) -> None:
        self._place = place
        self._turn = turn
        self._forms = Forms(texts, language, place.path, turn)
        self._say = self._forms.say
        by_number = {source.number: source for source in sources} or NOTHING
        self._markup = Markup(turn, texts.say("web.source", language), sources=by_number)
        self._answer = AnswerView(self._markup, by_number)
        self._grids = Grids(self._forms, self._markup)
        self._level = 2
        if place.kind == "talk" and turn:
            self._level = 3

    def all(self, blocks: Sequence[Block]) -> str:
        """
        Return blocks one below the other; buttons that open the rows of the table, or the facts,
        above them stand in their places.
        """
        drawn: list[str] = []
        above: Block | None = None
        for block in blocks:
            if isinstance(above, Table) and isinstance(block, Buttons) and opens_rows(above, block):
                ticked = self._ticked(block)
                drawn[-1] = self._grids.table(above, opens=block.items, ticked=ticked)
            elif isinstance(above, Facts) and isinstance(block, Buttons) and _opens(above, block):
                drawn[-1] = self._opened(above, block)
            elif isinstance(block, Table) and isinstance(above, Heading):
                drawn.append(self._grids.table(block, headed=above.text == block.caption))
            else:
                drawn.append(self.block(block))
            above = block
        return "".join(drawn)

    def _opened(self, facts: Facts, opens: Buttons) -> str:
        """Return facts whose labels are the buttons that open what they are about."""
        rows = ""
        for fact, button in zip(facts.items, opens.items, strict=True):
            label = self._forms.press(button.label, button.press, "link")
            rows += f"<dt>{label}</dt><dd>{self._markup.inline(fact.value)}</dd>"
        return f'<dl class="facts opens">{rows}</dl>'

    def _ticked(self, opens: Buttons) -> bool:
        """Report whether this is the list of documents itself, of which several are changed."""
        listed = not self._turn and self._place.path == "/knowledge"
        return listed and all(one.press.action == "document.open" for one in opens.items)

    def block(self, block: Block) -> str:
        """Return one block by itself."""
        if not isinstance(block, Details):
            return self._flat(block)
        unfolded = flag("open", on=block.open)
        inner = "".join([self.block(one) for one in block.blocks])
        return (
            f"<details{unfolded}><summary>{escape(block.title)}</summary>"
            f'<div class="stack near">{inner}</div></details>'
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
                return self.buttons(block)
            case Feedback():
                return self._forms.feedback(block)
            case Divider():
                return "<hr>"
            case _:
                assert_never(block)

    def _paragraph(self, text: str, tone: str) -> str:
        match tone:
            case "answer":
                return self._answer.text(text)
            case "quiet":
                return self._quiet(text)
            case "quote":
                return f'<figure class="article"><blockquote>{passage(text)}</blockquote></figure>'
            case "code":
                label = self._say("code")
                return f'<pre tabindex="0" role="region" aria-label="{label}">{escape(text)}</pre>'
            case "note" | "warning" | "bad":
                return self.note(self._markup.prose(text), tone)
            case _:
                prose = self._markup.prose(text)
                return _ADDRESS.sub(_link, prose) if tone == "linked" else prose

    def note(self, inner: str, tone: str) -> str:
        """Return a coloured box around HTML, with the sign of its tone."""
        colour, sign = NOTES[tone]
        return f'<div class="note {colour}">{icon(sign)}<div>{inner}</div></div>'

    def _quiet(self, text: str) -> str:
        """Short parts of a line stand beside each other, set apart by a gap."""
        parts = text.split(JOINT)
        longest = max(len(part) for part in parts)
        if len(parts) == 1 or longest > CHIP:
            return f'<p class="small soft">{self._markup.inline(text)}</p>'
        return answer_view.made(text, JOINT)

    def buttons(self, block: Buttons) -> str:
        """Return a row of buttons; questions to go on with stand one below the other."""
        if block.row == "whole":
            return ""  # a page has room: it shows the whole at once
        items = self._forms.buttons(block.items)
        if block.row == "followup":
            label = f' role="group" aria-label="{escape(block.label)}"' if block.label else ""
            return f'<div class="follow"{label}>{items}</div>'
        lead = ""
        if block.label:
            lead = f'<span class="small soft">{escape(block.label)}</span>'
        return f'<div class="row">{lead}{items}</div>'

    def _facts(self, facts: Facts) -> str:
        """Numbers that stand side by side lead; everything else is a list."""
        if len(facts.items) > 1 and all(_leads(fact) for fact in facts.items):
            return f'<dl class="figs">{pairs(facts.items)}</dl>'
        rows = ""
        kind = "facts"
        for fact in facts.items:
            rows += f"<dt>{escape(fact.label)}</dt><dd>{self._markup.inline(fact.value)}</dd>"
            if columns(fact.label) > LABEL:
                kind = "facts long"
        return f'<dl class="{kind}">{rows}</dl>'

    def _steps(self, steps: Steps) -> str:
        rows = "".join([self._step(step) for step in steps.items])
        kind = "steps" if self._place.kind == "talk" else "steps row2"
        return f'<ol class="{kind}" aria-label="{escape(steps.title)}">{rows}</ol>'

    def _step(self, step: Step) -> str:
        now = step.status == "in_progress"
        current = flag('aria-current="step"', on=now)
        state = self._say(f"step_{step.status}")
        sign, time = "", ""
        if step.status == "complete":
            sign = icon("check")
        elif step.status == "error":
            sign = icon("warn")
        elif now:
            sign = '<span class="dot"></span>'
            time = f'<span class="num" data-tick data-unit="{self._say("seconds")}"></span>'
        output = f'<span class="time">{escape(step.output)}</span>' if step.output else ""
        title = f'<span>{escape(step.title)}<span class="hidden"> ({state})</span></span>'
        return f'<li class="{STEP[step.status]}"{current}>{sign}{title}{output}{time}</li>'

    def sources(self, block: Sources) -> str:
        """Return the sources of an answer as a strip; each opens as a sheet beside the page."""
        if not self._turn:
            return ""
        label, stale = self._forms.text("sources"), self._forms.text("stale")
        return answer_view.strip(block.items, self._turn, label, stale)


def _opens(facts: Facts, buttons: Buttons) -> bool:
    """Report whether there is one button for each fact, named as the fact is."""
    named = [fact.label for fact in facts.items]
    return named == [button.label for button in buttons.items]


def pairs(facts: Sequence[Fact]) -> str:
    """Return facts as pairs that stand side by side."""
    rows = ""
    for fact in facts:
        rows += f"<div><dt>{escape(fact.label)}</dt><dd>{escape(fact.value)}</dd></div>"
    return rows


def _leads(fact: Fact) -> bool:
    """Report whether a fact is a figure that can be read at a glance."""
    return fact.value[:1].isdigit() and len(fact.value) < FIGURE


def _link(address: re.Match[str]) -> str:
    """Return an address, escaped already, as a link that shows whose page it is."""
    return f'<a href="{address[0]}" rel="noreferrer">{address[1].removeprefix("www.")}</a>'
