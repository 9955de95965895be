"""What tests share: the shelf of shared data, a real Redis, the sentences."""

import gc
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import TypeVar

import pytest
from anyio.from_thread import start_blocking_portal
from hypothesis import HealthCheck, settings
from redis import Redis

from bot.service.store import Store
from bot.settings import load
from bot.turns import PATIENCE
from handlers.sessions import TIMEOUT, Sessions
from handlers.texts import Texts
from knowledge.reading import sandbox
from tests.choosing import advisor
from tests.copying import copy_folder
from tests.serving import served
from tests.sheet import SHOWN, CameBack, shape
from tests.stub_embedding import StubEmbedding
from tests.stub_model import StubModel

ROOT = Path(__file__).resolve().parent.parent
Answer = TypeVar("Answer")
BUSY = 60.0  # seconds for whatever Redis does, and for what is to come about at once
HURRIED = ("turns.PATIENCE", "service.store.TIMEOUT", "service.store.CONNECT")

# The same examples each time, however long one takes; `--hypothesis-profile=default` draws others.
settings.register_profile(
    "settled", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("settled")

if sys.platform != "linux":  # what is tested is not the sandbox, which other systems cannot close
    sandbox.PRELUDE = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); from knowledge.reading.readers import lockdown\n"
        "close = lockdown.close; lockdown.close = lambda limits: close(limits) and ()"
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that take longest first; everything else keeps its order."""
    items.sort(key=lambda item: item.get_closest_marker("early") is None)


def pytest_collection_finish() -> None:
    """What was loaded until here stays: looking through it for garbage, again and again, is in vain."""
    gc.freeze()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared data; the test is skipped where it is absent."""
    path = Path(os.environ.get("LLM_CHOOSE_SHARED", ROOT.parent / "shared"))
    if not path.is_dir():
        pytest.skip("the shared data folder is absent; set LLM_CHOOSE_SHARED to run this test")
    return path


@pytest.fixture(scope="session")
def came_back(tmp_path_factory: pytest.TempPathFactory) -> CameBack:
    """What all processes of this run share: `pytest-xdist` gives each a folder within that of the run."""
    folder = tmp_path_factory.getbasetemp()
    return CameBack((folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "back")


@pytest.fixture(autouse=True)
def every_button_comes_back(came_back: CameBack) -> Iterator[None]:
    """
    Whatever a test was shown on paper is drawn on every face, pressed there, and comes back as it was meant.

    A reply that differs only in its ids and figures from one that came back in this run is not drawn again.
    """
    SHOWN.clear()
    yield
    fresh = {shape(reply): reply for reply in SHOWN}
    fresh = {known: reply for known, reply in fresh.items() if known not in came_back}
    if not fresh:
        return
    from tests.bot.hands import troubles  # draws on every face: a second to import

    assert [trouble for reply in fresh.values() for trouble in troubles(reply)] == []
    came_back.note(fresh)


@pytest.fixture(autouse=True, scope="session")
def busy() -> Iterator[None]:
    """A machine that runs many tests at once may keep anybody waiting: what does not freeze Redis itself takes that for busy."""
    with pytest.MonkeyPatch.context() as patch:
        for limit in (*HURRIED, "service.redis_server.START"):
            patch.setattr(f"bot.{limit}", BUSY)
        patch.setattr("handlers.choose.guidelines.WAIT", BUSY)
        yield


@pytest.fixture(autouse=True, scope="session")
def quick_passwords() -> Iterator[None]:
    """Passwords of tests need no protection from who tries them all."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.web.access.SLOWNESS", 2)
        yield


@pytest.fixture(autouse=True, scope="session")
def one_decision_model() -> Iterator[None]:
    """Applications of this process share the built-in decision model: reading it takes half of their start."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.service.application.Advisor", SimpleNamespace(load=advisor))
        yield


@pytest.fixture
def as_served(monkeypatch: pytest.MonkeyPatch) -> None:
    """Redis counts as away, and a platform stops waiting, as soon as where people are served: asked for before anything connects."""
    monkeypatch.setattr("bot.service.store.TIMEOUT", TIMEOUT)
    monkeypatch.setattr("bot.turns.PATIENCE", PATIENCE)


@pytest.fixture(scope="session")
def redis_of_all(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One real redis-server for all tests of this process, on a loop of its own."""
    store = Store("", tmp_path_factory.mktemp("redis"))
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(store) as opened:
        yield opened


@pytest.fixture
def store(redis_of_all: Store) -> Store:
    """A real redis-server with nothing in it, which the test may freeze but not end."""
    server = redis_of_all.server
    assert server is not None
    os.kill(server.pid, signal.SIGCONT)  # where the test before left it frozen
    with Redis(unix_socket_path=str(server.socket)) as client:
        client.flushall()
    return redis_of_all


@pytest.fixture
async def own_store(tmp_path: Path) -> AsyncIterator[Store]:
    """A real redis-server of this test's own, which it may end."""
    async with Store("", tmp_path / "redis") as opened:
        yield opened


@pytest.fixture
async def sessions(store: Store) -> AsyncIterator[Sessions]:
    async with Sessions(store.connect) as opened:
        yield opened


@pytest.fixture(scope="session")
def sandbox_known() -> Iterator[None]:
    """Applications of this process ask one time for all what the sandbox lacks and readers import late: half a second each."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.service.sandbox_state.missing", known(sandbox.missing))
        patch.setattr("bot.service.sandbox_state.late_imports", known(sandbox.late_imports))
        yield


def known(check: Callable[[], Awaitable[Answer]]) -> Callable[[], Awaitable[Answer]]:
    """Return what gives the answer of this check, asked now, before a test changes what it finds."""
    with start_blocking_portal() as portal:
        answer = portal.call(check)

    async def told() -> Answer:
        return answer

    return told


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder as its first start leaves it: the deck stands on its shelf."""
    from bot.service.application import Application

    folder = tmp_path_factory.mktemp("furnished")

    async def furnish() -> None:
        async with Application(load({}, data=str(folder))) as application:
            await application.library()

    with start_blocking_portal() as portal:
        portal.call(furnish)
    return folder


@pytest.fixture
def house(furnished: Path, tmp_path: Path) -> Path:
    """A data folder of this test's own in which nothing is left to index."""
    folder = tmp_path / "house"
    copy_folder(furnished, folder)
    return folder


@pytest.fixture(scope="session")
def texts() -> Texts:
    return Texts.load()


@pytest.fixture
async def stub() -> AsyncIterator[StubModel]:
    """A language model on loopback; `stub.port` is where it listens."""
    model = StubModel()
    async with served(model.app) as model.port:
        yield model


@pytest.fixture
async def embedder() -> AsyncIterator[StubEmbedding]:
    """An embedding model on loopback; the test is skipped where the extra is not installed."""
    pytest.importorskip("llama_index.embeddings.openai_like")
    model = StubEmbedding()
    async with served(model.app) as model.port:
        yield model
