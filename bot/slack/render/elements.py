"""
The small parts blocks are made of: text objects, sections, buttons and menus, each within its
limit.
"""

from itertools import count
from typing import Any

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
    OVERFLOW,
    ROW,
    SECTION,
)
from bot.slack.render.text import cut, mrkdwn, pieces
from handlers.conversation import Button, Confirm, Form, Press

Json = dict[str, Any]


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
        first, rest = list(buttons[:ROW]), list(buttons[ROW:])
        menu = [b for b in rest if not (b.confirm or b.url) and len(pack(b.press)) <= OPTION_VALUE]
        if len(menu) not in OVERFLOW:
            menu = menu[: OVERFLOW.stop - 1] if len(menu) >= OVERFLOW.stop else []
        drawn = [self.button(b) for b in (*first, *(b for b in rest if b not in menu))]
        if menu:
            options = [option(b.label, pack(b.press)) for b in menu]
            drawn.append({"type": "overflow", "action_id": self.name("more"), "options": options})
        return [
            {"type": "actions", "elements": drawn[at : at + ACTIONS_ELEMENTS]}
            for at in range(0, len(drawn), ACTIONS_ELEMENTS)
        ]

    def button(self, button: Button, brings: Press | Form | None = None) -> Json:
        """
        Return one button. `brings` is what comes back instead of its press.

        Raises:
            ValueError: what it carries is longer than Slack keeps.
        """
        drawn: Json = {
            "type": "button",
            "action_id": self.name(button.press.action),
            "text": plain_text(button.label, BUTTON_TEXT),
            "value": pack(brings or button.press),
        }
        if button.url:
            drawn["url"] = button.url
        if button.style != "plain":
            drawn["style"] = button.style
        if len(button.label) > BUTTON_SHOWN:
            drawn["accessibility_label"] = cut(button.label, BUTTON_TEXT)
        if button.confirm:
            danger = {"style": "danger"} if button.style == "danger" else {}
            drawn["confirm"] = confirm(button.confirm) | danger
        return drawn


def words(value: object) -> list[str]:
    """Return every text a block shows."""
    if isinstance(value, dict):
        own = [
            held
            for name, held in value.items()
            if name in ("text", "title", "caption", "label") and isinstance(held, str)
        ]
        return own + [text for inner in value.values() for text in words(inner)]
    return [text for inner in value for text in words(inner)] if isinstance(value, list) else []


def size(value: object) -> int:
    """Return how many characters count against a message."""
    return sum(len(text) for text in words(value))


def confirm(asked: Confirm) -> Json:
    return {
        "title": plain_text(asked.title, CONFIRM_TITLE),
        "text": plain_text(asked.text, CONFIRM_TEXT),
        "confirm": plain_text(asked.ok, CONFIRM_BUTTON),
        "deny": plain_text(asked.cancel, CONFIRM_BUTTON),
    }


def sections(text: str) -> list[Json]:
    """Return our light markup as sections, as many as it needs."""
    return [section(drawn) for drawn in pieces(text, mrkdwn, SECTION)]


def section(drawn: str) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": drawn}}


def context(*drawn: str) -> Json:
    return {
        "type": "context",
        "elements": [{"type": "mrkdwn", "text": cut(one, SECTION)} for one in drawn],
    }


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
