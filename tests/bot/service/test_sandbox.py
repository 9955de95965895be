"""Where documents cannot be read in a sandbox, none are taken in, and every face says so; a setting accepts it in so many words."""

import asyncio
import json
import sys
from pathlib import Path

import pytest

from bot.command.cli import main
from bot.service.application import Application
from bot.service.worker import work
from bot.settings import InvalidSettings, load
from bot.web.health import Health, parts
from handlers.conversation import Audience, File, Message, Paragraph, Person, Press, Table, Upload
from handlers.texts import Texts
from knowledge.reading import sandbox
from knowledge.values import Language
from tests.sheet import Sheet
from tests.shelving import COMES_ALONG

WITHOUT = "import sys; sys.modules['pyseccomp'] = None"
pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="other systems have no sandbox to take away"
)


@pytest.fixture
def lacking(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system without the library that makes the kernel's filter, asked about anew."""
    monkeypatch.setattr(sandbox, "PRELUDE", WITHOUT)
    monkeypatch.setattr("bot.service.sandbox_state.missing", sandbox.missing)
    monkeypatch.setattr("bot.service.sandbox_state.late_imports", sandbox.late_imports)


async def tried(application: Application) -> str:
    async with asyncio.timeout(60):
        while (state := (await application.readiness())["sandbox"]) == "starting":
            await asyncio.sleep(0.02)
    return state


async def uploaded(application: Application, language: str) -> str:
    async def fetch() -> bytes:
        return "# 規程\n\n上限は五万円である。\n".encode()

    person = Person("slack:T1:U1", "Aoi", language, "admin")  # type: ignore[arg-type]
    sheet = Sheet()
    content = Upload((File("規程.md", 100, fetch),))
    await application.turns.take(
        Message(language, person, "paper:1", Audience(person.id, private=True), content), sheet
    )
    return sheet.shown[-1].text


@pytest.mark.parametrize(("language", "said"), [("ja", "サンドボックス"), ("en", "sandbox")])
async def test_without_a_sandbox_nothing_is_taken_in(
    tmp_path: Path, lacking: None, language: str, said: str
) -> None:
    async with Application(load({}, data=str(tmp_path)), threads=1) as application:
        assert await tried(application) == "no_sandbox"
        assert said in await uploaded(application, language)
        assert "SANDBOX" in await uploaded(application, language)
        person = Person("slack:T1:U1", "Aoi", language, "admin")  # type: ignore[arg-type]
        sheet = Sheet()
        message = Message(
            "s", person, "paper:1", Audience(person.id, private=True), Press("document.samples")
        )
        await application.turns.take(message, sheet)
        assert said in sheet.shown[-1].text
        assert len(await (await application.library()).documents()) == COMES_ALONG


async def test_accepted_in_the_settings_it_is_taken_in(
    tmp_path: Path, lacking: None, caplog: pytest.LogCaptureFixture
) -> None:
    async with Application(
        load({"SANDBOX": "optional"}, data=str(tmp_path)), threads=1
    ) as application:
        assert await tried(application) == "ready"
        assert "規程" in await uploaded(application, "ja")
        assert len(await (await application.library()).documents()) == COMES_ALONG + 1
    assert "documents are read without a whole sandbox" in caplog.text


async def test_with_a_sandbox_there_is_nothing_to_say(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with Application(load({}, data=str(tmp_path)), threads=1) as application:
        assert await tried(application) == "ready"
    assert "sandbox" not in caplog.text


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_health_page_says_so_with_the_way_out(texts: Texts, language: Language) -> None:
    warned, table = parts(Health({"library": "ready", "sandbox": "no_sandbox"}), texts, language)
    assert isinstance(warned, Paragraph)
    assert "SANDBOX=optional" in warned.text
    assert isinstance(table, Table)
    assert "no_sandbox" not in str(table.rows)


@pytest.mark.parametrize(("language", "said"), [("ja", "隔離"), ("en", "sandbox")])
def test_the_terminal_refuses_and_the_doctor_says_which_layers_are_missing(
    tmp_path: Path,
    lacking: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    language: str,
    said: str,
) -> None:
    monkeypatch.setenv("LC_ALL", f"{language}_XX.UTF-8")
    path, data = tmp_path / "規程.md", str(tmp_path / "data")
    path.write_text("# 規程\n\n上限は五万円である。\n", "utf-8")
    assert main(["add", str(path), "--json", "--data", data]) == 1
    assert "no_sandbox" in capsys.readouterr().out
    assert main(["check", "--json", "--data", data]) == 1
    out, err = capsys.readouterr()
    parts = json.loads(out)["parts"]
    assert parts["sandbox seccomp"] == parts["sandbox exec"] == "missing"
    assert parts["sandbox open"] == parts["sandbox cpu"] == "ready"
    assert said in err
    monkeypatch.setenv("SANDBOX", "optional")
    assert main(["check", "--json", "--data", data]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["parts"]["sandbox seccomp"] == "missing, accepted by SANDBOX=optional"
    assert said not in err


async def test_a_worker_that_could_take_nothing_in_does_not_start(
    tmp_path: Path, lacking: None
) -> None:
    servers = {"QDRANT_URL": "http://127.0.0.1:9", "REDIS_URL": "redis://127.0.0.1:9/0"}
    with pytest.raises(InvalidSettings, match="SANDBOX") as refused:
        await work(load(servers, data=str(tmp_path)), "en")
    assert refused.value.code == "no_sandbox"


@pytest.mark.parametrize("value", ["off", "0", "none", "1", "optinal"])
def test_a_word_that_says_neither_stops_the_start(value: str) -> None:
    with pytest.raises(InvalidSettings, match="SANDBOX"):
        load({"SANDBOX": value})


@pytest.mark.parametrize(
    ("value", "read"), [("", "required"), ("Required", "required"), (" optional ", "optional")]
)
def test_what_the_setting_takes(value: str, read: str) -> None:
    assert load({"SANDBOX": value}).sandbox == read
