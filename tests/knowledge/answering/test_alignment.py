"""A statement beside the place that speaks of the same: another row, another party, a word that shuts out the source's."""

import pytest

from knowledge.answering.entailment import Entailment
from knowledge.answering.prompt import Source, source
from knowledge.answering.verification import Verifier
from knowledge.text.analysis import Analysis
from knowledge.values import Hit, Passage, Place

VERIFIER = Verifier(Entailment(Analysis()))
FEES = """講座 | 受講料 | 申込先
初級 | 8,000円 | 研修課
中級 | 12,000円 | 教育センター
上級 | 30,000円 | 役員室"""
RANKS = """Order value | Discount | Signed by
below USD 1,000 | 2 % | Sales clerk
USD 1,000 to USD 9,000 | 5 % | Area manager
above USD 9,000 | 8 % | Sales director"""
KEYS = "鍵は、総務課が台帳に記録して貸し出す。貸出の申込みは、前日までに書面で行う。"
PARKING = "The front desk assigns parking spaces. Permits are renewed every year."


def passage(text: str) -> Source:
    kind = "table" if " | " in text else "prose"
    held = Passage("p", "d", "v", 1, "規程", Place("page", 1), text, kind=kind)
    return source(Hit(held, 1.0))


@pytest.mark.parametrize(
    ("text", "question", "answer", "kept"),
    [
        (FEES, "中級の受講料は?", "中級の受講料は12,000円です。", True),
        (FEES, "中級の受講料は?", "中級の受講料は30,000円です。", False),
        (FEES, "中級はどこに申し込む?", "中級の申込先は役員室です。", False),
        (RANKS, "What discount is there on USD 4,000?", "The discount on USD 4,000 is 5 %.", True),
        (RANKS, "What discount is there on USD 4,000?", "The discount on USD 4,000 is 8 %.", False),
        (KEYS, "鍵の申込みは?", "貸出の申込みは、前日までに書面で行います。", True),
        (KEYS, "鍵の申込みは?", "貸出の申込みは、前日までに口頭で行います。", False),
        (KEYS, "鍵の申込みは?", "貸出の申込みは、当日までに書面で行います。", False),
        (PARKING, "How often are permits renewed?", "Permits are renewed every year.", True),
        (PARKING, "How often are permits renewed?", "Permits are renewed every month.", False),
        (PARKING, "Who assigns spaces?", "The landlord assigns parking spaces.", False),
    ],
)
def test_what_its_own_place_says_otherwise_is_not_kept(text, question, answer, kept):
    assert VERIFIER.holds(answer, passage(text), question) is kept
