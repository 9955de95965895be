"""
Every button of every page pressed in a real Chromium: what a press brings must be in view, and the focus with it.

Run by hand: `python -m tests.soak.web_buttons [desktop|phone|all]`. Needs `chromium` on the PATH and playwright. Each button is
pressed on a page loaded anew, in both languages; links that leave the page and what deletes a talk are left. Prints one line for
each press after which nothing new was to be seen, and how many were pressed; exit code 1 where there was one.
"""

import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

from playwright.sync_api import Error, Page, sync_playwright

from tests.browser.conftest import FLAGS, SIZES
from tests.browser.house import serving

PLACES = (
    "/",
    "TALK",
    "/choose",
    "RESULT",
    "/demo",
    "/knowledge",
    "DOCUMENT",
    "/decisions",
    "/health",
    "/talks",
    "/account",
    "/insights",
    "/insights/questions",
)
QUESTIONS = {
    "ja": "生成AIを使うのに研修は必要ですか?",
    "en": "Is training needed before using generative AI?",
}
# each thing one can press, by its place in this list; what is hidden is opened by another press of the list
BUTTONS = """() => [...document.querySelectorAll("main button, main summary, .drawer button")].map((one, n) => {
  one.dataset.pressed = n;
  return {n, name: (one.ariaLabel || one.innerText || one.closest("form")?.ariaLabel || "").trim().slice(0, 40),
          seen: one.checkVisibility(), off: one.disabled || one.ariaPressed === "true"};
}).filter((one) => one.seen && !one.off)"""
# what is new and to be seen after a press: marked elements are those from before
MARK = """() => { window.same = true; for (const one of document.querySelectorAll("body *")) one.dataset.before = one.innerText?.length ?? 0; }"""
FRESH = """() => {
  const pane = (one) => { const b = one.getBoundingClientRect(); return b.bottom > 0 && b.top < innerHeight && b.height > 0; };
  const fresh = [...document.querySelectorAll("main *, .drawer *, [popover] *, #offline")].filter((one) =>
    !("before" in one.dataset) && one.checkVisibility() && (one.innerText || "").trim());
  return {fresh: fresh.length, seen: fresh.filter(pane).length};
}"""
STATE = """() => ({
  focus: document.activeElement !== document.body && (() => {
    const b = document.activeElement.getBoundingClientRect(); return b.bottom > 0 && b.top < innerHeight; })(),
  body: document.activeElement === document.body, same: Boolean(window.same),
  open: document.querySelectorAll("details[open]").length, pressed: document.querySelectorAll("[aria-pressed=true]").length,
  wide: document.documentElement.scrollWidth - document.documentElement.clientWidth, at: location.href,
  text: document.querySelector("main")?.innerText.length ?? 0})"""
IDLE = """() => !document.querySelector("article[aria-busy]") && (document.documentElement.dataset.turns || "0") === "0" """


def idle(page: Page) -> None:
    page.wait_for_load_state()
    page.wait_for_function(IDLE, timeout=60_000)


def places(page: Page, language: str) -> dict[str, str]:
    """Bring the house into the states people see; return where each is."""
    page.goto(f"/?lang={language}")
    page.fill("#ask", QUESTIONS[language])
    page.keyboard.press("Enter")
    page.wait_for_url("**/t/**")
    idle(page)
    talk = page.url.partition("#")[0]
    page.goto("/choose")
    for _ in range(25):
        if page.locator(".sheet").count():
            break
        options = page.locator(".opts button")
        (options.nth(1) if options.count() else page.locator("form.form .primary").first).click()
        idle(page)
    return {"TALK": talk, "RESULT": "/choose"}


def pressed(page: Page, address: str, name: str, nth: int) -> str | None:
    """
    Press the `nth` button of this name on a page loaded anew; return what is wrong with what it brings, "" for nothing and None where an
    earlier press took the button away.
    """
    page.goto(address)
    idle(page)
    alike = [one["n"] for one in page.evaluate(BUTTONS) if one["name"] == name]
    if nth >= len(alike):
        return None
    number = alike[nth]
    before, offset = page.evaluate(STATE), page.evaluate("scrollY")
    page.evaluate(MARK)
    button = page.locator(f'[data-pressed="{number}"]')
    if not button.count() or not button.is_visible():
        return None
    button.click(timeout=10_000)
    page.wait_for_timeout(150)
    idle(page)
    after, fresh = page.evaluate(STATE), page.evaluate(FRESH)
    wrong = []
    if fresh["fresh"] and not fresh["seen"]:
        wrong.append(f"{fresh['fresh']} new, none in view")
    if after["at"].partition("#")[0] == before["at"].partition("#")[0] and not fresh["fresh"]:
        same = all(after[key] == before[key] for key in ("open", "pressed", "text"))
        invalid = page.locator(":invalid:focus").count()
        if (
            same
            and not invalid
            and page.evaluate("scrollY") == offset
            and after["at"] == before["at"]
        ):
            wrong.append("nothing changed")
    if after["wide"] > 0:
        wrong.append(f"{after['wide']} px too wide")
    if after["same"] and after["body"] and fresh["fresh"]:
        wrong.append("the focus is lost")
    return ", ".join(wrong)


def main(sizes: list[str]) -> int:
    faults = total = gone = 0
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        with serving(Path(folder)) as house:
            for size, language in zip(sizes, ("ja", "en"), strict=False):
                width, height = SIZES[size]
                context = browser.new_context(
                    base_url=house.address,
                    viewport={"width": width, "height": height},
                    locale="ja-JP" if language == "ja" else "en-GB",
                    reduced_motion="reduce",
                )
                page = context.new_page()
                where = places(page, language)
                for place in PLACES:
                    address = where.get(place, place)
                    if place == "DOCUMENT":
                        page.goto("/knowledge")
                        page.locator(".list .link").first.click()
                        idle(page)
                        address = "/knowledge"
                    page.goto(address)
                    idle(page)
                    names: Counter[str] = Counter()
                    for one in page.evaluate(BUTTONS):
                        nth = names[one["name"]]
                        names[one["name"]] += 1
                        if (
                            place == "DOCUMENT"
                            and not page.locator(f'#turns [data-pressed="{one["n"]}"]').count()
                        ):
                            continue
                        total += 1
                        wrong: str | None
                        try:
                            wrong = pressed(page, address, one["name"], nth)
                        except Error as error:
                            wrong = str(error).partition("\n")[0]
                        gone += wrong is None
                        if wrong is None and "-v" in sys.argv:
                            print(f"{size} {language} {place} “{one['name']}”: gone", flush=True)
                        if wrong:
                            faults += 1
                            print(f"{size} {language} {place} “{one['name']}”: {wrong}", flush=True)
                context.close()
        browser.close()
    print(
        f"{total - gone} buttons pressed ({gone} more were gone by then), {faults} that showed nothing new or lost the focus (0)"
    )
    return 1 if faults else 0


if __name__ == "__main__":
    wanted = sys.argv[1] if len(sys.argv) > 1 else "all"
    raise SystemExit(main(["desktop", "phone"] if wanted == "all" else [wanted]))
