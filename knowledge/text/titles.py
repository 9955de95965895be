"""A document's title as a reader of one language knows it."""

from knowledge.text.language import language_of
from knowledge.text.sanitise import sanitise
from knowledge.values import Language


def titled(title: str, language: Language) -> str:
    """Return a document's title; of one in both languages ("… / …") the reader's half."""
    halves = title.split(" / ")
    own = [half for half in halves if language_of(half, language) == language]
    if len(halves) == 2 and len(own) == 1:
        return sanitise(own[0])
    return sanitise(title)
