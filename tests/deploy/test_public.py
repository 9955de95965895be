"""What a public host runs, and the hooks of those who work here: checked by their own schemas."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = ROOT / ".github" / "workflows"
NAMES = ["checks.yml", "release.yml"]
PINNED = re.compile(r"uses: \S+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
SCHEMAS = ["vendor.github-workflows", "custom.github-workflows-require-timeout"]
BRANCH = "pypa/gh-action-pypi-publish@release/v1"


def run(*words):
    command = [sys.executable, "-m", *map(str, words)]
    return subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)


def workflow(name):
    return yaml.load((WORKFLOWS / name).read_text(), yaml.BaseLoader)


def test_the_image_and_the_release_may_write_only_where_they_write():
    jobs = workflow("release.yml")["jobs"]

    assert jobs["announce"]["permissions"] == {"contents": "write"}
    assert set(jobs["image"]["permissions"]) == {"contents", "packages", "id-token", "attestations"}
    assert "contents" not in jobs["publish"]["permissions"]
    assert jobs["announce"]["needs"] == "publish"
    for job in jobs.values():
        for step in job["steps"]:
            assert "${{" not in step.get("run", "")  # what others name must not become a script


def test_every_workflow_is_named_here():
    assert sorted(path.name for path in WORKFLOWS.iterdir()) == NAMES


@pytest.mark.parametrize("schema", SCHEMAS)
@pytest.mark.parametrize("name", NAMES)
def test_a_workflow_fits_its_schema(name, schema):
    told = run("check_jsonschema", "--builtin-schema", schema, WORKFLOWS / name)

    assert told.returncode == 0, told.stdout


@pytest.mark.parametrize("name", NAMES)
def test_every_action_is_pinned_to_a_commit_beside_its_version(name):
    uses = [line.strip() for line in (WORKFLOWS / name).read_text().splitlines() if "uses:" in line]
    loose = [line for line in uses if not PINNED.search(line) and BRANCH not in line]

    assert len(uses) >= 2
    assert loose == []


@pytest.mark.parametrize("name", NAMES)
def test_a_workflow_may_read_and_nothing_more_unless_a_job_says_so(name):
    assert workflow(name)["permissions"] == {"contents": "read"}


def test_the_checks_run_the_readmes_command_on_every_system_and_python_it_names():
    job = workflow("checks.yml")["jobs"]["test"]

    assert "./run test" in (ROOT / "README.md").read_text()
    assert "./run test" in [step.get("run") for step in job["steps"]]
    assert job["strategy"]["matrix"]["os"] == ["ubuntu-latest", "macos-latest"]
    assert job["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13", "3.14"]


def test_a_release_checks_attests_and_publishes_without_a_token():
    release = workflow("release.yml")
    build, publish = release["jobs"]["build"], release["jobs"]["publish"]
    actions = [step.get("uses", "").partition("@")[0] for step in build["steps"]]

    assert release["on"] == {"push": {"tags": ["v*"]}}
    assert "./run test" in [step.get("run") for step in build["steps"]]
    attested = actions.index("actions/attest-build-provenance")
    assert attested < actions.index("actions/upload-artifact")
    assert publish["permissions"] == {"id-token": "write"}
    assert "secrets." not in (WORKFLOWS / "release.yml").read_text()


def test_the_hooks_are_valid_to_pre_commit_itself():
    told = run("pre_commit", "validate-config", ".pre-commit-config.yaml")

    assert told.returncode == 0, told.stdout


def test_the_hooks_run_what_the_checks_run():
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    [local] = config["repos"]
    hooks = {hook["id"]: hook["entry"].split()[0] for hook in local["hooks"]}
    checks = (ROOT / "run").read_text()

    assert local["repo"] == "local"
    assert list(hooks) == ["ruff-format", "ruff", "mypy", "lint-imports"]
    for tool in hooks.values():
        assert tool.replace(".venv", '"$venv', 1) + '"' in checks
