"""What people write around a question is set aside before the search, and a question that stands alone is never touched."""

import json

import pytest

from knowledge.text.courtesy import answer_language, asking, searched
from knowledge.text.filler import plain

JA, EN = "退職金は出ますか?", "Does RAG learn all our documents?"
AROUND = [
    (
        JA,
        "お疲れ様です。営業2課の佐藤です。お忙しいところ恐れ入ります。退職金は出ますか?よろしくお願いいたします。",
    ),
    (JA, "<@U07ABC123> 退職金は出ますか?"),
    (JA, "<!here> <@U07ABC123|bot> 退職金は出ますか? :pray: :bow:"),
    (JA, "<at>LLM Choose</at> 退職金は出ますか?"),
    (JA, ":sob: 退職金は出ますか? <https://example.com/a>"),
    (EN, "<@U07ABC123> Does RAG learn all our documents? :thinking_face:"),
    (JA, "お疲れ様です。佐藤です。退職金は出ますか?"),
    (
        JA,
        "いつもお世話になっております。総務部の田中と申します。退職金は出ますか? お手数ですがご教示のほどよろしくお願いいたします。",
    ),
    (JA, "すみません、退職金は出ますか?"),
    (JA, "> 退職金は出ますか?\nこれって本当ですか?"),
    (JA, "今さらですが退職金は出ますか?"),
    (JA, "退職金は出ますか? 日本語でわかりやすく"),
    (JA, "退職金は出ますか? 箇条書きで答えてください"),
    (JA, "お世話になっております。\n> 退職金は出ますか?\nどう答えればよいでしょうか。"),
    (
        JA,
        "---------- Forwarded message ---------\nFrom: 山田 <y@example.com>\nTo: 総務\n\n退職金は出ますか?",
    ),
    (EN, "Does RAG learn all our documents? Answer in Japanese please."),
    (EN, "> Does RAG learn all our documents?\nWhat should I answer?"),
    (
        EN,
        "FW: Does RAG learn all our documents?\n\nKind regards,\nJane\nAnalyst | Finance\n+81 3 1234",
    ),
    (JA, "こんにちは 退職金は出ますか?"),
    (JA, "ちょっとお聞きしたいのですが、退職金は出ますか?"),
    (JA, "初歩的な質問で恐縮ですが、退職金は出ますか? 急ぎでお願いします!"),
    (JA, "皆さん、おはようございます!質問があります。退職金は出ますか?🙏🙏"),
    (JA, "ありがとうございます。退職金は出ますか?"),
    (JA, "退職金は出ますか?教えてください。お手数ですがご教示いただけますと幸いです。"),
    (JA, "先日、上司に聞かれて答えられませんでした。退職金は出ますか?"),
    (
        JA,
        "【質問】ちょっと気になったんですが、退職金は出ますか?わかる方いらっしゃれば教えてください",
    ),
    (
        JA,
        "総務ご担当者様\nお世話になっております。\n営業部の佐藤です。\n\n退職金は出ますか?\n\nお手数をおかけしますが、よろしくお願いいたします。\n山田",
    ),
    (JA, "急ぎではないのですが、退職金は出ますか?助けてください…"),
    (JA, "😭 退職金は出ますか? https://example.com/a"),
    (JA, "> 昨日の話\n退職金は出ますか?\n\n営業2課 佐藤"),
    (JA, "退職金は出ますか?\n--\n佐藤 太郎\n内線 1234"),
    (JA, "```\nimport openai\n```\n退職金は出ますか?"),
    (JA, "どなたか詳しい方いらっしゃいますか?退職金は出ますか?よろしくお願いします m(_ _)m"),
    (
        EN,
        f"Hi team, hope you are well. Quick question from the sales floor: {EN} Thanks a lot in advance, Sato",
    ),
    (EN, "Good morning everyone! Sorry to bother you, Does RAG learn all our documents?"),
    (EN, "Hello, my name is Sato from sales. Does RAG learn all our documents? Best regards, Sato"),
    (EN, "hey, quick one - Does RAG learn all our documents? thx!"),
    (
        EN,
        "Could anyone help me with this? Does RAG learn all our documents? Any help would be appreciated.",
    ),
    (
        EN,
        "Dear HR team,\n\nI hope this email finds you well. Does RAG learn all our documents?\n\nBest,\nKen\n\nSent from my iPhone",
    ),
    (EN, "Morning! Not urgent, but Does RAG learn all our documents? Thanks!! -Ken"),
    (EN, "Hi! Our CFO asked: Does RAG learn all our documents? Regards, Ken"),
    (EN, "I was wondering, Does RAG learn all our documents? Please help!"),
    (EN, "My boss asked me about this yesterday. Does RAG learn all our documents?"),
    (EN, "お疲れ様です。Does RAG learn all our documents? よろしくお願いします。"),
]
STORY = [
    (JA, "先日、新しいパソコンを買ってもらいました。退職金は出ますか?"),
    (JA, "来月で会社を辞めることになりました。退職金は出ますか?"),
    (EN, "Yesterday my boss bought a server. Does RAG learn all our documents?"),
]
KEPT = [  # what a question needs, or what is nothing but words
    *(
        "60キロの日帰り出張、5時間かかった。日当は?",
        "派遣です。退職金は出ますか?",
        "本代って会社出してくれる？エンジニアです",
    ),
    *(
        "副業していい?\n理由も",
        "ありがとうの使い方を教えて規程",
        "hello world とは",
        "Thanks clause",
        "help desk の番号は?",
        "AI → 人間 の順?",
    ),
    *(
        "I used 14 days. What is left?",
        "My flight takes seven hours. What may I book?",
        "https://example.com/a",
        "🎉🎉",
        "?",
        "",
    ),
    *(
        "資料の送付をお願いします",
        "お世話になっております",
        "おはようございますの時間",
        "長" * 5000,
        "```\nimport x\n```",
    ),
]


@pytest.mark.parametrize(("question", "message"), AROUND)
def test_a_question_comes_out_of_its_courtesy_as_if_it_stood_alone(question, message):
    assert asking(message) == question
    assert searched(question) == question


@pytest.mark.parametrize(("question", "message"), STORY)
def test_a_story_is_not_searched_for_but_stays_with_the_question(question, message):
    assert asking(message) == message
    assert searched(message) == question


@pytest.mark.parametrize("message", KEPT)
def test_what_a_question_needs_stays(message):
    assert searched(asking(message)) == message


def test_several_questions_are_all_kept():
    asked = asking("お疲れ様です。副業は届出が必要ですか?退職金はありますか?よろしくお願いします。")

    assert asked == "副業は届出が必要ですか?退職金はありますか?"
    assert searched(asked) == asked


@pytest.mark.parametrize("message", [message for _, message in AROUND])
def test_what_was_set_aside_once_is_set_aside(message):
    assert asking(asking(message)) == asking(message)


def test_four_thousand_letters_of_politeness_around_a_question_leave_the_question():
    assert asking("お忙しいところ恐れ入ります。" * 250 + JA) == JA


WRAPPED = {  # everyday questions that come with courtesy, emoji or a link
    *("d01", "d38"),  # a mention, and an emoji by its name
    *(
        "w01",
        "w02",
        "w03",
        "w05",
        "w06",
        "l02",
        "d04",
        "d05",
        "d06",
        "d14",
        "d22",
        "d23",
        "d24",
        "d31",
        "d41",
        "d61",
        "dc4.6",
    ),
}
TOLD = {
    "w02",
    "d39",
    "dev-195",
    "dev-206",
    "dev-207",
    "dev-296",
    "dev-t115",
    "dev-t116",
    "dev-t121",
    "dev-t122",
    "dev-t151",
}
TOLD |= {"dev-t152"}


def rows(path):
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        for turn in row.get("turns", [row]):
            yield turn["id"], turn.get("text") or turn["question"]


@pytest.mark.parametrize(
    "name",
    [
        *("jsquad_valid/queries", "lawqa_even/queries", "deck/queries", "deck/queries_fresh"),
        *(
            "everyday/questions",
            "everyday/other_words",
            "everyday2/questions",
            "faithful/dev",
            "faithful/control_dev",
        ),
    ],
)
def test_plain_questions_are_not_touched(shared, name):
    questions = list(rows(shared / "bench" / f"{name}.jsonl"))
    cleaned = {id_ for id_, text in questions if asking(text) != text}
    shortened = {id_ for id_, text in questions if searched(asking(text)) != asking(text)}

    assert questions
    assert cleaned - WRAPPED == set()
    assert shortened - TOLD == set()


@pytest.mark.parametrize(
    ("message", "language"),
    [
        ("What is the daily allowance? 日本語で答えて", "ja"),
        ("RAGのメリットは? answer in English", "en"),
        ("RAGのメリットは?", "ja"),
        ("契約書は英語で作成しますか", "ja"),
        ("Is テレワーク allowed?", "en"),
    ],
)
def test_the_language_asked_for_is_the_language_of_the_answer(message, language):
    assert answer_language(message, "ja") == language


@pytest.mark.parametrize(
    ("question", "searched_for"),
    [
        ("リスクを3つ挙げて", "リスク"),
        ("ragのメリットを二つだけ教えて", "ragのメリット"),
        ("情報区分を表にして", "情報区分"),
        ("list three risks of generative ai", "risks of generative ai"),
        ("explain rag like i'm five", "explain rag"),
        ("what's the company's hotel limit", "what the company hotel limit"),
        ("whats the limit", "what the limit"),
        ("備品は3つまで持てますか", "備品は3つまで持てます"),
    ],
)
def test_how_many_and_in_which_form_is_not_searched_for(question, searched_for):
    assert plain(question) == searched_for
