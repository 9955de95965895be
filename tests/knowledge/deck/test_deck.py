"""The deck digest: whole in both languages, at the printed pages, and in our own words."""

import re

import pytest

from knowledge.deck.digest import metadata, reading, shelve
from knowledge.documents.library import Library
from knowledge.index.opening import open_index
from knowledge.retrieval.encoder import VERSION
from knowledge.values import Place

PRINTED = (2, 4, 5, 6, 8, 9, 10, 12, 13, 15, 18, 19, 21, 24)
FACTS = (
    "13:20",
    "杉之尾大介",
    "針原佳貴",
    "中山智文",
    "約170億文字",
    "Llama 2",
    "GENIAC",
    "2018年9月",
    "キックボクシング",
    "福岡",
)
ENGLISH_FACTS = (
    "17 billion characters",
    "Llama 2",
    "14:15-14:30",
    "METI",
    "September 2018",
    "kickboxing",
    "transformer",
)


def test_every_slide_with_text_stands_at_its_printed_page_in_both_languages():
    places = [page.place for page in reading().pages]

    assert places == [Place("slide", n) for n in PRINTED for _ in range(2)]


@pytest.mark.parametrize("fact", FACTS + ENGLISH_FACTS)
def test_the_facts_are_there(fact):
    assert any(fact in page.text for page in reading().pages)


def test_no_sentence_is_taken_from_the_deck(shared):
    transcript = re.sub(r"\s", "", (shared / "deck/transcript.txt").read_text())
    lines = [
        re.sub(r"\s", "", line).lstrip("-")
        for page in reading().pages
        for line in page.text.split("\n")
    ]
    taken = [line for line in lines if len(line) >= 24 and line in transcript]

    assert taken == []


async def test_the_digest_goes_on_the_shelf_once(tmp_path):
    async with Library(open_index(None, tmp_path, version=VERSION)) as library:
        first, again = await shelve(library), await shelve(library)
        hits = await library.search(
            "RAGはすべての文書を学習しますか", readers=frozenset({"all"}), limit=3
        )

    assert first == again
    assert first.metadata == metadata()
    assert hits[0].passage.place == Place("slide", 18)
