"""Long lists, a page at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from handlers.actions.action import Action
from handlers.conversation import Button, Message
from handlers.documents.context import Context

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """The `items` of page `number` of `last`, both from 1; an empty list has one empty page."""

    items: tuple[T, ...]
    number: int
    last: int

    @classmethod
    def of(cls, everything: Sequence[T], wanted: int, size: int) -> "Page[T]":
        """Return the page that is wanted, or the nearest there is."""
        last = max(1, -(-len(everything) // size))
        number = min(max(wanted, 1), last)
        items = everything[(number - 1) * size : number * size]
        return cls(tuple(items), number, last)

    def of_pages(self, context: Context, message: Message) -> str:
        """Return which page of how many this is, empty where there is only one."""
        if self.last == 1:
            return ""
        return context.say("of_pages", message, page=self.number, pages=self.last)

    def turns(
        self, context: Context, message: Message, action: Callable[[int], Action]
    ) -> list[Button]:
        """Return the buttons to the pages before and after; `action` shows a page."""
        buttons = []
        if self.number > 1:
            buttons.append(context.button("previous", message, action(self.number - 1)))
        if self.number < self.last:
            buttons.append(context.button("next", message, action(self.number + 1)))
        return buttons
