"""Redis and Caddy as the Compose file starts them, with the real programs where this machine has them."""

import asyncio
import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import httpx
import pytest
import yaml
from redis import Redis
from redis.exceptions import AuthenticationError
from redis.exceptions import ConnectionError as NotConnected
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.service.redis_server import binary
from bot.settings import load
from tests.ports import free_ports
from tests.serving import served

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "0123456789abcdef"


@pytest.fixture(scope="module")
def services() -> dict:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]


def test_every_service_is_bounded_hardened_and_says_how_it_is(services):
    for name, service in services.items():
        limits = service["deploy"]["resources"]["limits"]
        assert {"cpus", "memory"} <= limits.keys(), name
        assert service["healthcheck"]["test"], name
        assert service["cap_drop"] == ["ALL"], name
        assert service["restart"] == "unless-stopped", name
        assert service["logging"]["options"]["max-size"], name


def test_only_the_proxy_is_reached_and_the_stores_reach_nothing(services):
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())

    assert [name for name, service in services.items() if "ports" in service] == ["caddy"]
    assert compose["networks"]["back"] == {"internal": True}
    assert services["redis"]["networks"] == services["qdrant"]["networks"] == ["back"]
    subnet = compose["networks"]["front"]["ipam"]["config"][0]["subnet"]
    assert services["bot"]["environment"]["FORWARDED_ALLOW_IPS"] == subnet


def test_several_bots_may_run_since_none_takes_a_port_or_a_name_of_the_machine(services):
    for name in ("bot", "worker"):
        assert not {"ports", "container_name", "hostname"} & services[name].keys()


def test_no_password_stands_on_a_command_line_or_in_the_file(services):
    for name, service in services.items():
        words = str(service.get("command", ""))
        assert not re.search(r"(?<!\$)\$\{?\w*(?:PASSWORD|KEY)", words), name
    text = (ROOT / "docker-compose.yml").read_text()
    assert re.findall(r"(?:PASSWORD|API_KEY): (?!\$\{)", text) == []


def test_what_the_containers_are_told_are_settings(services):
    filled = {"PUBLIC_URL": "https://bot.example.com", "QDRANT_API_KEY": "k" * 20}
    for name in ("bot", "worker"):
        environment = {}
        for key, value in services[name]["environment"].items():
            text = re.sub(r"\$\{REDIS_PASSWORD[^}]*\}", PASSWORD, value)
            environment[key] = filled.get(key, text)
        settings = load(environment | {"REDIS_PASSWORD": PASSWORD})
        assert not settings.embedded


def test_redis_starts_as_written_and_wants_its_password(services, tmp_path):
    program = binary()
    if program is None:
        pytest.skip("there is no redis-server here")
    _, _, line = services["redis"]["command"]
    [port] = free_ports(1)
    written = line.replace("$$", "$").replace("redis-server -", f"{program} - --port {port}")
    written = written.replace("--dir /data", f"--dir {tmp_path}")
    written = re.sub(r"\$\{REDIS_MEMORY:-(\w+)\}", r"\1", written)
    environment = os.environ | {"REDIS_PASSWORD": PASSWORD}
    process = subprocess.Popen(["sh", "-c", written], env=environment, stdout=subprocess.DEVNULL)
    try:
        with Redis(port=port, password=PASSWORD) as inside, Redis(port=port) as outside:
            for _ in range(200):
                try:
                    inside.ping()
                    break
                except NotConnected:
                    assert process.poll() is None
                    time.sleep(0.02)
            with pytest.raises(AuthenticationError):
                outside.ping()
            told = inside.config_get("*")
            assert told["maxmemory-policy"] == "noeviction"
            assert told["appendfsync"] == "always"
            assert int(told["maxmemory"]) == 512 * 1024 * 1024
        seen = Path(f"/proc/{process.pid}/cmdline").read_bytes()
        assert PASSWORD.encode() not in seen
    finally:
        process.terminate()
        process.wait()


async def test_the_proxy_finds_the_bots_passes_on_who_asks_and_hides_the_figures(
    services, tmp_path
):
    caddy = shutil.which("caddy")
    if caddy is None:
        pytest.skip("there is no caddy here: apt-get install caddy")
    heard: list[Request] = []

    async def answer(request: Request) -> PlainTextResponse:
        heard.append(request)
        return PlainTextResponse("a bot")

    async with served(Starlette(routes=[Route("/{path:path}", answer)])) as bot:
        front, admin = free_ports(2)
        text = (ROOT / "deploy/Caddyfile").read_text()
        text = text.replace("name bot", "name localhost").replace("port 8080", f"port {bot}")
        text = text.replace("{\n\tservers", f"{{\n\tadmin 127.0.0.1:{admin}\n\tservers", 1)
        (tmp_path / "Caddyfile").write_text(text)
        environment = os.environ | {
            "PUBLIC_URL": f"http://localhost:{front}",
            "XDG_DATA_HOME": str(tmp_path),
            "XDG_CONFIG_HOME": str(tmp_path),
        }
        words = ("run", "--config", str(tmp_path / "Caddyfile"))
        with (tmp_path / "log").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                caddy, *words, env=environment, stderr=log
            )
        try:
            async with httpx.AsyncClient(base_url=f"http://localhost:{front}") as client:
                for _ in range(400):
                    try:
                        answered = await client.get("/ask", headers={"X-Forwarded-For": "6.6.6.6"})
                        break
                    except httpx.TransportError:
                        assert process.returncode is None, (tmp_path / "log").read_text()
                        await asyncio.sleep(0.05)
                figures = await client.get("/metrics")
        finally:
            process.terminate()
            await process.wait()

    assert answered.text == "a bot"
    assert figures.status_code == 404
    assert [request.url.path for request in heard] == ["/ask"]
    forwarded = heard[0].headers["x-forwarded-for"]
    assert "6.6.6.6" not in forwarded
    assert heard[0].headers["host"] == f"localhost:{front}"
