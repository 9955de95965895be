"""The decisions of a person as a table: each opens, two can be set side by side. Pure."""

from collections.abc import Sequence
from html import escape

from bot.web.forms import Forms
from bot.web.markup import flag
from bot.web.pages import Place
from bot.web.rail import RESUME
from handlers.conversation import Button, Buttons, Press, Reply, Table
from handlers.texts import Texts
from knowledge.values import Language

DAY, TITLE, GOAL = range(3)  # columns that every history begins with


class Decisions:
    """Draws for one place in one language; `today` is an ISO day."""

    def __init__(self, texts: Texts, language: Language, place: Place, today: str) -> None:
        self._today = today
        self._forms = Forms(texts, language, place.path, "")
        self._say = self._forms.say
        self._place = place

    def listed(self, history: Reply, chosen: Sequence[str]) -> str:
        """Return past runs, the `chosen` ones ticked; empty where there are none."""
        table: Table | None = None
        runs: list[Button] = []
        for block in history.blocks:
            if isinstance(block, Table):
                table = table or block
            elif isinstance(block, Buttons):
                runs += [button for button in block.items if button.press.action == RESUME]
        if table is None:
            return ""
        head = ""
        for at, column in enumerate(table.columns):
            if at == DAY:
                head = f'<th scope="col">{self._say("decision")}</th>'
            elif at != GOAL:
                head += f'<th scope="col">{escape(column.title)}</th>'
        head += f'<th scope="col">{escape(table.columns[DAY].title)}</th>'
        head += f'<th scope="col"><span class="hidden">{self._say("ways")}</span></th>'
        titles = [column.title for column in table.columns]
        rows = ""
        for number, row in enumerate(table.rows):
            run = runs[number] if number < len(runs) else None
            rows += self._row(row, titles, run, chosen if len(runs) > 1 else None)
        compare = ""
        if len(runs) > 1:
            compare = f'<div class="row"><button>{self._say("compare")}</button></div>'
        form = f'<form id="pair-form" method="get" action="{self._place.path}">{compare}</form>'
        caption = escape(table.caption)
        return (
            f'<table class="list"><caption class="hidden">{caption}</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{form}"
        )

    def _row(
        self,
        row: Sequence[str],
        titles: Sequence[str],
        run: Button | None,
        chosen: Sequence[str] | None,
    ) -> str:
        """
        Return one run: what it is called, what came of it, and what can be done with it. It can be
        ticked where there are `chosen` ones.
        """
        goal = row[GOAL] if row[GOAL] != "–" else row[TITLE]
        name = escape(goal)
        tick, ways = "", ""
        if run is not None:
            tick = self._tick(run, name, chosen)
            name = self._forms.press(goal, run.press, "link")
            memo = Press("choose.memo", run.press.data)
            ways = self._forms.press(self._forms.text("memo"), memo, "quiet", "note")
        cells = ""
        for at, cell in enumerate(row):
            if at not in (DAY, GOAL):
                label = escape(titles[at])
                cells += f'<td data-l="{label}">{self._cell(titles[at], cell)}</td>'
        cells += f'<td class="nw" data-l="{escape(titles[DAY])}">{escape(row[DAY])}</td>'
        actions = f'<td><div class="row">{ways}{tick}</div></td>'
        return f'<tr><th scope="row">{name}</th>{cells}{actions}</tr>'

    def _cell(self, title: str, cell: str) -> str:
        """Return one cell; a day of review that has come is marked."""
        due = title == self._forms.word("choose.review_day") and cell <= self._today
        if not due:
            return escape(cell)
        return f'{escape(cell)} <span class="chip warn">{self._say("review_due")}</span>'

    def _tick(self, run: Button, name: str, chosen: Sequence[str] | None) -> str:
        if chosen is None:
            return ""
        id_ = escape(str(run.press.data.get("rid", "")))
        ticked = flag("checked", on=id_ in chosen)
        label = f'aria-label="{self._say("side_by_side")}: {name}"'
        box = f'type="checkbox" name="run" value="{id_}" form="pair-form"'
        return f'<label class="row"><input {box} {label}{ticked}></label>'
