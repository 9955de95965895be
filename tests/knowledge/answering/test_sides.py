"""Two things compared, and what the deck says of each when no slide sets them side by side."""

import pytest

from knowledge.answering.answers import Answers
from knowledge.answering.disagreement import disagreements
from knowledge.answering.sides import sides
from knowledge.deck.digest import shelve
from knowledge.documents.library import Library
from knowledge.index.opening import open_index
from knowledge.reading.reading import Reading
from knowledge.retrieval.encoder import VERSION
from knowledge.values import Answer, Hit, Metadata, Page, Passage, Place, Sentence


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


def stands_in_its_source(sentence: Sentence, answer: Answer) -> bool:
    """Whether a quoted line stands in a passage of the number it is given."""
    if sentence.role != "line":
        return True
    [number] = sentence.citations or (0,)
    [cited] = [citation for citation in answer.citations if citation.number == number] or [None]
    if cited is None:
        return False
    whole = "".join(passage.text for passage in (cited.passage, *cited.around))
    letters = [letter for letter in sentence.text if letter.isalnum()]
    rest = iter(letter for letter in whole if letter.isalnum())
    return all(letter in rest for letter in letters)


@pytest.mark.parametrize(
    ("question", "language", "words"),
    [
        ("ファインチューニングとRAGの違いは?", "ja", ("ファインチューニング", "RAG")),
        ("What is the difference between RAG and fine-tuning?", "en", ("RAG", "tun")),
    ],
)
async def test_both_sides_are_answered_with_their_sources(tmp_path, question, language, words):
    async with Library(open_index(None, tmp_path, version=VERSION)) as library:
        await shelve(library)
        answer = await Answers(library).answer(
            question, readers=frozenset({"all"}), language=language
        )

    assert answer.mode == "extractive"
    for word in words:
        assert word in answer.text
    assert {citation.passage.place.number for citation in answer.citations} & {
        13,
        15,
        18,
        19,
        21,
        24,
    }
    assert len(answer.citations) > 1
    assert [line for line in answer.sentences if not stands_in_its_source(line, answer)] == []
    assert all(citation.quote in citation.passage.text for citation in answer.citations)


def test_what_is_cited_from_beyond_the_hits_looked_at_is_not_compared():
    passage = Passage("p", "d", "v", 1, "お茶", Place("page", 1), "緑茶の湯は七十度です。")

    assert disagreements([(12, "烏龍の湯は九十度です。")], [Hit(passage, 1.0)]) == ()


async def test_a_side_found_far_down_is_still_quoted(tmp_path):
    """A dozen passages speak of one side and of comparing; the other stands in a single one far below them."""
    many = [
        f"緑茶の淹れ方と違いを比べた記録その{n}です。緑茶は湯の温度で味が変わります。"
        for n in range(14)
    ]
    async with Library(open_index(None, tmp_path, version=VERSION)) as library:
        pages = tuple(
            Page(n, Place("page", n), text)
            for n, text in enumerate([*many, "烏龍は半発酵の茶葉です。"], 1)
        )
        reading = Reading("tea.md", "0" * 64, 10, "", "markdown", pages, (), "ja")
        document, version, _ = await library.stage(reading, Metadata(title="お茶"), by="t")
        await library.publish(document.id, version.id)
        answer = await Answers(library).answer(
            "緑茶と烏龍の違いは?", readers=frozenset({"all"}), language="ja"
        )

    assert "緑茶は湯の温度" in answer.text
    assert "烏龍は半発酵" in answer.text


TEAS = "茶葉 | 湯の温度 | 時間 | 量\n緑茶 | 70 | 一分 | 3g\n紅茶 | 100 | 三分 | 3g"
TEAS_EN = "Tea | Water | Time | Amount\nGreen tea | 70 | one | 3g\nBlack tea | 100 | three | 3g"


@pytest.mark.parametrize(
    ("table", "question", "language", "differing"),
    [
        (TEAS, "緑茶と紅茶の違いは?", "ja", "「緑茶」と「紅茶」は、湯の温度・時間が違います"),
        (
            TEAS_EN,
            "What is the difference between green tea and black tea?",
            "en",
            "“Green tea” and “Black tea” differ in Water and Time",
        ),
    ],
)
async def test_a_comparison_says_in_what_and_leaves_the_rest_to_its_table(
    tmp_path, table, question, language, differing
):
    async with Library(open_index(None, tmp_path, version=VERSION)) as library:
        page = Page(1, Place("page", 1), table)
        reading = Reading("tea.md", "0" * 64, 10, "", "markdown", (page,), (), language)
        document, version, _ = await library.stage(reading, Metadata(title="お茶"), by="t")
        await library.publish(document.id, version.id)
        answer = await Answers(library).answer(
            question, readers=frozenset({"all"}), language=language
        )

    first = answer.sentences[0].text
    assert differing in first
    assert "70" not in first
    assert answer.table[1][1] == "70"
