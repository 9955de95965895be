"""Which document a message speaks of: the one its title's words name, or the last answer's."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.documents.library import Library
from knowledge.values import Document, Passage

LEAST = 0.5  # share of a title's letters that has to be named
_WORDS = re.compile(r"[\u30a1-\u30ff]+|[\u3400-\u4dbf\u4e00-\u9fff々]+|[a-z0-9]+")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_EMPTY = frozenset(
    {"the", "a", "an", "of", "for", "and", "to", "in", "on", "our", "your", "my", "this", "that"}
    | {"document", "policy", "file", "pdf", "docx", "xlsx", "txt", "csv", "md", "pptx"}
    | {"版", "年", "年版", "月", "日", "資料", "文書"}
)


@dataclass(frozen=True, slots=True)
class Named:
    """A document and the share of its title that a message names."""

    document: Document
    share: float


def named(text: str, documents: Sequence[Document]) -> list[Named]:
    """
    Return the documents a message names, best first; none where it names none.

    Of equal ones the order of `documents` stays. A year counts as a word, and in a message also
    tells two editions apart.
    """
    message = _plain(text)
    hits: list[Named] = []
    for document in documents:
        share = max(_share(message, title) for title in _titles(document))
        if share >= LEAST:
            hits.append(Named(document, share))
    return sorted(hits, key=_by_share)


def editions(text: str, documents: Sequence[Document]) -> list[Document]:
    """
    Return the documents whose titles carry the years a message names, by year; none where fewer
    than two do, or where nothing else of their titles is alike.
    """
    named_years = sorted(set(_YEAR.findall(_plain(text))))
    if len(named_years) < 2:
        return []
    first, last = named_years[0], named_years[-1]
    older = [document for document in documents if first in years(document)]
    newer = [document for document in documents if last in years(document)]
    for one in older:
        for other in newer:
            if one.id != other.id and _alike(one, other):
                return [one, other]
    return []


async def readable(library: Library, version: str, readers: frozenset[str]) -> list[Passage]:
    """Return the passages of one version that these readers may see, in order."""
    passages = await library.passages(version)
    return [passage for passage in passages if passage.audience in readers]


def stem(title: str) -> frozenset[str]:
    """Return the words of a title without its year."""
    return frozenset(_meaningful(_YEAR.sub(" ", _plain(title))))


def years(document: Document) -> tuple[str, ...]:
    """Return the years in a document's names, in order."""
    own: dict[str, None] = {}
    for title in _titles(document):
        own |= dict.fromkeys(_YEAR.findall(title))
    return tuple(own)


def _alike(one: Document, other: Document) -> bool:
    words, others = stem(one.metadata.title), stem(other.metadata.title)
    return bool(words & others)


def _titles(document: Document) -> list[str]:
    titles = [*document.metadata.title.split(" / ")]
    version = document.published
    if version:
        titles.append(version.name.rsplit(".", 1)[0])
    return [_plain(title) for title in titles]


def _share(message: str, title: str) -> float:
    words = _meaningful(title)
    letters = sum(len(word) for word in words)
    if not letters:
        return 0.0
    heard = [word for word in words if word in message]
    return sum(len(word) for word in heard) / letters


def _meaningful(title: str) -> list[str]:
    return [word for word in _WORDS.findall(title) if word not in _EMPTY]


def _by_share(hit: Named) -> float:
    return -hit.share


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
