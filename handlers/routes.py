"""Which handler takes which action. Each room adds its own; the router asks for all of them."""

from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar

from handlers.actions.action import Action
from handlers.conversation import Form, Message, Reply

A = TypeVar("A", bound=Action)
Replies = AsyncIterator[Reply]


class Routes:
    """Handlers by the action they take: called with the message and the action, and the form."""

    def __init__(self) -> None:
        self._presses: dict[type[Action], Callable[[Message, Any], Replies]] = {}
        self._forms: dict[type[Action], Callable[[Message, Any, Form], Replies]] = {}

    def press(self, kind: type[A], handler: Callable[[Message, A], Replies]) -> None:
        """Let `handler` take the buttons with this action."""
        self._presses[kind] = handler

    def form(self, kind: type[A], handler: Callable[[Message, A, Form], Replies]) -> None:
        """Let `handler` take the forms whose state is this action."""
        self._forms[kind] = handler

    def pressed(self, message: Message, action: Action | None) -> Replies | None:
        """Return the replies to a button; None where nobody takes its action."""
        handler = self._presses.get(type(action))  # type: ignore[arg-type]  # None is no key
        return None if handler is None else handler(message, action)

    def sent(self, message: Message, action: Action | None, form: Form) -> Replies | None:
        """Return the replies to a form that came back; None where nobody takes its action."""
        handler = self._forms.get(type(action))  # type: ignore[arg-type]  # None is no key
        return None if handler is None else handler(message, action, form)
