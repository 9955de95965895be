"""What people read as an answer: whole sentences, items and rows, in the order of their document, each under its own number."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from knowledge.answering.answers import Answers
from knowledge.documents.library import Library
from knowledge.index.opening import open_index
from knowledge.models.sentence_encoder import SentenceEncoder
from knowledge.reading.reading import read
from knowledge.retrieval.encoder import VERSION
from knowledge.samples.catalogue import shelve
from knowledge.values import Answer, Metadata
from tests.knowledge.reading.test_paragraphs import pdf

ALL = frozenset({"all"})
RULES = """Rules for phones and travel

Private phones are not
allowed for reading company mail.

A taxi on a business trip is never
allowed without the consent of the head of
department.

There is no retirement
allowance.
"""
REGULATIONS = """# 情報端末規程

## 第1条　接続

午後10時以降に社内システムへ接続することは禁止
されていません。

## 第2条　保存

個人のスマートフォンに顧客情報を保存することができるのは、部長の許可を得た
場合だけです。

## 第3条　貸出

1. 次のいずれも満たす端末は、貸し出すことができない。
    1. 修理の記録が三回以上ある端末
    2. 購入から五年を超えた端末
    3. 管理番号のない端末
2. 貸出の期間は、三十日とする。

## 第4条　返却

返却が遅れる社員は、事前に届け出る。ただし、出張中の社員は、帰着の日から三日以内に返却すればよい。

[対応: 4.1.B]
"""
TRAVEL = [
    "出張規程 - 1 -",
    "",
    "日当は、日帰りの出張には支給",
    "しない。宿泊を伴う出張の日当は、一日につき二千円と",
    "する。",
]
DESKS = 140  # a list that is asked for may take more room than other answers, but not so much
GOODS = "## 備品\n\n備品は次のとおりとする。\n\n" + "".join(
    f"- 備品第{n}号の机\n" for n in range(1, DESKS + 1)
)


@pytest.fixture
async def answers(tmp_path: Path) -> AsyncIterator[Answers]:
    async with Library(open_index(None, tmp_path, version=VERSION)) as library:
        files = {
            "rules.txt": RULES.encode(),
            "情報端末規程.md": REGULATIONS.encode(),
            "出張規程.pdf": pdf(TRAVEL),
            "備品表.md": GOODS.encode(),
        }
        for name, content in files.items():
            document, version, _ = await library.stage(
                await read(name, content), Metadata(), by="t"
            )
            await library.publish(document.id, version.id)
        yield Answers(library)


async def ask(answers: Answers, question: str) -> list[str]:
    answer = await answers.answer(question, readers=ALL, language="ja")
    return [sentence.text for sentence in answer.sentences]


@pytest.mark.parametrize(
    ("question", "rule", "halves"),
    [
        (
            "Are private phones allowed for reading company mail?",
            "Private phones are not allowed for reading company mail.",
            ("allowed for reading company mail.", "Private phones are not"),
        ),
        (
            "Is a taxi allowed on business trips?",
            "A taxi on a business trip is never allowed without the consent of the head of department.",
            ("A taxi on a business trip is never", "department."),
        ),
        (
            "Is there a retirement allowance?",
            "There is no retirement allowance.",
            ("There is no retirement", "allowance."),
        ),
        (
            "午後10時以降に社内システムへ接続することは禁止?",
            "午後10時以降に社内システムへ接続することは禁止されていません。",
            ("午後10時以降に社内システムへ接続することは禁止", "されていません。"),
        ),
        (
            "個人のスマートフォンに顧客情報を保存できますか",
            "個人のスマートフォンに顧客情報を保存することができるのは、部長の許可を得た場合だけです。",
            ("場合だけです。",),
        ),
        (
            "日帰りの出張に日当は支給されますか",
            "日当は、日帰りの出張には支給しない。",
            ("日当は、日帰りの出張には支給",),
        ),
    ],
)
async def test_a_rule_is_quoted_whole(
    answers: Answers, question: str, rule: str, halves: tuple[str, ...]
) -> None:
    shown = await ask(answers, question)
    assert rule.rstrip("。.") in shown[0]
    assert not set(halves) & set(shown)


async def test_a_list_is_shown_whole_under_what_announces_it(answers: Answers) -> None:
    shown = await ask(answers, "貸し出すことができない端末は?")
    at = shown.index("1. 次のいずれも満たす端末は、貸し出すことができない。")
    assert shown[at + 1 : at + 4] == [
        "1. 修理の記録が三回以上ある端末",
        "2. 購入から五年を超えた端末",
        "3. 管理番号のない端末",
    ]


async def test_a_list_too_long_to_show_tells_where_lines_are_left_out_and_has_them_all(
    answers: Answers,
) -> None:
    answer = await answers.answer("備品の机の一覧は?", readers=ALL, language="ja")
    items = [line.text for line in answer.sentences if line.text.startswith("- 備品第")]
    every = [line.text for line in answer.whole if line.text.startswith("- 備品第")]

    assert 0 < len(items) < DESKS
    assert answer.sentences[-1].role == "gap"
    assert every == [f"- 備品第{n}号の机" for n in range(1, DESKS + 1)]


async def test_sentences_of_a_document_keep_its_order(answers: Answers) -> None:
    shown = await ask(answers, "情報端末を貸し出すことができない端末と、貸出の期間は?")
    places = [REGULATIONS.find(line) for line in shown if line in REGULATIONS]
    assert len(places) > 1
    assert places == sorted(places)


async def test_every_line_stands_in_the_source_of_its_number_and_no_tag_is_shown(
    answers: Answers,
) -> None:
    for question in (
        "返却はいつまで?",
        "貸出の期間は?",
        "Is a taxi allowed?",
        "備品の机の一覧は?",
        "宿泊を伴う出張の日当はいくら?",
    ):
        answer = await answers.answer(question, readers=ALL, language="ja")
        behind = {citation.number: citation for citation in answer.citations}
        for sentence in (*answer.sentences, *answer.whole):
            if sentence.role == "gap":
                continue
            citation = behind[sentence.citations[0]]
            passages = (citation.passage, *citation.around)
            sources = [text for one in passages for text in (one.text, *one.headings)]
            stands = any(sentence.text in text for text in sources)
            assert stands or sentence.role == "lead"
            assert citation.quote in citation.passage.text
            assert not sentence.text.startswith("[対応")


async def test_the_samples_never_say_the_opposite(tmp_path: Path) -> None:
    async with Library(open_index(None, tmp_path, version=VERSION)) as library:
        assert [shelved async for shelved in shelve(library)]
        answers = Answers(library)
        for question in (
            "Are personal ChatGPT accounts allowed?",
            "Are personal accounts of chat services allowed for work?",
        ):
            shown = await ask(answers, question)
            rule = "Personal accounts of chat services are not allowed for work"
            assert shown[0].removeprefix("No: ").startswith(rule)
            assert shown[-1] not in ("Purpose", "Generative AI at Hikarino Works")


@pytest.mark.parametrize("encoder", [None, SentenceEncoder])
async def test_what_ends_in_the_middle_of_a_sentence_is_never_sure(
    tmp_path: Path, encoder: type[SentenceEncoder] | None
) -> None:
    sentences = encoder() if encoder else None

    async def about(text: str) -> Answer:
        index = open_index(None, tmp_path / str(len(text)), version=VERSION)
        async with Library(index, sentences=sentences) as library:
            document, version, _ = await library.stage(
                await read("規則.md", text.encode()), Metadata(), by="t"
            )
            await library.publish(document.id, version.id)
            await library.followed()
            return await Answers(library).answer(
                "来客用の駐車場を社員が休日に使うことは認められますか", readers=ALL, language="ja"
            )

    assert (
        await about("来客用の駐車場を社員が休日に使うことは認められません。")
    ).certainty == "sure"
    assert (await about("来客用の駐車場を社員が休日に使うことは認め")).certainty == "unsure"
