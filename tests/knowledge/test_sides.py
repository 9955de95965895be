"""Two things compared, and what the deck says of each when no slide sets them side by side."""

import pytest

from knowledge.answers import Answers
from knowledge.deck.digest import shelve
from knowledge.library import Library, open_index
from knowledge.sides import sides


@pytest.mark.parametrize(
    ("question", "pair"),
    [
        ("ファインチューニングとRAGの違いは?", ("ファインチューニング", "RAG")),
        ("RAGとAPIはどう違うの", ("RAG", "API")),
        ("RAGとファインチューニングを比較して", ("RAG", "ファインチューニング")),
        ("イチから作るのと微調整するのって何が違うの", ("イチから作るの", "微調整する")),
        ("RAGとAPI、どちらが安い?", ("RAG", "API")),
        ("What is the difference between RAG and fine-tuning?", ("RAG", "fine-tuning")),
        ("RAG vs fine-tuning", ("RAG", "fine-tuning")),
        ("How does RAG differ from an open model?", ("RAG", "an open model")),
        ("RAGとは?", None),
        ("違いを教えて", None),
        ("What is different here?", None),
    ],
)
def test_the_two_sides_are_told_from_the_form(question, pair):
    assert sides(question) == pair


@pytest.mark.parametrize(
    ("question", "language", "words"),
    [
        ("ファインチューニングとRAGの違いは?", "ja", ("ファインチューニング", "RAG")),
        ("What is the difference between RAG and fine-tuning?", "en", ("RAG", "tun")),
    ],
)
async def test_both_sides_are_answered_with_their_sources(tmp_path, question, language, words):
    async with Library(open_index(None, tmp_path)) as library:
        await shelve(library)
        answer = await Answers(library).answer(question, readers=frozenset({"all"}), language=language)

    assert answer.mode == "extractive"
    for word in words:
        assert word in answer.text
    assert {citation.passage.place.number for citation in answer.citations} & {13, 15, 18, 19, 21, 24}
    assert all(citation.quote in citation.passage.text for citation in answer.citations)
