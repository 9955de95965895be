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
from bot.slack.render.tabled import Tabled
from bot.slack.render.text import cut, escape, markdown, pieces
from handlers.conversation import Bar, Chart, Column, Details, Paragraph, Step, Steps, Table
from handlers.texts import Texts
from knowledge.values import Language

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


class Native(Tabled):
    def __init__(self, texts: Texts, language: Language) -> None:
        super().__init__(texts, language)
        self._charts = 0
        self._inside = Classic(texts, language, self.buttons)  # containers hold few kinds of blocks

    def paragraph(self, block: Paragraph) -> list[Json]:
        if block.tone != "answer":
            return super().paragraph(block)
        return [
            {"type": "markdown", "text": drawn} for drawn in pieces(block.text, markdown, MARKDOWN)
        ]

    def table(self, block: Table) -> list[Json]:
        rows = [[c.title for c in block.columns], *(list(row) for row in block.rows)]
        if not block.caption or not self.fits(rows):
            return super().table(block)
        head = [{"type": "raw_text", "text": title or "–"} for title in rows[0]]
        body = [
            [_cell(c, value) for c, value in zip(block.columns, row, strict=True)]
            for row in block.rows
        ]
        drawn = {
            "type": "data_table",
            "caption": block.caption,
            "page_size": PAGE,
            "rows": [head, *body],
        }
        return [drawn | {"row_header_column_index": block.header_column}]

    def chart(self, block: Chart) -> list[Json]:
        labels = [cut(MARKS[bar.state] + bar.short, CHART_LABEL) for bar in block.bars]
        if (
            self._charts == CHARTS
            or not 0 < len(labels) <= CHART_POINTS
            or len(set(labels)) < len(labels)
        ):
            return super().chart(block)
        self._charts += 1
        points = [
            {"label": label, "value": bar.value}
            for label, bar in zip(labels, block.bars, strict=True)
        ]
        axis = cut(block.axis, CHART_LABEL)
        drawn = {
            "type": "bar",
            "series": [{"name": axis, "data": points}],
            "axis_config": {"categories": labels, "y_label": axis},
        }
        values = " · ".join(_value(bar) for bar in block.bars)
        legend = [escape(text) for text in (block.legend, values) if text]
        return [
            {"type": "data_visualization", "title": cut(block.title, CHART_TITLE), "chart": drawn},
            context(*legend),
        ]

    def steps(self, block: Steps) -> list[Json]:
        drawn = {
            "type": "plan",
            "title": block.title,
            "tasks": [_task(step) for step in block.items],
        }
        return [drawn] if block.items and size(drawn) <= SECTION else super().steps(block)

    def details(self, block: Details) -> list[Json]:
        inner = self._inside.blocks(block.blocks)
        fits = 0 < len(inner) <= CONTAINER_CHILDREN and all(
            drawn["type"] in INSIDE for drawn in inner
        )
        if not fits or size(inner) > MESSAGE_CHARS // 2:  # a container is never cut in two
            return super().details(block)
        title = plain_text(block.title, CONTAINER_TITLE)
        drawn = {"type": "container", "title": title, "width": "full", "child_blocks": inner}
        return [drawn | {"is_collapsible": True, "default_collapsed": not block.open}]

    def feedback(self, answer: str) -> list[Json]:
        def vote(name: str) -> Json:
            [row] = Classic.feedback(self, answer)
            pressed = row["elements"][("up", "down").index(name)]
            return {
                "text": pressed["text"],
                "accessibility_label": self.say(name),
                "value": pressed["value"],
            }

        thumbs = {"positive_button": vote("up"), "negative_button": vote("down")}
        element = {
            "type": "feedback_buttons",
            "action_id": self.buttons.name("feedback.vote"),
            **thumbs,
        }
        return [{"type": "context_actions", "elements": [element]}]


def _cell(column: Column, value: str) -> Json:
    if column.kind == "number" and _NUMBER.fullmatch(value):
        return {"type": "raw_number", "value": float(value), "text": value}
    return {"type": "raw_text", "text": value or "–"}


def _value(bar: Bar) -> str:
    return f"{bar.short} {bar.shown}" + (f" ({bar.note})" if bar.note else "")


def _task(step: Step) -> Json:
    drawn: Json = {
        "type": "task_card",
        "task_id": step.id,
        "title": step.title,
        "status": step.status,
    }
    if step.output:
        said = {"type": "rich_text_section", "elements": [{"type": "text", "text": step.output}]}
        drawn["output"] = {"type": "rich_text", "elements": [said]}
    return drawn
