"""Facts of a text become questions in its own words, and tell what changes from one version to the next."""

import pytest

from knowledge.documents.facts import asked, beside, facts, turned
from knowledge.values import Passage, Place

FACTS = [
    ("figure", "宿泊費は一万二千円とする。", "宿泊費は何円ですか?"),
    ("figure", "記録は5年間保存する。", "記録は何年間保存しますか?"),
    (
        "figure",
        "第8条（休職）　従業員は、休職を申し出るとき、30日前までに届け出なければならない。",
        "休職を申し出るとき、何日前までに届け出なければなりませんか?",
    ),
    ("figure", "この規則は令和8年4月1日から施行する。", "この規則はいつから施行しますか?"),
    (
        "forbidden",
        "従業員は、生成AIに顧客情報を入力してはならない。",
        "生成AIに顧客情報を入力してもよいですか?",
    ),
    ("forbidden", "私用の端末の使用を禁止する。", "私用の端末の使用は認められますか?"),
    ("forbidden", "写しを社外へ送ることはできない。", "写しを社外へ送ることはできますか?"),
    ("who", "文書の廃棄は、総務部長が承認する。", "文書の廃棄は、誰が承認しますか?"),
    (
        "who",
        "２　匿名化した情報は部長の許可を得て入力できる。",
        "匿名化した情報は誰の許可を得て入力できますか?",
    ),
    (
        "figure",
        "Requests are approved within five days.",
        "Within how many days are requests approved?",
    ),
    ("figure", "The daily allowance is USD 50.", "How much is the daily allowance?"),
    ("figure", "Records are kept for three years.", "For how many years are records kept?"),
    (
        "forbidden",
        "Staff must not enter customer data into external services.",
        "May staff enter customer data into external services?",
    ),
    (
        "forbidden",
        "Personal accounts are prohibited for business use.",
        "Are personal accounts allowed for business use?",
    ),
    ("who", "New tools must be approved by the security office.", "Who approves new tools?"),
]


def passage(*sentences: str) -> Passage:
    return Passage("p", "d", "v", 1, "規程", Place("section", 1, "第1条"), "\n".join(sentences))


@pytest.mark.parametrize(("kind", "sentence", "question"), FACTS)
def test_a_fact_is_asked_for_in_its_own_words(kind, sentence, question):
    [fact] = facts([passage(sentence)])
    assert (fact.kind, fact.question) == (kind, question)


@pytest.mark.parametrize(
    "sentence",
    [
        "前項の届出の期限は37日とする。",  # of what, the sentence does not say
        "第3条及び第5条の定めによる。",
        "次の各号を守らなければならない。",
        "情報の取扱いに関し必要な事項を定める。",
        "This policy governs the use of generative AI.",
        "課長 | 2,500円 | 14,000円",
    ],
)
def test_what_cannot_be_turned_around_safely_is_no_question(sentence):
    assert list(facts([passage(sentence)])) == []


def test_one_of_each_kind_is_asked_first():
    sentences = [sentence for _, sentence, _ in FACTS if not sentence.isascii()]
    stated = list(facts([passage(*sentences)]))
    kinds = {fact.question: fact.kind for fact in stated}
    assert [kinds[question] for question in asked(stated, 3)] == ["figure", "forbidden", "who"]
    assert asked(stated, 0) == ()


def test_what_changes_is_told_with_the_old_beside_the_new():
    before = list(facts([passage("宿泊費は一万円とする。", "記録は5年間保存する。")]))
    after = list(
        facts(
            [passage("宿泊費は二万円とする。", "記録は5年間保存する。", "端末の私用を禁止する。")]
        )
    )
    assert beside(before, after) == (
        ("宿泊費は何円ですか?", "宿泊費は一万円とする", "宿泊費は二万円とする"),
        ("端末の私用は認められますか?", "", "端末の私用を禁止する"),
    )
    assert turned(after, after) == ()
