"""The actions of the demo room."""

from handlers.actions.action import Action, action


@action("demo.tour")
class TakeTour(Action):
    """Take one stop of the tour, from 1."""

    number: int = 1


@action("demo.open")
class OpenTrace(Action):
    """Show how an answer was made; without one, take the tour. A result names its `run`."""

    answer: str = ""
    run: str = ""
