"""
The pictures of the README and the docs, taken of the real page with the sample documents.

`python -m tests.browser.pictures` takes them all anew; it needs the system's Chromium.
"""

import io
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import FLAGS
from tests.browser.house import PROJECT, serving

SIZE = {"width": 1280, "height": 860}  # CSS pixels
COLOURS = 128  # of a picture: text stays sharp, and the file a third as large
QUESTION = "社外秘の見積書を生成AIに入力してよいですか?"


def answer(page: Page) -> None:
    """An answer with its source open beside it."""
    page.goto("/")
    page.fill("#ask", QUESTION)
    page.keyboard.press("Enter")
    page.wait_for_selector(".srcs a")
    page.wait_for_function("() => !document.querySelector('[aria-busy=true]')")
    page.locator(".lead .cite a").first.click()
    page.wait_for_selector(".drawer:target mark")


def result(page: Page) -> None:
    """The result of “Find your approach” as one sheet."""
    page.goto("/choose")
    while not page.locator(".sheet").count():
        following = page.locator("form.form .primary")
        if page.locator(".opts").count():
            following = page.locator(".opts button").nth(1)
        following.click()
        page.wait_for_function("() => document.documentElement.dataset.turns === '0'")
    page.evaluate("scrollTo(0, 0)")


def demo(page: Page) -> None:
    """How an answer was made."""
    page.goto("/demo?present=1")
    page.wait_for_selector(".psg li")


PICTURES: dict[str, Callable[[Page], None]] = {
    "deploy/picture.png": answer,
    "docs/pictures/result.png": result,
    "docs/pictures/demo.png": demo,
}


def main() -> None:
    """Take every picture."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder)) as house,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        context = browser.new_context(
            base_url=house.address, viewport=SIZE, locale="ja-JP", reduced_motion="reduce"
        )
        page = context.new_page()
        for name, show in PICTURES.items():
            show(page)
            page.mouse.move(0, 0)
            taken = Image.open(io.BytesIO(page.screenshot()))
            path = PROJECT / name
            path.parent.mkdir(parents=True, exist_ok=True)
            taken.convert("RGB").quantize(COLOURS).save(path, optimize=True)
        browser.close()


if __name__ == "__main__":
    main()
