"""
No address, host, folder or password of the set-up reaches what people read, whatever fails; the log names hosts, never passwords.

Every part is started with planted words in its setting and fails; all that is said, in both languages, is looked through.
"""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from bot.command.cli import main
from bot.service.application import Application
from bot.settings import InvalidSettings, load, names
from handlers.conversation import Audience, Command, File, Message, Person, Text, Upload
from knowledge.documents.originals import Originals
from knowledge.errors import LibraryUnavailable
from knowledge.index.opening import open_index
from knowledge.retrieval.encoder import VERSION
from tests.preloaded import Started
from tests.sheet import Sheet

pytestmark = [
    pytest.mark.early,
    pytest.mark.filterwarnings("ignore:Api key is used with an insecure connection"),
]
ROOT = Path(__file__).resolve().parents[2]
CLOSED = "127.0.0.1:9"  # nobody listens there
SECRETS = ("planted-user", "planted-pw", "planted-key")
PLACES = (CLOSED, "planted-path", "planted-bucket", "planted-folder")
ADDRESS = f"http://planted-user:planted-pw@{CLOSED}/planted-path"
MODEL = {"LLM": "openai:small", "LLM_BASE_URL": ADDRESS, "LLM_API_KEY": "planted-key"}
SET_UPS = {
    "the index away": {"QDRANT_URL": ADDRESS, "QDRANT_API_KEY": "planted-key"},
    "the store away": {"REDIS_URL": f"redis://planted-user:planted-pw@{CLOSED}/0"},
    "the model away": MODEL,
    "the embedding model away": MODEL | {"EMBEDDING": "openai:tiny"},
    "no room for the files": {"ORIGINALS": "/proc/planted-folder"},
    "the platform away": {
        "SLACK_BOT_TOKEN": "xoxb-planted-key",
        "SLACK_SIGNING_SECRET": "planted-key-of-a-length",
        "SLACK_API_BASE": f"http://{CLOSED}/planted-path/",
    },
}
ADMIN = "web:planted"


def clean(text: str, *, log: bool = False) -> None:
    """Fail where one of the planted words is in a text; the log may name places."""
    for word in SECRETS if log else (*SECRETS, *PLACES):
        assert word not in text, f"{word} in {text}"


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "規程.md"
    path.write_text("# 規程\n\n上限は五万円である。\n", "utf-8")
    return path


@pytest.mark.parametrize("set_up", SET_UPS)
@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_terminal_names_no_place_and_no_password(
    set_up: str,
    language: str,
    document: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    for name, value in SET_UPS[set_up].items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("LC_ALL", f"{language}_XX.UTF-8")
    said = []
    for words in (
        ["ask", "RAGとは何ですか"],
        ["ask", "What is RAG?", "--json"],
        ["add", str(document), "--json"],
        ["check"],
    ):
        main([*words, "--data", str(tmp_path / "data")])
        out, err = capfd.readouterr()
        said += [out, err]
    clean("".join(said).replace(str(tmp_path), ""))
    assert "".join(said)


@pytest.mark.parametrize("set_up", SET_UPS)
@pytest.mark.parametrize("language", ["ja", "en"])
async def test_no_chat_names_a_place_or_a_password(
    set_up: str, language: str, document: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def fetch() -> bytes:
        return document.read_bytes()

    person = Person(ADMIN, "Aoi", language, "admin")  # type: ignore[arg-type]
    said: list[str] = []
    async with Application(
        load(SET_UPS[set_up], data=str(tmp_path / "data")), threads=1
    ) as application:
        for content in (
            Text("RAGとは何ですか"),
            Command("documents"),
            Upload((File(document.name, 100, fetch),)),
        ):
            sheet = Sheet()
            message = Message(
                f"m{len(said)}", person, "paper:1", Audience(person.id, private=True), content
            )
            async with asyncio.timeout(60):
                await application.turns.take(message, sheet)
            said += [str(reply) for reply in sheet.shown]
        said.append(str(await application.readiness()))
    assert len(said) > 3
    clean("".join(said))
    clean("".join(f"{record.getMessage()} {vars(record)}" for record in caplog.records), log=True)


async def test_no_page_names_a_place_or_a_password(tmp_path: Path) -> None:
    known = names(load({}).platforms)
    environment = {
        name: value for name, value in os.environ.items() if name not in known
    } | SET_UPS["the index away"]
    command = [
        sys.executable,
        "-m",
        "bot.command.cli",
        "serve",
        "--port",
        "0",
        "--data",
        str(tmp_path / "data"),
    ]
    with (tmp_path / "log").open("wb") as log:
        process = Started(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=log)
    try:
        assert process.stdout is not None
        line = await asyncio.to_thread(process.stdout.readline)
        address = next(word for word in line.decode().split() if word.startswith("http://")).rstrip(
            "/"
        )
        async with httpx.AsyncClient(
            base_url=address, headers={"Origin": address}, timeout=60
        ) as client:
            for language in ("ja", "en"):
                client.headers["Accept-Language"] = language
                for path in (
                    "/",
                    "/choose",
                    "/demo",
                    "/knowledge",
                    "/decisions",
                    "/health",
                    "/ready",
                    "/metrics",
                ):
                    clean((await client.get(path)).text)
                asked = await client.post(
                    "/ask", data={"q": "RAGとは何ですか"}, follow_redirects=True
                )
                clean(asked.text)
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait)
        process.stdout.close()
    clean((tmp_path / "log").read_text("utf-8"), log=True)


async def test_the_log_names_the_host_that_did_not_answer(
    caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    with pytest.raises(LibraryUnavailable) as away:
        async with open_index(ADDRESS, tmp_path, version=VERSION):
            pass
    clean(away.value.reason.ja + away.value.reason.en)
    assert [record for record in caplog.records if CLOSED in getattr(record, "place", "")]
    clean(str([vars(record) for record in caplog.records]), log=True)


async def test_whatever_a_place_for_files_raises_is_one_sentence(tmp_path: Path) -> None:
    import fsspec

    class Away(Exception):
        """What a driver raises on its own: no OSError."""

    class Driver(fsspec.AbstractFileSystem):
        protocol = "planted"

        def makedirs(self, path: str, exist_ok: bool = False) -> None:
            raise Away("planted-key at planted-bucket")

    fsspec.register_implementation("planted", Driver, clobber=True)
    with pytest.raises(LibraryUnavailable) as failed:
        await Originals("planted://planted-key@planted-bucket/planted-path").put(b"x")
    clean(failed.value.reason.ja + failed.value.reason.en)


@pytest.mark.parametrize("name", sorted(names(load({}).platforms) - {"PLATFORMS"}))
@pytest.mark.parametrize(
    "value", ["planted-key", f"http://planted-user:planted-pw@{CLOSED}:99999/planted-path"]
)
def test_a_refused_setting_is_named_and_its_value_is_not(name: str, value: str) -> None:
    try:
        load({name: value})
    except InvalidSettings as refused:
        clean(f"{refused} {refused.reason.ja} {refused.reason.en}")
        several = ("SLACK", "TEAMS", "OIDC")  # a half of which names what the other half lacks
        section = name.partition("_")[0] if name.startswith(several) else name
        assert section in refused.reason.ja
        assert section in refused.reason.en


def test_a_restore_over_documents_names_no_server(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    path = tmp_path / "規程.md"
    path.write_text("# 規程\n\n上限は五万円である。\n", "utf-8")
    assert main(["add", str(path), "--publish", "--data", str(data)]) == 0
    assert main(["backup", str(tmp_path / "kept"), "--data", str(data)]) == 0
    capfd.readouterr()
    assert main(["restore", str(tmp_path / "kept"), "--data", str(data), "--json"]) != 0
    out, _ = capfd.readouterr()
    assert str(data) not in json.loads(out)["error"]["ja"]
