"""The doctor examines: it asks the model, keeps a file, compares clocks and versions, and says the way out."""

import asyncio
import datetime as dt
import ipaddress
import json
import ssl
import time
from dataclasses import replace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.command import examination
from bot.command.cli import main
from bot.command.examination import Finding, examine
from bot.service.application import Application
from bot.service.store_about import About
from bot.settings import load
from bot.troubles import advice
from handlers.memory.link import CODES, TROUBLES
from handlers.texts import Texts
from knowledge.reading.reading import read
from knowledge.values import Metadata
from tests.qdrant_server import QdrantServer
from tests.serving import served
from tests.stub_model import StubModel

pytestmark = pytest.mark.usefixtures("sandbox_known")
KEY = "planted-key"
WHOLE = ("program", "qdrant", "originals", "files", "records", "disk", "queue")
LENGTH = 14_000  # characters, the usual LLM_CHARACTERS


@pytest.fixture
def data(tmp_path):
    return tmp_path / "data"


async def examined(data, part: str, **environment: str) -> Finding:
    """Return what is found of one part of an application that need not be open for it."""
    [finding] = await examine(Application(load(environment, data=str(data))), part)
    return finding


async def all_of(application: Application) -> dict[str, Finding]:
    return {finding.part: finding for finding in await examine(application)}


async def test_a_whole_house_is_good_in_every_part_with_versions_and_figures(data, monkeypatch):
    async with Application(load({}, data=str(data))) as application:
        findings = await all_of(application)
        real = time.time
        monkeypatch.setattr("bot.service.store_about.time.time", lambda: real() - 16)
        elsewhen = (await all_of(application))["redis"]

    assert (elsewhen.mark, "+16" in elsewhen.state) == ("bad", True)
    marks = {name: finding.mark for name, finding in findings.items() if name != "redis"}
    assert marks == dict.fromkeys(WHOLE, "good")
    assert findings["redis"].mark in ("good", "neutral")  # the wheel's is past its end of life
    assert "ms" in findings["redis"].state
    assert "GB free" in findings["disk"].state
    assert all(finding.repair is None for finding in findings.values())
    assert findings["files"].state == "0 kept"  # not the one that is kept for a try


@pytest.mark.parametrize(
    ("mode", "mark", "state", "repair"),
    [
        ("fact", "good", "verified", ""),
        ("uncited", "bad", "not verifiable (citation 1)", "quotes"),
        ("wrong-language", "bad", "not verifiable (language 1)", "quotes"),
        ("small", "bad", "LLM_CHARACTERS", "LLM_CHARACTERS"),
        ("401", "bad", "401", "LLM_API_KEY"),
        ("429", "bad", "429", "limits"),
        ("500", "bad", "500", "LLM_BASE_URL"),
        ("empty", "bad", "writes nothing", "LLM"),
        ("garbage", "bad", "", "LLM"),
    ],
)
async def test_the_model_is_asked_once(data, mode, mark, state, repair):
    stub = StubModel()
    async with served(stub.app) as port:
        base = f"http://127.0.0.1:{port}/v1"
        finding = await examined(
            data, "model", LLM=f"openai:{mode}", LLM_BASE_URL=base, LLM_API_KEY=KEY
        )

    assert stub.calls == 1
    assert len(stub.prompts[0]) > LENGTH  # as long as those of real questions may be
    assert finding.mark == mark
    assert state in finding.state
    assert repair in (finding.repair.en if finding.repair else "")
    assert KEY not in str(finding)


async def test_a_model_too_slow_for_a_whole_prompt_is_named_with_the_way_out(data):
    stub = StubModel()
    stub.hung.clear()
    async with served(stub.app, at_once=True) as port:
        base = f"http://127.0.0.1:{port}/v1"
        application = Application(
            load({"LLM": "openai:fact", "LLM_BASE_URL": base}, data=str(data))
        )
        application.settings = replace(application.settings, llm_seconds=1)
        [finding] = await examine(application, "model")

    assert "LLM_SECONDS" in finding.repair.en


async def test_a_model_that_nobody_serves_is_named_with_the_way_out(data):
    found = await examined(
        data, "model", LLM="openai:x", LLM_BASE_URL="http://127.0.0.1:9/v1", LLM_API_KEY=KEY
    )

    assert found.state == "not answering"
    assert "LLM_BASE_URL" in found.repair.ja


async def test_a_place_that_takes_no_files_is_named(data):
    found = await examined(data, "originals", ORIGINALS="/proc/nope")

    assert found.mark == "bad"
    assert "ORIGINALS" in found.repair.ja


@pytest.mark.parametrize(
    ("version", "key", "mark", "state"),
    [
        ("1.16.3", KEY, "good", "1.16.3"),
        ("1.15.5", KEY, "bad", "too old"),
        ("1.16.3", "other", "bad", "refuses the key"),
    ],
)
async def test_the_version_of_the_index_and_its_key_are_looked_at(data, version, key, mark, state):
    async with served(QdrantServer(key=KEY, version=version).app) as port:
        url = f"http://127.0.0.1:{port}"
        with pytest.warns(UserWarning, match="insecure"):
            found = await examined(data, "qdrant", QDRANT_URL=url, QDRANT_API_KEY=key)

    assert found.mark == mark
    assert state in found.state
    assert KEY not in str(found)


@pytest.fixture(scope="module")
def ended(tmp_path_factory):
    """A certificate of this machine that ended yesterday, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - dt.timedelta(9)).not_valid_after(now - dt.timedelta(1))
    signed = builder.add_extension(here, critical=False).sign(key, hashes.SHA256())
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    place = tmp_path_factory.mktemp("ended") / "ended.pem"
    place.write_bytes(signed.public_bytes(Encoding.PEM) + private)
    return place


@pytest.mark.filterwarnings("ignore:Api key is used with an insecure connection")
async def test_a_certificate_that_ended_is_named_by_the_setting_that_leads_there(data, ended):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(ended)

    async def hang_up(_, writer):
        writer.close()

    listening = await asyncio.start_server(hang_up, "127.0.0.1", 0, ssl=context)
    async with listening:
        port = listening.sockets[0].getsockname()[1]
        url = f"https://127.0.0.1:{port}"
        store = {"REDIS_URL": f"rediss://u:{KEY}@127.0.0.1:{port}"}
        async with Application(load(store, data=str(data))) as application:
            [redis] = await examine(application, "redis")
        qdrant = await examined(data, "qdrant", QDRANT_URL=url, QDRANT_API_KEY=KEY)
        model = await examined(
            data, "model", LLM="openai:m", LLM_BASE_URL=f"{url}/v1", LLM_API_KEY=KEY
        )

    for finding, setting in (
        (redis, "REDIS_URL"),
        (qdrant, "QDRANT_URL"),
        (model, "LLM_BASE_URL"),
    ):
        assert finding.mark == "bad"
        assert "certificate" in finding.state
        assert "証明書" in finding.repair.ja
        assert setting in finding.repair.ja
        assert setting in finding.repair.en
        assert KEY not in str(finding)


@pytest.mark.parametrize("state", [*(words for _, words in TROUBLES), *dict(CODES).values()])
def test_every_trouble_of_redis_has_a_way_out_of_its_own(state):
    texts = Texts.load()
    way, plain = advice(texts, "sessions", state), texts.phrase("check.redis")

    assert way not in (None, plain)
    assert "REDIS_URL" in way.ja
    assert "REDIS_URL" in way.en


def answering(path: str, told: dict, status: int = 200) -> Starlette:
    async def answer(_):
        return JSONResponse(told, status)

    return Starlette(routes=[Route(path, answer)])


async def test_the_address_people_open_has_to_lead_here(data):
    async with served(answering("/live", {"live": True})) as port:
        good = await examined(data, "page", PUBLIC_URL=f"http://127.0.0.1:{port}")
    async with served(answering("/other", {})) as port:
        elsewhere = await examined(data, "page", PUBLIC_URL=f"http://127.0.0.1:{port}")
    away = await examined(data, "page", PUBLIC_URL="http://127.0.0.1:9")

    assert good.mark == "good"
    assert "404" in elsewhere.state
    assert "reverse proxy" in away.repair.en


@pytest.mark.parametrize(
    ("changed", "state", "repair"),
    [
        ({"ahead": 16.0}, "+16.0 s", "timedatectl"),
        ({"ahead": -600.0}, "-600.0 s", "timedatectl"),
        ({"role": "slave"}, "replica", "Sentinel"),
        ({"used": 95, "most": 100}, "95%", "maxmemory"),
        ({"most": 100, "policy": "allkeys-lru"}, "allkeys-lru", "noeviction"),
        ({"appends": False}, "append-only", "appendonly"),
    ],
)
def test_what_is_amiss_with_a_store_that_answers_is_said_with_a_command(changed, state, repair):
    sound = {
        "version": "8.2.1",
        "delay": 0.001,
        "ahead": 0.1,
        "role": "master",
        "used": 10,
        "most": 0,
        "policy": "noeviction",
        "appends": True,
    }
    assert examination._of_redis(About(**sound), Texts.load()) is None
    store = About(**(sound | changed))

    assert repair in examination._of_redis(store, Texts.load()).ja
    assert repair in examination._of_redis(store, Texts.load()).en
    assert state in examination._amiss(store)


async def test_lost_files_and_a_store_that_knows_nothing_of_the_shelf_are_named(data):
    text = "# 規程\n\n経費の申請期限は翌月5日とする。\n".encode()
    async with Application(load({}, data=str(data))) as application:
        library = await application.library()
        kept = await application.originals.put(text)
        reading = await read("規程.md", text)
        await library.stage(reading, Metadata(owner="総務"), by="slack:T1:U1", original=kept)
        unknown = await all_of(application)
        await application.sessions.append("audit", {"action": "document.publish"})
        await application.originals.delete(kept)
        lost = await all_of(application)

    assert (unknown["files"].mark, unknown["records"].mark) == ("good", "bad")
    assert (lost["files"].mark, lost["records"].mark) == ("bad", "good")
    for words in (unknown["records"].repair.ja, unknown["records"].repair.en):
        assert "REDIS_URL" in words
    for words in (lost["files"].repair.ja, lost["files"].repair.en):
        assert "ORIGINALS" in words


async def test_documents_that_nobody_takes_in_are_counted(data, monkeypatch):
    async with Application(load({}, data=str(data))) as application:
        await application.jobs.keep("j1", "規程.md", b"# a", Metadata("規程"), by="terminal:local")
        fresh = (await all_of(application))["queue"]
        real = time.time
        monkeypatch.setattr("bot.command.examination.time.time", lambda: real() + 3600)
        late = (await all_of(application))["queue"]

    assert (fresh.mark, "1 open" in fresh.state) == ("good", True)
    assert (late.mark, "1 stuck" in late.state) == ("bad", True)
    assert "worker" in late.repair.en


async def test_a_full_disk_is_named(data, monkeypatch):
    monkeypatch.setattr("bot.command.examination.FREE", 10**18)
    found = await examined(data, "disk")

    assert found.mark == "bad"
    assert "LLM_CHOOSE_DATA" in found.repair.ja


def test_the_command_prints_the_way_out_below_what_is_bad(house, monkeypatch, capfd):
    monkeypatch.setenv("LC_ALL", "ja_JP.UTF-8")
    monkeypatch.setenv("ORIGINALS", "/proc/nope")
    words = ["check", "--data", str(house)]

    assert main(words) == 1
    lines = capfd.readouterr().out.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("✕ originals"))
    assert lines[at + 1].startswith("  → ")
    assert "場所" in lines[at + 1]
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    assert main([*words, "--json"]) == 1
    told = json.loads(capfd.readouterr().out)
    assert "permissions" in told["repairs"]["originals"]
    assert told["parts"]["program"].startswith("llm-choose ")
