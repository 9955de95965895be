"""A question is given the topic of the talk before it only when it lacks one, however short it is."""

import pytest

from knowledge.answering.answers import Answers
from knowledge.answering.following import readings
from knowledge.answering.question import Turn
from knowledge.documents.library import Library
from knowledge.index.opening import open_index
from knowledge.reading.reading import read
from knowledge.retrieval.encoder import VERSION
from knowledge.text.analysis import Analysis
from knowledge.text.topic import names_nothing
from knowledge.values import Metadata

COMPLETE = [
    *(
        "副業していい?",
        "有休は何日?",
        "定年は?",
        "残業代は?",
        "健康診断はいつ?",
        "賞与はある?",
        "名刺は?",
        "タクシー使っていい?",
    ),
    *(
        "家で働ける?",
        "AIって何?",
        "RAGとは?",
        "社員食堂は?",
        "今日の天気は?",
        "社外秘は入れていい?",
        "じゃあ副業していい?",
    ),
    *(
        "Side job ok?",
        "Sick leave?",
        "Is a taxi allowed?",
        "How long does it take to get a laptop?",
        "Who can I ask for a new service?",
        "What happens if I quit?",
    ),
]
LACKING = [
    *(
        "短所は?",
        "なぜ?",
        "それは禁止?",
        "じゃあ海外は?",
        "大阪は?",
        "パートの場合は?",
        "繰り越せる?",
        "極秘も同じ?",
        "費用はいくらですか?",
    ),
    *(
        "申請方法は?",
        "いつまでに申請すればいい?",
        "もっと詳しく",
        "では費用は?",
        "それぞれの費用は?",
        "なぜ",
        "他には?",
        "誰に申請するの?",
    ),
    *(
        "短くなることもある?",
        "何か月まで?",
        "届け出ないとどうなる?",
        "男でも取れる?",
        "会社は断れる?",
        "いつまでに言えばいいですか?",
        "壊したらどうなりますか?",
    ),
]
LACKING_EN = [
    "Why?",
    "And costs?",
    "What about trains?",
    "Is it forbidden?",
    "How long?",
    "Who approves it?",
    "Any exceptions?",
    "And after 3 years?",
    "And if I forget?",
    "Who do I call?",
    "Can I take half a day?",
    "Can my husband take it as well?",
]
TOPICS = ["退職金はありますか?", "RAGの短所は?"]


ANALYSIS = Analysis()


def read_after(question, *before):
    """Return the likeliest reading of a question after others."""
    return readings(question, [Turn(text, "…") for text in before], ANALYSIS)[0]


@pytest.mark.parametrize("before", [*TOPICS, "Is there a retirement allowance?"])
@pytest.mark.parametrize("question", COMPLETE)
def test_a_short_complete_question_stands_alone(question, before):
    assert read_after(question, before).endswith(question.removeprefix("じゃあ"))
    assert "退職金" not in read_after(question, before)
    assert "retirement" not in read_after(question, before)


@pytest.mark.parametrize("question", LACKING)
def test_a_question_without_a_topic_is_given_that_of_the_talk(question):
    assert "退職金" in read_after(question, "退職金はありますか?")


def test_what_only_points_is_not_what_was_asked():
    text = read_after(
        "いや、購入じゃなくて貸出の場合", "備品の購入はどうすればいい?", "それ以外は?"
    )

    assert text == "備品の貸出はどうすればいい?"
    assert "何日" in read_after("パートでも?", "有給休暇は何日もらえますか", "それ以外は?")


@pytest.mark.parametrize("question", LACKING_EN)
def test_an_english_question_without_a_topic_is_given_that_of_the_talk(question):
    assert "retirement" in read_after(question, "Is there a retirement allowance?")


def test_one_thing_takes_the_place_of_another_and_the_topic_stays():
    assert read_after("じゃあ海外は?", "東京の宿泊費は?", "大阪は?") == "海外の宿泊費は?"


def test_what_was_asked_is_asked_of_something_else():
    assert read_after("パートの場合は?", "有給休暇は何日もらえますか").endswith("何日もらえますか")
    alone = readings("予防接種のほうは?", [Turn("本代はいつまでに申請?", "…")], ANALYSIS)[1]
    assert alone == "予防接種のほうは? いつまでに申請"
    assert "taxi" not in read_after("What about trains?", "Is a taxi allowed on business trips?")
    assert "trips" in read_after("What about trains?", "Is a taxi allowed on business trips?")


@pytest.mark.parametrize(
    ("question", "before", "understood"),
    [
        ("海外出張の場合", "出張の日当はいくら?", "日当 海外出張の場合 いくら"),
        (
            "for personnel data",
            "How long are records of AI use kept?",
            "records AI use kept for personnel data How long",
        ),
        (
            "スマホからだと?",
            "個人のアカウントで仕事していいですか",
            "個人 アカウント 仕事 スマホからだと? していいですか",
        ),
    ],
)
def test_what_comes_closer_to_the_topic_stays_inside_it(question, before, understood):
    assert read_after(question, before) == understood


def test_a_topic_gives_way_to_another_of_its_kind():
    assert read_after("極秘も同じ?", "社外秘はどこまで入れていいの?").startswith("極秘はどこまで")


@pytest.mark.parametrize(
    ("question", "stands"),
    [
        ("前者をもっと詳しく", "RAGをもっと詳しく"),
        ("後者は?", "追加学習は?"),
    ],
)
def test_the_sides_of_a_comparison_are_named(question, stands):
    assert read_after(question, "RAGと追加学習の違い", "それぞれの費用は?") == stands


def test_what_is_of_another_kind_is_added_and_replaces_nothing():
    text = read_after("パートの場合は?", "東京の宿泊費は?")

    assert "東京" in text
    assert "パート" in text


@pytest.mark.parametrize(
    ("correction", "kept", "gone"),
    [
        ("いや、正社員じゃなくてパートの場合", "賞与", "正社員"),
        ("違います、パートのことです", "賞与", "正社員"),
        ("正社員ではなく、パート", "賞与", "正社員"),
        ("そうじゃなくて、正社員ではなくパートです", "賞与", "正社員"),
    ],
)
def test_a_correction_takes_out_what_was_wrong(correction, kept, gone):
    text = read_after(correction, "正社員の賞与はいつ出ますか?")

    assert kept in text
    assert "パート" in text
    assert gone not in text
    assert "いつ" in text


@pytest.mark.parametrize(
    "correction", ["No, I meant contractors", "not managers but contractors", "I mean contractors"]
)
def test_an_english_correction_does_so_too(correction):
    text = read_after(correction, "When do managers get a bonus?")

    assert "contractors" in text
    assert "bonus" in text
    assert "managers" not in text


@pytest.mark.parametrize(
    ("question", "alone"),
    [
        ("ところで、定年は?", "定年は?"),
        ("別の質問ですが、いつまでに出せばいい?", "いつまでに出せばいい?"),
        ("By the way, how long?", "how long?"),
    ],
)
def test_who_begins_something_new_is_given_nothing(question, alone):
    assert read_after(question, "退職金はありますか?") == alone


def test_the_words_of_the_deciding_article_go_on_and_not_those_it_lacks():
    before = [Turn("本代って出る?", "…", ("書籍購入補助",))]

    assert readings("いつまで?", before, ANALYSIS) == ("書籍購入補助 いつまで?",)


def test_a_bare_topic_answers_a_question_asked_back():
    before = [Turn("締切っていつ?", "…", asked_back=True)]

    assert readings("健康診断", before, ANALYSIS) == ("健康診断 締切っていつ?",)
    assert readings("副業していい?", before, ANALYSIS) == ("副業していい?",)


def test_a_noun_in_kana_is_a_topic():
    assert read_after("ごみはどこに捨てる?", "退職金はありますか?") == "ごみはどこに捨てる?"


def test_without_talk_nothing_is_added():
    assert read_after("短所は?") == "短所は?"


OPEN = [
    "これって申請いる?",
    "窓口は?",
    "締切っていつ?",
    "いつまで?",
    "誰に出すの?",
    "それって禁止?",
]
OPEN += [
    "使っていいの?",
    "申請方法は?",
    "海外は?",
    "what's the limit?",
    "Can I use it?",
    "How long?",
]
OPEN += ["Who approves this?", "Is it allowed?", "What is the deadline?"]
SAYS = [
    "ゆうきゅうって何日?",
    "ごみはどこに捨てる?",
    "怒られる?",
    "休みたい",
    "家で働ける?",
    "AIって何?",
]
SAYS += [
    "この規程は派遣社員に適用される?",
    "タクシー使っていい?",
    "When is salary paid?",
    "Sick leave?",
]
SAYS += ["コストが安いのはどれ?", "早く始めたい場合は?", "What time does the Q&A start?"]
SAYS += ["I lost my laptop, who can help me find it?", "How do I encrypt a disk?"]


@pytest.mark.parametrize("question", OPEN)
def test_what_says_nothing_of_its_topic_is_told(question):
    assert names_nothing(question, ANALYSIS)


@pytest.mark.parametrize("question", [*SAYS, *COMPLETE])
def test_what_can_be_searched_for_is_left_alone(question):
    assert not names_nothing(question, ANALYSIS)


RULES = """# 就業規則

## 第12条 副業
社員は、会社に届け出たうえで副業をすることができる。

## 第20条 定年
社員の定年は、満60歳とする。

## 第31条 賞与
賞与は、毎年7月と12月に支給する。

## 第38条 退職金
すべての社員について、退職金は支給しない。

## 第40条 健康診断
会社は、毎年10月に健康診断を行う。

## 第45条 残業
残業をした社員には、割増賃金を支払う。残業は所属長の許可を得て行う。
"""
SHORT = [
    "副業していい?",
    "副業は可能?",
    "定年は?",
    "定年は何歳?",
    "賞与は?",
    "賞与はいつ?",
    "健康診断は?",
    "健康診断はいつ?",
]
SHORT += ["残業は?", "残業していい?", "残業の許可は?", "副業の届け出は?"]


async def test_twelve_short_questions_are_answered_alike_after_any_topic(tmp_path):
    async with Library(open_index(None, tmp_path / "index", version=VERSION)) as library:
        reading = await read("就業規則.md", RULES.encode())
        document, version, _ = await library.stage(reading, Metadata(title="就業規則"), by="u")
        await library.publish(document.id, version.id)
        answers = Answers(library)
        everybody = frozenset({"all"})

        for question in SHORT:
            alone = await answers.answer(question, readers=everybody, language="ja")
            for before in ("退職金は?", "RAGの短所は?"):
                history = (Turn(before, "…"),)
                after = await answers.answer(
                    question, readers=everybody, language="ja", history=history
                )
                assert (after.text, after.certainty) == (alone.text, alone.certainty), (
                    question,
                    before,
                )
