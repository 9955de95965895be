"""
How documents are told apart where their titles are alike: by their files, and where those have one
name, too, by the folders these came from.

Only what the asker may read is compared, so that a name tells nothing of what is kept from them.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from knowledge.documents.registry import Draft, Registry
from knowledge.formats import ending
from knowledge.values import Passage


class Names:
    """The names of one registry's published documents; made anew when its records change."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._made_of: tuple[object, object] = (None, None)
        self._by_readers: dict[frozenset[str], dict[str, str]] = {}

    def named(self, passage: Passage, readers: frozenset[str]) -> Passage:
        """Return a passage under the name by which these readers tell its document apart."""
        title = self._of(readers).get(passage.document)
        if title is None:
            return passage
        headings = passage.headings
        if headings[:1] == (passage.title,):
            headings = (title, *headings[1:])
        return replace(passage, title=title, headings=headings)

    def _of(self, readers: frozenset[str]) -> dict[str, str]:
        """Return the names of the documents whose titles are alike, by document."""
        entries, drafts = self._registry.entries, self._registry.drafts
        if self._made_of[0] is not entries or self._made_of[1] is not drafts:
            self._made_of, self._by_readers = (entries, drafts), {}
        if readers not in self._by_readers:
            self._by_readers[readers] = self._made(readers)
        return self._by_readers[readers]

    def _made(self, readers: frozenset[str]) -> dict[str, str]:
        by_title: dict[str, list[Draft]] = {}
        for entry in self._registry.entries.values():
            draft = self._registry.drafts.get(self._registry.current(entry.id))
            if draft is not None and draft.metadata.audience in readers:
                by_title.setdefault(_key(draft.metadata.title), []).append(draft)
        names: dict[str, str] = {}
        for drafts in by_title.values():
            if len(drafts) > 1:
                names |= _apart(drafts)
        return names


def _apart(drafts: Sequence[Draft]) -> dict[str, str]:
    """
    Return a name for each of these documents of one title: the title and what differs.

    No endings and slashes stand in it, as what looks like an address is taken out of answers.
    """
    words: list[str] = []
    for word in (_stem, _kind, _folder):
        words = list(map(word, drafts))
        if len(set(words)) == len(words):
            break
    names = {}
    for draft, said in zip(drafts, words, strict=True):
        names[draft.document] = _joined(draft.metadata.title, said)
    return names


def _stem(draft: Draft) -> str:
    """Return the name of a file without its ending."""
    name = draft.version.name
    return name.rpartition(".")[0] or name


def _kind(draft: Draft) -> str:
    """Return the name of a file with its kind, as a word."""
    return f"{_stem(draft)} {ending(draft.version.name).upper()}"


def _folder(draft: Draft) -> str:
    """Return a file's name with the folder it came from; with its day where none is known."""
    folder = PurePosixPath(draft.metadata.source.replace("\\", "/")).parent.name
    before = folder or draft.version.added[:10]
    return f"{before} › {_stem(draft)}"


def _joined(title: str, file: str) -> str:
    if title.isascii():
        return f"{title} ({file})"
    return f"{title}（{file}）"


def _key(title: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", title).casefold().split())
