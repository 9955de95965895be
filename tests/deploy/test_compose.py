"""The server's shape, checked without an engine."""

import asyncio
import re
import subprocess
import sys
from pathlib import Path

import yaml
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from tests.serving import served

ROOT = Path(__file__).resolve().parents[2]


def test_the_compose_file_has_its_services_with_their_safeguards():
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())

    assert set(compose["services"]) == {"caddy", "bot", "worker", "redis", "qdrant"}
    words = compose["services"]["redis"]["command"][-1].split()
    assert words[words.index("--appendonly") + 1] == "yes"
    assert words[words.index("--appendfsync") + 1] == "always"
    assert "QDRANT__SERVICE__API_KEY" in compose["services"]["qdrant"]["environment"]
    named = {
        mount.partition(":")[0]
        for service in compose["services"].values()
        for mount in service.get("volumes", [])
        if not mount.startswith("./")
    }
    assert named == set(compose["volumes"])


def test_whoever_is_waited_for_says_when_it_is_healthy():
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    waited = {
        name: how
        for service in compose["services"].values()
        for name, how in service.get("depends_on", {}).items()
    }

    assert set(waited) == {"redis", "qdrant"}
    assert {how["condition"] for how in waited.values()} == {"service_healthy"}
    assert all(compose["services"][name]["healthcheck"]["test"] for name in waited)


async def test_the_index_counts_as_healthy_once_it_says_so():
    """The check runs as it stands in the file, against a port of this machine that says yes or no."""
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    _, *words = compose["services"]["qdrant"]["healthcheck"]["test"]
    status = [503, 200]

    async def answer(request):
        return Response("", status.pop(0) if request.url.path == "/readyz" else 500)

    async with served(Starlette(routes=[Route("/{path:path}", answer)])) as port:
        check = [word.replace("6333", str(port)) for word in words]
        codes = [(await (await asyncio.create_subprocess_exec(*check)).wait()) for _ in range(2)]
    gone = await (await asyncio.create_subprocess_exec(*check, stderr=subprocess.DEVNULL)).wait()

    assert [code == 0 for code in codes] == [False, True]
    assert gone != 0


def test_the_compose_file_fits_the_specification():
    words = ["--builtin-schema", "vendor.compose-spec", ROOT / "docker-compose.yml"]
    told = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", *map(str, words)],
        check=False,
        capture_output=True,
        text=True,
    )

    assert told.returncode == 0, told.stdout


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
