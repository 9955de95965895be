"""Words typed one letter wrong are searched for as they are written, and no other word is touched."""

import pytest

from knowledge.models.sentence_encoder import SentenceEncoder
from knowledge.retrieval.spelling import mended, mended_katakana
from knowledge.text.analysis import Analysis

SHELF = {"approves", "records", "tailscale", "hikarino"}


@pytest.fixture(scope="module")
def pieces():
    encoder = SentenceEncoder()
    assert encoder.open()
    return encoder.pieces


def known(words):
    return [word for word in words if word in SHELF]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("How long are recrods kept?", "How long are records kept?"),
        ("what is the reterement allowance", "what is the retirement allowance"),
        ("who aproves purchases", "who approves purchases"),  # not "proves": the shelf decides
        ("how long is a pasword", "how long is a password"),
    ],
)
def test_a_word_one_letter_wrong_is_mended(pieces, typed, meant):
    assert mended(typed, pieces, known) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "Which tools does tailscale use?",  # stands on the shelf
        "May I use Kubernetes at the reimbursement desk?",  # rare, and right
        "employes",  # employs, or employees
        "see https://example.com/recrods or recrods@example.com",
        "chatgptは使えますか",
    ],
)
def test_what_is_right_or_may_be_several_words_stays(pieces, typed):
    assert mended(typed, pieces, known) == typed


def test_without_an_encoder_nothing_is_mended():
    assert mended("recrods", SentenceEncoder().pieces, known) == "recrods"


class Counting(Analysis):
    """Counts the texts it is asked about."""

    looked_up = 0

    def has_words(self, text):
        self.looked_up += 1
        return super().has_words(text)


@pytest.fixture(scope="module")
def analysis():
    return Counting()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("テレワクの申請", "テレワークの申請"),  # a letter left out
        ("ガイドライソはどこ", "ガイドラインはどこ"),  # one that looks like it
        ("アカウントの共有", "アカウントの共有"),
        ("マネージメト研修", "マネージメント研修"),
        ("カイドラインの例", "ガイドラインの例"),  # without its mark
    ],
)
def test_a_katakana_word_one_letter_wrong_is_mended(analysis, typed, meant):
    assert mended_katakana(typed, analysis, known) == meant


def test_a_word_nobody_knows_costs_few_look_ups(analysis):
    analysis.looked_up = 0

    assert mended_katakana("ホゲラムーチョ", analysis, known) == "ホゲラムーチョ"
    assert analysis.looked_up < 300
