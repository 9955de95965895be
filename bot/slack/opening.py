"""
Which presses and commands lead into a window. Pure.

A window must be opened within three seconds of the click, so it is opened before the work: empty,
then filled.
"""

from bot.slack.payload import Payload, channel, ephemeral, part, trigger, window
from handlers.conversation import Command, Content, Form, Press, Upload

ALONE = frozenset({"source.open", "demo.open", "choose.source"})  # open a window of their own
STEPS = frozenset(
    f"choose.{verb}"
    for verb in (
        "answer",
        "back",
        "skip",
        "describe",
        "prefill",
        "express",
        "preview",
        "resume",
        "restart",
        "start",
        "stop",
    )
)  # change what a window shows; everything else is put on top of it, so that closing it leads back
WORDS = frozenset(
    {"", "choose", "express", "choose express"}
)  # of the command that begin the dialog


def opens(payload: Payload, content: Content) -> bool:
    """
    Report whether a window is opened before the work begins; in a window, whether one is put on top
    of it.
    """
    if not trigger(payload) or inline(payload, content):
        return False
    match content:
        case Press(action) if window(payload):
            return action not in STEPS
        case Press("feedback.vote", data):
            return data.get("vote") == "down"
        case Press(action):
            return action in ALONE or action.startswith("choose.")
        case Form(name) if payload.get("type") == "block_actions":
            return name.startswith("choose.") and not window(payload)
        case Command("llm-choose", argument):
            return argument.strip().lower() in WORDS
        case _:
            return False


def inline(payload: Payload, content: Content) -> bool:
    """
    Report whether a step of the dialog takes the place of the message that was pressed: one that
    only its person sees.
    """
    match content:
        case Press(action, data) if action.startswith("choose."):
            run = "rid" in data
        case Form(name) if name.startswith("choose."):
            run = True
        case _:
            run = False
    alone = ephemeral(payload) or channel(payload).startswith("D")
    return run and alone and payload.get("type") == "block_actions" and not part(payload, "view")


def elsewhere(payload: Payload, content: Content) -> bool:
    """
    Report whether the work goes on in the person's direct messages: files, wherever they came from.
    """
    match content:
        case Upload():
            return not channel(payload).startswith("D")
        case Form(files=files):
            return bool(files)
        case _:
            return False
