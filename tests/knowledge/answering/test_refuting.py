"""A statement that its own evidence refutes is not shown, however like its words are."""

import pytest

from knowledge.answering.refuting import refuted

APPLY = "新しいツールを使いたい部署は、開始の10営業日前までに情報システム部へ申請する。"
INSIDE = "社外秘の情報は、社内環境で動く生成AIにだけ入力できる。"
MASKED = "個人情報は、氏名や連絡先を伏せ字にしてから入力する。"
KEPT = "生成AIの利用記録は、1年間保存する。"


@pytest.mark.parametrize(
    ("evidence", "statement"),
    [
        (APPLY, "使い始める10営業日前までに、総務部へ申請してください。"),
        (INSIDE, "社外秘の情報は、どの生成AIにも入力できます。"),
        (INSIDE, "Confidential information may be entered into any AI."),
        (MASKED, "個人情報は、そのまま入力してください。"),
        (MASKED, "入力したあとで、氏名や連絡先を伏せ字にしてください。"),
        (KEPT, "利用記録を残す必要はありません。"),
        (KEPT, "Records need not be kept."),
    ],
)
def test_what_the_evidence_refutes_is_told(evidence, statement):
    assert refuted(statement, "どうすればいいですか", evidence, evidence)


@pytest.mark.parametrize(
    ("evidence", "statement"),
    [
        (APPLY, "情報システム部へ、10営業日前までに申請してください。"),
        (APPLY, "担当部署へ、10営業日前までに申請してください。"),
        (INSIDE, "社内環境で動く生成AIに限って入力できます。"),
        (MASKED, "氏名や連絡先を伏せ字にしたあとで入力してください。"),
        ("500ユーロ未満の請求書には、署名を要しない。", "署名は必要ありません。"),
    ],
)
def test_what_says_the_same_is_not(evidence, statement):
    assert not refuted(statement, "どうすればいいですか", evidence, evidence)
