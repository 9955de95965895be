"""
The deck digest as a reading that goes on the shelf like any other document.

Each slide stands there twice, in Japanese and in English, at the page number that is printed on it.
"""

import hashlib
from pathlib import Path
from typing import Any

from knowledge.documents.library import Library
from knowledge.errors import InvalidModel
from knowledge.reading.reading import Reading
from knowledge.sentences import phrase, yaml_values
from knowledge.values import Document, Metadata, Page, Place

FILE = Path(__file__).with_name("digest.yaml")
OWNER = "llm-choose"
LANGUAGES = ("ja", "en")


def reading() -> Reading:
    """
    Return the digest as read: two pages a slide, Japanese first.

    Raises:
        InvalidModel: a slide lacks a language, a title or its text.
    """
    content = FILE.read_bytes()
    deck = _deck(content)
    pages: list[Page] = []
    for slide in deck["slides"]:
        place = Place("slide", slide["page"])
        for language in LANGUAGES:
            wording = slide[language]
            pages.append(Page(len(pages) + 1, place, wording["text"], wording["title"]))

    sha256 = hashlib.sha256(content).hexdigest()
    title = metadata().title
    return Reading(FILE.name, sha256, len(content), title, "transcript", tuple(pages), (), "ja")


def metadata() -> Metadata:
    """Return what is known of the deck; its address is that of the published slides."""
    deck = _deck(FILE.read_bytes())
    title = f"{deck['title']['ja']} / {deck['title']['en']}"
    return Metadata(
        title=title,
        kind="deck",
        audience="all",
        owner=OWNER,
        effective=deck["date"],
        url=deck["url"],
        source=FILE.name,
    )


async def shelve(library: Library) -> Document:
    """Publish the digest unless this very digest is published already."""
    document, version, _ = await library.stage(reading(), metadata(), by=OWNER)
    if document.current == version.id:
        return document
    return await library.publish(document.id, version.id)


def _deck(content: bytes) -> dict[str, Any]:
    """Return the digest's content. Raises InvalidModel when a slide lacks something."""
    deck: dict[str, Any] = yaml_values(content)
    for slide in deck["slides"]:
        for language in LANGUAGES:
            wording = slide.get(language, {})
            if wording.get("title") and wording.get("text"):
                continue
            place = f"{FILE.name}: slide {slide.get('page')}, {language}"
            raise InvalidModel("invalid_deck", phrase("digest_gap", place=place))
    return deck
