"""The whole rule: every case of an amount, what announces a heading, both sides, the part asked."""

from pathlib import Path

import pytest

from knowledge.answering.answers import Answers
from tests.shelving import shelved

ALL = frozenset({"all"})
RULES = """# 温室規則

### 第1条　休養日

1. 勤続1年以上の庭師に、次のとおり休養日を与える。ただし、欠勤の多い者はこの限りでない。
    1. 通常の庭師・・・12日
    2. 週4日勤務の庭師・・・9日
    3. 週3日勤務の庭師・・・6日
2. 使わなかった休養日は、翌年に限り繰り越すことができ、繰り越した日数を含め最大20日とする。
3. 休養日が10日以上ある庭師は、そのうち5日を夏に取得しなければならない。

### 第2条　遅刻

1. 遅刻が月に3回以上に及ぶときは、口頭で注意する。
2. 遅刻が月に8回以上に及ぶときは、出勤を停止する。

### 第3条　温室に入れる者

温室に入ることができる者は、次のとおりとする。

1. 庭師
2. 卒業した研修生

### 第4条　剪定ばさみ補助

剪定ばさみ補助は、購入から20日以内に申請する。

### 第5条　長靴補助

長靴補助は、購入から40日以内に申請する。

### 第6条　開花祝

1. 開花祝の金額は、その都度決める。
"""
PARAGRAPHS = "\n".join(
    f"{number}. 夜警の巡回は、温室{number}号棟の見回りと戸締まりと温度の記録を行い、"
    f"記録は番号{number}の帳面に書いて翌朝までに主任に渡す。{'夜警の巡回の要点を守る。' * 20}"
    for number in range(1, 14)
)
PATROL = f"""# 夜警規則

### 第1条　巡回

{PARAGRAPHS}
14. 見回りは、3時間おきに行う。
"""
ROBOTS = """# 散水ロボットの手引き

## ロボットを使ってはいけない作業

以下の作業では、散水ロボットを使ってはいけません。

### 1. 薬剤の散布

農薬、除草剤など。
濃度をロボットは測れません。

### 2. 夜間の見回り

不審者への対応など。
人が二人で行います。

## 散水ロボットに任せる仕事

以下の仕事は、散水ロボットに任せてください。

**1. 水やり**
毎朝の芝生など。
水量は自動で決まります。

**2. 落ち葉集め**
秋の並木道など。
袋は人が替えます。
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    texts = {"温室規則.md": RULES, "散水ロボットの手引き.md": ROBOTS, "夜警規則.md": PATROL}
    return shelved(tmp_path_factory.mktemp("shelf"), texts)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        # a question that names no case is answered with all of them, and the exception
        ("休養日は何日もらえますか", ("12日", "9日", "6日", "欠勤の多い者")),
        ("休養日って何日まで貯められますか", ("最大20日",)),
        ("遅刻が月に9回あったらどうなりますか", ("出勤を停止",)),
        ("卒業した研修生は温室に入ることができますか", ("はい", "卒業した研修生")),
        # what stands over a numbered heading says what its numbers are counted of
        ("散水ロボットで農薬をまく作業は?", ("使ってはいけない作業", "薬剤の散布")),
        ("落ち葉集めは散水ロボットにさせる?", ("任せてください", "落ち葉集め")),
        ("開花祝は一律3万円って聞いたんですが合ってますか", ("その都度決める",)),
        ("剪定ばさみ補助と長靴補助、申請の期限が長いのはどっち?", ("剪定ばさみ補助",)),
    ],
)
async def test_the_first_sentence_says_the_whole_rule(
    answers: Answers, question: str, said: tuple[str, ...]
) -> None:
    answer = await answers.answer(question, readers=ALL, language="ja")
    first = answer.sentences[0].text
    assert [words for words in said if words not in first] == []


async def test_a_long_article_is_looked_through_beyond_the_best_passages(
    answers: Answers,
) -> None:
    question = "夜警の巡回は何時間おきですか"
    answer = await answers.answer(question, readers=ALL, language="ja")
    shown = "\n".join(sentence.text for sentence in answer.whole or answer.sentences)
    assert "3時間おき" in shown


async def test_the_case_that_is_named_is_said_alone(answers: Answers) -> None:
    question = "週4日勤務の庭師の休養日は何日ですか"
    answer = await answers.answer(question, readers=ALL, language="ja")
    assert "9日" in answer.sentences[0].text
    assert "12日" not in answer.sentences[0].text


async def test_which_is_longer_is_answered_with_both(answers: Answers) -> None:
    question = "剪定ばさみ補助と長靴補助、申請の期限が長いのはどっち?"
    answer = await answers.answer(question, readers=ALL, language="ja")
    shown = "\n".join(sentence.text for sentence in answer.sentences)
    assert "20日" in shown
    assert "40日" in shown


async def test_a_second_question_that_names_nothing_is_of_the_first_one_s_matter(
    answers: Answers,
) -> None:
    question = "長靴補助はいつまでですか?申請もいりますか?"
    answer = await answers.answer(question, readers=ALL, language="ja")
    leads = [sentence.text for sentence in answer.sentences if sentence.role == "lead"]
    assert all("長靴補助" in lead for lead in leads)
