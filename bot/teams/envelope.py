"""
What Teams wraps words and cards in: messages, cards within their size, marks on buttons. Pure.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal

from bot.teams import asks
from bot.teams.activity import Json
from bot.teams.card import CARD, SCHEMA, Drawer, size
from bot.teams.frame import OWN, PANEL, carried_in
from bot.teams.text import Element, block_text, cut, marked
from handlers.conversation import Block, Buttons, Details, Reply, Sources
from knowledge.values import Language

SUMMARY = 300  # characters of a notification
FALLBACK_TEXT = 1000  # characters
CONTENT_TYPE = "application/vnd.microsoft.card.adaptive"

Owned = Literal["", "all", "beside the run"]  # which buttons of a card are seen by one person alone

_LOCALES = {"ja": "ja-JP", "en": "en-US"}


def message(language: Language, **fields: object) -> Element:
    return {"type": "message", "locale": _LOCALES[language], **fields}


def card_message(card: Element, summary: str, language: Language) -> Element:
    """Return a message that is a card alone; `summary` is what a notification says."""
    return message(language, summary=cut(summary, SUMMARY), attachments=[attached(card)])


def attached(card: Element) -> Element:
    return {"contentType": CONTENT_TYPE, "content": card}


def card(text: str, body: list[Element], language: Language) -> Element:
    """Return a card; `text` stands where cards are not drawn."""
    return {
        "type": "AdaptiveCard",
        "$schema": SCHEMA,
        "version": "1.5",  # Action.Execute asks for no other
        "lang": language,
        "fallbackText": cut(text, FALLBACK_TEXT),
        "msteams": {"width": "Full"},
        "body": body,
    }


def sentence_card(text: str, action: Element, language: Language) -> Element:
    """Return a card of one sentence with one button."""
    body = [block_text(marked(text)), {"type": "ActionSet", "actions": [action]}]
    return card(text, body, language)


def fitting(reply: Reply, drawer: Drawer, owned: Owned = "") -> Element:
    """
    Draw the card; while it is too big leave out what is folded, from the last on, then the longest
    blocks, and say so.
    """
    blocks = list(reply.blocks)
    element: Element = with_owner(_drawn(reply, blocks, drawer, shortened=False), owned)
    while size(element) > CARD and blocks:
        del blocks[_least(blocks)]
        element = with_owner(_drawn(reply, blocks, drawer, shortened=True), owned)
    return element


def with_owner(tree: Any, owned: Owned) -> Any:
    """
    Mark the buttons of what one person alone sees; those of a run in its own view find their way by
    the run.
    """
    if not owned:
        return tree

    def own(data: Json) -> Json:
        beside_the_run = owned == "beside the run" and "rid" in carried_in(data)
        return data if beside_the_run else data | {OWN: 1}

    return _with_data(tree, own)


def _with_data(tree: Any, change: Callable[[Json], Json]) -> Any:
    """Return a part of a card in which what each button carries is changed."""
    if isinstance(tree, list):
        return [_with_data(item, change) for item in tree]
    if not isinstance(tree, dict):
        return tree
    copy = {}
    for name, value in tree.items():
        if name == "data" and isinstance(value, dict):
            copy[name] = change(value)
        else:
            copy[name] = _with_data(value, change)
    return copy


def _of_a_panel(data: Json) -> Json:
    return data | {PANEL: 1}


def _least(blocks: Sequence[Block]) -> int:
    """
    Return which block is left out first: buttons and sources stay as long as there is anything
    else.
    """
    folded = [number for number, block in enumerate(blocks) if isinstance(block, Details)]
    if folded:
        return folded[-1]
    lengths = {}
    for number, block in enumerate(blocks):
        if not isinstance(block, Buttons | Sources):
            lengths[number] = len(repr(block))
    return max(lengths, key=lengths.__getitem__, default=len(blocks) - 1)


def _drawn(reply: Reply, blocks: Sequence[Block], drawer: Drawer, *, shortened: bool) -> Element:
    questions: list[Element] = []
    if reply.ask is not None:
        questions = asks.body(reply.ask, drawer)
    body = drawer.draw(blocks)
    if reply.panel:
        body = _with_data(body, _of_a_panel)
    if shortened:
        body.append(block_text(drawer.say("shortened"), isSubtle=True, size="Small"))
    return card(reply.text, body + questions, drawer.language)
