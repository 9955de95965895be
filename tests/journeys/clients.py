"""
The test clients of other makers: an emulator that keeps Slack's state, and the playground that Microsoft tests bots for Teams with.

Their programs are installed once, outside this checkout, and started for a test; the bot in front of them is the process people
run. Without Node, npm or the shared folder the tests are skipped.
"""

import contextlib
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import ModuleType
from typing import Any

import httpx
import pytest

from tests.ports import free_port
from tests.preloaded import Started

ROOT = Path(__file__).resolve().parents[2]
INSTALL = 120  # seconds npm may take, the first time
START = 60  # seconds a program may take to be there
SEEN = 30  # seconds until a person sees what they wait for
LOOK = 0.1  # seconds between two looks


def installed(shared: Path, name: str) -> Path:
    """Return a folder with the client and what it needs; it is made once for each lock file, whoever comes first."""
    source, npm = shared / "clients" / name, shutil.which("npm")
    if not source.is_dir() or npm is None or shutil.which("node") is None:
        pytest.skip(
            f"the {name} client needs Node, npm and the folder clients/{name} of the shared data"
        )
    lock = hashlib.sha256((source / "package-lock.json").read_bytes()).hexdigest()[:16]
    home = Path(tempfile.gettempdir()) / f"llm-choose-clients-{os.getuid()}"
    home.mkdir(mode=0o700, exist_ok=True)
    folder = home / f"{name}-{lock}"
    if not folder.is_dir():
        with tempfile.TemporaryDirectory(dir=home) as scratch:
            fresh = Path(scratch) / name
            shutil.copytree(source, fresh)
            for path in (fresh, *fresh.iterdir()):
                path.chmod(0o700)
            words = [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
            try:
                subprocess.run(words, cwd=fresh, check=True, capture_output=True, timeout=INSTALL)
            except (subprocess.SubprocessError, OSError) as error:
                pytest.skip(f"npm could not install the {name} client: {type(error).__name__}")
            with contextlib.suppress(OSError):  # somebody else was faster
                fresh.rename(folder)
    return folder


def until(look: Callable[[], Any], seconds: float = SEEN) -> Any:
    """Return what `look` sees as soon as it sees anything."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if seen := look():
            return seen
        time.sleep(LOOK)
    raise AssertionError("nothing came in time")


@contextlib.contextmanager
def program(*words: str, **more: Any) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a program as long as it is needed; it is killed where it does not end."""
    with Started(words, stderr=subprocess.DEVNULL, **more) as process:
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


@contextlib.contextmanager
def bot(folder: Path, **settings: str) -> Iterator[str]:
    """Serve the bot as people do; give its address once it is ready."""
    foreign = ("SLACK_", "TEAMS_", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    words = (sys.executable, "-m", "bot.command.cli", "serve", "--port", "0", "--data", str(folder))
    with program(
        *words, env=clean | {"LLM": ""} | settings, stdout=subprocess.PIPE, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        found = re.search(rb":(\d+)/", process.stdout.readline())
        assert found is not None
        address = f"http://127.0.0.1:{int(found[1])}"
        until(lambda: _ready(f"{address}/ready"), START)
        yield address


def _ready(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


# --------------------------------------------------------------------------- Slack


@contextlib.contextmanager
def slack_emulator(folder: Path) -> Iterator[tuple[str, str]]:
    """Give the address of the emulator and that of its control."""
    port, control = free_port(), free_port()
    words = (
        "node",
        "emu.mjs",
        "--sdk",
        "--port",
        str(port),
        "--control-port",
        str(control),
        "--seed",
        "seed.json",
    )
    with program(*words, cwd=folder, stdout=subprocess.DEVNULL):
        state = f"http://127.0.0.1:{control}"
        until(lambda: _ready(f"{state}/calls"), START)
        yield f"http://127.0.0.1:{port}", state


def slack_driver(folder: Path) -> ModuleType:
    """Return the module that acts as a person at Slack."""
    spec = importlib.util.spec_from_file_location("slack_driver", folder / "drive.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses and annotations look there
    spec.loader.exec_module(module)
    return module


# --------------------------------------------------------------------------- Teams


class Playground:
    """Microsoft's playground without its page: what a person does goes by the address its page uses."""

    USER, PERSONAL, GROUP = "29:user-0", "a:personal-1", "19:group-1@thread.v2"
    ADMIN = "teams:00000000-0000-0000-0000-000000000001:00000000-0000-0000-0000-000000000020"

    def __init__(self, address: str, recording: Path) -> None:
        self._address = address
        self._recording = recording

    def wire(self) -> list[dict[str, Any]]:
        """Return what went over the wire so far, both ways."""
        text = self._recording.read_text(encoding="utf-8") if self._recording.exists() else ""
        found = []
        for part in re.split(r"\r?\n---\r?\n", text):
            with contextlib.suppress(ValueError):  # the last one may still be written
                found.append(json.loads(part))
        return found

    def shown(self) -> dict[str, dict[str, Any]]:
        """Return the bot's messages by their id as they stand now."""
        messages: dict[str, dict[str, Any]] = {}
        for entry in self.wire():
            asked = entry.get("request") or {}
            answered = (entry.get("response") or {}).get("body") or {}
            body = asked.get("body")
            if (
                entry["direction"].startswith("User App")
                and isinstance(body, dict)
                and body.get("type") == "message"
            ):
                named = asked["url"].rpartition("/")[2] if asked.get("method") == "PUT" else ""
                id_ = named or (answered.get("id") if isinstance(answered, dict) else "")
                messages[id_ or f"n{len(messages)}"] = body
        return messages

    def say(self, text: str) -> None:
        path = f"/_conversation/v1/conversations/{self.PERSONAL}/messages"
        self._post(path, {"from": {"id": self.USER}, "text": text, "textFormat": "plain"})

    def press(self, action: dict[str, Any], message: str) -> str:
        """Press an Action.Execute as the page does; return the bot's answer to the client."""
        value = {
            "action": {"type": action["type"], "verb": action["verb"], "data": action["data"]},
            "trigger": "manual",
        }
        place = {
            "from": {"id": self.USER},
            "conversation": {"id": self.PERSONAL},
            "replyToId": message,
        }
        return self._post(
            "/_conversation/v1/invoke", {"name": "adaptiveCard/action", "value": value, **place}
        )

    def send(self, **activity: Any) -> None:
        """Let the playground deliver an activity that its page has no button for."""
        base = {
            "type": "message",
            "id": hashlib.sha256(os.urandom(8)).hexdigest()[:16],
            "channelId": "msteams",
            "serviceUrl": f"{self._address}/_connector",
            "from": {
                "id": self.USER,
                "name": "Alex Wilber",
                "aadObjectId": "00000000-0000-0000-0000-000000000020",
            },
            "recipient": {"id": "28:00000000-0000-0000-0000-000000000011", "name": "Test Bot"},
            "conversation": {
                "id": self.PERSONAL,
                "conversationType": "personal",
                "tenantId": "00000000-0000-0000-0000-000000000001",
            },
            "channelData": {"tenant": {"id": "00000000-0000-0000-0000-000000000001"}},
            "locale": "en-US",
        }
        self._post("/_internal/v1/customActivities", base | activity)

    def _post(self, path: str, body: dict[str, Any]) -> str:
        told = httpx.post(f"{self._address}{path}", json=body, timeout=30, trust_env=False)
        assert told.status_code == 200, told.text
        return told.text


@contextlib.contextmanager
def playground(folder: Path, endpoint: str, scratch: Path) -> Iterator[Playground]:
    port, recording = free_port(), scratch / "wire.log"
    address = f"http://127.0.0.1:{port}"
    cli = folder / "node_modules" / "@microsoft" / "m365agentsplayground" / "cli.js"
    words = [
        "node",
        "-r",
        str(folder / "bind-loopback.cjs"),
        str(cli),
        "start",
        "-e",
        endpoint,
        "-c",
        "msteams",
    ]
    words += ["-p", str(port), "--su", f"{address}/_connector", "--er", "--dt"]
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(scratch),
        "TEAMSAPPTESTER_BROWSER": "none",
        "M365_AGENTS_PLAYGROUND_RECORDING_FILE": str(recording),
        "M365_AGENTS_PLAYGROUND_LOGFILE": str(scratch / "playground.log"),
        "M365_AGENTS_PLAYGROUND_CONFIG_PATH": str(folder / "playground.yml"),
        "NO_PROXY": "127.0.0.1,localhost",
    }
    with program(*words, cwd=scratch, env=environment, stdout=subprocess.DEVNULL):
        until(lambda: _ready(f"{address}/_debug/ping"), START)
        yield Playground(address, recording)


@contextlib.contextmanager
def file_host(files: dict[str, bytes]) -> Iterator[str]:
    """Serve files on this machine; give the address before their names."""

    class Host(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = files[self.path.strip("/")]
            self.send_response(200)
            self.send_header("Content-Type", "application/octet-stream")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Host) as server:
        serving = Thread(target=server.serve_forever, daemon=True)
        serving.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        serving.join()
