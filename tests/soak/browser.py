"""
A real Chromium over its debugging protocol, and the bot it looks at. For scripts run by hand; needs `chromium` on the PATH.

Nothing is added to the page: what a script reads or presses goes over the protocol, so that the page's own policy holds.
"""

import asyncio
import base64
import itertools
import json
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from websockets.asyncio.client import connect

from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
KEYS = {"Enter": 13, "Tab": 9, "Escape": 27, "Space": 32, "ArrowDown": 40}
STILL = [{"name": "prefers-reduced-motion", "value": "reduce"}]  # colours are not looked at halfway
DESKTOP, PHONE, SMALL = 1280, 390, 320


@contextmanager
def bot(*, quiet=False):
    """Serve on a free port from a fresh data folder; yield the address."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        words = [
            str(Path(sys.executable).with_name("llm-choose")),
            "serve",
            "--port",
            str(port),
            "--data",
            folder,
        ]
        process = subprocess.Popen(
            words, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL if quiet else None
        )
        try:
            _ready(f"http://127.0.0.1:{port}/ready")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(30)


def _ready(url):
    for _ in range(600):
        try:
            with urllib.request.urlopen(url, timeout=5) as told:
                if json.load(told)["ready"]:
                    return
        except OSError:
            pass
        time.sleep(0.1)
    raise SystemExit(f"{url} never became ready")


class Tab:
    """One window of its own: its cookies are nobody else's. `requests`, `console` and `errors` are what it saw."""

    def __init__(self, browser, session):
        self._browser = browser
        self._session = session
        self.requests, self.console, self.statuses = [], [], []

    async def send(self, method, **words):
        return await self._browser.send(method, words, self._session)

    async def go(self, url):
        self._browser.loaded.clear()
        await self.send("Page.navigate", url=url)
        await self.settle()

    async def settle(self):
        """Wait until the page that is being loaded is there and no turn is running."""
        await asyncio.wait_for(self._browser.loaded.wait(), 30)
        await self.until(
            "document.readyState === 'complete' && !document.querySelector('article[aria-busy]')"
        )

    async def run(self, script):
        told = await self.send(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in told:
            raise RuntimeError(
                told["exceptionDetails"].get("exception", {}).get("description", "script failed")
            )
        return told["result"].get("value")

    async def until(self, script, seconds=30):
        for _ in range(seconds * 20):
            if await self.run(script):
                return
            await asyncio.sleep(0.05)
        raise TimeoutError(script)

    async def look(self, width, scheme="light", height=900):
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        await self.send("Emulation.setDeviceMetricsOverride", **metrics)
        await self.send(
            "Emulation.setEmulatedMedia",
            features=[*STILL, {"name": "prefers-color-scheme", "value": scheme}],
        )

    async def press(self, key, modifiers=0):
        code = KEYS[key]
        text = {"Enter": "\r", "Space": " "}.get(key, "")
        name = " " if key == "Space" else key
        common = {"key": name, "code": key, "windowsVirtualKeyCode": code, "modifiers": modifiers}
        await self.send(
            "Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", text=text, **common
        )
        await self.send("Input.dispatchKeyEvent", type="keyUp", **common)

    async def write(self, text):
        await self.send("Input.insertText", text=text)

    async def click(self, selector):
        """Click in the middle of an element, as a mouse does."""
        spot = await self.run(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)}); e.scrollIntoView({{block: 'center', behavior: 'instant'}});"
            " const b = e.getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            await self.send(
                "Input.dispatchMouseEvent",
                type=kind,
                x=spot[0],
                y=spot[1],
                button="left",
                clickCount=1,
            )

    async def picture(self, path, *, whole=True):
        await self.run("scrollTo(0, 0)")
        size = await self.run(
            "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
        )
        clip = {"x": 0, "y": 0, "width": size[0], "height": size[1] if whole else 900, "scale": 1}
        told = await self.send(
            "Page.captureScreenshot", format="png", captureBeyondViewport=whole, clip=clip
        )
        Path(path).write_bytes(base64.b64decode(told["data"]))


class Browser:
    def __init__(self, socket_):
        self._socket = socket_
        self._ids = itertools.count(1)
        self._waiting = {}
        self._tabs = {}
        self.loaded = asyncio.Event()
        self._reader = asyncio.create_task(self._read())

    async def send(self, method, words=None, session=None):
        id_ = next(self._ids)
        told = self._waiting[id_] = asyncio.get_running_loop().create_future()
        message = {"id": id_, "method": method, "params": words or {}} | (
            {"sessionId": session} if session else {}
        )
        await self._socket.send(json.dumps(message))
        return await asyncio.wait_for(told, 60)

    async def tab(self, *, script=True, language="ja"):
        context = (await self.send("Target.createBrowserContext"))["browserContextId"]
        target = (
            await self.send(
                "Target.createTarget", {"url": "about:blank", "browserContextId": context}
            )
        )["targetId"]
        session = (await self.send("Target.attachToTarget", {"targetId": target, "flatten": True}))[
            "sessionId"
        ]
        tab = self._tabs[session] = Tab(self, session)
        for domain in ("Page", "Runtime", "Network", "Log"):
            await tab.send(f"{domain}.enable")
        await tab.send("Network.setExtraHTTPHeaders", headers={"Accept-Language": language})
        await tab.send("Emulation.setScriptExecutionDisabled", value=not script)
        return tab

    async def _read(self):
        async for raw in self._socket:
            message = json.loads(raw)
            if "id" in message:
                future = self._waiting.pop(message["id"])
                if "error" in message:
                    future.set_exception(RuntimeError(message["error"]["message"]))
                else:
                    future.set_result(message["result"])
                continue
            self._heard(message)

    def _heard(self, message):
        tab, what = self._tabs.get(message.get("sessionId")), message["params"]
        match message["method"]:
            case "Page.loadEventFired":
                self.loaded.set()
            case "Network.requestWillBeSent" if tab:
                tab.requests.append(what["request"]["url"])
            case "Network.responseReceived" if tab:
                tab.statuses.append((what["response"]["status"], what["response"]["url"]))
            case "Runtime.consoleAPICalled" if tab:
                tab.console.append(str(what["args"]))
            case "Runtime.exceptionThrown" if tab:
                tab.console.append(what["exceptionDetails"]["text"])
            case "Log.entryAdded" if tab:
                tab.console.append(f"{what['entry']['text']} {what['entry'].get('url', '')}")


@asynccontextmanager
async def chromium():
    """Start a headless Chromium and yield it."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        raise SystemExit(
            "chromium is not on the PATH; on Debian: apt-get install -y chromium fonts-noto-cjk"
        )
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        words = [
            program,
            "--headless=new",
            "--no-sandbox",
            "--remote-debugging-port=0",
            f"--user-data-dir={home}",
            "--hide-scrollbars",
        ]
        process = subprocess.Popen(
            [*words, "about:blank"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            told = Path(home) / "DevToolsActivePort"
            while not (told.is_file() and told.read_text().count("\n")):
                await asyncio.sleep(0.1)
            port, path = told.read_text().split("\n")[:2]
            async with connect(f"ws://127.0.0.1:{port}{path}", max_size=None) as opened:
                yield Browser(opened)
        finally:
            process.terminate()
            process.wait(30)
