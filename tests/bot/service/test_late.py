"""What is late at the start, or goes away, is waited for: real processes, a real Redis, Qdrant's protocol on loopback."""

import asyncio
import html
import json
import re
import subprocess
from contextlib import asynccontextmanager

import httpx
import pytest
import uvicorn

from bot.service.application import Application
from bot.service.redis_server import binary
from bot.settings import load
from knowledge.documents.library import Library
from knowledge.errors import LibraryUnavailable
from knowledge.index.server import ServerIndex
from knowledge.retrieval.encoder import VERSION
from tests.ports import free_port
from tests.processes import START, BotProcess, RedisProcess
from tests.qdrant_server import QdrantServer
from tests.serving import served
from tests.stub_embedding import StubEmbedding

pytestmark = pytest.mark.early
HUSH = "hush-6c1f"
QUESTIONS = {"ja": "RAGは社内文書を全部学習しますか?", "en": "Does RAG learn all of our documents?"}


@pytest.fixture
def port():
    """A port of this machine that nobody listens on yet."""
    return free_port()


@asynccontextmanager
async def listening(app, port):
    """Serve an application on this very port."""
    server = uvicorn.Server(
        uvicorn.Config(
            app, port=port, log_level="critical", lifespan="off", timeout_graceful_shutdown=1
        )
    )
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield
    server.should_exit = True
    await task


@pytest.fixture
async def start(tmp_path):
    """Return what starts a process with these settings; it ends with the test."""
    running = []

    async def started(name="bot", *words, **settings):
        bot = BotProcess(tmp_path / name, {"LLM": "", "EMBEDDING": ""} | settings, *words)
        running.append(bot)
        if not words:
            await bot.listening()
        return bot

    yield started
    for bot in running:
        bot.kill()


def told(bot, message):
    """Return the records with this message that a process logged."""
    rows = [json.loads(line) for line in bot.log.read_text().splitlines() if line.startswith("{")]
    return [row for row in rows if row["message"] == message]


async def ask(bot, language):
    """Ask on the web page as without a script; return the answer's text, its links as [n]."""
    headers = {"Origin": bot.url, "Accept-Language": language}
    async with httpx.AsyncClient(
        base_url=bot.url, headers=headers, timeout=START, follow_redirects=True
    ) as client:
        page = await client.post("/ask", data={"q": QUESTIONS[language]})
        async with asyncio.timeout(START):
            while 'http-equiv="refresh"' in page.text:  # it is still being answered
                await asyncio.sleep(0.1)
                page = await client.get(page.url)
    marked = re.sub(r'<a href="#s[^"]*" aria-label="[^"]*">(\d+)</a>', r"[\1]", page.text)
    return re.sub(r"<[^>]+>", " ", marked)


async def test_a_qdrant_that_comes_late_is_found_and_meanwhile_people_are_told(start, port):
    bot = await start(QDRANT_URL=f"http://127.0.0.1:{port}", QDRANT_API_KEY=HUSH)
    async with asyncio.timeout(START):
        while not (await bot.ready())["library"].startswith("library_failed"):
            await asyncio.sleep(0.1)
    waiting = await bot.ready()
    said = {language: await ask(bot, language) for language in QUESTIONS}
    qdrant = QdrantServer(key=HUSH)
    async with listening(qdrant.app, port):
        await bot.until()
        answered = await ask(bot, "ja")

    assert "ConnectError" in waiting["library"]
    assert waiting["answers"] == "starting"
    assert "索引へまだ接続できません" in said["ja"]
    assert "cannot be reached yet" in said["en"]
    assert "[1]" in answered
    assert len(told(bot, "a part cannot be opened yet and is tried again")) == 1
    assert len(told(bot, "a part is open now")) == 1
    assert "Traceback" not in bot.log.read_text()
    assert HUSH not in bot.log.read_text() + str(waiting) + str(said)
    assert str(port) not in str(said)


async def test_a_wrong_key_of_qdrant_is_named_without_its_value_and_may_be_mended_there(start):
    qdrant = QdrantServer(key="right")
    async with served(qdrant.app) as port:
        bot = await start(QDRANT_URL=f"http://127.0.0.1:{port}", QDRANT_API_KEY=HUSH)
        async with asyncio.timeout(START):
            while not (await bot.ready())["library"].endswith("401"):
                await asyncio.sleep(0.1)
        qdrant.key = HUSH
        await bot.until()

    [row] = told(bot, "a part cannot be opened yet and is tried again")
    assert row["cause"].endswith("401")
    assert HUSH not in bot.log.read_text()


async def test_a_redis_that_comes_late_is_found_and_its_queue_is_worked_on(start, tmp_path):
    bot = await start(REDIS_URL=f"unix://{tmp_path / 'redis' / 's'}")
    await bot.until(library="ready")
    waiting = await bot.ready()
    redis = RedisProcess(tmp_path / "redis")
    try:
        parts = await bot.until()
        failed = told(bot, "the session store fails and is tried again")
        mended = told(bot, "the session store answers again")
    finally:
        redis.end()

    assert waiting["sessions"] == "not answering (ConnectionError)"
    assert waiting["jobs"] != "ready"
    assert parts["jobs"] == "ready"
    assert len(failed) == 1
    assert len(mended) == 1


async def test_a_worker_waits_for_whatever_it_needs(start, tmp_path, port):
    settings = {
        "QDRANT_URL": f"http://127.0.0.1:{port}",
        "REDIS_URL": f"unix://{tmp_path / 'redis' / 's'}",
    }
    worker = await start("worker", "worker", **settings)
    bot = await start("bot", **settings)
    redis = RedisProcess(tmp_path / "redis")
    try:
        async with listening(QdrantServer().app, port):
            await bot.until()
            line = await asyncio.to_thread(worker.process.stdout.readline)
    finally:
        redis.end()

    assert line.strip()
    assert "Traceback" not in worker.log.read_text()


async def test_two_processes_that_make_the_index_at_once_agree(start, tmp_path):
    qdrant = QdrantServer(delay=0.3)
    redis = RedisProcess(tmp_path / "redis")
    try:
        async with served(qdrant.app) as port:
            settings = {"QDRANT_URL": f"http://127.0.0.1:{port}", "REDIS_URL": redis.url}
            both = await asyncio.gather(start("one", **settings), start("two", **settings))
            parts = await asyncio.gather(*(bot.until() for bot in both))
            answers = [await ask(bot, "ja") for bot in both]
    finally:
        redis.end()

    assert [row["library"] for row in parts] == ["ready", "ready"]
    assert all("[1]" in answer for answer in answers)
    assert [told(bot, "a part cannot be opened yet and is tried again") for bot in both] == [[], []]


async def test_five_that_open_one_empty_index_at_once_agree():
    qdrant = QdrantServer(delay=0.05)
    async with served(qdrant.app) as port:
        url = f"http://127.0.0.1:{port}"
        five = [Library(ServerIndex(url, version=VERSION)) for _ in range(5)]
        opened = await asyncio.gather(
            *(library.__aenter__() for library in five), return_exceptions=True
        )
        assert opened == five
        await asyncio.gather(*(library.__aexit__(None, None, None) for library in five))


async def test_an_index_of_the_same_name_that_is_not_ours_is_refused_with_the_way_out():
    from qdrant_client import AsyncQdrantClient, models

    qdrant = QdrantServer()
    async with served(qdrant.app) as port:
        url = f"http://127.0.0.1:{port}"
        client = AsyncQdrantClient(url=url, check_compatibility=False)
        size = models.VectorParams(size=3, distance=models.Distance.COSINE)
        await client.create_collection(f"llm-choose-{VERSION}", vectors_config={"other": size})
        await client.close()
        with pytest.raises(LibraryUnavailable) as refused:
            await ServerIndex(url, version=VERSION).__aenter__()

    assert refused.value.code == "library_foreign"
    assert "QDRANT_URL" in refused.value.reason.ja
    assert "QDRANT_URL" in refused.value.reason.en


@pytest.mark.parametrize(
    ("words", "login", "cause", "way"),
    [
        (("--requirepass", "right"), f":{HUSH}@", "wrong user or password", "REDIS_URL"),
        (("--requirepass", "right"), "", "wrong user or password", "REDIS_URL"),
        (("--replicaof", "127.0.0.1", "1"), "", "a read-only replica", "redis+sentinel"),
        (("--maxmemory", "1"), "", "out of memory", "config set maxmemory"),
        (
            ("--user", "default", "on", "nopass", "~*", "+@all", "-set"),
            "",
            "the user lacks a permission",
            "acl setuser",
        ),
        (
            ("--cluster-enabled", "yes"),
            "",
            "a cluster, which is not supported",
            "redis+cluster://",
        ),
    ],
)
async def test_a_redis_that_takes_nothing_is_named_with_its_cause_and_no_value(
    start, tmp_path, port, words, login, cause, way
):
    command = [
        binary(),
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--dir",
        str(tmp_path),
        "--save",
        "",
        *words,
    ]
    redis = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        bot = await start(REDIS_URL=f"redis://{login}127.0.0.1:{port}")
        await bot.until(library="ready", sessions=cause)
        answered = await ask(bot, "ja")
        async with httpx.AsyncClient(timeout=START, base_url=bot.url) as client:
            repairs = (await client.get("/ready")).json()["repairs"]
            pages = [
                html.unescape(
                    (await client.get("/health", headers={"Cookie": f"lang={language}"})).text
                )
                for language in QUESTIONS
            ]
    finally:
        redis.kill()
        redis.wait()

    assert "[1]" in answered  # questions are answered all the same
    [row] = told(bot, "the session store fails and is tried again")
    assert row["cause"] == cause
    for sentence in (row["repair"], repairs["sessions"], *pages):
        assert way in sentence
    assert "してください" in pages[0] + pages[1]
    assert HUSH not in bot.log.read_text() + str(repairs) + "".join(pages)


async def test_an_embedding_model_that_comes_late_is_used_without_a_restart(tmp_path, port, caplog):
    pytest.importorskip("llama_index.embeddings.openai_like")
    settings = {
        "EMBEDDING": "openai:small",
        "LLM_BASE_URL": f"http://127.0.0.1:{port}/v1",
        "LLM_API_KEY": HUSH,
        "LLM": "",
    }
    model = StubEmbedding()
    async with Application(load(settings, data=str(tmp_path)), patient=True) as application:
        library = await application.library()
        waiting = await application.readiness()
        before = library.dense
        async with listening(model.app, port), asyncio.timeout(START):
            while not library.dense:
                await asyncio.sleep(0.05)
            parts = await application.readiness()
            hits = await library.search("費用は?", readers=frozenset({"all"}), dense=True)

    assert not before
    assert waiting["embedding"] == "not answering"
    assert "embedding" not in parts
    assert hits
    assert not any(hit.sparse_alone for hit in hits)
    assert HUSH not in caplog.text


async def test_a_command_does_not_wait_for_what_is_away(start, port):
    bot = await start("command", "search", "RAG", "--json", QDRANT_URL=f"http://127.0.0.1:{port}")

    assert await asyncio.to_thread(bot.process.wait, START) != 0
    assert "Traceback" not in bot.log.read_text()
