"""The actions of the guided dialog."""

from handlers.actions.action import Action, action


@action("choose.start")
class StartChoice(Action):
    """Begin the dialog; `answer` is the one under which it was offered."""

    answer: str = ""
