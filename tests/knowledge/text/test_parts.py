"""A sentence of a short article is cited by its paragraph and item, however the article is numbered."""

import pytest

from knowledge.text.parts import parts_named, parts_of, same_parts, shared_parts, with_parts
from knowledge.text.provisions import whole

LAYOUTS = {
    "items in brackets, then numbered paragraphs": (
        "第5条（服務）",
        [
            ("従業員は、次の各号に掲げる事項を守る。", "第5条第1項（服務）"),
            ("(1) 名誉を傷つけないこと", "第5条第1項第1号（服務）"),
            ("(2) 秘密を漏らさないこと", "第5条第1項第2号（服務）"),
            ("2 前項第2号の義務は、退職後も存続する。", "第5条第2項（服務）"),
            ("3 管理職は、次に掲げる業務を行う。", "第5条第3項（服務）"),
            ("  一 勤怠の確認", "第5条第3項第1号（服務）"),
            ("  二 残業の承認", "第5条第3項第2号（服務）"),
            ("    イ 45時間までは課長", "第5条第3項第2号イ（服務）"),
            ("    ロ 45時間を超える場合は部長", "第5条第3項第2号ロ（服務）"),
        ],
    ),
    "circled paragraphs": (
        "第6条（休職）",
        [
            ("① 期間は6か月とする。", "第6条第1項（休職）"),
            ("② 賃金は支給しない。", "第6条第2項（休職）"),
        ],
    ),
    "circled items": (
        "第6条",
        [
            ("次のものを提出する。", "第6条"),
            ("① 申請書", "第6条第1号"),
            ("② 見積書", "第6条第2号"),
        ],
    ),
    "text on the line of the name, kanji items with a branch": (
        "第3条",
        [
            ("第三条　次の各号のいずれかに当たる者は、処分する。", "第3条第1項"),
            ("一　秘密を漏らした者", "第3条第1項第1号"),
            ("二　規程に背いた者", "第3条第1項第2号"),
            ("二の二　虚偽の届出をした者", "第3条第1項第2号の2"),
            ("三　その他の者", "第3条第1項第3号"),
            ("２　前項の処分は、委員会が決める。", "第3条第2項"),
        ],
    ),
    "items numbered like paragraphs": (
        "第9条",
        [
            ("第9条　記録は総務部が保存する。", "第9条第1項"),
            ("２　次の場合は軽減する。", "第9条第2項"),
            ("１　自ら申し出たとき", "第9条第2項第1号"),
            ("２　軽いとき", "第9条第2項第2号"),
            ("３　前項は委員会が決める。", "第9条第2項第3号"),
        ],
    ),
    "automatic numbers with points": (
        "第8条（保存）",
        [
            ("第8条（保存）", "第8条（保存）"),
            ("1. 記録は5年間保存する。", "第8条第1項（保存）"),
            ("2. 次の書類は10年間保存する。", "第8条第2項（保存）"),
            ("(1) 契約書", "第8条第2項第1号（保存）"),
            ("(2) 議事録", "第8条第2項第2号（保存）"),
            ("3. 保存場所は総務部とする。", "第8条第3項（保存）"),
        ],
    ),
    "a later paragraph that is a passage of its own": (
        "第3条第2項",
        [
            ("２　次のとおりとする。", "第3条第2項"),
            ("（１）甲", "第3条第2項第1号"),
            ("（２）乙", "第3条第2項第2号"),
        ],
    ),
    "figures are no parts": (
        "第10条",
        [
            ("第10条　費用は、次の年度から改める。", "第10条"),
            ("2026 年4月1日から施行する。", "第10条"),
            ("3 千円を上限とする。", "第10条"),
        ],
    ),
    "English clauses": (
        "clause 4.2",
        [
            ("4.2 Staff must not use them for the following:", "clause 4.2"),
            ("(a) personal data;", "clause 4.2(a)"),
            ("(b) opinions:", "clause 4.2(b)"),
            ("(i) legal;", "clause 4.2(b)(i)"),
            ("(ii) medical;", "clause 4.2(b)(ii)"),
            ("(c) decisions.", "clause 4.2(c)"),
        ],
    ),
    "no article": ("はじめに", [("(1) 申請する", "はじめに"), ("(2) 承認する", "はじめに")]),
    "a heading that only speaks of an article": (
        "第3条に基づく手続",
        [("次のとおり。", "第3条に基づく手続"), ("(1) 申請する", "第3条に基づく手続")],
    ),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_line_is_cited_by_its_part(layout):
    label, rows = LAYOUTS[layout]
    text = "\n".join(line for line, _ in rows)
    cited = []
    for line, _ in rows:
        start = text.index(line) + len(line) - len(line.lstrip())
        cited.append(with_parts(label, parts_of(label, text, start)))
    assert cited == [place for _, place in rows]
    assert {whole(place) for place in cited} == {whole(label)}


def test_a_quote_over_several_items_is_cited_by_what_they_share():
    text = "次の各号を守る。\n(1) 甲\n(2) 乙\n2 前項は社員に適用する。"
    label = "第5条"
    start, end = text.index("(1)"), text.index("乙") + 1
    assert shared_parts(label, text, start, end) == ("第1項",)
    assert shared_parts(label, text, 0, len(text)) == ()


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("第5条第1項第3号は?", ("第1項", "第3号")),
        ("第十五条第二項第三号アは?", ("第2項", "第3号", "ア")),
        ("第３条第３号の２について", ("第3号の2",)),
        ("What does Section 4.2(b)(ii) say?", ("(b)", "(ii)")),
        ("休職の期間は?", ()),
    ],
)
def test_what_a_question_names(question, parts):
    assert parts_named(question) == parts


def test_an_only_paragraph_need_not_be_named():
    assert same_parts(("第1項", "第3号"), ("第3号",))
    assert not same_parts(("第2項", "第3号"), ("第3号",))
