"""Everything a reader needs is loaded before the sandbox is closed; an import that comes too late is named with its line."""

import asyncio
import json
import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.command.cli import main
from bot.service.application import Application
from bot.settings import load
from knowledge.reading import readers, sandbox
from knowledge.reading.readers.imports import late
from knowledge.reading.sandbox import late_imports

ROOT = Path(__file__).resolve().parents[3]
LATE = "import json\n\n\ndef prepare():\n    import csv\n\n\ndef read(content, budget):\n    import email.parser\n\n    yield\n"


@pytest.fixture
def odd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Give the reading processes one more reader, with this text."""

    def add(text: str) -> None:
        file = tmp_path / "odd.py"
        file.write_text(text, "utf-8")
        code = (
            f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
            "import importlib.util, knowledge.reading.readers\n"
            f"spec = importlib.util.spec_from_file_location('knowledge.reading.readers.odd', {str(file)!r})\n"
            "odd = sys.modules['knowledge.reading.readers.odd'] = importlib.util.module_from_spec(spec)\n"
            "spec.loader.exec_module(odd)\n"
        )
        monkeypatch.setattr(sandbox, "PRELUDE", f"{sandbox.PRELUDE}\n{code}")

    return add


@pytest.mark.parametrize(
    ("text", "places"),
    [
        (
            "import json\nif True:\n    import csv\ntry:\n    import re\nexcept ImportError:\n    pass\n",
            (),
        ),
        ("def prepare():\n    import csv\n", ()),
        (LATE, ("odd.py:9",)),
        ("async def read():\n    if True:\n        from json import loads\n", ("odd.py:3",)),
        (
            "class Reader:\n    import csv\n\n    def prepare(self):\n        import json\n",
            ("odd.py:5",),
        ),
        ("def read():\n    def inside():\n        import json\n", ("odd.py:3",)),
    ],
)
def test_an_import_that_runs_when_something_is_called_is_late(
    tmp_path: Path, text: str, places: tuple[str, ...]
) -> None:
    file = tmp_path / "odd.py"
    file.write_text(text, "utf-8")
    assert late(file) == places


def test_no_reader_imports_late() -> None:
    files = sorted(Path(readers.__file__).parent.glob("*.py"))
    assert len(files) > 20
    assert [place for file in files for place in late(file)] == []


async def test_everything_the_readers_load_is_looked_at(odd: Callable[[str], None]) -> None:
    assert await late_imports() == ()
    odd(LATE)
    assert await late_imports() == ("odd.py:9",)


@pytest.mark.parametrize(
    ("text", "place"), [("import nothing_of_that_name\n", "odd.py:1"), ("x = 1\nx =\n", "odd.py:2")]
)
async def test_a_reader_that_cannot_be_loaded_is_named(
    odd: Callable[[str], None], text: str, place: str
) -> None:
    odd(text)
    assert await late_imports() == (place,)


@pytest.mark.parametrize(
    ("language", "words"), [("ja", "読み取りプログラム"), ("en", "What a reader loads")]
)
def test_the_doctor_names_it_with_the_way_out(
    odd: Callable[[str], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    language: str,
    words: str,
) -> None:
    monkeypatch.setenv("LC_ALL", f"{language}_XX.UTF-8")
    odd(LATE)
    assert main(["check", "--json", "--data", str(tmp_path / "data")]) == 1
    out, err = capsys.readouterr()
    assert json.loads(out)["parts"]["readers"] == "odd.py:9"
    told = [line for line in err.splitlines() if "odd.py:9" in line]
    assert len(told) == 1
    assert words in told[0]
    assert "prepare" in told[0]


async def test_the_start_of_the_server_names_it(
    odd: Callable[[str], None],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    odd(LATE)
    # the tests before have asked for all applications of this process, without the odd one
    monkeypatch.setattr("bot.service.sandbox_state.late_imports", late_imports)
    async with Application(load({}, data=str(tmp_path / "data")), threads=1) as application:
        await application.library()
        while (await application.readiness())["sandbox"] == "starting":
            await asyncio.sleep(0.02)
    named = [
        getattr(record, "place", "") for record in caplog.records if record.levelno == logging.ERROR
    ]
    assert "odd.py:9" in named
