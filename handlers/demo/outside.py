"""A question the documents cannot answer, made from a word that stands nowhere in them."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from knowledge.values import Hit, Language, SearchKind

# Everyday things that rules seldom speak of, each one word of the dictionary; then made-up ones,
# which no document can hold by chance.
WORDS: dict[Language, tuple[str, ...]] = {
    "ja": ("水族館", "献立", "盆踊り", "落語", "温泉", "登山", "麻雀", "ゾルミナ", "ペラトム"),
    "en": ("karaoke", "aquarium", "barbecue", "canteen", "piano", "haiku", "zolmina", "peratom"),
}


class Searching(Protocol):
    """The part of the library this needs."""

    async def search(
        self, question: str, *, readers: frozenset[str], limit: int, kind: SearchKind
    ) -> list[Hit]: ...


async def absent(
    library: Callable[[], Awaitable[Searching]], readers: frozenset[str], language: Language
) -> tuple[str, ...]:
    """
    Return words that stand in no passage `readers` may see: searched for by words alone, they find
    nothing. The last one where all of them are found, which no shelf has shown yet.

    Raises:
        LibraryUnavailable: the index did not answer.
    """
    source = await library()
    words: tuple[str, ...] = ()
    for word in WORDS[language]:
        if not await source.search(word, readers=readers, limit=1, kind="words"):
            words = (*words, word)
    return words or WORDS[language][-1:]
