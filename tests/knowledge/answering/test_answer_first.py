"""The answer itself comes first, in one sentence, and the whole rule it stands in follows."""

from pathlib import Path

import pytest

from knowledge.answering.answers import Answers
from knowledge.documents.library import Library
from knowledge.index.opening import open_index
from knowledge.reading.reading import read
from knowledge.retrieval.encoder import VERSION
from knowledge.values import Answer, Metadata
from tests.shelving import shelved

ALL = frozenset({"all"})
CARS = """# 社用車規程

### 第1条　利用の範囲

1. 社用車は、私用に利用することができない。ただし、災害のときは、この限りでない。
2. 社用車は、前日までに予約した場合に限り、通勤に利用することができる。

### 第2条　距離手当

距離手当は、走行距離に応じて次の表のとおり支給する。

| 走行距離 | 手当 |
| - | - |
| 20km以上50km未満 | 500円 |
| 50km以上 | 1,200円 |

### 第3条　鍵の返却

1. 利用者は、利用を終えた日の翌営業日までに、鍵を総務課に返却しなければならない。
2. 返却のときの洗車は必要ない。

### 第4条　禁止行為

利用者は、次の行為をしてはならない。

- 車内で喫煙すること
- 鍵を他人に貸すこと
- 定員を超えて乗ること

### 第5条　事故

事故が起きたときは、直ちに安全管理者に報告する。

### 第6条　無事故報奨金

無事故の社員に報奨金は支給しない。

### 第7条　用語

テレマティクスとは、車の位置と速度を記録する仕組みをいう。

### 第8条　ドライブレコーダー

ドライブレコーダーの映像の閲覧は、禁止されていない。

### 第9条　駐輪場

会社は、駐輪場の利用を制限することができる。
"""
BIKES = """Rules for company bicycles

Helmets
-------

Riders must wear a helmet at all times.

Weekends
--------

Company bicycles may be used on
weekends. Bicycles are not allowed inside
the canteen.

Repairs
-------

Ask the facilities desk for a repair. A
repair takes up to 5 business days.

Lights
------

Spare lights do not need to be returned.

How to borrow one
-----------------

To borrow a bicycle, follow these steps:

  1. Book it in the portal.
  2. Fetch the key at the front desk.
  3. Sign the list.
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shelved(
        tmp_path_factory.mktemp("shelf"), {"社用車規程.md": CARS, "bicycle-rules.txt": BIKES}
    )


async def ask(answers: Answers, question: str) -> Answer:
    return await answers.answer(question, readers=ALL, language="ja")


@pytest.mark.parametrize(
    ("question", "first"),
    [
        (
            "社用車を私用に使っていいですか",
            (
                "いいえ、例外があります。社用車は、私用に利用することができない。"
                " ただし、災害のときは、この限りでない(社用車規程 第1条第1項 利用の範囲)。"
            ),
        ),
        (
            "社用車を通勤に使える?",
            (
                "はい、条件があります。社用車は、前日までに予約した場合に限り、"
                "通勤に利用することができる(社用車規程 第1条第2項 利用の範囲)。"
            ),
        ),
        (
            "返却のとき洗車は必要ですか",
            "いいえ、返却のときの洗車は必要ない(社用車規程 第3条第2項 鍵の返却)。",
        ),
        (
            "無事故の報奨金はもらえる?",
            "いいえ、無事故の社員に報奨金は支給しない(社用車規程 第6条 無事故報奨金)。",
        ),
        (
            "車内で喫煙することは禁止?",
            "はい、利用者は、次の行為をしてはならない。 車内で喫煙すること(社用車規程 第4条 禁止行為)",
        ),
        (
            "走行距離が60kmのときの距離手当は?",
            "「50km以上」の手当は「1,200円」です(社用車規程 第2条 距離手当)",
        ),
        ("30km走ったときの距離手当は?", "「20km以上50km未満」の手当は「500円」です"),
        ("鍵はいつまでに返却する?", "利用者は、利用を終えた日の翌営業日までに、鍵を総務課に返却"),
        ("事故が起きたら誰に報告する?", "事故が起きたときは、直ちに安全管理者に報告する"),
        ("テレマティクスとは?", "テレマティクスとは、車の位置と速度を記録する仕組みをいう"),
        (
            "利用者がしてはいけない行為は何?",
            (
                "利用者は、次の行為をしてはならない。 車内で喫煙すること / 鍵を他人に貸すこと"
                " / 定員を超えて乗ること"
            ),
        ),
        (
            "社用車の禁止行為について",
            "利用者は、次の行為をしてはならない。 車内で喫煙すること / 鍵を他人に貸すこと / 定員を",
        ),
        ("Do riders have to wear a helmet?", "Yes: Riders must wear a helmet at all times ("),
        (
            "May company bicycles be used on weekends?",
            "Yes: Company bicycles may be used on weekends",
        ),
        (
            "Are bicycles allowed inside the canteen?",
            "No: Bicycles are not allowed inside the canteen (",
        ),
        ("Do spare lights need to be returned?", "No: Spare lights do not need to be returned ("),
        ("How long does a repair take?", "A repair takes up to 5 business days ("),
        ("Who do I ask for a repair?", "Ask the facilities desk for a repair ("),
        ("How do I borrow a bicycle?", "To borrow a bicycle, follow these steps:"),
    ],
)
async def test_the_first_sentence_is_the_answer(
    answers: Answers, question: str, first: str
) -> None:
    answer = await ask(answers, question)

    assert answer.sentences[0].role == "lead"
    assert answer.sentences[0].text.startswith(first)


@pytest.mark.parametrize(
    "question",
    [
        "ドライブレコーダーの映像の閲覧は禁止ですか",
        "駐輪場を利用してもいい?",
        "社用車を社員の家族が使っていいですか",
        "Can company bicycles be used on holidays?",
        "Are bicycles allowed inside the office?",
    ],
)
async def test_where_yes_and_no_are_not_safe_neither_is_said(
    answers: Answers, question: str
) -> None:
    answer = await ask(answers, question)

    for sentence in answer.sentences[:1]:
        assert not sentence.text.startswith(("はい", "いいえ", "Yes", "No:", "No,"))


async def test_the_whole_article_follows_in_its_order_with_the_answer_marked(
    answers: Answers,
) -> None:
    answer = await ask(answers, "鍵はいつまでに返却する?")
    _, *article = answer.sentences

    assert [line.text[:2] for line in article] == ["1.", "2."]
    assert "返却のときの洗車は必要ない。" in article[1].text
    assert [bool(line.mark) for line in article] == [True, False]


async def test_a_list_is_whole_under_what_announces_it(answers: Answers) -> None:
    answer = await ask(answers, "How do I borrow a bicycle?")
    texts = [line.text for line in answer.sentences[1:]]

    assert texts == [
        "To borrow a bicycle, follow these steps:",
        "1. Book it in the portal.",
        "2. Fetch the key at the front desk.",
        "3. Sign the list.",
    ]


async def test_several_questions_are_each_answered(answers: Answers) -> None:
    answer = await ask(answers, "①鍵はいつまでに返却しますか ②無事故の報奨金は出ますか")
    leads = [line.text for line in answer.sentences if line.role == "lead"]

    assert len(leads) == 2
    assert "翌営業日まで" in leads[0]
    assert leads[1].startswith("いいえ、無事故の社員に報奨金は支給しない")


async def test_a_quote_in_the_other_language_comes_with_a_word_about_it(tmp_path: Path) -> None:
    async with Library(open_index(None, tmp_path, version=VERSION)) as library:
        document, version, _ = await library.stage(
            await read("車.md", CARS.encode()), Metadata(), by="test"
        )
        await library.publish(document.id, version.id)
        answers = Answers(library)
        foreign = await ask(answers, "How much allowance for 20km or more?")
        own = await ask(answers, "テレマティクスとは何ですか")

    assert foreign.language == "en"
    assert "500円" in foreign.text
    assert [note.en for note in foreign.notes] == [
        "The document is in Japanese; it is quoted as it stands."
    ]
    assert own.notes == ()


async def test_no_line_is_torn_or_made_up(answers: Answers) -> None:
    source = " ".join((CARS + BIKES).split()).replace("| ", "").replace(" |", "")
    for question in ("社用車を通勤に使える?", "Who do I ask for a repair?", "距離手当はいくら?"):
        answer = await ask(answers, question)
        for line in answer.sentences:
            if line.role == "line":
                assert " ".join(line.text.replace(" | ", " ").split()) in source
