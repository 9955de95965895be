"""A real browser on the real page: the system's Chromium, and the command serving a house of its own."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.house import Served, serving
from tests.copying import copy_folder

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SIZES = {"desktop": (1280, 900), "phone": (390, 844), "narrow": (320, 640)}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The system's own browser: nothing is downloaded."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("no Chromium here: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """
    The source of axe-core, fetched with npm outside the checkout; empty where that cannot be, so
    that what a page does is tested without it.
    """
    folder = tmp_path_factory.mktemp("axe")
    npm = shutil.which("npm")
    if npm is None:
        return ""
    words = [npm, "pack", "--silent", "--prefer-offline", "axe-core@4"]
    try:
        packed = subprocess.run(
            words, cwd=folder, capture_output=True, text=True, check=True, timeout=40
        )
    except subprocess.SubprocessError:
        return ""
    name = packed.stdout.strip().splitlines()[-1]
    subprocess.run(["tar", "xzf", name, "package/axe.min.js"], cwd=folder, check=True)
    return (folder / "package" / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture
def axe_here(axe: str) -> str:
    """The source of axe-core; what cannot be told without it is skipped."""
    if not axe:
        pytest.skip("no axe-core here: it needs npm and its registry (npm pack axe-core@4)")
    return axe


@pytest.fixture(scope="module")
def served(furnished: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The command serving the sample documents of a house of this file's own."""
    folder = tmp_path_factory.mktemp("browser") / "house"
    copy_folder(furnished, folder)
    with serving(folder) as house:
        yield house


@pytest.fixture
def opened(chromium: Browser, served: Served) -> Iterator[object]:
    """Open a page: `opened(size, dark=…, language=…, scripts=…)`; what the console says fails the test."""
    contexts = []
    said: list[str] = []

    def heard(message: object) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            said.append(message.text)

    def open_page(
        size: str = "desktop", *, dark: bool = False, language: str = "ja", scripts: bool = True
    ) -> Page:
        width, height = SIZES[size]
        context = chromium.new_context(
            base_url=served.address,
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            locale="ja-JP" if language == "ja" else "en-GB",
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        contexts.append(context)
        page = context.new_page()
        page.on("console", heard)
        page.on("pageerror", lambda error: said.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert said == []
