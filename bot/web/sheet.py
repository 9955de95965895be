"""
The result of the guided dialog as one sheet: the verdict with its reasons, whether it can be done,
the way, and beside them the points; everything that defends it stands behind tabs. Pure.
"""

import re
from collections.abc import Sequence
from html import escape

from bot.web.blocks import Blocks
from bot.web.conversations import Article
from bot.web.forms import Forms
from bot.web.icons import Icon
from handlers.conversation import (
    Block,
    Button,
    Buttons,
    Chart,
    Details,
    Fact,
    Facts,
    Feedback,
    Heading,
    Paragraph,
    Reply,
    Table,
)

TABS = 5  # folded parts that have a tab of their own; the rest share the last one
PARTS = " / "  # between the parts of one fact
WAYS = ("ways", "rest")  # rows of buttons that change answers
MEMO, TRY = "choose.memo", "choose.whatif"
SIGNS: dict[str, Icon] = {
    "choose.memo": "note",
    "choose.question": "ask",
    "choose.compare": "chart",
    "choose.team": "person",
    "choose.restart": "again",
    "demo.open": "lens",
}
_POINTS = re.compile(r"\s*([+−-]\d[\d.,]*)\s*(?:点|points?)?\s*$")


def is_result(reply: Reply) -> bool:
    """Report whether a reply is a result: a chart under a heading, and nothing that is asked."""
    if reply.ask is not None or not reply.final:
        return False
    kinds = {type(block) for block in reply.blocks}
    return {Heading, Chart, Facts} <= kinds


class Sheet:
    """Draws one result; `blocks` draws what has no form of its own here."""

    def __init__(self, forms: Forms, blocks: Blocks, article: Article) -> None:
        self._forms = forms
        self._blocks = blocks
        self._say = forms.say
        self._article = article
        self._reasons = forms.sentence("choose.why_this", article.language)
        self._told = (
            forms.sentence("choose.against", article.language),
            forms.sentence("choose.flips", article.language),
        )

    def whole(self, trial: str = "") -> str:
        """Return the sheet; `trial` is the form that tries other answers, empty without one."""
        heads: list[Block] = []
        board: list[Block] = []
        folded: list[Details] = []
        ways: list[Block] = []
        foot: list[Block] = []
        for block in self._article.reply.blocks:
            if isinstance(block, Details):
                folded.append(block)
            elif isinstance(block, Chart):
                board.append(block)
            elif isinstance(block, Buttons) and block.row not in WAYS:
                ways.append(block)
            elif isinstance(block, Feedback) or board:
                foot.append(block)
            else:
                heads.append(block)
        left = f'<div class="stack a">{self._verdict(heads)}</div>'
        right = self._board(board, heads, ways, foot)
        tabs = self._tabs(folded, trial or self._first_try(ways))
        return f'<div class="wide sheet">{left}{right}{tabs}</div>'

    # ----------------------------------------------------------------- on the left

    def _verdict(self, heads: Sequence[Block]) -> str:
        title, small, words, fit, route = "", "", "", "", ""
        for block in heads:
            match block:
                case Heading(text):
                    title = f'<h2 class="mincho">{escape(text)}</h2>'
                case Paragraph(text, "quiet"):
                    small += f'<p class="k">{escape(text)}</p>'
                case Paragraph(_, "plain"):
                    words += self._blocks.block(block)
                case Paragraph() | Buttons():
                    fit += self._blocks.block(block)
                case Table():
                    route = self._route(block)
                case _:
                    pass
        name = f'<p class="k">{self._say("choose")}</p>'
        verdict = f'<section class="verdict">{name}{small}{title}{words}</section>'
        if fit:
            label = self._say("feasible")
            fit = f'<section class="fit" aria-label="{label}"><h3>{label}</h3>{fit}</section>'
        return verdict + self._why(heads) + fit + route

    def _why(self, heads: Sequence[Block]) -> str:
        """Return the reasons with what each is worth; the first one decides, and is marked."""
        rows = ""
        for fact in _facts(heads):
            if fact.label != self._reasons:
                continue
            for number, part in enumerate(fact.value.split(PARTS)):
                rows += _reason(part, first=number == 0)
        if not rows:
            return ""
        return f'<ol class="why" aria-label="{escape(self._reasons)}">{rows}</ol>'

    def _route(self, table: Table) -> str:
        """Return the way as stations: now, next, and only if it is needed."""
        stations = ""
        kinds = ("now", "", "maybe")
        for number, row in enumerate(table.rows):
            kind = kinds[min(number, len(kinds) - 1)]
            stage, does, metric, stop, takes, *_ = [*row, "", "", "", "", ""]
            details = ""
            heads = [column.title for column in table.columns]
            for name, value in ((heads[2], metric), (heads[3], stop), (heads[-1], row[-1])):
                if value:
                    details += f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>"
            stations += (
                f'<li class="{kind}"><span class="k">{escape(stage)} · {escape(takes)}</span>'
                f"<b>{escape(does)}</b><details><summary>{self._say('stops_when')}</summary>"
                f'<dl class="facts one">{details}</dl></details></li>'
            )
        title = escape(table.caption)
        return (
            f'<section aria-label="{title}"><h3>{title}</h3>'
            f'<ol class="lineh">{stations}</ol></section>'
        )

    # ----------------------------------------------------------------- on the right

    def _board(
        self,
        board: Sequence[Block],
        heads: Sequence[Block],
        ways: Sequence[Block],
        foot: Sequence[Block],
    ) -> str:
        chart = "".join([self._blocks.block(block) for block in board])
        told = (self._reasons, *self._told)
        facts = ""
        rest = [fact for fact in _facts(heads) if fact.label not in told]
        if rest:
            facts = self._blocks.block(Facts(tuple(rest)))
        small, votes = "", ""
        for block in foot:
            if isinstance(block, Feedback):
                votes += f'<div class="tools">{self._blocks.block(block)}</div>'
            else:
                small += self._blocks.block(block)
        buttons = ""
        for block in ways:
            if isinstance(block, Buttons):
                buttons += self._ways(block.items)
        label = self._say("points")
        trial = (
            f'<p class="trialtag"><span class="chip warn">{self._say("trying")}</span> '
            f'<span class="tiny soft">{self._say("trying_means")}</span></p>'
        )
        return (
            f'<aside class="stack board" aria-label="{label}">{trial}'
            f'<div id="board">{chart}{facts}</div>'
            f'<div class="row">{buttons}</div>{small}{votes}</aside>'
        )

    def _ways(self, items: Sequence[Button]) -> str:
        """Return what one can do with a result: the memo first, then the rest, quietly."""
        memo, others, last = "", "", ""
        for button in items:
            action = button.press.action
            if action == MEMO:
                memo += self._forms.press(button.label, button.press, "primary", SIGNS[MEMO])
            elif action in self._forms.elsewhere or action == TRY:
                continue
            elif button.confirm is not None:
                last += self._forms.button(button)
            else:
                others += self._forms.press(button.label, button.press, "quiet", SIGNS.get(action))
        return memo + others + last

    # ----------------------------------------------------------------- behind tabs

    def _first_try(self, ways: Sequence[Block]) -> str:
        """Return the button that asks which answer to change, for want of the whole form."""
        for block in ways:
            if not isinstance(block, Buttons):
                continue
            for button in block.items:
                if button.press.action == TRY:
                    return self._forms.press(button.label, button.press)
        return ""

    def _tabs(self, folded: Sequence[Details], trial: str) -> str:
        """Return what defends the result; without a script the parts follow one another."""
        parts: list[tuple[str, str]] = []
        if trial:
            parts.append((self._forms.text("try_answers"), f'<div id="trial">{trial}</div>'))
        parts += [(details.title, self._inner(details)) for details in folded[:TABS]]
        rest = ""
        for details in folded[TABS:]:
            rest += f"<section><h3>{escape(details.title)}</h3>{self._inner(details)}</section>"
        if rest:
            parts.append((self._forms.text("more"), rest))
        if not parts:
            return ""
        links, panels = "", ""
        for number, (title, inner) in enumerate(parts):
            id_ = f"p{self._article.turn}-{number}"
            links += f'<a href="#{id_}">{escape(title)}</a>'
            panels += (
                f'<section class="panel stack" id="{id_}" aria-label="{escape(title)}"'
                f' data-h="{escape(title)}">{inner}</section>'
            )
        label = self._say("in_detail")
        nav = f'<nav class="tabs" data-tabs aria-label="{label}">{links}</nav>'
        return f'<div class="stack near b">{nav}{panels}</div>'

    def _inner(self, details: Details) -> str:
        return "".join([self._blocks.block(block) for block in details.blocks])


def _facts(heads: Sequence[Block]) -> list[Fact]:
    facts: list[Fact] = []
    for block in heads:
        if isinstance(block, Facts):
            facts += block.items
    return facts


def _reason(part: str, *, first: bool) -> str:
    points = _POINTS.search(part)
    shown, text = "", escape(part)
    if points:
        shown, text = points[1], escape(part[: points.start()])
    if first:
        text = f"<mark>{text}</mark>"
    worth = f"<b>{escape(shown)}</b>" if shown else ""
    return f"<li>{worth}<span>{text}</span></li>"
