"""A question is analysed once, and the index is asked no more than it must be."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from knowledge.answering.answers import Answers
from knowledge.documents.library import Library
from knowledge.index.embedded import EmbeddedIndex
from knowledge.retrieval.encoder import VERSION, Encoder
from knowledge.text.analysis import Analysis, Token
from tests.knowledge.documents.test_library import put

ALL = frozenset({"all"})
QUESTION = "AI監督チームの利用記録は何年間保存しますか"


class CountedAnalysis(Analysis):
    """Counts how often each text is cut into words."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: Counter[str] = Counter()

    def tokens(self, text: str) -> tuple[Token, ...]:
        self.texts[text] += 1
        return super().tokens(text)


class CountedIndex(EmbeddedIndex):
    """Counts what it is asked, as a shared index whose records are believed for no time at all."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, version=VERSION)
        self.calls: Counter[str] = Counter()

    async def fetch(self, ids: Sequence[str]) -> list[dict[str, Any]]:
        self.calls["fetch"] += 1
        return await super().fetch(ids)

    async def find(self, *args: Any) -> Any:
        self.calls["find"] += 1
        return await super().find(*args)


@pytest.mark.parametrize("question", [QUESTION, "How long does the AI audit team keep records?"])
async def test_a_question_is_analysed_once_and_looked_up_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, question: str
) -> None:
    analysis, index = CountedAnalysis(), CountedIndex(tmp_path)
    async with Library(index, Encoder(analysis)) as library:
        texts = (
            "AI監督チームの利用記録は、1年間保存する。",
            "The AI audit team keeps records for one year.",
        )
        await put(library, *texts)
        answers = Answers(library, analysis=analysis)
        await answers.answer("保存期間は?", readers=ALL, language="ja")  # counts the new version
        plain = (await library.query(question, readers=ALL)).plain
        monkeypatch.setattr("knowledge.retrieval.shared_glossary.FRESH", -1.0)
        monkeypatch.setattr(index, "shared", True)
        analysis.texts.clear()
        index.calls.clear()

        answer = await answers.answer(question, readers=ALL, language="ja")

    assert answer.mode == "extractive"
    assert index.calls["find"] == 1
    assert index.calls["fetch"] == 2  # the glossary, and what stands beside the passage
    assert analysis.texts[plain] == 1
