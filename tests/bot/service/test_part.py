"""What runs beside the turns ends when it is told to."""

import asyncio

from bot.service import part


async def test_a_task_that_swallows_a_cancellation_ends_all_the_same(monkeypatch):
    monkeypatch.setattr(part, "INSIST", 0.01)
    swallowed = asyncio.Event()

    async def deaf() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            swallowed.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(deaf())
    await asyncio.sleep(0)
    await part.stop(task, None)
    assert swallowed.is_set()
    assert task.cancelled()
    await part.stop(task)
    await part.stop()
