"""
Which presses and commands lead into a window. Pure.

A window must be opened within three seconds of the click, so it is opened before the work: empty,
then filled.
"""

from bot.slack.payload import Action, Payload
from handlers.conversation import Command, Content, Form, Press, Upload

ALONE = frozenset({"source.open", "demo.open", "choose.source"})  # open a window of their own
# These change what a window shows; everything else is put on top of it, so that closing it leads
# back.
STEPS = frozenset(
    {
        "choose.answer",
        "choose.page",
        "choose.later",
        "choose.rest",
        "choose.keep",
        "choose.back",
        "choose.skip",
        "choose.describe",
        "choose.prefill",
        "choose.express",
        "choose.preview",
        "choose.resume",
        "choose.restart",
        "choose.start",
        "choose.stop",
    }
)
WORDS = frozenset({"", "choose", "express", "choose express"})  # of the command that begin a dialog


def opens(payload: Payload, content: Content) -> bool:
    """
    Report whether a window is opened before the work begins; in a window, whether one is put on top
    of it.
    """
    if not payload.trigger or inline(payload, content):
        return False
    match content:
        case Press():
            return _press_opens(payload, content)
        case Form(name):
            pressed = isinstance(payload.deed, Action)
            return pressed and name.startswith("choose.") and not payload.window
        case Command("llm-choose", argument):
            return argument.strip().lower() in WORDS
        case _:
            return False


def _press_opens(payload: Payload, press: Press) -> bool:
    if payload.window:
        return press.action not in STEPS
    if press.action == "feedback.vote":
        return press.data.get("vote") == "down"
    return press.action in ALONE or press.action.startswith("choose.")


def inline(payload: Payload, content: Content) -> bool:
    """
    Report whether a step of the dialog takes the place of the message that was pressed: one that
    only its person sees.
    """
    match content:
        case Press(action, data) if action.startswith("choose."):
            of_a_run = "rid" in data
        case Form(name) if name.startswith("choose."):
            of_a_run = True
        case _:
            of_a_run = False
    alone = payload.ephemeral or payload.direct_messages
    on_a_message = isinstance(payload.deed, Action) and not payload.in_view
    return of_a_run and alone and on_a_message


def on_panel(payload: Payload) -> bool:
    """Report whether a panel was pressed that only its person sees: the next takes its place."""
    alone = payload.ephemeral or payload.direct_messages
    deed = payload.deed
    return isinstance(deed, Action) and deed.panel and alone and not payload.in_view


def elsewhere(payload: Payload, content: Content) -> bool:
    """
    Report whether the work goes on in the person's direct messages: files, wherever they came from.
    """
    match content:
        case Upload():
            return not payload.direct_messages
        case Form(files=files):
            return bool(files)
        case _:
            return False
