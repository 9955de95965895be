"""Every action there is. Whoever reads a button imports it from here, so that no room is missed."""

from collections.abc import Mapping

from handlers.actions import choose, demo, documents, personal, questions
from handlers.actions.action import Action, actions, decode
from handlers.conversation import Form, Press

ROOMS = (
    choose,
    demo,
    documents,
    personal,
    questions,
)  # importing a room's file registers its actions


def every_action() -> Mapping[str, type[Action]]:
    """Return the actions of all rooms by name."""
    return actions()


def read(content: Press | Form) -> Action | None:
    """
    Return the action of a pressed button or of a form that came back.

    None where the button is too old, or was never drawn: nothing can be done with it.
    """
    match content:
        case Press(name, data):
            return decode(name, data)
        case Form(name, state):
            return decode(name, state)
