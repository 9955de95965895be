"""Tables and charts into HTML. Pure."""

from collections.abc import Sequence
from html import escape

from bot.web.forms import Forms
from bot.web.markup import Markup, css, flag
from handlers.conversation import Bar, Button, Buttons, Chart, Column, Table

WIDE, BROAD = 5, 3  # columns beyond which a table scrolls on a phone, and on a narrow one
BRIEF = 11  # characters of a cell that is not broken
BAR = 100  # user units of a chart's width
STATES = {"best": "win", "excluded": "off", "normal": ""}  # what a bar's row is called


class Grids:
    """Draws for one place in one language, with what can be pressed and marked up there."""

    def __init__(self, forms: Forms, markup: Markup) -> None:
        self._forms = forms
        self._markup = markup
        self._say = forms.say

    def table(self, table: Table, *, opens: Sequence[Button] = (), headed: bool = False) -> str:
        """
        Return a table; `opens` name its rows, `headed` says that the heading above it is its
        caption already.
        """
        kinds = [_numeric(column) for column in table.columns]
        head = ""
        for column, kind in zip(table.columns, kinds, strict=True):
            head += f'<th scope="col"{kind}>{escape(column.title)}</th>'
        rows = ""
        for at, row in enumerate(table.rows):
            name = ""
            if opens:
                name = self._forms.press(opens[at].label, opens[at].press, "link")
            rows += f"<tr>{self._cells(table, row, kinds, name)}</tr>"
        caption = escape(table.caption)
        hidden = flag('class="hidden"', on=headed)
        return (
            f'<div class="scroll" tabindex="0" role="group" aria-label="{caption}">'
            f"<table{_width(len(table.columns))}><caption{hidden}>{caption}</caption>"
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
                cells += f"<td{kind or _brief(cell)}>{drawn}</td>"
        return cells

    def chart(self, chart: Chart) -> str:
        """
        One row a bar on one scale; figures and words stand in the row, so that drawing and legend
        are decoration.
        """
        values = [bar.value for bar in chart.bars if bar.state != "excluded"]
        low = min([0.0, *values])
        high = max([0.0, *values])
        scale = BAR / ((high - low) or 1)
        rows = "".join([self._bar(bar, scale, zero=-low * scale) for bar in chart.bars])
        head = (
            f'<th scope="col" class="name">{self._say("bar_name")}</th>'
            f'<th scope="col" class="num">{escape(chart.axis)}</th>'
            f'<th scope="col" class=""><b class="hidden">{self._say("bars")}</b></th>'
        )
        return (
            f'<table class="chart"><caption>{escape(chart.title)}</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        )

    def _bar(self, bar: Bar, scale: float, *, zero: float) -> str:
        """Return one row; `scale` is user units a point, `zero` where the axis stands."""
        best = ""
        if bar.state == "best":
            best = f' <span class="chip on">{self._say("best")}</span>'
        if bar.state == "excluded":
            figure = self._say("excluded")
            drawn = f"<small>{escape(bar.note)}</small>"
        else:
            figure = escape(bar.shown)
            drawn = _drawing(bar.value * scale, zero)
        name = f'<th scope="row">{escape(bar.label)}{best}</th>'
        cells = f'{name}<td class="num">{figure}</td><td>{drawn}</td>'
        return f'<tr class="{STATES[bar.state]}">{cells}</tr>'


def opens_rows(table: Table, buttons: Buttons) -> bool:
    """Report whether there is one button for each row, named as the row is."""
    labels = [button.label for button in buttons.items]
    names = [row[table.header_column] for row in table.rows]
    return labels == names


def _drawing(length: float, zero: float) -> str:
    """Return a bar from the axis to the right, or to the left where its length is negative."""
    left = zero + min(0.0, length)
    shape = f'<rect x="{left:.1f}" y="0" width="{abs(length):.1f}" height="8"/>'
    axis = f'<line x1="{zero:.1f}" x2="{zero:.1f}" y1="-3" y2="11"/>'
    frame = f'viewBox="0 0 {BAR} 8" preserveAspectRatio="none" aria-hidden="true"'
    return f"<svg {frame}>{shape}{axis}</svg>"


def _numeric(column: Column) -> str:
    return css("num") if column.kind == "number" else ""


def _width(columns: int) -> str:
    if columns > WIDE:
        return css("wide-table")
    if columns > BROAD:
        return css("broad")
    return ""


def _brief(cell: str) -> str:
    """Keep a date or a word in one piece."""
    return css("nowrap") if len(cell) <= BRIEF else ""
