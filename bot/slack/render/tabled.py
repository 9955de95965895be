"""The classic blocks and one real table: what clients of the last years draw."""

from bot.slack.render.classic import MARKS, Classic
from bot.slack.render.elements import Buttons, Json, sections
from bot.slack.render.limits import TABLE_CHARS, TABLE_COLUMNS, TABLE_ROWS
from handlers.conversation import Chart, Table
from handlers.texts import Texts
from knowledge.values import Language


class Tabled(Classic):
    """Slack takes one table a message, so the second and later ones are lists."""

    def __init__(self, texts: Texts, language: Language, buttons: Buttons | None = None) -> None:
        super().__init__(texts, language, buttons)
        self.tables = 0

    def fits(self, rows: list[list[str]]) -> bool:
        """
        Report whether these rows, head included, may be a table of this message, and count them
        when they may.
        """
        if self.tables or not 1 < len(rows) <= TABLE_ROWS:
            return False
        characters = sum(len(cell) for row in rows for cell in row)
        if not 0 < len(rows[0]) <= TABLE_COLUMNS or characters > TABLE_CHARS // 2:
            return False
        self.tables += 1
        return True

    def table(self, block: Table) -> list[Json]:
        rows = rows_of(block)
        if not self.fits(rows):
            return super().table(block)
        settings = []
        for column in block.columns:
            side = "right" if column.kind == "number" else "left"
            settings.append({"align": side, "is_wrapped": True})
        return [*sections(f"**{block.caption}**"), _table(rows, settings)]

    def chart(self, block: Chart) -> list[Json]:
        states = {
            "best": MARKS["best"] + self.say("best"),
            "excluded": MARKS["excluded"] + self.say("excluded"),
            "normal": "",
        }
        rows = [[self.say("chart_name"), self.say("chart_value"), self.say("chart_mark")]]
        rows += [[bar.label, bar.shown, bar.note or states[bar.state]] for bar in block.bars]
        if not self.fits(rows):
            return super().chart(block)
        settings: list[Json] = [{"is_wrapped": True}, {"align": "right"}, {"is_wrapped": True}]
        return [*sections(f"**{block.title}**"), _table(rows, settings)]


def rows_of(block: Table) -> list[list[str]]:
    """Return all rows of a table, its head first."""
    head = [column.title for column in block.columns]
    return [head, *map(list, block.rows)]


def _table(rows: list[list[str]], settings: list[Json]) -> Json:
    cells = [_row(row) for row in rows]
    return {"type": "table", "column_settings": settings, "rows": cells}


def _row(texts: list[str]) -> list[Json]:
    return [{"type": "raw_text", "text": text or "–"} for text in texts]
