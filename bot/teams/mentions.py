"""
People called by name in a card: their name becomes a mention, by which Teams tells them. Pure.

Only a card takes the ids that settings hold, those of Entra; a text would need another kind.
"""

from collections.abc import Sequence
from typing import Any

from bot.teams.text import Element, marked
from handlers.conversation import Called

TEAMS = "teams"


def mentioning(activity: Element, people: Sequence[Called]) -> Element:
    """Return the activity with these people mentioned where a card of it names them."""
    ours = [person for person in people if person.platform == TEAMS and person.name]
    attachments = []
    for attachment in activity.get("attachments", ()):
        card = attachment["content"]
        attachments.append(attachment | {"content": _mentioned(card, ours)})
    if not attachments:
        return activity
    return activity | {"attachments": attachments}


def _mentioned(card: Element, people: Sequence[Called]) -> Element:
    entities: list[Element] = []
    body = _with_tags(card["body"], people, entities)
    if not entities:
        return card
    return card | {"body": body, "msteams": card.get("msteams", {}) | {"entities": entities}}


def _with_tags(tree: Any, people: Sequence[Called], entities: list[Element]) -> Any:
    """Put the first place of each name into a tag, and note the entity the tag needs."""
    if isinstance(tree, list):
        return [_with_tags(item, people, entities) for item in tree]
    if not isinstance(tree, dict):
        return tree
    inner = {name: _with_tags(value, people, entities) for name, value in tree.items()}
    if tree.get("type") == "TextBlock":
        inner["text"] = _tagged(str(tree["text"]), people, entities)
    return inner


def _tagged(text: str, people: Sequence[Called], entities: list[Element]) -> str:
    known = {entity["mentioned"]["id"] for entity in entities}
    for person in people:
        id_, written = person.id.rpartition(":")[2], marked(person.name)
        if id_ in known or written not in text:
            continue
        tag = f"<at>{person.name}</at>"
        text = text.replace(written, tag, 1)
        entities.append(
            {"type": "mention", "text": tag, "mentioned": {"id": id_, "name": person.name}}
        )
    return text
