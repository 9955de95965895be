"""Blocks into HTML, one kind after the other. Pure; all text is escaped in `markup`."""

from collections.abc import Sequence
from html import escape
from typing import assert_never

from bot.web.forms import Forms, safe
from bot.web.markup import Markup
from bot.web.pages import Place
from handlers.conversation import (
    Block,
    Button,
    Buttons,
    Chart,
    Details,
    Divider,
    Facts,
    Feedback,
    Flat,
    Heading,
    Paragraph,
    Source,
    Sources,
    Steps,
    Table,
)
from handlers.texts import Texts
from knowledge.values import Language

STEP = {"pending": "", "in_progress": "now", "complete": "done", "error": "fail"}
WIDE, BROAD = 5, 3  # columns beyond which a table scrolls on a phone, and on a narrow one
BRIEF = 11  # characters of a cell that is not broken
BAR = 100  # user units of a chart's width
CHIP = 44  # characters of one such part
LABEL = 24  # characters of a fact's label beyond which its value stands below
JOINT = " · "  # between the parts of a line that says how an answer was made


class Blocks:
    """Draws for one place in one language. `turn` makes anchors unique; a region has none."""

    def __init__(self, texts: Texts, language: Language, place: Place, turn: str) -> None:
        self._place = place
        self._turn = turn
        self._forms = Forms(texts, language, place.path, turn)
        self._say = self._forms.say
        self._markup = Markup(turn, texts.say("web.source", language))
        self._level = 3 if place.kind == "talk" and turn else 2

    def all(self, blocks: Sequence[Block]) -> str:
        """
        Return blocks one below the other; buttons that open the rows of the table above them stand
        in the rows.
        """
        out: list[str] = []
        for above, block in zip((None, *blocks), blocks, strict=False):
            if isinstance(above, Table) and isinstance(block, Buttons) and _opens(above, block):
                out[-1] = self._table(above, opens=block.items)
            elif isinstance(block, Table) and isinstance(above, Heading):
                out.append(self._table(block, headed=above.text == block.caption))
            else:
                out.append(self.block(block))
        return "".join(out)

    def block(self, block: Block) -> str:
        match block:
            case Details(title, blocks, opened):
                inner = "".join(self.block(b) for b in blocks)
                return (
                    f"<details{' open' if opened else ''}><summary>{escape(title)}</summary>"
                    f'<div class="stack">{inner}</div></details>'
                )
            case _:
                return self._flat(block)

    def _flat(self, block: Flat) -> str:
        match block:
            case Heading(text):
                return f"<h{self._level}>{escape(text)}</h{self._level}>"
            case Paragraph(text, tone):
                return self._paragraph(text, tone)
            case Facts():
                return self._facts(block)
            case Table():
                return self._table(block)
            case Chart():
                return self._chart(block)
            case Steps():
                return self._steps(block)
            case Sources():
                return self.sources(block)
            case Buttons(items, row, label):
                lead = f"<span>{escape(label)}</span>" if label else ""
                kind = "follow" if row == "followup" else "buttons"
                return f'<div class="{kind}">{lead}{self._forms.buttons(items)}</div>'
            case Feedback():
                return self._forms.feedback(block)
            case Divider():
                return "<hr>"
            case _:
                assert_never(block)

    def _paragraph(self, text: str, tone: str) -> str:
        match tone:
            case "answer":
                return f'<div class="answer">{self._markup.prose(text, lead=True, listed="dots")}</div>'
            case "quiet" if JOINT in text and all(len(part) <= CHIP for part in text.split(JOINT)):
                chips = "".join(
                    f'<span class="chip">{self._markup.inline(part)}</span>'
                    for part in text.split(JOINT)
                )
                return f'<div class="chips">{chips}</div>'
            case "quiet":
                return f'<p class="small soft">{self._markup.inline(text)}</p>'
            case "quote":
                return f"<blockquote>{Markup(strong='mark').prose(text)}</blockquote>"
            case "code":
                label = self._say("code")
                return f'<pre tabindex="0" role="region" aria-label="{label}">{escape(text)}</pre>'
            case "note":
                return f'<div class="note on">{self._markup.prose(text)}</div>'
            case "warning":
                return f'<div class="note warn">{self._markup.prose(text)}</div>'
            case "bad":
                return f'<div class="note bad">{self._markup.prose(text)}</div>'
            case _:
                return self._markup.prose(text)

    def _facts(self, facts: Facts) -> str:
        """Numbers that stand side by side lead; everything else is a list."""
        if len(facts.items) > 1 and all(
            f.value[:1].isdigit() and len(f.value) < 8 for f in facts.items
        ):
            rows = "".join(
                f"<div><dt>{escape(f.label)}</dt><dd>{escape(f.value)}</dd></div>"
                for f in facts.items
            )
            return f'<dl class="figures">{rows}</dl>'
        rows = "".join(
            f"<dt>{escape(f.label)}</dt><dd>{self._markup.inline(f.value)}</dd>"
            for f in facts.items
        )
        long = " long" if any(len(f.label) > LABEL for f in facts.items) else ""
        return f'<dl class="facts{long}">{rows}</dl>'

    def _steps(self, steps: Steps) -> str:
        rows = "".join(
            f'<li class="{STEP[s.status]}"{" aria-current=step" if s.status == "in_progress" else ""}>'
            f'<span>{escape(s.title)}<span class="hidden"> ({self._say(f"step_{s.status}")})</span></span>'
            f'<span class="time">{escape(s.output)}</span></li>'
            for s in steps.items
        )
        kind = "steps" if self._place.path == "/" else "steps row"
        return f'<p class="small"><b>{escape(steps.title)}</b></p><ol class="{kind}">{rows}</ol>'

    def _table(self, table: Table, *, opens: Sequence[Button] = (), headed: bool = False) -> str:
        """
        Return a table; `opens` name its rows, `headed` says that the heading above it is its
        caption already.
        """
        numbers = [' class="num"' if c.kind == "number" else "" for c in table.columns]
        head = "".join(
            f'<th scope="col"{kind}>{escape(c.title)}</th>'
            for c, kind in zip(table.columns, numbers, strict=True)
        )
        rows = ""
        for at, row in enumerate(table.rows):
            named = self._forms.press(opens[at].label, opens[at].press, "link") if opens else ""
            cells = "".join(
                f'<th scope="row"{kind}>{named or self._markup.inline(cell)}</th>'
                if n == table.header_column
                else f"<td{kind or _brief(cell)}>{self._markup.inline(cell)}</td>"
                for n, (cell, kind) in enumerate(zip(row, numbers, strict=True))
            )
            rows += f"<tr>{cells}</tr>"
        caption = escape(table.caption)
        hidden = ' class="hidden"' if headed else ""
        many = len(table.columns)
        wide = ' class="wide-table"' if many > WIDE else ' class="broad"' if many > BROAD else ""
        return (
            f'<div class="scroll" tabindex="0" role="group" aria-label="{caption}">'
            f"<table{wide}><caption{hidden}>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
        )

    def _chart(self, chart: Chart) -> str:
        """
        One row a bar on one scale; figures and words stand in the row, so that drawing and legend
        are decoration.
        """
        values = [0.0, *(b.value for b in chart.bars if b.state != "excluded")]
        low, high = min(values), max(values)
        scale = BAR / ((high - low) or 1)
        zero = -low * scale
        rows = ""
        for bar in chart.bars:
            kind = {"best": "win", "excluded": "off", "normal": ""}[bar.state]
            left = zero + min(0.0, bar.value) * scale
            shape = f'<rect x="{left:.1f}" y="0" width="{abs(bar.value) * scale:.1f}" height="8"/>'
            axis = f'<line x1="{zero:.1f}" x2="{zero:.1f}" y1="-3" y2="11"/>'
            svg = f'<svg viewBox="0 0 {BAR} 8" preserveAspectRatio="none" aria-hidden="true">{shape}{axis}</svg>'
            off = bar.state == "excluded"
            best = (
                f' <span class="chip on">{self._say("best")}</span>' if bar.state == "best" else ""
            )
            shown = self._say("excluded") if off else escape(bar.shown)
            drawn = f"<small>{escape(bar.note)}</small>" if off else svg
            name = f'<th scope="row">{escape(bar.label)}{best}</th>'
            rows += f'<tr class="{kind}">{name}<td class="num">{shown}</td><td>{drawn}</td></tr>'
        heads = (
            ("name", self._say("bar_name")),
            ("num", escape(chart.axis)),
            ("", f'<b class="hidden">{self._say("bars")}</b>'),
        )
        head = "".join(f'<th scope="col" class="{kind}">{title}</th>' for kind, title in heads)
        return (
            f'<table class="chart"><caption>{escape(chart.title)}</caption><thead><tr>{head}</tr></thead>'
            f"<tbody>{rows}</tbody></table>"
        )

    def sources(self, block: Sources) -> str:
        rows = "".join(self._source(s) for s in block.items)
        return f'<aside class="side card"><h3>{self._say("sources")}</h3><ol class="sources">{rows}</ol></aside>'

    def _source(self, source: Source) -> str:
        stale = f' <span class="chip warn">{self._say("stale")}</span>' if source.stale else ""
        dated = escape("・".join(p for p in (source.place, source.version, source.updated) if p))
        passage = Markup(strong="mark").prose(source.excerpt)
        link = (
            f'<p class="small"><a href="{escape(source.url)}">{self._say("original")}</a></p>'
            if safe(source.url)
            else ""
        )
        owner = (
            f'<p class="small soft">{self._say("owner", owner=source.owner)}</p>'
            if source.owner
            else ""
        )
        return (
            f"<li><details{' open' if source.number == 1 else ''}><summary><b>[{source.number}]</b>"
            f"<span>{escape(source.title)}</span><small>{dated}{stale}</small></summary>"
            f'<div class="body" id="s{self._turn}-{source.number}"><blockquote>{passage}</blockquote>'
            f"{owner}{link}</div></details></li>"
        )


def _opens(table: Table, buttons: Buttons) -> bool:
    """Report whether there is one button for each row, named as the row is."""
    return tuple(b.label for b in buttons.items) == tuple(
        row[table.header_column] for row in table.rows
    )


def _brief(cell: str) -> str:
    """Keep a date or a word in one piece."""
    return ' class="nowrap"' if len(cell) <= BRIEF else ""
