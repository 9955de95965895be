"""Search by meaning is on unless a setting says otherwise; where its model is not whole, /ready and the doctor say so."""

import json
from pathlib import Path

import pytest

from bot.command.cli import main
from bot.service.application import Application
from bot.settings import load
from knowledge.models import sentence_encoder
from tests.knowledge.documents.test_library import ALL, put

RULES = ("使用済みの乾電池は、一階の回収箱へ入れる。", "会議室は前日までに予約する。")
QUESTION = "batteries"  # a word no glossary has


async def found(application: Application) -> list[str]:
    library = await application.library()
    await put(library, *RULES)
    await library.followed()
    return [hit.passage.text for hit in await library.search(QUESTION, readers=ALL)]


async def test_it_is_on_by_itself(tmp_path: Path) -> None:
    async with Application(load({}, data=str(tmp_path))) as application:
        assert RULES[0] in await found(application)
        assert (await application.readiness())["meaning"] == "ready"


@pytest.mark.parametrize("value", ["off", "OFF"])
async def test_a_setting_leaves_words_alone(tmp_path: Path, value: str) -> None:
    async with Application(load({"EMBEDDING": value}, data=str(tmp_path))) as application:
        assert RULES[0] not in await found(application)
        assert "meaning" not in await application.readiness()


async def test_a_model_that_is_not_whole_is_named_and_words_serve(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sentence_encoder, "_installed", lambda: tmp_path / "absent")
    async with Application(load({}, data=str(tmp_path / "data"))) as application:
        await application.encoder_read()
        assert RULES[0] not in await found(application)
        assert (await application.readiness())["meaning"] == "missing"


@pytest.mark.parametrize(("folder", "state"), [("", "ready"), ("absent", "missing")])
def test_the_doctor_tells(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    folder: str,
    state: str,
) -> None:
    if folder:
        monkeypatch.setattr(sentence_encoder, "_installed", lambda: tmp_path / folder)
    monkeypatch.setenv("LLM_CHOOSE_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    main(["check", "--json"])
    parts = json.loads(capsys.readouterr().out.splitlines()[-1])["parts"]
    assert parts["meaning"] == state
