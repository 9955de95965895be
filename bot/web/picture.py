"""
How an answer was made, as a picture: the question, the passages as bars, the sentences beside what
they rest on. Everything else of the record follows, folded. Pure.
"""

import re
from collections.abc import Sequence
from html import escape

from bot.web.blocks import Blocks
from bot.web.forms import Forms
from bot.web.markup import css
from handlers.conversation import (
    Block,
    Buttons,
    Details,
    Heading,
    Paragraph,
    Reply,
    Steps,
    Table,
)

COLUMNS = 6  # of the table of passages: rank, document, place, first rank, figure, outcome
FULL = 100  # user units of the longest bar
_NUMBER = re.compile(r"[−-]?\d+(?:\.\d+)?")
_CITED = re.compile(r"\[\d+\]")


def is_trace(reply: Reply) -> bool:
    """Report whether a reply shows how an answer was made: its stages, and what was found."""
    steps = any(isinstance(block, Steps) for block in reply.blocks)
    return reply.ask is None and reply.final and steps and _candidates(reply.blocks) is not None


def _candidates(blocks: Sequence[Block]) -> Table | None:
    for block in blocks:
        if isinstance(block, Table) and len(block.columns) == COLUMNS:
            return block
    return None


class Picture:
    """Draws one record; `blocks` draws what has no form of its own here."""

    def __init__(self, forms: Forms, blocks: Blocks) -> None:
        self._forms = forms
        self._blocks = blocks
        self._say = forms.say

    def whole(self, blocks: Sequence[Block]) -> str:
        """Return the picture and, below it, the rest of the record."""
        head, foot, folded = "", "", ""
        title = ""
        found = _candidates(blocks)
        recorded = any(isinstance(block, Details) for block in blocks)
        steps = [block for block in blocks if isinstance(block, Steps)]
        for block in blocks:
            if isinstance(block, Heading):
                title = f'<h2 class="mincho">{escape(block.text)}</h2>'
            elif isinstance(block, Steps) or block is found:
                continue
            elif isinstance(block, Details):
                folded += self._blocks.block(block)
            elif isinstance(block, Buttons) or folded:
                foot += self._blocks.block(block)
            else:
                head += self._question(block, recorded=recorded)
        stages = [
            self._stage(1, self._say("picture_question"), head),
            self._stage(2, self._say("picture_found"), self._bars(found)),
            self._stage(3, self._say("picture_tied"), self._tied(blocks)),
        ]
        flow = f'<div class="flow">{"".join(stages)}</div>'
        times = "".join([self._blocks.block(step) for step in steps])
        return f'<div class="stack far">{title}{flow}{times}<div>{folded}</div>{foot}</div>'

    def _stage(self, number: int, title: str, inner: str) -> str:
        if not inner:
            return ""
        return (
            f'<section class="stage"><span class="n" aria-hidden="true">{number}</span>'
            f'<div class="stack near"><h3>{title}</h3>{inner}</div></section>'
        )

    def _question(self, block: Block, *, recorded: bool) -> str:
        """Return what stands before the passages: of a record, the question, set large."""
        if recorded and isinstance(block, Paragraph) and block.tone == "plain":
            return f'<p class="lit">{escape(block.text)}</p>'
        return self._blocks.block(block)

    def _bars(self, table: Table | None) -> str:
        """
        Return the passages as bars: in the order that counts, or, by a switch, in that of the first
        stage.
        """
        if table is None:
            return ""
        figures = [_figure(row[4]) for row in table.rows]
        lowest = min([*figures, 0.0])
        spread = (max([*figures, 0.0]) - lowest) or 1.0
        rows = ""
        for place, (row, figure) in enumerate(zip(table.rows, figures, strict=True), 1):
            rank, document, where, first, shown, outcome = row
            used = bool(_CITED.search(outcome))
            width = FULL * (0.04 + 0.96 * (figure - lowest) / spread)
            name = f'{escape(document)} <span class="tiny">{escape(where)}</span>'
            bar = (
                f'<svg viewBox="0 0 {FULL} 8" preserveAspectRatio="none" aria-hidden="true">'
                f'<rect width="{width:.1f}" height="8"/></svg>'
            )
            ranks = f'<span class="r2">{escape(rank)}</span><span class="r1">{escape(first)}</span>'
            first_place = place
            if first.isdigit():
                first_place = int(first)
            kind = f"o{place}"
            if used:
                kind += " used"
            rows += (
                f'<li{css(kind)} data-first="{first_place}"><b class="num">{ranks}</b>'
                f'<span>{name}</span>{bar}<span class="num">{escape(shown)}</span>'
                f'<span class="tail">{escape(outcome)}</span></li>'
            )
        caption = escape(table.columns[4].title)
        return (
            f'<div class="rank">{self._switch()}<ol class="psg" aria-label="'
            f'{escape(table.caption)}">{rows}</ol><p class="small soft">'
            f"{self._say('picture_scale', figure=caption)}</p></div>"
        )

    def _switch(self) -> str:
        """Return the switch between both orders; only a script re-orders, so that it shows it."""
        first = self._say("picture_first")
        second = self._say("picture_second")
        return (
            '<div class="seg" data-rank hidden>'
            f'<button type="button" aria-pressed="false" data-by="first">{first}</button>'
            f'<button type="button" aria-pressed="true" data-by="second">{second}</button></div>'
        )

    def _tied(self, blocks: Sequence[Block]) -> str:
        """Return each sentence of the answer beside the passage it rests on."""
        table = _checked(blocks)
        if table is None:
            return ""
        rows = ""
        for row in table.rows:
            _, sentence, cites, support, verdict = row
            rows += (
                f'<li><span>{escape(sentence)}</span><span class="tie-line" aria-hidden="true">'
                f'</span><span class="small">{escape(cites)} <span class="soft">'
                f"{escape(table.columns[3].title)} {escape(support)} · {escape(verdict)}</span>"
                "</span></li>"
            )
        return f'<ol class="ties">{rows}</ol>'


def _checked(blocks: Sequence[Block]) -> Table | None:
    """Return the table of sentences with their support: the last one of five columns."""
    for block in reversed(blocks):
        if not isinstance(block, Details):
            continue
        for inner in block.blocks:
            if isinstance(inner, Table) and len(inner.columns) == COLUMNS - 1:
                return inner
    return None


def _figure(shown: str) -> float:
    """Return a figure as a number; 0 where there is none."""
    number = _NUMBER.search(shown)
    return float(number[0].replace("−", "-")) if number else 0.0
