"""A statement that its own evidence refutes is not shown, however like its words are."""

import pytest

from knowledge.answering.refuting import refuted

APPLY = "新しいツールを使いたい部署は、開始の10営業日前までに情報システム部へ申請する。"
INSIDE = "社外秘の情報は、社内環境で動く生成AIにだけ入力できる。"
MASKED = "個人情報は、氏名や連絡先を伏せ字にしてから入力する。"
REVIEWED = "Generated code must be reviewed by a second engineer before it is merged."
FOUND = "If the device is found later, hand it to IT before using it again."
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
        (REVIEWED, "After the code is merged, a second engineer reviews it."),
        (REVIEWED, "Merge the code first and have it reviewed later."),
        (REVIEWED, "The code is merged and then reviewed."),
        (FOUND, "Yes, use the device again and hand it to IT later."),
        ("履歴を消す前に、窓口へ報告する。", "履歴を消してから窓口へ報告します。"),
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
        (REVIEWED, "Before it is merged, the code must be reviewed."),
        (REVIEWED, "After a second engineer has reviewed it, the code is merged."),
        ("履歴を消す前に、窓口へ報告する。", "窓口へ報告した後に履歴を消してください。"),
        ("500ユーロ未満の請求書には、署名を要しない。", "署名は必要ありません。"),
    ],
)
def test_what_says_the_same_is_not(evidence, statement):
    assert not refuted(statement, "どうすればいいですか", evidence, evidence)
