"""Tables and charts into HTML. Pure."""

from collections.abc import Sequence
from html import escape

from bot.web.drafts import TICKED, ticking
from bot.web.forms import Forms
from bot.web.markup import Markup, css, flag
from handlers.conversation import Bar, Button, Buttons, Chart, Column, Table

BRIEF = 11  # characters of a cell that is not broken
HEIGHT = 10  # user units of a bar's row
MARGIN = 0.02  # of a chart's width left free at either end
STATES = {"best": "win", "excluded": "off", "normal": ""}  # what a bar's row is called


class Grids:
    """Draws for one place in one language, with what can be pressed and marked up there."""

    def __init__(self, forms: Forms, markup: Markup) -> None:
        self._forms = forms
        self._markup = markup
        self._say = forms.say
        self._states = {
            forms.word("documents.state_published"): "ok",
            forms.word("documents.state_staged"): "warn",
            forms.word("documents.state_withdrawn"): "bad",
        }

    def table(
        self,
        table: Table,
        *,
        opens: Sequence[Button] = (),
        headed: bool = False,
        ticked: bool = False,
    ) -> str:
        """
        Return a table; `opens` name its rows, which are `ticked` to be changed together; `headed`
        says that the heading above it is its caption already.
        """
        kinds = [_numeric(column) for column in table.columns]
        head = ""
        for column, kind in zip(table.columns, kinds, strict=True):
            if column.title:
                head += f'<th scope="col"{kind}>{escape(column.title)}</th>'
            else:
                head += "<td></td>"
        rows = ""
        for at, row in enumerate(table.rows):
            name = ""
            if opens:
                name = self._forms.press(opens[at].label, opens[at].press, "link")
            if ticked:
                document = str(opens[at].press.data.get("d", ""))
                tick = ticking(document, opens[at].label, form=TICKED)
                name = f'<div class="row tick">{tick}{name}</div>'
            rows += f"<tr>{self._cells(table, row, kinds, name)}</tr>"
        caption = escape(table.caption)
        hidden = flag('class="hidden"', on=headed)
        return (
            f'<div class="scroll" tabindex="0" role="group" aria-label="{caption}">'
            f"<table{css('list' if opens else '')}><caption{hidden}>{caption}</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
        )

    def _cells(self, table: Table, row: Sequence[str], kinds: Sequence[str], name: str) -> str:
        """Return the cells of a row; a `name` takes the place of the cell that names it."""
        cells = ""
        for number, (cell, kind) in enumerate(zip(row, kinds, strict=True)):
            drawn = self._markup.inline(cell)
            if number == table.header_column:
                cells += f'<th scope="row"{kind}>{name or drawn}</th>'
            else:
                chip = self._states.get(cell)
                if chip:
                    drawn = f'<span class="chip {chip}">{drawn}</span>'
                label = f' data-l="{escape(table.columns[number].title)}"'
                cells += f"<td{kind or _brief(cell)}{label}>{drawn}</td>"
        return cells

    def chart(self, chart: Chart) -> str:
        """
        One row a bar on one scale; figures and words stand in the row, so that drawing and legend
        are decoration.
        """
        values = [bar.value for bar in chart.bars]
        low = min([0.0, *values])
        high = max([0.0, *values])
        width = (high - low) or 1.0
        frame = f"{low - width * MARGIN:.2f} 0 {width * (1 + 2 * MARGIN):.2f} {HEIGHT}"
        rows = "".join([self._bar(bar, frame) for bar in chart.bars])
        head = (
            f'<th scope="col">{self._say("bar_name")}</th>'
            f'<th scope="col" class="num">{escape(chart.axis)}</th>'
            f'<th scope="col">{self._say("bars")}</th>'
        )
        return (
            f'<table class="bars"><caption>{escape(chart.title)}</caption>'
            f'<thead class="hidden"><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
        )

    def _bar(self, bar: Bar, frame: str) -> str:
        """Return one row, drawn on the scale that `frame` spans."""
        best = f' <span class="chip on tag">{self._say("best")}</span>'
        label = f'<th scope="row">{escape(bar.label)}{best}</th>'
        figure = escape(bar.shown)
        beside = _drawing(bar.value, frame)
        if bar.state == "excluded":
            figure = f"{figure} <small>{self._say('excluded')}</small>"
            beside += f'<small class="why0">{escape(bar.note)}</small>'
        cells = f'{label}<td class="num">{figure}</td><td>{beside}</td>'
        return f"<tr{css(STATES[bar.state])}>{cells}</tr>"


def opens_rows(table: Table, buttons: Buttons) -> bool:
    """Report whether there is one button for each row, named as the row is."""
    labels = [button.label for button in buttons.items]
    names = [row[table.header_column] for row in table.rows]
    return labels == names


def _drawing(value: float, frame: str) -> str:
    """Return a bar from the axis to the right, or to the left where the value is below zero."""
    left = min(0.0, value)
    shape = f'<rect x="{left:.1f}" y="1" width="{abs(value):.1f}" height="{HEIGHT - 2}"/>'
    axis = '<line x1="0" x2="0" y1="-2" y2="12"/>'
    return (
        f'<svg viewBox="{frame}" preserveAspectRatio="none" aria-hidden="true"'
        f' focusable="false">{shape}{axis}</svg>'
    )


def _numeric(column: Column) -> str:
    return css("num") if column.kind == "number" else ""


def _brief(cell: str) -> str:
    """Keep a date or a word in one piece."""
    return css("nw") if len(cell) <= BRIEF else ""
