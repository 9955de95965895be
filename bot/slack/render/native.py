"""
Slack's newest blocks: markdown, plan, data table, chart, container and feedback buttons. Messages
only.

slack_sdk 3.47 has no classes for the data table and the chart, so all of them are plain dicts here.
"""

import re

from bot.slack.render.classic import MARKS, Classic
from bot.slack.render.elements import Json, context, plain_text, size
from bot.slack.render.limits import (
    CHART_LABEL,
    CHART_POINTS,
    CHART_TITLE,
    CHARTS,
    CONTAINER_CHILDREN,
    CONTAINER_TITLE,
    INSIDE,
    MARKDOWN,
    MESSAGE_CHARS,
    PAGE,
    SECTION,
)
from bot.slack.render.tabled import Tabled, rows_of
from bot.slack.render.text import cut, escape, linked, markdown, pieces
from handlers.conversation import Bar, Chart, Column, Details, Paragraph, Step, Steps, Table
from handlers.texts import Texts
from knowledge.values import Language

LINK = "[{mark}]({url})"
VOTES = ("up", "down")  # in the order of the plain buttons
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


class Native(Tabled):
    def __init__(self, texts: Texts, language: Language) -> None:
        super().__init__(texts, language)
        self._charts = 0
        self._inside = Classic(texts, language, self.buttons)  # containers hold few kinds of blocks

    def paragraph(self, block: Paragraph) -> list[Json]:
        if block.tone != "answer":
            return super().paragraph(block)
        segments = pieces(block.text, markdown, MARKDOWN // 2 if self.links else MARKDOWN)
        linked_ = [linked(piece, self.links, LINK, MARKDOWN) for piece in segments]
        return [{"type": "markdown", "text": piece} for piece in linked_]

    def table(self, block: Table) -> list[Json]:
        if not block.caption or not self.fits(rows_of(block)):
            return super().table(block)
        head = [{"type": "raw_text", "text": column.title or "–"} for column in block.columns]
        rows = [head]
        for row in block.rows:
            cells = zip(block.columns, row, strict=True)
            rows.append([_cell(column, value) for column, value in cells])
        table = {
            "type": "data_table",
            "caption": block.caption,
            "page_size": PAGE,
            "rows": rows,
            "row_header_column_index": block.header_column,
        }
        return [table]

    def chart(self, block: Chart) -> list[Json]:
        labels = [cut(MARKS[bar.state] + bar.short, CHART_LABEL) for bar in block.bars]
        fits = 0 < len(labels) <= CHART_POINTS
        unique = len(set(labels)) == len(labels)
        if self._charts == CHARTS or not fits or not unique:
            return super().chart(block)
        self._charts += 1
        points = []
        for label, bar in zip(labels, block.bars, strict=True):
            points.append({"label": label, "value": bar.value})
        axis = cut(block.axis, CHART_LABEL)
        chart = {
            "type": "bar",
            "series": [{"name": axis, "data": points}],
            "axis_config": {"categories": labels, "y_label": axis},
        }
        title = cut(block.title, CHART_TITLE)
        values = " · ".join([_value(bar) for bar in block.bars])
        legend = [escape(text) for text in (block.legend, values) if text]
        element = {"type": "data_visualization", "title": title, "chart": chart}
        return [element, context(*legend)]

    def steps(self, block: Steps) -> list[Json]:
        tasks = [_task(step) for step in block.items]
        plan = {"type": "plan", "title": block.title, "tasks": tasks}
        if not tasks or size(plan) > SECTION:
            return super().steps(block)
        return [plan]

    def details(self, block: Details) -> list[Json]:
        inner = self._inside.blocks(block.blocks)
        drawable = all(inner_block["type"] in INSIDE for inner_block in inner)
        few = 0 < len(inner) <= CONTAINER_CHILDREN
        # a container is never cut in two
        if not drawable or not few or size(inner) > MESSAGE_CHARS // 2:
            return super().details(block)
        container = {
            "type": "container",
            "title": plain_text(block.title, CONTAINER_TITLE),
            "width": "full",
            "child_blocks": inner,
            "is_collapsible": True,
            "default_collapsed": not block.open,
        }
        return [container]

    def feedback(self, answer: str) -> list[Json]:
        element = {
            "type": "feedback_buttons",
            "action_id": "",
            "positive_button": self._thumb("up", answer),
            "negative_button": self._thumb("down", answer),
        }
        element["action_id"] = self.buttons.name("feedback.vote")
        return [{"type": "context_actions", "elements": [element]}]

    def _thumb(self, vote: str, answer: str) -> Json:
        """Return one of the thumbs: what the plain button says and carries."""
        [row] = Classic.feedback(self, answer)
        button = row["elements"][VOTES.index(vote)]
        return {
            "text": button["text"],
            "accessibility_label": self.say(vote),
            "value": button["value"],
        }


def _cell(column: Column, value: str) -> Json:
    if column.kind == "number" and _NUMBER.fullmatch(value):
        return {"type": "raw_number", "value": float(value), "text": value}
    return {"type": "raw_text", "text": value or "–"}


def _value(bar: Bar) -> str:
    if not bar.note:
        return f"{bar.name} {bar.shown}"
    return f"{bar.name} {bar.shown} ({bar.note})"


def _task(step: Step) -> Json:
    card: Json = {
        "type": "task_card",
        "task_id": step.id,
        "title": step.title,
        "status": step.status,
    }
    if step.output:
        text = {"type": "text", "text": step.output}
        lines = {"type": "rich_text_section", "elements": [text]}
        card["output"] = {"type": "rich_text", "elements": [lines]}
    return card
