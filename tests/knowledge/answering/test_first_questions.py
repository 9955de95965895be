"""What people ask first, over the sample documents: the first sentence answers it."""

from pathlib import Path

import pytest
import pytest_asyncio

from knowledge.answering.answers import Answers
from knowledge.deck.digest import shelve as shelve_digest
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
        ("お客様の名前を入れてもいい?", "伏せ字にしてから"),
        ("見積書をAIに入れて比較してもらうのはOK?", "「社内環境の生成AIだけ」"),
        ("社外秘が入った議事録は?", "社外秘の内容を含むときは"),
        ("生成AIで作った文章をそのまま提案書に載せてもいい?", "そのまま社外へ出さず"),
        ("極秘の資料は持ち出せる?", "「極秘」の持ち出しは「できない」です"),
        ("社内限りの資料はどこに保存する?", "の保存場所は「共有フォルダー」です"),
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


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def beside_the_digest(tmp_path_factory: pytest.TempPathFactory):
    index = open_index(None, tmp_path_factory.mktemp("both"), version=VERSION)
    async with Library(index, sentences=SentenceEncoder()) as library:
        await shelve_digest(library)
        async for _ in shelve(library):
            pass
        await library.followed()
        yield Answers(library)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Can I use it from home?", "使えません"),
        ("家で自分のスマホから使うのはあり?", "使えません"),
        ("発表の流れは?", "次の四章"),
        ("洲崎さんってどんな人?", "AWSの営業"),
    ],
)
async def test_what_the_digest_tells_of_a_talk_is_no_rule(
    beside_the_digest: Answers, question: str, said: str
) -> None:
    language = "en" if question.isascii() else "ja"
    answer = await beside_the_digest.answer(question, readers=ALL, language=language)
    assert said in answer.sentences[0].text


async def test_leave_is_given_by_no_digest(beside_the_digest: Answers) -> None:
    for question in ("プログラムを書かせてもいい?", "画像生成は使える?"):
        answer = await beside_the_digest.answer(question, readers=ALL, language="ja")
        digest = [one for one in answer.citations if "説明資料" in one.passage.title]
        assert not digest
