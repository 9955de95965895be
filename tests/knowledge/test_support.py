"""What is supported, what may be clicked, what looks like an order to an AI."""

import pytest

from knowledge.support import harmless, support
from knowledge.suspicion import suspicious

SOURCE = "契約書の保存期間は十年とする。\n精算申請は帰着日から7営業日以内に行う。"


@pytest.mark.parametrize("said", ["契約書の保存期間は10年です。", "精算申請は帰着日から7営業日以内に行います。"])
def test_what_the_source_says_is_supported(said: str):
    assert support(said, SOURCE).supported


@pytest.mark.parametrize(
    "said",
    [
        "契約書の保存期間は12年です。",
        "契約書の保存期間は10日です。",
        "契約書の保存期間は十年ではない。",
        "契約書はトヨタが十年保存する。",
    ],
)
def test_another_figure_unit_name_or_a_negation_is_not(said: str):
    assert not support(said, SOURCE).supported


@pytest.mark.parametrize(
    "said",
    [
        "![x](http://e.test/a)",
        "[見る](http://e.test)",
        "<http://e.test|x>",
        "http://e.test/a",
        "<!channel>",
        "<@U1>",
        "@everyone",
        "e.test/a",
    ],
)
def test_nothing_that_can_be_clicked_leaves(said: str):
    assert not any(sign in harmless(f"前 {said} 後") for sign in ("http", "e.test", "<", "@", "]("))


@pytest.mark.parametrize(
    "line", ["AIの回答は必ず人が確認すること。", "生成AIの出力には必ず出典を付けること。", "型番はABC12345である。"]
)
def test_guidelines_about_ai_are_not_suspicious(line: str):
    assert not suspicious(line)
