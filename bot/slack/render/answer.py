"""
An answer as a colleague would post it: at most two buttons that fit it, everything else in one
menu, its sources and how it was made in one line, and the vote. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.slack.render.text import address
from handlers.conversation import (
    Block,
    Button,
    Buttons,
    Feedback,
    Paragraph,
    Press,
    Source,
    Sources,
    Values,
)

VISIBLE = 2  # buttons beside each other
FOLDED = ("more", "alone")  # rows that only the menu shows
OPENS, MEANT = "source.open", "ask.meant"


@dataclass(slots=True)
class AnswerParts:
    """What an answer is made of: `blocks` as they come, and what stands below them, gathered."""

    blocks: list[Block] = field(default_factory=list)
    sources: tuple[Source, ...] = ()
    small: list[str] = field(default_factory=list)  # how it was made, and for whom
    buttons: list[Button] = field(default_factory=list)
    menu: list[Button] = field(default_factory=list)
    feedback: str = ""

    def links(self) -> Mapping[int, str]:
        """Return where each source can be read, by its number; only what has an address."""
        found = {}
        for source in self.sources:
            if address(source.url):
                found[source.number] = source.url
        return found


def gathered(blocks: tuple[Block, ...]) -> AnswerParts | None:
    """Return the parts of an answer; None for what is none: it has no row to fold away."""
    if not any(isinstance(block, Buttons) and block.row == "more" for block in blocks):
        return None
    parts = AnswerParts()
    openers: list[Button] = []
    seen: set[str] = set()
    for block in blocks:
        match block:
            case Sources(items, answer):
                parts.sources = items
                openers = [_opener(source, answer) for source in items]
            case Paragraph(text, "quiet"):
                parts.small.append(text)
            case Feedback(answer):
                parts.feedback = answer
            case Buttons():
                _sort(block, parts, seen)
            case _:
                parts.blocks.append(block)
    fresh = [button for button in openers if _opened(button) not in seen]
    folded = parts.buttons[VISIBLE:]
    parts.buttons = parts.buttons[:VISIBLE]
    parts.menu = [*fresh, *folded, *parts.menu]
    return parts


def _sort(row: Buttons, parts: AnswerParts, seen: set[str]) -> None:
    """Put each button of a row where it belongs."""
    meant = [button for button in row.items if button.press.action == MEANT]
    if meant:
        parts.blocks.append(row)  # it asks something: all of its answers are seen
        return
    if row.row in FOLDED and row.label:
        parts.small.append(row.label)
    for button in row.items:
        opens = button.press.action == OPENS
        if opens:
            seen.add(_opened(button))
        if opens or row.row in FOLDED:
            parts.menu.append(button)
        elif row.row == "publish":
            parts.buttons.insert(0, button)
        else:
            parts.buttons.append(button)


def _opener(source: Source, answer: str) -> Button:
    data: Values = {"aid": answer, "s": source.id, "n": source.number}
    return Button(f"[{source.number}] {source.place}", Press(OPENS, data))


def _opened(button: Button) -> str:
    """Return the passage a button opens."""
    return str(button.press.data.get("s", ""))
