"""A search for a guideline serves everybody who may see the same; when it is made anew."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from handlers.choose.quoted import GROUPS, KEPT, Quoted, Reader
from knowledge.errors import LibraryUnavailable
from knowledge.sentences import phrase
from knowledge.values import Document, Metadata

ALL = Reader(frozenset({"all"}), "ja")
BOARD = Reader(frozenset({"all", "board"}), "ja")
SHELF = (Document("d1", Metadata("データ規程")),)


class Searches:
    """What is searched, in order; a search ends when it is let go."""

    def __init__(self) -> None:
        self.made: list[str] = []
        self.let_go = asyncio.Event()
        self.let_go.set()

    def of(self, question: str) -> Callable[[], Awaitable[str]]:
        async def search() -> str:
            self.made.append(question)
            await self.let_go.wait()
            return f"{question} {len(self.made)}"

        return search


async def test_many_who_ask_at_once_wait_for_one_search() -> None:
    searches, quoted = Searches(), Quoted[str]()
    searches.let_go.clear()
    asking = [
        asyncio.create_task(quoted.found(ALL, SHELF, "budget", searches.of("budget")))
        for _ in range(5)
    ]
    await asyncio.sleep(0)
    searches.let_go.set()
    assert await asyncio.gather(*asking) == ["budget 1"] * 5
    assert await quoted.found(ALL, SHELF, "budget", searches.of("budget")) == "budget 1"


async def test_other_readers_languages_questions_and_documents_are_searched_for_anew() -> None:
    searches, quoted = Searches(), Quoted[str]()
    changed = (Document("d1", Metadata("データ規程", audience="board")),)
    english = Reader(ALL.readers, "en")
    for reader, shelf, question in (
        (ALL, SHELF, "budget"),
        (BOARD, SHELF, "budget"),
        (english, SHELF, "budget"),
        (ALL, SHELF, "time"),
        (ALL, changed, "budget"),
    ):
        await quoted.found(reader, shelf, question, searches.of(question))
    assert len(searches.made) == 5


async def test_what_was_found_is_kept_so_long_and_no_longer() -> None:
    now = 1000.0
    searches, quoted = Searches(), Quoted[str](lambda: now)
    await quoted.found(ALL, SHELF, "budget", searches.of("budget"))
    now += KEPT - 0.001
    assert await quoted.found(ALL, SHELF, "budget", searches.of("budget")) == "budget 1"
    now += 0.001
    assert await quoted.found(ALL, SHELF, "budget", searches.of("budget")) == "budget 2"


async def test_of_too_many_groups_the_oldest_is_forgotten() -> None:
    searches, quoted = Searches(), Quoted[str]()
    groups = [Reader(frozenset({str(number)}), "ja") for number in range(GROUPS + 1)]
    for group in groups:
        await quoted.found(group, SHELF, "budget", searches.of("budget"))
    assert await quoted.found(groups[1], SHELF, "budget", searches.of("budget")) == "budget 2"
    await quoted.found(groups[0], SHELF, "budget", searches.of("budget"))
    assert len(searches.made) == GROUPS + 2


async def test_who_gives_up_leaves_the_search_to_those_who_come_after() -> None:
    searches, quoted = Searches(), Quoted[str]()
    searches.let_go.clear()
    gone = asyncio.create_task(quoted.found(ALL, SHELF, "budget", searches.of("budget")))
    await asyncio.sleep(0)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    searches.let_go.set()
    assert await quoted.found(ALL, SHELF, "budget", searches.of("budget")) == "budget 1"


async def test_a_search_that_fails_is_told_and_tried_again() -> None:
    searches, quoted = Searches(), Quoted[str]()

    async def away() -> str:
        raise LibraryUnavailable("contended", phrase("contended"))

    with pytest.raises(LibraryUnavailable):
        await quoted.found(ALL, SHELF, "budget", away)
    assert await quoted.found(ALL, SHELF, "budget", searches.of("budget")) == "budget 1"
