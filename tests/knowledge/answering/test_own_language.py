"""A rule and its summary in another language: whoever asks is answered in their own."""

from pathlib import Path

import pytest

from knowledge.answering.answers import Answers
from knowledge.documents.library import Library
from knowledge.index.embedded import EmbeddedIndex
from knowledge.models.sentence_encoder import SentenceEncoder
from knowledge.retrieval.encoder import VERSION
from knowledge.values import Metadata
from tests.knowledge.documents.test_library import ALL, reading

RULE = (
    "第3条(入力してはいけない情報)\n1 極秘の情報は、どの生成AIにも入力しない。\n2 個人情報は、氏名や連絡先を伏せ字にしてから入力する。",
    "第4条(出力の確認)\n1 生成AIの回答は、そのまま社外へ出さず、担当者が事実と権利関係を確かめる。\n2 顧客に渡す文書に使ったときは、上長の承認を受ける。",
    "第5条(記録)\n生成AIの利用記録は、1年間保存する。",
)
SUMMARY = (
    "What you must not enter\nNever enter top-secret information into any generative AI. Mask names and contact details before you enter personal data.",
    "Checking what comes out\nCheck facts and rights before you use an output outside the company. Documents for customers need the approval of your supervisor.",
    "Records\nRecords of use are made by the generative AI itself.",
    "Visitors\nVisitors wear their badge in the laboratory at all times.",
)


@pytest.fixture
async def answers(tmp_path: Path):
    async with Library(
        EmbeddedIndex(tmp_path / "index", version=VERSION), sentences=SentenceEncoder()
    ) as library:
        for texts, name in ((RULE, "規程.txt"), (SUMMARY, "summary.txt")):
            document, version, _ = await library.stage(
                reading(*texts, name=name), Metadata(title=name), by="test:1"
            )
            await library.publish(document.id, version.id)
        await library.followed()
        yield Answers(library)


@pytest.mark.parametrize(
    ("question", "language", "said"),
    [
        ("お客様に出す提案書にAIを使ったら誰かの承認がいりますか", "ja", "顧客に渡す文書に使ったときは、上長の承認を受ける"),
        ("ChatGPTに顧客リストを入れてもいいですか?", "ja", "個人情報は、氏名や連絡先を伏せ字にしてから入力する"),
        ("Do I need approval before I send a document made by AI to a client?", "en", "Documents for customers need the approval of your supervisor"),
        ("来客もバッジを着けるのですか?", "ja", "Visitors wear their badge"),
        ("How long are records of use kept?", "en", "1年間保存する"),
    ],
)  # fmt: skip
async def test_what_both_languages_say_is_answered_in_the_asker_s(
    answers, question, language, said
):
    answer = await answers.answer(question, readers=ALL, language=language)
    assert said in answer.text.split("\n")[0]
