"""
Every state of the page in both languages, light, dark and in print, at four widths.

Run by hand: `python -m tests.soak.web_states [FOLDER] [WIDTH…]`; a folder takes a picture of each,
widths are looked at alone. Needs `chromium` and `npm` on the PATH; axe-core is fetched into a
temporary folder. Prints one line for each fault: violations of axe, pages wider than their window
or their sheet of paper, words torn over two lines, the focus out of view, what the console said,
and requests to elsewhere, each of them 0. A run at every width keeps its figures as evidence.
"""

import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Error, Page, sync_playwright

from tests.browser.conftest import FLAGS
from tests.browser.house import serving
from tests.browser.looks import CUT, FOCUS_LOST, TORN, WIDE, violations
from tests.browser.states import STATES, WORDS
from tests.soak.evidence import keep

WIDTHS = {320: 640, 768: 1024, 1280: 900, 1600: 1000}  # and the height of each window
PAPER = {"width": 718, "height": 1046}  # pixels of an A4 sheet within its margins
EXPECTED = ("nowhere",)  # states whose address is none: the browser says so on its console


@dataclass
class Seen:
    """What was looked at, and the faults of each kind."""

    looks: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    folder: Path | None = None

    def say(self, kind: str, where: str, found: object) -> None:
        """Count a fault and print it; nothing where nothing was found."""
        if not found:
            return
        self.faults[kind] += 1
        print(f"{where}: {kind}: {found}", flush=True)


def axe() -> str:
    """Return the source of axe-core."""
    with tempfile.TemporaryDirectory() as folder:
        words = ["npm", "pack", "--silent", "axe-core@4"]
        packed = subprocess.run(words, cwd=folder, check=True, capture_output=True, text=True)
        name = packed.stdout.strip().splitlines()[-1]
        subprocess.run(["tar", "xzf", name, "package/axe.min.js"], cwd=folder, check=True)
        return (Path(folder) / "package" / "axe.min.js").read_text("utf-8")


def look(page: Page, source: str, where: str, seen: Seen) -> None:
    """Look at one state in light, dark and print."""
    seen.say("too wide", where, max(0, page.evaluate(WIDE)))
    seen.say("cut", where, page.evaluate(CUT))
    seen.say("torn", where, page.evaluate(TORN))
    seen.say("focus", where, page.evaluate(FOCUS_LOST))
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        seen.looks += 1
        seen.say("axe", f"{where} {scheme}", violations(page, source))
        if seen.folder is not None:
            page.screenshot(path=seen.folder / f"{where.replace(' ', '.')}.{scheme}.png")
    size = page.viewport_size
    page.emulate_media(media="print", color_scheme="light")
    page.set_viewport_size(PAPER)
    seen.looks += 1
    seen.say("too wide", f"{where} print", max(0, page.evaluate(WIDE)))
    page.emulate_media(media="screen", color_scheme="light", reduced_motion="reduce")
    page.set_viewport_size(size)


def opened(browser: Browser, address: str, language: str, width: int, seen: Seen) -> Page:
    """Open a window of this width; what it says and asks for elsewhere is a fault."""
    context = browser.new_context(
        base_url=address,
        viewport={"width": width, "height": WIDTHS[width]},
        locale="ja-JP" if language == "ja" else "en-GB",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.set_default_timeout(15_000)

    def heard(message: object) -> None:
        if message.type == "error" and "404" not in message.text:
            seen.say("console", f"{language} {width}", message.text)

    def asked(request: object) -> None:
        place = urlsplit(request.url)
        if place.scheme.startswith("http") and place.hostname != "127.0.0.1":
            seen.say("elsewhere", f"{language} {width}", request.url)

    page.on("console", heard)
    page.on("pageerror", lambda error: seen.say("console", f"{language} {width}", str(error)))
    page.on("request", asked)
    return page


def walked(page: Page, language: str, mark: str, seen: Seen) -> Iterator[str]:
    """Go through all states, and on where one cannot be reached, which is a fault."""
    words = WORDS[language].marked(mark)
    page.goto(f"/?lang={language}")
    for name, show in STATES.items():
        try:
            show(page, words)
        except Error as error:
            seen.say("not reached", f"{name} {language} {mark}", str(error).splitlines()[0])
            continue
        yield name


def main(folder: Path | None, widths: Sequence[int]) -> int:
    """Walk through all states at these widths in each language."""
    seen = Seen(folder=folder)
    source = axe()
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        with serving(Path(data)) as house:
            for width in widths:
                for language in WORDS:
                    page = opened(browser, house.address, language, width, seen)
                    for name in walked(page, language, f" {width}", seen):
                        look(page, source, f"{name} {language} {width}", seen)
                    page.context.close()
                    print(f"{language} {width}: {seen.looks} looks so far", flush=True)
        browser.close()
    kinds = ("axe", "too wide", "cut", "torn", "focus", "console", "elsewhere", "not reached")
    print(", ".join([f"{kind} {seen.faults[kind]} (0)" for kind in kinds]))
    figures = {kind.replace(" ", "_"): seen.faults[kind] for kind in kinds}
    size = {"states": len(STATES), "widths": len(WIDTHS), "languages": 2, "looks": seen.looks}
    if tuple(widths) == tuple(WIDTHS):
        keep("web_states", size=size, figures=figures)
    return 1 if seen.faults else 0


if __name__ == "__main__":
    words = sys.argv[1:]
    chosen = [int(word) for word in words if word.isdigit()]
    taken = [Path(word) for word in words if not word.isdigit()]
    for one in taken:
        one.mkdir(parents=True, exist_ok=True)
    raise SystemExit(main(taken[0] if taken else None, chosen or tuple(WIDTHS)))
