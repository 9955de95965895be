"""Which quotes answer, how sure they are, and what stands side by side."""

import pytest

from knowledge.answering.extractive import Extract, Extractor
from knowledge.retrieval.glossary import Glossary
from knowledge.retrieval.query import Query
from knowledge.text.analysis import Analysis
from knowledge.values import Hit, Passage, Place

ANALYSIS = Analysis()
TABLE = "三つの方法を比べます。\n方法 | 費用 | 期間\n自社開発 | 高い | 長い\n微調整 | 中くらい | 中くらい\n既存の利用 | 低い | 短い"


def extract(question: str, *texts: str, kind: str = "prose") -> Extract:
    passages = [
        Passage(f"p{n}", "d", "v", n, "規程", Place("page", n), text, (), "ja", kind)
        for n, text in enumerate(texts, 1)
    ]  # type: ignore[arg-type]
    hits = [Hit(passage, 1 / (n + 1)) for n, passage in enumerate(passages)]
    return Extractor(ANALYSIS).extract(Query(question, ANALYSIS, Glossary.load()), hits)


def test_the_sentence_that_says_when_comes_first() -> None:
    found = extract(
        "精算の期限はいつですか",
        "精算は経費システムで行う。精算の期限は帰着日から7日以内とする。領収書を添える。",
    )
    assert "7日以内" in found.picks[0].unit.text
    assert found.verdict == "sure"


def test_a_price_without_an_amount_of_money_is_never_sure() -> None:
    text = "GPUの購入は情報システム部が行う。GPUの費用は部門が負担する。"
    assert extract("GPUの購入の費用はいくらですか", text).verdict == "unsure"
    assert (
        extract("GPUの購入の費用はいくらですか", text + "GPUの購入の費用は50万円である。").verdict
        == "sure"
    )


def test_paragraphs_of_one_article_rank_as_the_best_of_them() -> None:
    def scored(*labels: str) -> float:
        texts = ("図書費は会社が支払う。", "駐車場は地下にある。", "図書費は技能職を対象とする。")
        passages = [
            Passage(
                f"p{n}", "d", "v", n, "規程", Place("section", n, label), text, (), "ja", "prose"
            )
            for n, (label, text) in enumerate(zip(labels, texts, strict=True), 1)
        ]
        hits = [Hit(passage, 1 / (n + 1)) for n, passage in enumerate(passages)]
        query = Query("図書費は営業職でも使えますか", ANALYSIS, Glossary.load())
        candidates = Extractor(ANALYSIS).extract(query, hits).candidates
        return candidates[-1].score

    of_one = scored("第6条第1項（図書費）", "第9条", "第6条第2項（図書費）")
    assert of_one > scored("第6条（図書費）", "第9条", "第7条（図書費）")


def test_what_is_about_something_else_is_refused() -> None:
    assert extract("火星の天気は?", "契約書の保存期間は十年とする。").verdict == "none"


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        (
            "自社開発と微調整の違いは?",
            (
                ("方法", "費用", "期間"),
                ("自社開発", "高い", "長い"),
                ("微調整", "中くらい", "中くらい"),
            ),
        ),
        (
            "費用と期間を比較して",
            (
                ("方法", "費用", "期間"),
                ("自社開発", "高い", "長い"),
                ("微調整", "中くらい", "中くらい"),
                ("既存の利用", "低い", "短い"),
            ),
        ),
        ("自社開発の費用は?", ()),
    ],
)
def test_a_comparison_is_answered_by_the_part_of_a_table_it_is_about(
    question: str, rows: tuple[tuple[str, ...], ...]
) -> None:
    found = extract(question, "前書き。", TABLE, kind="slide")
    assert found.table == rows
    assert all(cell in TABLE for row in found.table for cell in row)
    if rows:
        assert found.picks[0].hit == 1


def test_the_words_no_source_holds_are_named() -> None:
    assert extract("駐車場の照明の色は?", "駐車場の区画は六台とする。").missing == ("照明", "色")
