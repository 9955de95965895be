"""A model's answers from question to answer: with the words it names, in JSON, broken, and looked at twice."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable

import pytest

from knowledge.answering.answers import Answers
from knowledge.answering.entailment import Entailment
from knowledge.answering.generation import Allowance
from knowledge.answering.trace import Trace
from knowledge.models.language_models import Model
from tests.knowledge.answering.test_answers import ALL, Retriever
from tests.stub_model import StubModel

HOUSE = "第7条 兼業は、勤務時間外に限り認める。兼業を始める前に、会社へ届け出なければならない。"
OTHER = "第9条 退職金は、支給しない。"
SHELF = (f"{HOUSE}\n{OTHER}", "第20条 駐車場の来客用区画は6台とする。")


@pytest.fixture
async def model(stub: StubModel) -> AsyncIterator[Model]:
    one = Model("openai:says", base_url=f"http://127.0.0.1:{stub.port}/v1", api_key="k")
    yield one
    await one.close()


async def asked(stub: StubModel, model: Model, question: str, said: str, *, judged: bool = False):
    stub.mode, stub.says = "says", (said,)
    room = Answers(Retriever(*SHELF), model=model, allowance=Allowance(120.0, judged=judged))
    return await room.answer(question, readers=ALL, language="ja")


async def test_other_words_are_shown_beside_the_words_they_rest_on(stub, model):
    said = (
        "はい、勤務時間外なら兼業できます。[1]\n> [1] 兼業は、勤務時間外に限り認める。\n"
        "始める前に会社へ届け出る必要があります。[1]\n> [1] 兼業を始める前に、会社へ届け出なければならない。"
    )
    answer = await asked(stub, model, "兼業していい?", said)

    assert (answer.fallback, answer.removed, answer.certainty) == ("", 0, "sure")
    assert [s.text for s in answer.sentences] == [
        "はい、勤務時間外なら兼業できます。",
        "始める前に会社へ届け出る必要があります。",
    ]
    assert answer.citations[0].quote == "兼業は、勤務時間外に限り認める"
    assert answer.citations[0].quote in SHELF[0]


async def test_an_english_answer_rests_on_japanese_words(stub, model):
    said = "No, a retirement allowance is not paid. [1]\n> [1] 退職金は、支給しない。"
    answer = await asked(stub, model, "Is there a retirement allowance (退職金)?", said)

    assert answer.mode == "llm"
    assert answer.text == "No, a retirement allowance is not paid.[1]"
    assert answer.citations[0].quote == "退職金は、支給しない"


async def test_json_is_understood_and_broken_json_gives_way_to_quotes(stub, model):
    row = {
        "statements": [
            {
                "text": "退職金は支給されません。",
                "evidence": [{"passage": 1, "words": "退職金は、支給しない。"}],
            }
        ]
    }
    whole = json.dumps(row, ensure_ascii=False)

    assert (await asked(stub, model, "退職金は?", whole)).text == "退職金は支給されません。[1]"
    broken = await asked(stub, model, "退職金は?", whole[: len(whole) // 2])
    assert (broken.mode, broken.fallback) == ("extractive", "unsupported")
    assert "確かめることができませんでした" in broken.notes[0].ja


async def test_what_says_the_opposite_of_its_own_evidence_is_not_shown(stub, model):
    said = "はい、退職金は支給されます。[1]\n> [1] 退職金は、支給しない。"
    answer = await asked(stub, model, "退職金は?", said)

    assert answer.mode == "extractive"
    assert "支給されます" not in answer.text


async def test_a_rule_does_not_stay_without_its_condition(stub, model):
    said = (
        "はい、勤務時間外なら兼業できます。[1]\n> [1] 兼業は、勤務時間外に限り認める。\n"
        "ただし、始めた後に社長の許可が必要です。[1]\n> [1] 社長の許可を受ける。"
    )
    answer = await asked(stub, model, "兼業していい?", said)

    assert "兼業できます" not in "".join(s.text for s in answer.sentences if answer.mode == "llm")


async def test_words_that_do_not_stand_in_the_passage_are_no_evidence(stub, model):
    said = "会社は年に二回、旅行を催します。[1]\n> [1] 会社は、毎年二回の旅行を催す。"
    answer = await asked(stub, model, "退職金は?", said)

    assert answer.mode == "extractive"


@pytest.mark.parametrize(("verdict", "mode"), [("1: はい", "llm"), ("1: いいえ", "extractive")])
async def test_a_second_look_decides_where_it_is_wanted(stub, model, verdict, mode):
    stub.verdict = verdict
    said = "退職金は支給されません。[1]\n> [1] 退職金は、支給しない。"
    answer = await asked(stub, model, "退職金は?", said, judged=True)

    assert (answer.mode, stub.calls) == (mode, 2)
    assert "退職金は、支給しない" in stub.prompts[1]


async def test_a_second_look_that_says_nothing_is_told_to_operators(stub, model, caplog):
    stub.verdict = "どちらとも言えません。"
    said = "退職金は支給されません。[1]\n> [1] 退職金は、支給しない。"
    answer = await asked(stub, model, "退職金は?", said, judged=True)

    assert answer.mode == "llm"
    [record] = [one for one in caplog.records if "not judged" in one.message]
    assert record.reason == "no verdict"


async def test_a_prompt_holds_as_many_passages_as_were_allowed(stub, model):
    stub.mode, stub.says = "says", ("退職金は支給されません。[1]",)
    room = Answers(Retriever(*SHELF), model=model, allowance=Allowance(120.0, characters=60))
    await room.answer("退職金は?", readers=ALL, language="ja")

    assert "退職金は、支給しない" in stub.prompts[0]
    assert "駐車場" not in stub.prompts[0]


async def test_a_model_that_reads_less_is_given_less_from_then_on(stub, model, caplog):
    rules = [
        f"第{number}条 退職金の特例{number}は、支給しない。{'説明を続ける。' * 60}"
        for number in range(9)
    ]
    stub.mode, stub.says, stub.reads = "small", (f"{rules[0][:20]}[1]",), 3000
    room = Answers(Retriever(*rules), model=model, allowance=Allowance(120.0))
    first = await room.answer("退職金の特例0は?", readers=ALL, language="ja")
    calls = stub.calls
    second = await room.answer("退職金の特例0は?", readers=ALL, language="ja")

    assert (first.mode, first.fallback, second.mode) == ("llm", "", "llm")
    assert calls > 1
    assert stub.calls == calls + 1
    assert "LLM_CHARACTERS" in caplog.text


async def test_a_model_that_reads_next_to_nothing_gives_way_with_that_reason(stub, model):
    stub.mode, stub.reads = "small", 10
    answer = await Answers(Retriever(*SHELF), model=model).answer(
        "退職金は?", readers=ALL, language="ja"
    )

    assert (answer.mode, answer.fallback) == ("extractive", "too_long")
    assert "一度に読める長さ" in answer.notes[0].ja
    assert "支給しない" in answer.text


async def test_what_a_model_wrote_in_vain_is_kept_with_its_reasons(stub, model, caplog):
    kept: list[Trace] = []

    async def keep(trace: Trace) -> None:
        kept.append(trace)

    stub.mode, stub.says = "says", ("退職金は出ます。\n退職金は99万円です。[1]",)
    room = Answers(Retriever(*SHELF), model=model, keep=keep)
    answer = await room.answer("退職金は?", readers=ALL, language="ja")

    [trace] = kept
    assert (answer.mode, answer.removed) == ("extractive", 0)
    assert [(check.sentence, check.reason) for check in trace.checks if not check.kept] == [
        ("退職金は出ます。", "citation"),
        ("退職金は99万円です。", "figure"),
    ]
    assert any(check.kept for check in trace.checks)
    assert "99万円" in trace.output
    [record] = [one for one in caplog.records if "quotes in place" in one.message]
    assert record.reason == "unsupported"
    assert record.checks == "citation 1, figure 1"
    assert "99万円" not in caplog.text


async def test_a_slow_stream_has_all_the_time_that_is_left_once_it_began(stub, model, monkeypatch):
    monkeypatch.setattr("knowledge.answering.generation.ATTEMPT", 0.1)  # two seconds to begin in
    stub.mode, stub.says = "says", ("退職金は支給されません。[1]\n> [1] 退職金は、支給しない。",)
    stub.pause = 0.8  # seconds after each of four pieces
    room = Answers(Retriever(*SHELF), model=model, allowance=Allowance(20.0))
    await room.warm()
    answer = await room.answer("退職金は?", readers=ALL, language="ja")

    assert (answer.mode, answer.fallback) == ("llm", "")


async def test_an_answer_nobody_waits_for_ends_the_call_and_says_nothing_against_the_model(
    stub, model
):
    stub.mode, stub.says = "says", ("退職金は支給されません。[1]",)
    stub.hung.clear()
    room = Answers(Retriever(*SHELF), model=model, allowance=Allowance(120.0))
    await room.warm()
    for number in range(1, 6):
        asking = asyncio.create_task(room.answer("退職金は?", readers=ALL, language="ja"))
        await until(lambda number=number: stub.begun == number)
        asking.cancel()
        await until(lambda number=number: stub.stopped == number)

    assert model.breaker.closed()


async def until(met: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not met():
            await asyncio.sleep(0.01)


async def test_a_long_answer_is_checked_about_once_not_anew_with_every_sentence(
    stub, model, monkeypatch
):
    judged: list[str] = []
    signs = Entailment.signs

    def counted(self, question, statement, *rest):
        judged.append(statement)
        return signs(self, question, statement, *rest)

    monkeypatch.setattr(Entailment, "signs", counted)
    rules = [f"手当{number}は、月に{number + 10}円を支給する。" for number in range(24)]
    said = "\n".join(f"{rule}[1]\n> [1] {rule}" for rule in rules)
    stub.mode, stub.says = "says", (said,)
    room = Answers(Retriever("\n".join(rules)), model=model, allowance=Allowance(120.0))
    answer = await room.answer("手当3はいくら?", readers=ALL, language="ja")

    assert (answer.mode, len(answer.sentences)) == ("llm", len(rules))
    assert len(judged) <= 6 * len(rules)  # anew each time it would be 300 of 24
