"""What people ask first, over the sample documents: the first sentence answers it."""

from pathlib import Path

import pytest
import pytest_asyncio

from knowledge.answering.answers import Answers
from knowledge.documents.library import Library
from knowledge.index.opening import open_index
from knowledge.models.sentence_encoder import SentenceEncoder
from knowledge.retrieval.encoder import VERSION
from knowledge.samples.catalogue import shelve

ALL = frozenset({"all"})
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def answers(tmp_path_factory: pytest.TempPathFactory):
    folder: Path = tmp_path_factory.mktemp("samples")
    index = open_index(None, folder, version=VERSION)
    async with Library(index, sentences=SentenceEncoder()) as library:
        async for _ in shelve(library):
            pass
        await library.followed()
        yield Answers(library)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("ChatGPTって会社で使っていいですか?", "個人契約のチャットサービス"),
        ("Copilotにソースコードを貼り付けてもいい?", "社内環境で動く生成AIにだけ"),
        ("お客様に出す提案書にAIを使ったら誰かの承認がいりますか", "上長の承認を受ける"),
        ("報告したら怒られますか?", "不利益に扱わない"),
        ("AI導入の相談ってどこにすればいい?", "内線4200"),
        ("社外秘ってどんな情報?", "関係者だけが見る情報"),
        ("家のパソコンから使えますか", "いいえ、使えません"),
        ("利用記録ってどれくらい保存されるの", "1年間保存する"),
        ("How long are the logs kept?", "1年間"),
        ("Is my personal ChatGPT account ok for work?", "Personal accounts of chat"),
        ("Do I need approval before sending an AI-written document to a client?", "approval of your supervisor"),
        ("When is the walk-in consultation?", "毎週水曜日の15時"),
    ],
)  # fmt: skip
async def test_the_first_sentence_answers(answers: Answers, question: str, said: str) -> None:
    language = "en" if question.isascii() else "ja"
    answer = await answers.answer(question, readers=ALL, language=language)
    assert said in answer.sentences[0].text


async def test_of_one_of_a_kind_no_yes_is_said_that_holds_for_the_kind_alone(
    answers: Answers,
) -> None:
    for question in ("Geminiは使ってよい?", "Copilotは使えますか?"):
        answer = await answers.answer(question, readers=ALL, language="ja")
        assert not answer.text.startswith(("はい", "いいえ"))
