"""The second stage: what it weighs, and that the order gets better by it."""

from collections.abc import Sequence

import numpy as np
import pytest

from knowledge.errors import InvalidModel
from knowledge.retrieval.features import Features
from knowledge.retrieval.glossary import Glossary
from knowledge.retrieval.points import terms
from knowledge.retrieval.query import LONGEST, Query
from knowledge.retrieval.rerank import FEATURES, Sense, rank, trained
from knowledge.retrieval.table import compared
from knowledge.text.analysis import Analysis
from knowledge.values import Passage, Place

ANALYSIS = Analysis()


def packed(*texts: str, title: str = "") -> list[str]:
    passages = [
        Passage("", "d", "v", n, title, Place("page", n), text) for n, text in enumerate(texts, 1)
    ]
    return [terms(passage, ANALYSIS).pack() for passage in passages]


def order(question: str, texts: Sequence[str], scores: Sequence[float]) -> list[int]:
    asked = Query(question, ANALYSIS, Glossary.load())
    return [ranked.at for ranked in rank(asked, packed(*texts), scores)]


def test_a_sentence_that_holds_the_whole_question_beats_scattered_words() -> None:
    scattered = "精算の話をする。旅費は別に定める。期限はない。"
    together = "旅費の精算の期限は7日とする。"
    assert order("旅費の精算の期限", [scattered, together], [5.0, 5.0]) == [1, 0]


@pytest.mark.parametrize(("abroad", "first"), [(0.5, 0), (0.65, 1)])
def test_of_two_languages_the_asker_s_comes_first_where_it_lies_nearer(
    abroad: float, first: int
) -> None:
    """Between languages what says the same lies farther apart: only what is clearly nearer is."""
    asked = Query("生成AIに個人情報を入力してもいい?", ANALYSIS, Glossary.load())
    texts = [
        "個人情報は、伏せ字にしてから入力する。",
        "Mask personal data before you enter it into an AI.",
    ]
    sense = Sense(np.array([0.7, abroad]), np.array([False, True]), np.array([np.nan, 1.0]))
    assert rank(asked, packed(*texts), [1.0, 5.0], sense)[0].at == first


def test_an_amount_in_another_spelling_counts() -> None:
    assert order(
        "上限が2割の手当", ["手当の上限は30%とする。", "手当の上限は20%とする。"], [5.0, 5.0]
    ) == [1, 0]


def test_scores_are_shares_and_what_lies_below_the_pool_follows() -> None:
    asked = Query("旅費の精算", ANALYSIS, Glossary())
    ranked = rank(asked, packed("旅費の精算。", "別の話。"), [5.0, 4.0, 3.0, 2.0])
    assert [r.at for r in ranked] == [0, 1, 2, 3]
    assert sum(r.score for r in ranked[:2]) == pytest.approx(1)
    assert sorted((r.score for r in ranked), reverse=True) == [r.score for r in ranked]
    assert [name for name, _ in ranked[0].parts] == list(FEATURES)
    assert rank(asked, [], []) == []


def test_words_in_order_are_told_from_the_same_words_turned_round() -> None:
    asked = Query("委託先が自社を監査する", ANALYSIS, Glossary())
    one, other = "委託先が自社を監査する。", "自社が委託先を監査する。"
    passage = Passage("", "d", "v", 1, "", Place("page", 1), one + other)
    overlap = Features(asked, [terms(passage, ANALYSIS)])
    first, second = overlap.sequence([0, 1])
    assert first > second


@pytest.mark.parametrize(("nouns", "share"), [(7, 7 / 8), (8, 1.0), (9, 1.0)])
def test_eight_nouns_that_are_new_are_as_many_as_count(nouns: int, share: float) -> None:
    words = ["電話", "机", "椅子", "鉛筆", "時計", "鞄", "靴", "傘", "帽子"]
    passage = Passage("", "d", "v", 1, "", Place("page", 1), "と".join(words[:nouns]))
    features = Features(Query("旅費", ANALYSIS, Glossary()), [terms(passage, ANALYSIS)])
    assert features.fresh().tolist() == [share]


@pytest.mark.parametrize(("rows", "shown"), [(12, 12), (13, 12)])
def test_twelve_rows_of_a_comparison_are_shown(rows: int, shown: int) -> None:
    body = "\n".join(f"項目{n} | {n}円 | {n}日" for n in range(rows))
    passage = Passage("", "d", "v", 1, "", Place("page", 1), f"区分 | 電車 | 飛行機\n{body}")
    table = compared(Query("電車と飛行機の違い", ANALYSIS, Glossary()), [passage], ANALYSIS)
    assert table is not None
    assert len(table.rows) == 1 + shown
    assert table.rows[0] == ("区分", "電車", "飛行機")


def test_two_of_three_columns_are_set_side_by_side() -> None:
    passage = Passage(
        "", "d", "v", 1, "", Place("page", 1), "区分 | 電車 | バス | 飛行機\n運賃 | 1円 | 2円 | 3円"
    )
    table = compared(Query("電車と飛行機の違い", ANALYSIS, Glossary()), [passage], ANALYSIS)
    assert table is not None
    assert table.rows == (("区分", "電車", "飛行機"), ("運賃", "1円", "3円"))


def test_only_so_many_words_of_a_pasted_page_are_compared() -> None:
    assert (
        len(
            Query(
                "旅費の精算の期限は七日とし、出張の申請は前日までに行う。" * 150,
                ANALYSIS,
                Glossary(),
            ).order
        )
        == LONGEST
    )


def test_weights_for_other_features_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("knowledge.retrieval.rerank.VERSION", 0)
    trained.cache_clear()
    with pytest.raises(InvalidModel):
        trained()
