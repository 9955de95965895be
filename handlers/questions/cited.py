"""The sources of what is said: as a block that opens them, and as lines of text."""

from collections.abc import Sequence

from handlers.conversation import Sources
from handlers.questions.answers import source
from handlers.texts import Texts
from knowledge.values import Citation, Language


def sources(
    citations: Sequence[Citation], texts: Texts, language: Language, answer: str = ""
) -> Sources:
    """Return the sources in their order; `answer` is the id of the one they belong to."""
    items = [source(citation, texts, language) for citation in citations]
    return Sources(tuple(items), answer)


def named(block: Sources) -> list[str]:
    """Return one line for each source: its number, title and place."""
    return [f"[{item.number}] {item.title} {item.place}" for item in block.items]
