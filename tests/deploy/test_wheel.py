"""The installed package: everything it needs travels in the wheel."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APP = "11111111-2222-3333-4444-555555555555"


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder with the wheel's own files, away from the project."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    [wheel] = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder


def run(installed, *words, **settings):
    environment = (
        {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        | {"PYTHONPATH": str(installed / "site")}
        | settings
    )
    command = [
        sys.executable,
        "-c",
        "import sys; from bot.command.cli import main; sys.exit(main())",
        *words,
    ]
    return subprocess.run(
        command,
        cwd=installed,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_it_answers_from_the_deck(installed):
    told = run(
        installed,
        "ask",
        "RAGは社内文書を全部学習しますか?",
        "--json",
        "--data",
        str(installed / "data"),
    )

    assert told.returncode == 0, told.stderr
    assert 18 in [citation["page"] for citation in json.loads(told.stdout)["citations"]]


def test_it_loads_its_samples(installed):
    told = run(installed, "add", "--samples", "--json", "--data", str(installed / "data"))

    assert told.returncode == 0, told.stderr


def test_it_packs_the_teams_app(installed):
    settings = {
        "TEAMS_APP_ID": APP,
        "TEAMS_APP_PASSWORD": "p",
        "TEAMS_TENANT_ID": APP,
        "PUBLIC_URL": "https://bot.firm.example",
    }
    told = run(installed, "manifest", "teams", "--out", "app.zip", **settings)

    assert told.returncode == 0, told.stderr
    with zipfile.ZipFile(installed / "app.zip") as package:
        assert sorted(package.namelist()) == ["color.png", "manifest.json", "outline.png"]
        assert json.loads(package.read("manifest.json"))["bots"][0]["botId"] == APP
    assert "oauth_config" in run(installed, "manifest", "slack").stdout


@pytest.mark.parametrize("package", ["bot", "handlers", "knowledge"])
def test_its_packages_say_that_they_are_typed(installed, package):
    assert (installed / "site" / package / "py.typed").is_file()
