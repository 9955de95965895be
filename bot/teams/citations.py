"""
The sources of an answer as Teams shows them, numbers in the text that open, and the label "AI
generated". Pure.
"""

from collections.abc import Sequence

from bot.teams.text import Element, cut
from handlers.conversation import Source
from knowledge.formats import formats_of

CITATIONS = 10  # more are refused with 400
CITATION_NAME = 80  # characters
CITATION_ABSTRACT = 160  # characters, never none
CITATION_KEYWORDS = 3
KEYWORD = 28  # characters

_DECK = "Microsoft PowerPoint"


def entity(sources: Sequence[Source]) -> Element:
    root: Element = {
        "type": "https://schema.org/Message",
        "@type": "Message",
        "@context": "https://schema.org",
        "@id": "",
        "additionalType": ["AIGeneratedContent"],
    }
    if sources:
        root["citation"] = [_claim(source) for source in sources[:CITATIONS]]
    return root


def _claim(source: Source) -> Element:
    name = f"{source.title} {source.place}".strip()
    appearance: Element = {
        "@type": "DigitalDocument",
        "name": cut(name, CITATION_NAME),
        "abstract": cut(source.excerpt.replace("**", "") or name, CITATION_ABSTRACT),
    }
    keywords = [cut(word, KEYWORD) for word in (source.version, source.updated) if word]
    if keywords:
        appearance["keywords"] = keywords[:CITATION_KEYWORDS]
    if source.url.startswith("https://"):
        appearance["url"] = source.url
    icon = _icon(source.kind)
    if icon:
        appearance["image"] = {"@type": "ImageObject", "name": icon}
    return {"@type": "Claim", "position": source.number, "appearance": appearance}


def _icon(kind: str) -> str:
    """Return the name of the icon beside a source of this kind, "" for none."""
    if kind == "deck":
        return _DECK
    for row in formats_of(kind):
        return row.application
    return ""
