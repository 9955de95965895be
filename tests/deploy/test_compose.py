"""The server's shape, checked without an engine."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]


def test_the_compose_file_has_the_three_services_with_their_safeguards():
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())

    assert set(compose["services"]) == {"bot", "redis", "qdrant"}
    assert "--appendonly" in compose["services"]["redis"]["command"]
    assert "QDRANT__SERVICE__API_KEY" in compose["services"]["qdrant"]["environment"]
    named = {mount.partition(":")[0] for service in compose["services"].values() for mount in service.get("volumes", [])}
    assert named == set(compose["volumes"])


def test_docker_compose_itself_accepts_the_file(tmp_path):
    docker = shutil.which("docker")
    if docker is None or subprocess.run([docker, "compose", "version"], check=False, capture_output=True).returncode:
        pytest.skip("docker compose is not on this machine")
    (tmp_path / ".env").write_text("QDRANT_API_KEY=k\nPUBLIC_URL=https://bot.example\n")
    (tmp_path / "docker-compose.yml").write_text((ROOT / "docker-compose.yml").read_text())
    told = subprocess.run([docker, "compose", "config", "--quiet"], cwd=tmp_path, check=False, capture_output=True, text=True)

    assert told.returncode == 0, told.stderr


def test_hadolint_finds_nothing():
    told = subprocess.run(
        [str(Path(sys.executable).with_name("hadolint")), ROOT / "deploy/Dockerfile"],
        check=False,
        capture_output=True,
        text=True,
    )

    assert told.stdout == ""


def test_the_image_does_not_run_as_root():
    assert re.search(r"^USER (?!0|root)", (ROOT / "deploy/Dockerfile").read_text(), re.MULTILINE)


def test_the_lock_has_a_hash_for_everything_and_names_no_address():
    lock = (ROOT / "requirements.lock").read_text()
    pinned = re.findall(r"^[a-z0-9][^ ]*==", lock, re.MULTILINE)
    blocks = re.split(r"^(?=[a-z0-9][^ ]*==)", lock, flags=re.MULTILINE)[1:]

    assert "://" not in lock
    assert len(pinned) == len(blocks) > 100
    assert all("--hash=sha256:" in block for block in blocks)
