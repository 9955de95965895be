"""Asynchronous work asked for by a synchronous caller, on the loop where the library was opened."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def running_loop() -> asyncio.AbstractEventLoop | None:
    """Return the loop that runs in this thread, None where none does."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def wait_for(work: Coroutine[Any, Any, T], home: asyncio.AbstractEventLoop | None) -> T:
    """
    Run `work` on its home loop, wherever that is, and return what it returns.

    A loop that runs in another thread is handed the work; one that stands still runs it here.

    Raises:
        RuntimeError: the home loop runs in this very thread, which cannot wait for itself.
    """
    if home is None or home.is_closed():
        return asyncio.run(work)
    if not home.is_running():
        return home.run_until_complete(work)
    if home is running_loop():
        work.close()
        raise RuntimeError(
            "the library is open on the event loop of this thread, which cannot wait for itself; "
            "await the asynchronous form (aretrieve, aquery) instead"
        )
    return asyncio.run_coroutine_threadsafe(work, home).result()
