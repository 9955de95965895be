"""A large document is encoded by processes of their own: the same points, whatever happens to them."""

import asyncio
import os
import signal
from multiprocessing import active_children

import pytest

from knowledge.retrieval import worker_pool
from knowledge.retrieval.encoder import Encoder
from knowledge.retrieval.worker_pool import WorkerPool
from knowledge.values import Passage, Place


def passages(count: int) -> list[Passage]:
    place = Place("page", 1)
    return [
        Passage(f"{n:032x}", "d", "v", n, "規程", place, f"第{n}条 上限は{n}万円とする。")
        for n in range(1, count + 1)
    ]


async def made(team: WorkerPool, parts: list[Passage]) -> list[list[object]]:
    return [bunch async for bunch in team.points(parts, "staged")]


@pytest.fixture
def team():
    team = WorkerPool(Encoder())
    yield team
    team.close()


async def test_processes_give_the_same_points_in_the_same_order_and_end_when_idle(
    team, monkeypatch
):
    monkeypatch.setattr(worker_pool, "IDLE", 0.05)
    parts = passages(worker_pool.LARGE + 10)
    apart = await made(team, parts)
    assert 1 <= len(active_children()) <= worker_pool.MOST
    assert {len(bunch) for bunch in apart[:-1]} == {worker_pool.BUNCH}
    near = [
        point
        for start in range(0, len(parts), 100)
        for bunch in await made(team, parts[start : start + 100])
        for point in bunch
    ]
    assert [p for bunch in apart for p in bunch] == near
    for _ in range(100):
        if not active_children():
            break
        await asyncio.sleep(0.1)
    assert not active_children()


async def test_one_passage_less_is_done_without_processes(team, monkeypatch):
    monkeypatch.setattr(worker_pool, "LARGE", 100)
    bunches = await made(team, passages(99))
    assert [len(bunch) for bunch in bunches] == [64, 35]
    assert not active_children()


async def test_a_killed_process_costs_time_and_nothing_else(team):
    parts = passages(worker_pool.LARGE + 200)
    found = []
    async for bunch in team.points(parts, "staged"):
        if not found:
            for child in active_children():
                os.kill(child.pid, signal.SIGKILL)
        found += bunch
    assert [p.id for p in found] == [part.id for part in parts]
