"""
What a client that waits is answered: a card in the place of the one that was pressed, one sentence,
or the form behind a thumb. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot.teams import asks
from bot.teams.card import Drawer
from bot.teams.envelope import CONTENT_TYPE, Owned, attached, card, fitting
from bot.teams.text import Element
from handlers.conversation import Paragraph, Reply
from handlers.questions.feedback import REASONS, Reason
from handlers.texts import Texts
from knowledge.values import Language

NOTICE = "application/vnd.microsoft.activity.message"


@dataclass(frozen=True, slots=True)
class Viewer:
    """
    Who looks at a card: `user` is the Teams id of somebody who has a view of a run of their own,
    `run` that run; `among_others` says that they alone see it, so that a press on it is known to be
    theirs alone.
    """

    user: str = ""
    run: Mapping[str, str | int] = field(default_factory=dict)
    among_others: bool = False


def view(reply: Reply, language: Language, texts: Texts, viewer: Viewer) -> Element:
    """
    Show the reply as a card in the place of the one that was pressed.

    The client of somebody with a view of their own asks for it anew when it is out of date.
    """
    drawer = Drawer(language, texts)
    if not reply.blocks and reply.ask is None:
        reply = replace(reply, blocks=(Paragraph(reply.text),))
    element = fitting(reply, drawer, _owned(viewer))
    if viewer.user and reply.ask is not None:
        element["refresh"] = asks.refresh(reply.ask, drawer, viewer.user)
    elif viewer.user and viewer.run:
        look = asks.look("choose", drawer.say("open_own"), dict(viewer.run))
        element["refresh"] = {"action": look, "userIds": [viewer.user]}
    return again(element)


def _owned(viewer: Viewer) -> Owned:
    if not viewer.among_others:
        return ""
    if viewer.user and viewer.run:
        return "beside the run"
    return "all"


def again(element: Element) -> Element:
    """Show a card as it was."""
    return {"statusCode": 200, "type": CONTENT_TYPE, "value": element}


def notice(text: str) -> Element:
    """Show one sentence and leave the card alone."""
    return {"statusCode": 200, "type": NOTICE, "value": text}


def feedback_form(language: Language, texts: Texts, *, liked: bool) -> Element:
    """
    Open the dialog behind a thumb: words for both, reasons for the thumb down.
    """
    drawer = Drawer(language, texts)
    comment = {
        "type": "Input.Text",
        "id": "comment",
        "label": drawer.say("feedback_comment"),
        "isMultiline": True,
    }
    if liked:
        title, inputs = drawer.say("feedback_title"), [comment]
    else:
        title = texts.say("feedback.why", language)
        inputs = [_reasons(title, language, texts), comment]
    send = {"type": "Action.Submit", "title": drawer.say("feedback_send")}
    form = card(title, inputs, language) | {"actions": [send]}
    dialog = {"title": drawer.say("feedback_title"), "card": attached(form)}
    return {"task": {"type": "continue", "value": dialog}}


def _reasons(title: str, language: Language, texts: Texts) -> Element:
    choices = [_choice(reason, language, texts) for reason in REASONS]
    return {
        "type": "Input.ChoiceSet",
        "id": "reason",
        "label": title,
        "style": "expanded",
        "wrap": True,
        "choices": choices,
    }


def _choice(reason: Reason, language: Language, texts: Texts) -> Element:
    return {"title": texts.say(f"feedback.{reason}", language), "value": reason}
