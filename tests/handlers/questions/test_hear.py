"""Talk is told from questions: nothing that asks the documents is ever taken for talk."""

import json

import pytest

from handlers.questions.hear import hear

TALK = {  # the everyday sets' own small talk, requests about the last answer and for documents
    *("l01", "l02", "l03", "m01", "t04", "t17", "t22", "t23", "t24", "t25", "t26", "t27", "t28"),
    "t29",  # 続けて
    *("d60", "d61", "d62", "d66", "dc1.4", "dc1.5", "dc2.3", "dc2.4", "dc2.5"),
    *("dc3.4", "dc3.5", "dc4.4", "dc4.5", "dc4.6"),
    "deck-f10",  # asks which approach fits
}
ACCIDENTS = {"i02", "d04", "d05", "dc2.1", "dev-294", "dev-n55", "dev-n56"}
SHELF = (
    "summary",
    "changes",
    "article",
    "facts",
    "differences",
)  # where no document is meant, the question is asked all the same
SETS = [
    *("jsquad_valid/queries", "lawqa_even/queries", "deck/queries", "deck/queries_fresh"),
    *("everyday/questions", "everyday/other_words", "everyday2/questions"),
    *("faithful/dev", "faithful/control_dev"),
]


def intents(shared, name):
    """What is heard in each question of a set, by its id."""
    for line in (shared / "bench" / f"{name}.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        for turn in row.get("turns", [row]):
            yield turn["id"], hear(turn.get("text") or turn["question"])


@pytest.mark.parametrize("name", SETS)
def test_no_question_is_taken_for_talk(shared, name):
    talk = {
        id_
        for id_, intent in intents(shared, name)
        if intent and intent not in (*SHELF, "emergency")
    }

    assert talk - TALK == set()


@pytest.mark.parametrize("name", SETS)
def test_no_question_is_taken_for_an_accident(shared, name):
    accidents = {id_ for id_, intent in intents(shared, name) if intent == "emergency"}

    assert accidents - ACCIDENTS == set()


@pytest.mark.parametrize(
    "heading", ["ありがとう", "OK", "help", "使い方", "おすすめは?", "thanks", "資料の一覧"]
)
@pytest.mark.parametrize("more", ["の規程は?", " policy", "を教えて規程", "と退職金", " clause?"])
def test_one_word_more_makes_it_a_question(heading, more):
    assert hear(heading.rstrip("?") + more) is None


@pytest.mark.parametrize(
    "said",
    [
        "社員300人、予算500万円です。選び方を教えてください",
        "選び方を教えてください。社員は300人です。",
        "うちは社員50人の製造業です。生成AIの選び方を教えていただけますか?",
        "社員1000人、機密情報が多いです。どう選べばよいですか?",
        "従業員は80名です。方式はどうやって決めればいいんでしょうか",
        "We are 40 people with a small budget. Please tell us how to choose.",
        "Our company has 300 employees. How should we decide?",
    ],
)
def test_who_tells_of_the_company_and_asks_how_to_choose_is_led_through_it(said):
    assert hear(said) == "choose"


@pytest.mark.parametrize(
    "said",
    [
        "選び方を教えてください",
        "社員300人です。サーバーの選び方を教えてください",
        "社員300人です。育児休業の申請方法を教えてください",
        "当社の社員は育児休業の期間をどう決めればいいですか?",
        "Our company has 300 employees. How should we choose a supplier?",
    ],
)
def test_how_to_choose_something_else_stays_a_question(said):
    assert hear(said) is None


@pytest.mark.parametrize(
    ("intent", "messages"),
    [
        ("hello", ["はじめまして、4月に入社した田中です", "hey there, happy Friday", "Hello, I'm Ken, the new guy in accounting"]),
        ("sorry", ["すみません、間違えました", "ごめん、今のなし", "sorry, ignore that", "my mistake, never mind"]),
        ("acknowledged", ["なるほど、そういうことですか", "ふーん", "hmm ok"]),
        ("thanks", ["Thanks so much, that's exactly what I needed!"]),
        ("choose", ["うちにはどの方式が合いますか", "予算300万円でできることは?", "社員200人の建設会社です。図面の検索をしたいんですけど、どのやり方がいいと思いますか?"]),
        ("help", ["他に何を聞ける?", "what else can I ask?"]),
        ("asked_before", ["私が前に聞いたことを教えて", "what was my first question?"]),
        ("code", ["```python\nprint(1)\n```"]),
        ("foreign", ["出差补贴是多少?"]),
        ("act", ["この文章を英訳して: お世話になっております"]),
        ("praise", ["すごいね", "このボット、便利だね", "you're great", "good bot"]),
        ("wrong", ["使えねーな", "うるさい", "ばか", "this is rubbish", "you are useless"]),
        ("despair", ["死にたい", "もう消えたいです", "I want to kill myself"]),
        ("chat", ["上司がむかつく"]),
        ("picture", ["![](error.png)", "[image: photo.jpg]", "IMG_0123.JPG", "画面.png"]),
        ("repeat", ["さっきの表をもう一度", "show me that table again"]),
        ("foreign", ["年假有多少天?", "可以带电脑回家吗?"]),
        ("emergency", ["情報を漏らしたかも", "まちがって社外秘を入力してしまいました"]),
        (None, ["photo.jpgの保存期間は?", "![](error.png) これは何のエラーですか"]),
        (None, ["入社したら何を出せばいい?", "異動したときの手続き", "転職の場合の有休"]),
        (None, ["多少遅刻可?", "死亡した場合の弔慰金は?", "最悪の場合は?", "情報が漏れたらどうなる?"]),
        (None, ["4月に入社した社員は有給をもらえますか", "新人の研修は必要ですか", "```\nError 403\n```\nWhat does this error mean?"]),
    ],
)  # fmt: skip
def test_what_colleagues_say_around_questions_is_heard(intent, messages):
    assert {message: hear(message) for message in messages} == dict.fromkeys(messages, intent)
