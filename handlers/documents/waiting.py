"""Which versions wait to be published: the one definition. Pure."""

from collections.abc import Sequence

from knowledge.values import Document, Version


def waiting(documents: Sequence[Document]) -> list[tuple[Document, Version]]:
    """Return the documents of which a version waits to be published, each with that version."""
    drafts = []
    for document in documents:
        version = draft(document)
        if version is not None:
            drafts.append((document, version))
    return drafts


def draft(document: Document) -> Version | None:
    """
    Return the version that waits to be published: the newest that is staged, unless a newer one is
    published by now; None where nothing waits.
    """
    now = document.published.number if document.published else 0
    for version in reversed(document.versions):
        if version.state == "staged" and version.number > now:
            return version
    return None
