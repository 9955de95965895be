"""
The drawing board: blocks in, Adaptive Card 1.5 elements out. Pure.

A TextBlock is Markdown, so everything but our own `**bold**`, lists and `[n]` is escaped: a link hidden in a
document stays text.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, assert_never

from handlers.conversation import (
    Bar,
    Block,
    Button,
    Buttons,
    Chart,
    Column,
    Details,
    Divider,
    Facts,
    Feedback,
    Heading,
    Paragraph,
    Source,
    Sources,
    Steps,
    Table,
)
from handlers.texts import Texts
from knowledge.values import Language

Element = dict[str, Any]

CARD = 28_000  # bytes of UTF-8 JSON; bigger cards are refused by some hosts
ACTIONS = 6  # buttons in one ActionSet
TABLE_COLUMNS = 5  # more break numbers apart in a chat column about 430 pixels wide
FACT_VALUE = 80  # characters that still read well beside a label
TITLE = 120  # characters of a document's title in a list of sources
LABEL = 44  # columns of a button's label that a card about 430 pixels wide shows
SCHEMA = "http://adaptivecards.io/schemas/adaptive-card.json"

_GLYPHS = {"complete": ("✓", "Good"), "in_progress": ("▶", "Accent"), "pending": ("○", "Default"), "error": ("✕", "Attention")}
_BARS = {"best": ("◎ ", "good", "good"), "normal": ("", "categoricalBlue", "accent"), "excluded": ("✕ ", "neutral", "emphasis")}
_STYLES = {"plain": {}, "primary": {"style": "positive"}, "danger": {"style": "destructive"}}
_ITEM = re.compile(r"(- |\d+\. )")
_HALF = re.compile(r"(?:\\|\*|\[\d*)+$")  # the beginning of a mark
_OURS = re.compile(r"(\*\*|\[\d+\])|([\\`*_\[\]#])")


def cut(text: str, limit: int) -> str:
    """Return at most `limit` characters; neither a citation mark nor an escaped sign is cut through."""
    return text if len(text) <= limit else _HALF.sub("", text[: limit - 1]) + "…"


def fit(text: str, limit: int) -> str:
    """Return at most `limit` bytes of UTF-16, in which Teams counts a message."""
    if len(text.encode("utf-16-le", "surrogatepass")) <= limit:
        return text
    return cut(text, len(text.encode("utf-16-le", "surrogatepass")[: limit - 2].decode("utf-16-le", "ignore")))


def size(card: Element) -> int:
    """Return the bytes a card takes on the wire."""
    return len(json.dumps(card, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace"))


def escaped(text: str) -> str:
    """Escape everything that Markdown would read."""
    return re.sub(r"([\\`*_\[\]#])", r"\\\1", text)


def marked(text: str) -> str:
    """Keep our own markup and escape the rest."""
    return _OURS.sub(lambda m: m[1] or f"\\{m[2]}", text)


def lines(text: str) -> str:
    """Put a blank line between lines, which Markdown would otherwise join; the items of one list stay together."""
    out = ""
    before = ""
    for line in filter(None, text.splitlines()):
        together = _ITEM.match(before) and _ITEM.match(line)
        out += ("" if not out else "\n" if together else "\n\n") + line
        before = line
    return out


def block_text(text: str, **more: Any) -> Element:
    return {"type": "TextBlock", "text": text, "wrap": True, **more}


class Board:
    """One card being drawn. It counts the parts that open and close, so that their ids are unique in the card."""

    def __init__(self, language: Language, texts: Texts) -> None:
        self.language = language
        self._texts = texts
        self._parts = 0

    def say(self, name: str, **values: object) -> str:
        return self._texts.say(f"teams.{name}", self.language, **values)

    def draw(self, blocks: Iterable[Block]) -> list[Element]:
        return [element for block in blocks for element in self._block(block)]

    def actions(self, buttons: Sequence[Button], *, inputs: bool = True, extra: Element | None = None) -> list[Element]:
        """
        Draw rows of buttons, then the hidden second step of each that asks to confirm.

        `inputs` False leaves the card's inputs out of the press, so that a required field does not block "back".
        """
        drawn = [(b, self._action(b, inputs=inputs, extra=extra or {})) for b in buttons]
        rows = [{"type": "ActionSet", "actions": [a for _, a in drawn[i : i + ACTIONS]]} for i in range(0, len(drawn), ACTIONS)]
        steps = [
            self._confirm(b, a["targetElements"][0], inputs, extra or {})
            for b, a in drawn
            if b.confirm is not None and not b.url
        ]
        return rows + steps

    def _block(self, block: Block) -> list[Element]:
        match block:
            case Heading():
                return [block_text(escaped(block.text), size="Large", weight="Bolder", style="heading")]
            case Paragraph():
                return [_paragraph(block)]
            case Facts():
                return _facts(block)
            case Table():
                return _table(block)
            case Chart():
                return _chart(block)
            case Steps():
                return self._steps(block)
            case Sources():
                return self._sources(block)
            case Buttons():
                lead = [block_text(marked(block.label), isSubtle=True, size="Small")] if block.label else []
                long = any(columns(b.label) > LABEL for b in block.items) and not any(b.confirm or b.url for b in block.items)
                return lead + ([_line(b) for b in block.items] if long else self.actions(block.items))
            case Feedback():
                return []  # the thumbs belong to the message, not to the card
            case Divider():
                return [block_text(" ", separator=True, spacing="Small")]
            case Details():
                return self._details(block)
            case _:
                assert_never(block)

    def _steps(self, block: Steps) -> list[Element]:
        rows = []
        for step in block.items:
            glyph, colour = _GLYPHS[step.status]
            words = [block_text(self.say(f"step_{step.status}", title=marked(step.title)))]
            if step.output:
                words.append(block_text(escaped(step.output), isSubtle=True, size="Small", spacing="None"))
            mark = {"type": "Column", "width": "24px", "items": [block_text(glyph, color=colour)]}
            rows.append(_columns([mark, {"type": "Column", "width": "stretch", "items": words}]))
        return [block_text(marked(block.title), weight="Bolder"), *rows]

    def _sources(self, block: Sources) -> list[Element]:
        rows = [block_text(_source_line(s), size="Small", spacing="Small") for s in block.items]
        buttons = [
            {"label": f"[{s.number}] {s.place}", "data": {"aid": block.answer, "s": s.id, "n": s.number}} for s in block.items
        ]
        presses = [_execute(str(b["label"]), "source.open", {}, b["data"], inputs=True) for b in buttons]
        sets = [{"type": "ActionSet", "actions": presses[i : i + ACTIONS]} for i in range(0, len(presses), ACTIONS)]
        return [block_text(self.say("sources"), weight="Bolder"), *rows, *sets]

    def _details(self, block: Details) -> list[Element]:
        """Two buttons take turns, so that the state of the fold can be seen and heard."""
        self._parts += 1
        part = f"part{self._parts}"
        targets = [part, f"{part}c", f"{part}o"]

        def knob(suffix: str, mark: str, *, visible: bool) -> Element:
            title = f"{mark} {block.title}"
            toggle = {"type": "Action.ToggleVisibility", "title": title, "targetElements": targets}
            toggle["tooltip"] = self.say("toggle", title=block.title)
            return {"type": "ActionSet", "id": part + suffix, "isVisible": visible, "spacing": "Small", "actions": [toggle]}

        inner = {"type": "Container", "id": part, "isVisible": block.open, "items": self.draw(block.blocks)}
        return [knob("c", "▸", visible=not block.open), knob("o", "▾", visible=block.open), inner]

    def _action(self, button: Button, *, inputs: bool, extra: Element) -> Element:
        style = _STYLES[button.style]
        if button.url:
            return {"type": "Action.OpenUrl", "title": button.label, "url": button.url, **style}
        if button.confirm is not None:
            self._parts += 1
            return {
                "type": "Action.ToggleVisibility",
                "title": button.label,
                "targetElements": [f"confirm{self._parts}"],
                **style,
            }
        return _execute(button.label, button.press.action, style, {**button.press.data, **extra}, inputs=inputs)

    def _confirm(self, button: Button, part: str, inputs: bool, extra: Element) -> Element:
        """Teams has no dialog to confirm in: a second step opens inside the card, without a round trip."""
        asked = button.confirm
        if asked is None:
            return {}
        go = _execute(asked.ok, button.press.action, _STYLES[button.style], {**button.press.data, **extra}, inputs=inputs)
        back = {"type": "Action.ToggleVisibility", "title": asked.cancel, "targetElements": [part]}
        return {
            "type": "Container",
            "id": part,
            "isVisible": False,
            "style": "attention" if button.style == "danger" else "emphasis",
            "items": [
                block_text(marked(asked.title), weight="Bolder"),
                block_text(marked(asked.text), spacing="None"),
                {"type": "ActionSet", "actions": [go, back]},
            ],
        }


def _execute(label: str, verb: str, style: Element, data: Any, *, inputs: bool) -> Element:
    """Draw a press: Action.Execute, and Action.Submit with the verb in its data for clients that do not know it."""
    common = {
        "title": label,
        "data": {"v": 1, "verb": verb, **data},
        **style,
        **({} if inputs else {"associatedInputs": "none"}),
    }
    return {"type": "Action.Execute", "verb": verb, **common, "fallback": {"type": "Action.Submit", **common}}


def _line(button: Button) -> Element:
    """Draw a press as a line of its own, whose words wrap: clients cut a button's label at the card's edge."""
    press = _execute(button.label, button.press.action, {}, button.press.data, inputs=True)
    return {
        "type": "Container",
        "style": "emphasis",
        "selectAction": press,
        "items": [block_text(marked(button.label), color="Accent")],
    }


def columns(text: str) -> int:
    """Return the width of a text, full-width letters counting twice."""
    return sum(2 if unicodedata.east_asian_width(c) in "FWA" else 1 for c in text)


def _columns(columns: list[Element]) -> Element:
    return {"type": "ColumnSet", "spacing": "Small", "columns": columns}


def _container(style: str, text: Element) -> Element:
    return {"type": "Container", "style": style, "items": [text]}


def _paragraph(block: Paragraph) -> Element:
    text = lines(marked(block.text))
    match block.tone:
        case "plain" | "answer":
            return block_text(text)
        case "quiet":
            return block_text(text, isSubtle=True, size="Small", spacing="Small")
        case "quote" | "note":
            return _container("emphasis", block_text(text))
        case "code":
            body = escaped(block.text).replace("\n", "\n\n")
            return _container("emphasis", block_text(body, fontType="Monospace", size="Small"))
        case "warning" | "bad":
            gap = "\n\n" if _ITEM.match(text) else " "
            return _container("warning" if block.tone == "warning" else "attention", block_text(f"⚠{gap}{text}"))
        case _:
            assert_never(block.tone)


def _facts(block: Facts) -> list[Element]:
    rows = [(marked(f.label), marked(f.value)) for f in block.items]
    if all(len(f.value) <= FACT_VALUE for f in block.items):
        return [{"type": "FactSet", "facts": [{"title": label, "value": value} for label, value in rows]}]
    pairs = [(block_text(label, weight="Bolder"), block_text(value, spacing="None")) for label, value in rows]
    return [element for pair in pairs for element in pair]


def _table(block: Table) -> list[Element]:
    columns, rows = _narrowed(block)

    def cell(text: str, **more: Any) -> Element:
        return {"type": "TableCell", "items": [block_text(escaped(text), size="Small", **more)]}

    head = {"type": "TableRow", "cells": [cell(c.title, weight="Bolder") for c in columns]}
    body = [{"type": "TableRow", "cells": [cell(text) for text in row]} for row in rows]
    shapes = [
        {"width": 1, "horizontalCellContentAlignment": "Right"}
        if c.kind == "number"
        else {"width": 2, "horizontalCellContentAlignment": "Left"}
        for c in columns
    ]
    table = {"type": "Table", "firstRowAsHeaders": True, "showGridLines": True, "gridStyle": "default", "columns": shapes}
    return [block_text(marked(block.caption), weight="Bolder"), {**table, "rows": [head, *body]}]


def _narrowed(block: Table) -> tuple[Sequence[Column], Sequence[Sequence[str]]]:
    """Let neighbouring number columns share one where there are more columns than a chat column can show."""
    runs: list[list[int]] = []
    for i, column in enumerate(block.columns):
        follows = runs and i > 1 and column.kind == "number" == block.columns[i - 1].kind
        if len(block.columns) > TABLE_COLUMNS and follows:
            runs[-1].append(i)
        else:
            runs.append([i])
    columns = [
        block.columns[run[0]] if len(run) == 1 else Column(" / ".join(block.columns[i].title for i in run)) for run in runs
    ]
    return columns, [[" / ".join(row[i] for i in run) for run in runs] for row in block.rows]


def _chart(block: Chart) -> list[Element]:
    """Charts draw nothing below zero, so the value stands in the label; clients without charts draw bars of columns."""
    data = [
        {"x": f"{_BARS[b.state][0]}{b.short} {b.shown}", "y": max(b.value, 0), "color": _BARS[b.state][1]} for b in block.bars
    ]
    chart = {"type": "Chart.HorizontalBar", "xAxisTitle": block.axis, "displayMode": "AbsoluteWithAxis", "data": data}
    fallback = {"type": "Container", "items": _bars(block.bars)}
    legend = [block_text(marked(block.legend), isSubtle=True, size="Small")] if block.legend else []
    return [block_text(marked(block.title), weight="Bolder"), {**chart, "fallback": fallback}, *legend]


def _bars(bars: Sequence[Bar]) -> list[Element]:
    top = max((b.value for b in bars), default=0) or 1
    return [_bar(b, min(100, max(0, round(100 * b.value / top))) if top > 0 else 0) for b in bars]


def _bar(bar: Bar, share: int) -> Element:
    mark, _, style = _BARS[bar.state]
    blank = block_text(" ", size="Small")
    fill = {"type": "Container", "style": style, "bleed": False, "minHeight": "14px", "items": [blank]}
    halves = [(share, fill), (100 - share, blank)]  # a column of width 0 is invalid, so it is left out
    drawn = [{"type": "Column", "width": width, "items": [item]} for width, item in halves if width]

    def column(width: str, item: Element) -> Element:
        return {"type": "Column", "width": width, "verticalContentAlignment": "Center", "items": [item]}

    return _columns(
        [
            column("150px", block_text(mark + bar.short, size="Small")),
            column("stretch", {"type": "ColumnSet", "spacing": "None", "columns": drawn}),
            column("52px", block_text(bar.shown, size="Small", horizontalAlignment="Right")),
        ]
    )


def _source_line(source: Source) -> str:
    name = f"{escaped(cut(source.title, TITLE))} {escaped(cut(source.place, TITLE))}"
    parts = [f"\\[{source.number}\\] {name}", escaped(cut(source.version, TITLE)), source.updated]
    return " · ".join(part for part in parts if part) + (" ⚠" if source.stale else "")
