"""What the deck does not speak of is refused, and what it speaks of is not; questions of everyday office life, in both languages."""

import pytest
import pytest_asyncio

from knowledge.answering.answers import Answers
from knowledge.deck.digest import shelve
from knowledge.documents.library import Library
from knowledge.index.opening import open_index
from knowledge.retrieval.encoder import VERSION
from knowledge.text.language import language_of

FOREIGN = (
    "パスワードを忘れました",
    "カレーの作り方を教えて",
    "社員食堂の営業時間は?",
    "有給休暇の申請方法は?",
    "会議室の予約はどうすればいい?",
    "プリンターが動きません",
    "明日の天気は?",
    "近くのおすすめのランチは?",
    "退職金はいくらもらえますか",
    "社長の名前は?",
    "出張の日当はいくらですか",
    "育児休業は何か月取れますか",
    "名刺を注文したい",
    "来週の祝日はいつ?",
    "Wi-Fiにつながらない",
    "交通費の精算方法",
    "健康診断はいつ受けますか",
    "電話の転送方法を教えて",
    "Excelでグラフを作る方法",
    "犬の散歩のコツは",
    "How do I reset my VPN password?",
    "How do I book a meeting room?",
    "What is the dress code?",
    "When is payday?",
    "Who won the world cup in 2018?",
    "How many vacation days do I get?",
    "Where can I park my car?",
    "What's the wifi password?",
    "How do I cook curry?",
    "Tell me a joke",
)
OWN = (
    "RAGって社内文書を全部覚えてるの?",
    "ファインチューニングの弱点は?",
    "うちみたいな会社はどの方式がいい?",
    "モデル開発のメリットを教えて",
    "カラクリは何文字集めた?",
    "発表者の経歴は?",
    "GENIACって何?",
    "ゼロから作るのは大変?",
    "既存のLLMを使うと何が良い?",
    "Llamaって何に使う?",
    "ディープラーニングとは",
    "RAGの回答はどのくらい信用できる?",
    "質疑応答は何時から?",
    "早く始めたい場合は?",
    "機密情報を外に出したくないときは?",
    "コストが安いのはどれ?",
    "専門チームがいないとできない方法は?",
    "What is RAG?",
    "What are the drawbacks of fine-tuning?",
    "Which approach is cheapest?",
    "Who speaks about GENIAC?",
    "What time does the Q&A start?",
    "Can RAG learn all documents?",
    "What data did Karakuri use?",
    "Difference between RAG and API?",
    "Which approach fits us?",
    "How long does it take to start with existing LLMs?",
    "Do we need a team of specialists?",
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def judged(tmp_path_factory):
    """What becomes of each question, asked of the deck alone."""
    async with Library(
        open_index(None, tmp_path_factory.mktemp("deck"), version=VERSION)
    ) as library:
        await shelve(library)
        answers = Answers(library)
        said = {}
        for question in (*FOREIGN, *OWN):
            answer = await answers.answer(
                question, readers=frozenset({"all"}), language=language_of(question, "ja")
            )
            said[question] = answer.certainty
        return said


@pytest.mark.asyncio(loop_scope="module")
async def test_what_the_deck_does_not_speak_of_is_refused_and_never_sure(judged):
    wrong = [question for question in FOREIGN if judged[question] != "none"]

    assert [question for question in wrong if judged[question] == "sure"] == []
    assert len(wrong) <= len(FOREIGN) // 4, wrong


@pytest.mark.asyncio(loop_scope="module")
async def test_what_the_deck_speaks_of_is_answered(judged):
    refused = [question for question in OWN if judged[question] == "none"]

    assert len(refused) <= len(OWN) // 10, refused
