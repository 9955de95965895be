"""The drawing of cards: blocks in, Adaptive Card 1.5 elements out. Pure."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal, assert_never

from bot.headings import said_once
from bot.press import KEY, pack
from bot.teams.figures import chart, column_set, facts, table
from bot.teams.frame import ASKED
from bot.teams.text import (
    ITEM,
    Element,
    block_text,
    columns,
    cut,
    escaped,
    lines,
    linked,
    marked,
)
from handlers.conversation import (
    Block,
    Button,
    Buttons,
    Chart,
    Confirm,
    Details,
    Divider,
    Facts,
    Feedback,
    Form,
    Heading,
    Paragraph,
    Press,
    Source,
    Sources,
    Steps,
    Table,
    Values,
)
from handlers.texts import Texts
from knowledge.values import Language

CARD = 28_000  # bytes of UTF-8 JSON; bigger cards are refused by some hosts
ACTIONS = 6  # buttons in one ActionSet
TITLE = 120  # characters of a document's title in a list of sources
LABEL = 44  # columns of a button's label that a card about 430 pixels wide shows
FRAME = 5  # columns that a button takes beside its label
ROW = 64  # columns of buttons beside each other that such a card shows
FOLDED = ("more", "alone")  # rows that few press: behind a button of their own
Style = Literal["plain", "primary", "danger"]
SCHEMA = "http://adaptivecards.io/schemas/adaptive-card.json"

_GLYPHS = {
    "complete": ("✓", "Good"),
    "in_progress": ("▶", "Accent"),
    "pending": ("○", "Default"),
    "error": ("✕", "Attention"),
}
_STYLES: dict[Style, Element] = {
    "plain": {},
    "primary": {"style": "positive"},
    "danger": {"style": "destructive"},
}


def size(card: Element) -> int:
    """Return the bytes a card takes on the wire."""
    return len(
        json.dumps(card, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    )


class Drawer:
    """
    One card being drawn. It counts the parts that open and close, so that their ids are unique in
    the card.
    """

    def __init__(self, language: Language, texts: Texts) -> None:
        self.language = language
        self._texts = texts
        self._parts = 0

    def say(self, name: str, **values: object) -> str:
        return self._texts.say(f"teams.{name}", self.language, **values)

    def draw(self, blocks: Iterable[Block]) -> list[Element]:
        elements: list[Element] = []
        for block in said_once(tuple(blocks)):
            elements += self._block(block)
        return elements

    def actions(
        self, buttons: Sequence[Button], *, inputs: bool = True, in_ask: bool = False
    ) -> list[Element]:
        """
        Draw rows of buttons, then the hidden second step of each that asks to confirm.

        `inputs` False leaves the card's inputs out of the press, so that a required field does not
        block "back". `in_ask` marks buttons of a card of questions.
        """
        actions, steps = [], []
        for button in buttons:
            action = self._action(button, inputs=inputs, in_ask=in_ask)
            actions.append(action)
            if button.confirm is not None and not button.url:
                [part] = action["targetElements"]
                steps.append(_confirm(button, button.confirm, part, inputs=inputs, in_ask=in_ask))
        return action_sets(actions) + steps

    def _block(self, block: Block) -> list[Element]:  # noqa: C901, PLR0911  # a case a word
        match block:
            case Heading(text):
                heading = escaped(text)
                return [block_text(heading, size="Large", weight="Bolder", style="heading")]
            case Paragraph():
                return [_paragraph(block)]
            case Facts():
                return facts(block)
            case Table():
                return table(block)
            case Chart():
                return chart(block)
            case Steps():
                return self._steps(block)
            case Sources():
                return self._sources(block)
            case Buttons():
                return self._buttons(block)
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
                words.append(
                    block_text(escaped(step.output), isSubtle=True, size="Small", spacing="None")
                )
            mark = {"type": "Column", "width": "24px", "items": [block_text(glyph, color=colour)]}
            rows.append(column_set([mark, {"type": "Column", "width": "stretch", "items": words}]))
        return [block_text(marked(block.title), weight="Bolder"), *rows]

    def _buttons(self, block: Buttons) -> list[Element]:
        if block.row in FOLDED:
            folded = replace(block, row="")
            return self._details(Details(self.say("more"), (folded,)))
        elements = []
        if block.label:
            elements.append(block_text(marked(block.label), isSubtle=True, size="Small"))
        if _are_wide(block.items):
            return elements + [_line(button) for button in block.items]
        return elements + self.actions(block.items)

    def _sources(self, block: Sources) -> list[Element]:
        rows = [block_text(self.say("sources"), weight="Bolder")]
        openers = []
        for source in block.items:
            rows.append(block_text(_source_line(source), size="Small", spacing="Small"))
            data: Values = {"aid": block.answer, "s": source.id, "n": source.number}
            label = f"[{source.number}] {source.place}"
            openers.append(execute(label, Press("source.open", data)))
        return rows + action_sets(openers)

    def _details(self, block: Details) -> list[Element]:
        """Two buttons take turns, so that the state of the fold can be seen and heard."""
        self._parts += 1
        part = f"part{self._parts}"
        targets = [part, f"{part}c", f"{part}o"]

        def knob(suffix: str, mark: str, *, visible: bool) -> Element:
            title = f"{mark} {block.title}"
            toggle = {"type": "Action.ToggleVisibility", "title": title, "targetElements": targets}
            toggle["tooltip"] = self.say("toggle", title=block.title)
            return {
                "type": "ActionSet",
                "id": part + suffix,
                "isVisible": visible,
                "spacing": "Small",
                "actions": [toggle],
            }

        inner = {
            "type": "Container",
            "id": part,
            "isVisible": block.open,
            "items": self.draw(block.blocks),
        }
        return [knob("c", "▸", visible=not block.open), knob("o", "▾", visible=block.open), inner]

    def _action(self, button: Button, *, inputs: bool, in_ask: bool) -> Element:
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
        return execute(button.label, button.press, button.style, inputs=inputs, in_ask=in_ask)


def action_sets(actions: Sequence[Element]) -> list[Element]:
    """Return the actions in sets as long as a card shows them: not every host breaks a row."""
    sets: list[list[Element]] = []
    width = 0
    for action in actions:
        wanted = columns(action["title"]) + FRAME
        if not sets or width + wanted > ROW or len(sets[-1]) == ACTIONS:
            sets.append([])
            width = 0
        sets[-1].append(action)
        width += wanted
    return [{"type": "ActionSet", "actions": some} for some in sets]


def _are_wide(buttons: Sequence[Button]) -> bool:
    """Report whether a label would be cut, and all of these can be lines of their own instead."""
    if any(button.confirm or button.url for button in buttons):
        return False
    return any(columns(button.label) > LABEL for button in buttons)


def _confirm(
    button: Button, question: Confirm, part: str, *, inputs: bool, in_ask: bool
) -> Element:
    """
    Teams has no dialog to confirm in: a second step opens inside the card, without a round trip.
    """
    go = execute(question.ok, button.press, button.style, inputs=inputs, in_ask=in_ask)
    back = {"type": "Action.ToggleVisibility", "title": question.cancel, "targetElements": [part]}
    return {
        "type": "Container",
        "id": part,
        "isVisible": False,
        "style": "attention" if button.style == "danger" else "emphasis",
        "items": [
            block_text(marked(question.title), weight="Bolder"),
            block_text(marked(question.text), spacing="None"),
            {"type": "ActionSet", "actions": [go, back]},
        ],
    }


def execute(
    label: str,
    content: Press | Form,
    style: Style = "plain",
    *,
    inputs: bool = True,
    in_ask: bool = False,
) -> Element:
    """
    Draw a press: Action.Execute, and Action.Submit with the same data for clients that do not know
    it.

    Raises:
        ValueError: what it carries is longer than is kept.
    """
    verb = content.action if isinstance(content, Press) else content.name
    common: Element = {"title": label, "data": {KEY: pack(content)}, **_STYLES[style]}
    if in_ask:
        common["data"][ASKED] = True
    if not inputs:
        common["associatedInputs"] = "none"
    fallback = {"type": "Action.Submit", **common}
    return {"type": "Action.Execute", "verb": verb, **common, "fallback": fallback}


def _line(button: Button) -> Element:
    """
    Draw a press as a line of its own, whose words wrap: clients cut a button's label at the card's
    edge.
    """
    return {
        "type": "Container",
        "style": "emphasis",
        "selectAction": execute(button.label, button.press),
        "items": [block_text(marked(button.label), color="Accent")],
    }


def _container(style: str, text: Element) -> Element:
    return {"type": "Container", "style": style, "items": [text]}


def _paragraph(block: Paragraph) -> Element:
    text = lines(marked(block.text))
    match block.tone:
        case "plain" | "answer":
            return block_text(text)
        case "linked":
            return block_text(lines(linked(block.text)))
        case "quiet":
            return block_text(text, isSubtle=True, size="Small", spacing="Small")
        case "quote" | "note":
            return _container("emphasis", block_text(text))
        case "code":
            body = escaped(block.text).replace("\n", "\n\n")
            return _container("emphasis", block_text(body, fontType="Monospace", size="Small"))
        case "warning" | "bad":
            style = "warning" if block.tone == "warning" else "attention"
            gap = "\n\n" if ITEM.match(text) else " "
            return _container(style, block_text(f"⚠{gap}{text}"))
        case _:
            assert_never(block.tone)


def _source_line(source: Source) -> str:
    name = f"{escaped(cut(source.title, TITLE))} {escaped(cut(source.place, TITLE))}"
    parts = [f"\\[{source.number}\\] {name}", escaped(cut(source.version, TITLE)), source.updated]
    line = " · ".join(filter(None, parts))
    if source.stale:
        line += " ⚠"
    return line
