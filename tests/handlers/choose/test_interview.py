"""The dialog at a terminal: words for its buttons, questions typed at the result, memos where they were asked for."""

import io
import sys
from pathlib import Path

import pytest

from bot.command import memo
from bot.command.interview import interview
from handlers.actions.registry import read
from handlers.choose.decision_models import DecisionModels
from handlers.choose.router import Choose
from handlers.conversation import Attachment, Command, Form
from handlers.sessions import Sessions
from handlers.texts import Texts
from knowledge.errors import InvalidAnswers
from tests.handlers.choose.rooms import act
from tests.handlers.choose.test_choose import ADVISOR
from tests.sheet import last

FILES = tuple(Attachment(f"memo.{end}", "x", end.encode()) for end in ("md", "docx", "pdf"))


class House:
    """The room of the dialog behind a terminal, without the rest of the house."""

    def __init__(self, sessions: Sessions, texts: Texts) -> None:
        self.choose = Choose(DecisionModels(sessions, ADVISOR), sessions, texts)
        self.texts = texts
        self.turns = self

    async def take(self, message, sheet) -> None:
        content = message.content
        if isinstance(content, Command):
            reply = await last(self.choose.command(message, content))
        elif isinstance(content, Form) and content.name == "choose.question" and content.values:
            text = content.values["text"]
            reply = await self.choose.told(message, read(content), text)
        else:
            reply = await act(self.choose, message)
        await sheet.show(reply)


@pytest.fixture
def typed(monkeypatch, tmp_path, capsys, sessions, texts):
    async def run(*lines: str, language="ja", place="") -> str:
        monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(lines) + "\n"))
        await interview(House(sessions, texts), language, express=False, team="", place=place)
        return capsys.readouterr().out

    return run


PAGE = ("設計を速く", "", "2", "2", "2", "1", "2", "2", "1", "2", "", "", "", "")
GOAL = ("faster design", *PAGE[1:])


async def test_words_do_what_letters_do_and_the_result_stays(typed, tmp_path) -> None:
    place = f"{tmp_path}/稟議/"
    said = await typed(
        *PAGE,
        *("なぜ", "1", "戻る", "2", "結果"),
        *("9", "注意点は?", "戻る", "メモ", "結果", "終わる"),
        place=place,
    )
    assert (
        said.count("資料をどう渡すか(丸ごと・検索)が決まります。") >= 3
    )  # asked, told, asked again
    assert said.count("おすすめ: ") >= 3  # the result, and again after the question and the memo
    assert "注意点: " in said
    assert "文章を書くか、上に並ぶ文字" in said  # a mere number is no question
    names = sorted(path.name for path in Path(place).iterdir())
    assert names == [f"llm-choose-memo-ja.{end}" for end in ("docx", "md", "pdf")]


async def test_the_same_words_in_english(typed, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    said = await typed(
        *GOAL,
        "why",
        "1",
        "back",
        "2",
        "result",
        "why?",
        "back",
        "memo",
        "result",
        "quit",
        language="en",
    )
    assert said.count("Why we ask: ") >= 3
    assert "was decided by" in said
    assert said.count("Suggested: ") >= 3
    assert (tmp_path / "llm-choose-memo-en.pdf").exists()


@pytest.mark.parametrize(
    ("language", "lines", "shown"),
    [
        (
            "ja",
            (
                "なぜ",
                "戻る",
                "",
                "国内のクラウドなら可",
                "0人",
                "1,200",
                "誰もいません",
                "3",
                "3億円",
                "来月末まで",
            ),
            (
                "迷ったら厳しいほう",
                "→ 国内・専有の環境なら可",
                "「0人」は答えとして使えません",
                "→ 301〜3,000人",
                "→ いない",
                "→ 3,000万〜3億円",
                "→ 1か月以内",
            ),
        ),
        (
            "en",
            ("why", "back", "", "4", "0 users", "300", "nobody", "3", "$20k", "within one month"),
            (
                "choose the stricter",
                "“0 users” cannot be used as an answer",
                "→ 31-300",
                "→ Nobody",
                "→ 1M-5M yen",
                "→ Within 1 month",
            ),
        ),
    ],
)
async def test_each_limit_can_be_answered_in_words(typed, language, lines, shown) -> None:
    said = await typed("faster design", "40 minutes", *lines, "quit", language=language)
    for words in shown:
        assert words in said
    measure = {"ja": "どの数字で確かめますか", "en": "Which number will show"}[language]
    assert said.count(measure) == 2  # asked, and gone back to
    assert "[40 minutes]" in said


def test_a_memo_goes_where_it_was_asked_to_and_writes_over_nothing(tmp_path: Path) -> None:
    paper = tmp_path / "稟議.pdf"
    assert memo.save(FILES, str(paper)) == [paper]
    assert paper.read_bytes() == b"pdf"
    with pytest.raises(InvalidAnswers) as refused:
        memo.save(FILES, str(paper))
    assert "稟議.pdf" in refused.value.reason.ja
    named = memo.save(FILES, str(tmp_path / "deep" / "案"))
    assert [path.name for path in named] == ["案.md", "案.docx", "案.pdf"]
    for count in ("", "-2", "-3"):
        names = [path.name for path in memo.save(FILES, str(tmp_path))]
        assert names == [f"memo{count}.{end}" for end in ("md", "docx", "pdf")]
    with pytest.raises(InvalidAnswers) as refused:
        memo.save(FILES, f"{paper}/x")
    assert "書き出せません" in refused.value.reason.ja
