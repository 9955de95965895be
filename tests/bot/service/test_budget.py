"""The month's budget: warned of at four fifths, kept to at the end, over all processes."""

import logging
from datetime import UTC, datetime

import pytest

from bot.service.application import Application
from bot.service.budget import Budget
from bot.settings import InvalidSettings, load
from handlers.lifetimes import BUDGET, DAY
from handlers.sessions import Sessions


async def test_the_budget_is_warned_of_and_kept_to_by_all_processes(store, caplog):
    now = [datetime(2026, 11, 30, tzinfo=UTC)]
    settings = load({"LLM_TOKENS": "1000"})
    async with Sessions(store.connect) as one, Sessions(store.connect) as two:
        first = Budget(one, settings, lambda: now[0])
        second = Budget(two, settings, lambda: now[0])
        assert await first.open()
        await first.pay(700, 99)
        assert first.state == "ready"
        assert not caplog.records
        await second.pay(1, 0)
        assert second.state == "80 % of the month is used"
        assert [record.percent for record in caplog.records] == [80]
        await second.pay(100, 99)
        assert await first.open()  # 999 of 1000
        await second.pay(1, 0)
        assert not await first.open()
        assert first.state == "used up until the next month; answers are quotes"
        now[0] = datetime(2026, 12, 1, tzinfo=UTC)
        assert await first.open()
        assert first.state == "ready"
        async with one.link.redis() as redis:
            names = [name async for name in redis.scan_iter("lc:budget*")]
            assert max([await redis.ttl(name) for name in names]) <= BUDGET == 62 * DAY


async def test_money_is_counted_by_the_prices(store):
    settings = load({"LLM_COST": "1", "LLM_PRICES": "0.5,2"})
    async with Sessions(store.connect) as sessions:
        budget = Budget(sessions, settings)
        await budget.pay(1_000_000, 249_999)
        assert await budget.open()
        await budget.pay(0, 1)
        assert not await budget.open()


async def test_while_the_store_is_away_a_process_counts_on(store, caplog):
    caplog.set_level(logging.CRITICAL)
    settings = load({"LLM_TOKENS": "10"})
    async with Sessions(store.connect) as sessions:
        budget = Budget(sessions, settings)
        await budget.pay(4, 0)
    await budget.pay(6, 0)  # its sessions are closed
    assert not await budget.open()


@pytest.mark.parametrize("prices", ["1", "a,b", "1,2,3", "-1,2", "nan,1", "1,1e12"])
def test_prices_that_are_none_stop_the_start(prices):
    with pytest.raises(InvalidSettings) as told:
        load({"LLM_PRICES": prices})
    assert "LLM_PRICES" in told.value.reason.en


async def test_with_the_budget_used_up_answers_are_quotes_and_say_so(house, stub):
    settings = load(
        {
            "LLM": "openai:fact",
            "LLM_BASE_URL": f"http://127.0.0.1:{stub.port}/v1",
            "LLM_API_KEY": "k",
            "LLM_TOKENS": "1",
        },
        data=str(house),
    )
    async with Application(settings) as application:
        answers = await application.answers()
        asked = dict(readers=frozenset({"all"}), language="en")
        await answers.answer("What is RAG?", **asked)
        answer = await answers.answer("What is RAG?", **asked)
        assert answer.mode == "extractive"
        assert any("budget" in note.en for note in answer.notes)
        assert "used up" in (await application.readiness())["budget"]
