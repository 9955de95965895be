"""What the buttons of a person's own data do."""

from handlers.actions.action import Action, action


@action("personal.export")
class ExportMine(Action):
    """Hands out what is kept of whoever presses."""


@action("personal.forget")
class ForgetMe(Action):
    """Deletes what is kept of whoever presses."""
