"""
The small parts blocks are made of: text objects, sections, buttons and menus, each within its
limit.
"""

from itertools import count
from typing import Any, TypeVar

from bot.press import pack
from bot.slack.render.limits import (
    ACTIONS_ELEMENTS,
    BUTTON_SHOWN,
    BUTTON_TEXT,
    CONFIRM_BUTTON,
    CONFIRM_TEXT,
    CONFIRM_TITLE,
    OPTION_TEXT,
    OPTION_VALUE,
    OPTIONS,
    OVERFLOW,
    ROW,
    SECTION,
)
from bot.slack.render.text import cut, mrkdwn, pieces
from handlers.conversation import Button, Confirm, Form, Press

Json = dict[str, Any]
Item = TypeVar("Item")
SHOWN = ("text", "title", "caption", "label")  # the words of a block that people read


class Buttons:
    """Draws buttons whose ids are unique as long as one of these draws the whole message."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def name(self, action: str) -> str:
        """Return an action id that no other element of the message has."""
        return f"{action}:{next(self._numbers)}"

    def rows(self, buttons: tuple[Button, ...]) -> list[Json]:
        """
        Return one row of five; the rest goes into a menu where it fits one, else stays beside.
        """
        rest = buttons[ROW:]
        menu = _menu(rest)
        beside = [button for button in rest if button not in menu]
        elements = [self.button(button) for button in (*buttons[:ROW], *beside)]
        if menu:
            options = [option(button.label, pack(button.press)) for button in menu]
            name = self.name("more")
            elements.append({"type": "overflow", "action_id": name, "options": options})
        return [{"type": "actions", "elements": row} for row in batched(elements, ACTIONS_ELEMENTS)]

    def folded(self, buttons: list[Button], menu: list[Button], label: str) -> list[Json]:
        """
        Return one row of buttons with one menu behind them; a menu of more than five asks for a
        choice, named by `label`.
        """
        options = []
        beside = list(buttons)
        for button in menu:
            value = pack(button.press)
            if len(value) > OPTION_VALUE or button.url:
                beside.append(button)
            else:
                options.append(option(button.label, value))
        elements = [self.button(button) for button in beside]
        if len(options) in OVERFLOW:
            name = self.name("more")
            elements.append({"type": "overflow", "action_id": name, "options": options})
        elif len(options) >= OVERFLOW.start:
            elements.append(self._select(options[:OPTIONS], label))
        elif options:
            elements.append(self.button(menu[-1]))
        return [{"type": "actions", "elements": row} for row in batched(elements, ACTIONS_ELEMENTS)]

    def _select(self, options: list[Json], label: str) -> Json:
        return {
            "type": "static_select",
            "action_id": self.name("more"),
            "placeholder": plain_text(label, OPTION_TEXT),
            "options": options,
        }

    def button(self, button: Button, brings: Press | Form | None = None) -> Json:
        """
        Return one button. `brings` is what comes back instead of its press.

        Raises:
            ValueError: what it carries is longer than Slack keeps.
        """
        element: Json = {
            "type": "button",
            "action_id": self.name(button.press.action),
            "text": plain_text(button.label, BUTTON_TEXT),
            "value": pack(brings or button.press),
        }
        if button.url:
            element["url"] = button.url
        if button.style != "plain":
            element["style"] = button.style
        if len(button.label) > BUTTON_SHOWN:
            element["accessibility_label"] = cut(button.label, BUTTON_TEXT)
        if button.confirm:
            element["confirm"] = confirm(button.confirm)
            if button.style == "danger":
                element["confirm"]["style"] = "danger"
        return element


def words(value: object) -> list[str]:
    """Return every text a block shows."""
    texts: list[str] = []
    if isinstance(value, dict):
        own = [value[name] for name in value if name in SHOWN]
        texts += filter(_is_text, own)
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            texts += words(inner)
    return texts


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def batched(items: list[Item], limit: int) -> list[list[Item]]:
    """Return the items in lists of at most `limit`, in order."""
    return [items[start : start + limit] for start in range(0, len(items), limit)]


def size(value: object) -> int:
    """Return how many characters count against a message."""
    return sum(len(text) for text in words(value))


def _menu(buttons: tuple[Button, ...]) -> list[Button]:
    """Return which of these buttons become options of a menu; none where there are too few."""
    fitting = []
    for button in buttons:
        plain = not button.confirm and not button.url
        if plain and len(pack(button.press)) <= OPTION_VALUE:
            fitting.append(button)
    if len(fitting) < OVERFLOW.start:
        return []
    return fitting[: OVERFLOW.stop - 1]


def confirm(question: Confirm) -> Json:
    return {
        "title": plain_text(question.title, CONFIRM_TITLE),
        "text": plain_text(question.text, CONFIRM_TEXT),
        "confirm": plain_text(question.ok, CONFIRM_BUTTON),
        "deny": plain_text(question.cancel, CONFIRM_BUTTON),
    }


def sections(text: str) -> list[Json]:
    """Return our light markup as sections, as many as it needs."""
    return [section(piece) for piece in pieces(text, mrkdwn, SECTION)]


def section(text: str) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def context(*drawn: str) -> Json:
    elements = [{"type": "mrkdwn", "text": cut(text, SECTION)} for text in drawn]
    return {"type": "context", "elements": elements}


def plain_text(text: str, limit: int) -> Json:
    return {"type": "plain_text", "text": cut(text.strip(), limit) or "–", "emoji": False}


def option(text: str, value: str) -> Json:
    """
    Return one option of a menu or a choice.

    Raises:
        ValueError: its value is longer than Slack keeps.
    """
    if len(value) > OPTION_VALUE:
        raise ValueError(
            f"an option carries {len(value)} characters; at most {OPTION_VALUE} are kept"
        )
    return {"text": plain_text(text, OPTION_TEXT), "value": value}
