"""What comes along beside the deck: words, cost and time of each way, made of the decision model in force."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.service import builtin
from bot.service.application import Application
from bot.settings import load
from handlers.choose import primer
from handlers.choose.decision_models import DecisionModels
from handlers.sessions import Sessions
from handlers.texts import Texts
from knowledge.advisor.engine import Advisor
from knowledge.answering.answers import Answers
from knowledge.documents.library import Library
from knowledge.errors import LibraryUnavailable
from knowledge.index.opening import open_index
from knowledge.retrieval.encoder import VERSION
from knowledge.sentences import phrase
from knowledge.values import Language

TEXTS = Texts.load()
BUILTIN = Advisor.load()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shelf with what comes along."""
    folder = tmp_path_factory.mktemp("shelf")
    asyncio.run(_shelve(folder))
    return folder


async def _shelve(folder: Path) -> None:
    async with Library(open_index(None, folder, version=VERSION)) as library:
        await primer.shelve(library, BUILTIN.model, TEXTS)


@pytest.fixture
async def answers(folder: Path) -> AsyncIterator[Answers]:
    async with Library(open_index(None, folder, version=VERSION)) as library:
        yield Answers(library)


@pytest.mark.parametrize(
    ("question", "language", "said"),
    [
        ("RAGとは?", "ja", "検索"),
        ("What is RAG?", "en", "searched"),
        ("ハルシネーションって何", "ja", "事実でないこと"),
        ("What is a hallucination?", "en", "untrue"),
        ("RAGとファインチューニングの違いは?", "ja", "モデルそのもの"),
        ("Should we fine-tune or use RAG?", "en", "RAG first"),
        ("一番早く始められるのは?", "ja", "完成品"),
        ("Which approach is cheapest?", "en", "“a finished product”"),
        ("セキュリティが心配なときはどの方法?", "ja", "公開モデルを自社"),
        ("ハルシネーションを減らすには?", "ja", "出典つきで答えさせ"),
        ("How can we reduce hallucinations?", "en", "from your own documents"),
        ("GPUは必要?", "ja", "自社のGPU"),
        ("Do we need a GPU?", "en", "GPU"),
        ("社内にエンジニアがいなくても始められる?", "ja", "「完成品」"),
        ("Can we start without engineers?", "en", "a finished product"),
        ("ファインチューニングにはデータがどれくらい必要?", "ja", "数百件"),
        ("How much data does fine-tuning need?", "en", "hundred examples"),
        ("What criteria should we consider?", "en", "criteria"),
    ],
)
async def test_what_people_ask_first_is_answered_in_their_language(
    answers: Answers, question: str, language: Language, said: str
) -> None:
    answer = await answers.answer(question, language=language, readers=frozenset({"all"}))

    assert said in answer.sentences[0].text


def test_both_languages_say_the_same_figures() -> None:
    pages = primer.reading(BUILTIN.model, TEXTS).pages

    assert [page.place.number for page in pages[::2]] == [page.place.number for page in pages[1::2]]
    for ours, theirs in zip(pages[::2], pages[1::2], strict=True):
        assert ours.text.count("\n") == theirs.text.count("\n")
        months = r"([\d.]+)[〜–]([\d.]+) ?(?:か月|months)"
        assert re.findall(months, ours.text) == re.findall(months, theirs.text)


async def test_a_model_of_ones_own_says_its_own_figures(tmp_path: Path, sessions: Sessions) -> None:
    own = BUILTIN.source.replace("months: [6, 24]", "months: [7, 25]", 1)
    async with Library(open_index(None, tmp_path, version=VERSION)) as library:
        models = DecisionModels(sessions, BUILTIN)

        async def shelve() -> None:
            await builtin.shelve(library, models, TEXTS)

        await shelve()
        models.watch(shelve)
        advisor, _ = await models.stage(own, "t")
        await models.publish(advisor.model.sha256)
        hits = await library.search("大きなモデルをゼロから作る", readers=frozenset({"all"}))
        assert any("7〜25か月" in hit.passage.text for hit in hits)

        await models.roll_back(advisor.model.sha256)
        hits = await library.search("大きなモデルをゼロから作る", readers=frozenset({"all"}))
        assert any("6〜24か月" in hit.passage.text for hit in hits)


async def test_a_model_is_published_though_the_shelf_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What comes along follows at the next start."""
    async with Application(load({}, data=str(tmp_path))) as application:
        await application.library()

        async def away(*_: object) -> None:
            raise LibraryUnavailable("library_failed", phrase("waiting"))

        monkeypatch.setattr("bot.service.builtin.shelve", away)
        own = BUILTIN.source.replace("months: [6, 24]", "months: [7, 25]", 1)
        advisor, _ = await application.models.stage(own, "t")

        assert await application.models.publish(advisor.model.sha256) is not None
        current = await application.models.current()
        assert current.model.sha256 == advisor.model.sha256
