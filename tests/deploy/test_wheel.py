"""The installed package: everything it needs travels in the wheel or is declared."""

import ast
import json
import os
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ["bot", "handlers", "knowledge"]
# the samples are made by a developer, who has the extra `dev`; the wheel carries what was made
MADE_BEFORE = ROOT / "knowledge/samples/build.py"
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
        assert sorted(package.namelist()) == [
            "color.png",
            "en.json",
            "manifest.json",
            "outline.png",
        ]
        assert json.loads(package.read("manifest.json"))["bots"][0]["botId"] == APP
    assert "oauth_config" in run(installed, "manifest", "slack").stdout


def imported(path):
    """Yield the first word of every module that a file imports, wherever it does."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def test_everything_that_is_imported_is_declared():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = {
        name: rows for name, rows in project["optional-dependencies"].items() if name != "dev"
    }
    rows = [*project["dependencies"], *(row for extra in extras.values() for row in extra)]
    declared = {canonicalize_name(Requirement(row).name) for row in rows}
    known = packages_distributions()
    paths = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    modules = {module for path in paths if path != MADE_BEFORE for module in imported(path)}
    undeclared = {
        module
        for module in modules - set(sys.stdlib_module_names) - set(PACKAGES)
        if not declared & {canonicalize_name(name) for name in known.get(module, [module])}
    }

    assert not undeclared


def test_every_file_of_the_packages_travels(installed):
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *PACKAGES]
    files = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    present = [name for name in files.splitlines() if (ROOT / name).is_file()]
    packed = {str(path.relative_to(installed / "site")) for path in (installed / "site").rglob("*")}

    assert present
    assert not set(present) - packed


@pytest.mark.parametrize("package", PACKAGES)
def test_its_packages_say_that_they_are_typed(installed, package):
    assert (installed / "site" / package / "py.typed").is_file()
