"""
What one can do with an answer, as one quiet row: take it along, share it, ask again, say whether it
helped. Pure.
"""

from collections.abc import Sequence
from html import escape
from typing import Literal

from bot.web.conversations import Article
from bot.web.forms import Forms
from bot.web.icons import Icon, icon
from bot.web.pages import Place
from handlers.conversation import Block, Button, Buttons, Feedback

SIGNS: dict[str, Icon] = {"demo.open": "lens", "human.ask": "person", "choose.start": "fork"}
Name = Literal["choose", "how_made", "ask_person"]
DIAGNOSIS = "choose.start"  # leads where only the asker's own circumstances answer
NAMES: dict[str, Name] = {  # buttons that every answer has, said in the page's own words
    "choose.start": "choose",
    "demo.open": "how_made",
    "human.ask": "ask_person",
}


class Tools:
    """Draws for one finished article."""

    def __init__(self, forms: Forms, article: Article, place: Place) -> None:
        self._forms = forms
        self._say = forms.say
        self._article = article
        self._place = place

    def row(self, blocks: Sequence[Block]) -> str:
        """Return the row; `blocks` are the buttons and the votes that came with the answer."""
        if not self._article.question:
            return ""
        own = self._copy() + self._share() + self._again() + self._edit()
        votes, others = "", ""
        for block in blocks:
            if isinstance(block, Feedback):
                votes += self._forms.feedback(block)
            elif isinstance(block, Buttons) and block.row != "whole":
                others += self._buttons(block.items)
        if not blocks:
            own = ""
        outcome = "<output></output>" if own else ""
        drawn = f"{own}{votes}{others}{outcome}"
        return f'<div class="tools">{drawn}</div>' if drawn else ""

    def _buttons(self, items: Sequence[Button]) -> str:
        drawn = ""
        for button in items:
            action = button.press.action
            name = NAMES.get(action)
            label = self._forms.text(name) if name else button.label
            fits = action == DIAGNOSIS and self._article.depends
            kind = "primary" if fits else "quiet"
            drawn += self._forms.press(label, button.press, kind, SIGNS.get(action))
        return drawn

    def _copy(self) -> str:
        """Return the button that copies; only a script can, so that it shows the button."""
        text = escape(f"{self._article.question}\n\n{self._article.reply.text}")
        said = self._say("copied")
        label = f"{icon('copy')}{self._say('copy')}"
        return (
            f'<button class="quiet" type="button" data-copy="{text}" data-said="{said}" hidden>'
            f"{label}</button>"
        )

    def _share(self) -> str:
        if not self._place.talk:
            return ""
        turn = f'<input type="hidden" name="turn" value="{self._article.turn}">'
        button = f'<button class="quiet">{icon("share")}{self._say("share")}</button>'
        action = f"{self._place.path}/share"
        return f'<form method="post" action="{action}">{turn}{button}</form>'

    def _again(self) -> str:
        question = escape(self._article.question)
        hidden = (
            f'<input type="hidden" name="_page" value="{escape(self._place.path)}">'
            f'<input type="hidden" name="q" value="{question}">'
        )
        button = f'<button class="quiet">{icon("again")}{self._say("again")}</button>'
        return f'<form method="post" action="/ask" data-turn data-wait>{hidden}{button}</form>'

    def _edit(self) -> str:
        address = f"{self._place.path}?edit={self._article.turn}#ask"
        label = f"{icon('edit')}{self._say('edit')}"
        question = escape(self._article.question)
        return f'<a class="btn quiet" href="{address}" data-edit="{question}">{label}</a>'
