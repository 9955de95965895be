"""A situation in words: what is proposed, what may be ticked, and what a language model may add."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from handlers.choose.model_reading import ModelReading
from handlers.choose.reading import Reading, Told, ticked
from handlers.choose.situation import Situation
from handlers.choose.statements import Statements
from knowledge.advisor.engine import Advisor
from knowledge.models.faults import ModelFault
from knowledge.models.language_models import Breaker, Written
from knowledge.models.sentence_encoder import SentenceEncoder

ADVISOR = Advisor.load()
SITUATION, STATEMENTS = Situation.load(), Statements.load(None)


class Writes:
    """A language model that writes what it is told to; None fails."""

    purse = None

    def __init__(self, *rows: dict[str, str] | str | None) -> None:
        self.breaker = Breaker()
        self.prompt = ""
        self._rows = rows

    def open(self) -> None:
        pass

    async def write(self, prompt: str, on_text: Callable[[str], Awaitable[None]]) -> Written:
        self.prompt = prompt
        if None in self._rows:
            raise ModelFault(500, None)
        return Written("\n".join([json.dumps(row, ensure_ascii=False) for row in self._rows]))


def fact(question: str, option: str, quote: str) -> dict[str, str]:
    return {"fact": question, "option": option, "quote": quote}


async def read(text: str, model: Writes | None = None) -> Told:
    async def found() -> Writes | None:
        return model

    by_model = ModelReading(found, SITUATION)
    return await Reading(SITUATION, STATEMENTS, by_model).read(text, ADVISOR, "ja")


async def test_the_right_statement_is_read_or_among_the_ten_that_are_offered(
    shared: Path,
) -> None:
    alone = Statements.load(SentenceEncoder())  # what likeness finds without any rule
    reading = Reading(SITUATION, alone, None)
    facts = found = offered = 0
    for name in ("freetext-dev.jsonl", "freetext-check.jsonl"):
        for line in (shared / "decision/v2" / name).read_text("utf-8").splitlines():
            row = json.loads(line)
            told = await reading.read(row["text"], ADVISOR, row["lang"])
            assert len(told.near) <= 10
            near = alone.near(SITUATION.own(row["text"]), ADVISOR, ())
            for question, wanted in row["facts"].items():
                for option in wanted if isinstance(wanted, list) else [wanted]:
                    hit = told.hits.get(question)
                    read_so = hit is not None and option in hit.option.split(",")
                    facts += 1
                    found += read_so or (question, option) in told.near
                    offered += (question, option) in near
            for question, never in row.get("must_not", {}).items():
                hit = told.hits.get(question)
                assert hit is None or not set(hit.option.split(",")) & set(never), row["id"]
    assert facts == 145
    assert found >= 0.95 * facts
    assert offered >= 0.80 * facts  # texts nobody wrote patterns for are met like this


async def test_what_has_nothing_to_do_with_it_is_not_offered() -> None:
    for text in ("こんにちは", "The quick brown fox", "xyz"):
        told = await read(text)
        assert told.nothing, text


def test_ticks_that_cannot_both_hold_do_not_count() -> None:
    assert ticked("docs:core,tried:rag,tried:tune,bogus") == (
        {"docs": "core", "tried": "rag,tune"},
        [],
    )
    assert ticked("docs:core,docs:none,cite:must") == ({"cite": "must"}, ["docs"])


async def test_a_model_proposes_only_what_the_words_carry() -> None:
    text = "検査の写真は工場の敷地の外に持って行けない決まりです。競合はオンプレだけです。"
    inside = fact("boundary", "inside", "工場の敷地の外に持って行けない決まり")
    told = await read(text, Writes(inside))
    assert told.hits["boundary"].option == "inside"
    assert told.hits["boundary"].words in text
    for wrong in (
        fact("boundary", "inside", "社外に出せません"),  # not in the text
        fact("boundary", "nowhere", "工場の敷地"),  # no such answer
        fact("weather", "inside", "工場の敷地"),  # no such question
        fact("boundary", "inside", "オンプレだけ"),  # of somebody else
        "no object at all",
    ):
        told = await read(text, Writes(wrong))
        assert "boundary" not in told.hits, wrong


@pytest.mark.parametrize(
    ("text", "proposal"),
    [
        ("オンプレは考えていません。", fact("boundary", "inside", "オンプレ")),
        ("API代が月500万円です。", fact("budget", "m", "500万円")),
        ("出典は必須ではありません。", fact("cite", "must", "出典は必須")),
        ("予算は500万円かもしれません。", fact("budget", "m", "500万円")),
        ("以前は自社のサーバーで動かしました。", fact("boundary", "inside", "自社のサーバー")),
    ],
)
async def test_rules_veto_what_a_model_turns_round(text: str, proposal: dict[str, str]) -> None:
    told = await read(text, Writes(proposal))
    hit = told.hits.get(proposal["fact"])
    assert hit is None or hit.option != proposal["option"]
    assert proposal["fact"] not in told.torn


async def test_where_rules_and_model_differ_the_person_decides() -> None:
    text = "資料は何千件もある。ただ見るのは一冊の手引きだけ。"
    told = await read(text, Writes(fact("docs", "small", "一冊の手引きだけ")))
    assert "docs" in {**told.torn, **told.hits}
    told = await read("品質は十分です。", Writes(fact("gap", "fine", "品質は十分")))
    assert told.hits["gap"].option == "fine"
    assert told.torn == {}


async def test_a_model_that_fails_leaves_the_rules() -> None:
    model = Writes(None)
    told = await read("予算は300万円です。", model)
    assert told.hits["budget"].option == "s"
    assert "<text>" in model.prompt


async def test_a_story_without_end_is_read_in_part_and_says_so() -> None:
    told = await read("予算は300万円です。" + "今日も忙しい。" * 4000)
    assert told.hits["budget"].option == "s"
    assert told.cut
