"""Which sentence answers: the one of the kind that is asked for, wherever its words are commoner."""

from pathlib import Path

import pytest

from knowledge.answering.answers import Answers
from knowledge.answering.lead import listed
from knowledge.text.article import Line
from tests.shelving import shelved

ALL = frozenset({"all"})
CLUBS = """# クラブ活動規程

### 第1条　目的

1. この規程は、クラブ活動の補助とその条件について定めたものである。

### 第2条　対象者

1. クラブ活動の補助は、勤続1年以上の正社員に限り受けることができる。

### 第3条　事故

1. 事故に気づいた者は、直ちに総務課に報告しなければならない。
2. 事故が起きたときは、会社は次の各号に掲げる措置を講じる。
1. けが人の救護と家族への連絡
2. 原因の調査
3. 保険会社への通知
3. 会社は、活動を再開する前に、点検を行わなければならない。

### 第4条　育児休業

1. 育児休業の申出は、休業の1か月前までに行う。育児休業は、2年以内に限り延長することができる。
2. 育児休業のうち有給とする日数は、子1人につき10日とする。

### 第5条　懲戒及び損害賠償

1. 会社は、事故が起きた場合、必要に応じて懲戒処分を行う。
"""
LEAVE = """# 休暇規程

### 第1条　慶弔休暇

1. 社員が申請した場合は、次のとおり慶弔休暇を与える。
    1. 本人が結婚したとき・・・5日
    2. 配偶者、子又は父母が死亡したとき・・・4日
    3. 兄弟姉妹、祖父母が死亡したとき・・・3日

### 第2条　賞与

1. 賞与は、在籍した社員に対し、業績を勘案して下記の支給日に支給する。

### 第3条　昇給

1. 昇給は、毎年4月1日に行い、次の計算期間より反映する。ただし、業績の低下がある場合は、行わない。
2. 顕著な業績が認められた社員については、前項にかかわらず昇給を行うことがある。

### 第4条　宿泊費

1. 宿泊を要する出張の場合は、宿泊費を次のとおり支給する。
    1. 東京23区内・・・1泊あたり9,000円
    2. その他・・・1泊あたり7,000円
    3. 海外・・・都度相談

### 第7条　副業・兼業

1. 社員は、勤務時間外において、他の会社の業務に従事することができる。

### 第8条　届出

1. 副業に関し届け出た事項に変更があった者は、その副業の届出を7日以内に改める。

### 第5条　研修費

1. 懇親会の参加費は、研修費として5,000円を上限に支給する。

### 第6条　見直し

1. この規程は、少なくとも年1回(毎年4月)に見直す。

### 第7条　懲戒の種類

1. 会社は、社員の情状に応じ、次の区分により懲戒を行う。
    1. けん責
    2. 減給
    3. 出勤停止
"""
PRINTER = """# Printer guide

## Agenda

- Should we lease or buy a printer
- How to order toner
- Summary

## How to order toner

Follow the steps below to order toner:

1. Open the supply portal and choose the printer model from the list of printers on your floor. \
It shows what is in stock.
2. Send the order to the office manager, who checks it against the budget of your team.
3. Collect the toner at the reception desk on the next working day after the approval came.

## Lease or buy

We lease printers, and buy none, because a lease includes repairs.

## Repairs

You will receive an email once your printer is repaired. Send an email to fix@example.com if you \
have questions about a repair.
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    texts = {"クラブ活動規程.md": CLUBS, "休暇規程.md": LEAVE, "printer-guide.md": PRINTER}
    return shelved(tmp_path_factory.mktemp("shelf"), texts)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("クラブ活動の補助は誰が受けられますか", "勤続1年以上の正社員に限り"),
        ("事故が起きたとき会社がする措置を全部教えて", "次の各号に掲げる措置を講じる"),
        ("育児休業は何日が有給ですか", "子1人につき10日"),
        ("育休は何日が有給ですか", "子1人につき10日"),
        ("祖母が亡くなりました。忌引きは何日とれますか?", "祖父母が死亡したとき・・・3日"),
        ("兄が亡くなりました。何日休めますか", "兄弟姉妹、祖父母が死亡したとき"),
        ("父が亡くなったので何日休みを取れますか", "父母が死亡したとき・・・4日"),
        ("来月結婚します。特別休暇は何日ですか", "結婚したとき・・・5日"),
        ("宿泊費の上限はいくら?", "9,000円"),
        ("懇親会の参加費は誰が払う?", "研修費として5,000円を上限に支給"),
        ("海外の宿泊費はいくらですか?", "海外・・・都度相談"),
        ("What's the hotel allowance in Tokyo?", "9,000円"),
        ("What's the hotel allowance overseas?", "海外・・・都度相談"),
        ("Can you tell me about side jobs?", "他の会社の業務に従事することができる"),
        ("懲戒処分にはどんな種類がありますか", "けん責 / 減給 / 出勤停止"),
        ("How do I order toner?", "Open the supply portal"),
        ("Should we lease or buy a printer?", "We lease printers"),
        ("Who do I ask about a printer repair?", "fix@example.com"),
    ],
)
async def test_the_first_sentence_is_of_the_kind_that_is_asked_for(
    answers: Answers, question: str, said: str
) -> None:
    answer = await answers.answer(question, readers=ALL, language="ja")
    assert said in answer.sentences[0].text


async def test_a_list_counted_anew_is_said_whole_and_ends_where_the_outer_one_goes_on(
    answers: Answers,
) -> None:
    question = "事故が起きたとき会社がする措置を全部教えて"
    answer = await answers.answer(question, readers=ALL, language="ja")
    first = answer.sentences[0].text
    assert "けが人の救護と家族への連絡 / 原因の調査 / 保険会社への通知" in first
    assert "点検" not in first


async def test_an_abbreviation_is_answered_like_the_word_it_stands_for(answers: Answers) -> None:
    short = await answers.answer("育休は何日が有給ですか", readers=ALL, language="ja")
    long = await answers.answer("育児休業は何日が有給ですか", readers=ALL, language="ja")
    assert short.sentences == long.sentences
    assert short.certainty == long.certainty
    assert short.question == "育休は何日が有給ですか"


async def test_the_next_paragraph_is_no_item_that_this_one_announces(answers: Answers) -> None:
    answer = await answers.answer("昇給はいつ?", language="ja", readers=ALL)
    assert "4月1日" in answer.sentences[0].text
    assert "顕著な業績" not in answer.sentences[0].text


def test_the_items_of_an_article_that_was_cut_go_on_behind_the_first() -> None:
    """Only the first item still stands below the line that announces it; the next paragraph is none."""
    told = (
        "1. 次のいずれかに該当するときは、解雇する。",
        "1. 甲",
        "2. 乙",
        "3. 丙",
        "2. 予告をする。",
    )
    lines = [
        Line(text, 0, (0, len(text)), "item", rank=0, indent=4 if number == 1 else 0)
        for number, text in enumerate(told)
    ]
    assert listed(lines, 0) == ["1. 甲", "2. 乙", "3. 丙"]
    assert listed([lines[0], lines[4]], 0) == []
