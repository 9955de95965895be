"""
The page in people's hands, in a real Chromium: kana conversion, keyboard alone, no script, dropped files, long questions.

Run by hand: `python -m tests.soak.web_hands`. Needs `chromium` on the PATH. Prints one line for each story and the size of the
first page; exit code 1 when one of them does not hold.
"""

import asyncio
import re
import sys
import tempfile
from pathlib import Path

from tests.soak.browser import DESKTOP, bot, chromium

QUESTION = "RAGって社内文書を全部覚えてるの?"
RULE = "# AI利用規程\n\n## 第1条\n\n外部のAIサービスに顧客の情報を入力してはならない。\n"
COUNT = "document.querySelectorAll('#turns article').length"
IDLE = "!document.querySelector('#turns [aria-busy]')"


async def answered(tab, count):
    await tab.until(f"{COUNT} >= {count} && {IDLE}")


async def composing(tab, base):
    """Enter that closes a kana conversion does not send; the next one does; Shift+Enter breaks the line."""
    await tab.go(base)
    await tab.run("document.querySelector('#ask').focus()")
    await tab.send("Input.imeSetComposition", text="らぐ", selectionStart=2, selectionEnd=2)
    common = {"key": "Process", "code": "Enter", "windowsVirtualKeyCode": 229}
    await tab.send("Input.dispatchKeyEvent", type="rawKeyDown", **common)
    await tab.send("Input.dispatchKeyEvent", type="keyUp", **common)
    await tab.write("RAGは資料を覚えますか")
    unsent = await tab.run(COUNT) == 0
    await tab.press("Enter", modifiers=8)
    await tab.write("?")
    broken = "\n" in await tab.run("document.querySelector('#ask').value")
    await tab.press("Enter")
    await answered(tab, 1)
    return unsent and broken


async def keyboard(tab, base):
    """From the address bar to an answer, its source and a vote with Tab, Enter and Space alone; focus is always to be seen."""
    await tab.go(f"{base}/")
    seen = set()
    for _ in range(40):
        await tab.press("Tab")
        if await tab.run("document.activeElement.id") == "ask":
            break
    await tab.write(QUESTION)
    await tab.press("Enter")
    await answered(tab, 1)
    await tab.run("document.activeElement.blur(); scrollTo(0, 0)")
    for _ in range(60):
        await tab.press("Tab")
        kind = await tab.run("""(() => { const e = document.activeElement, s = getComputedStyle(e);
            const seen = s.outlineStyle !== 'none' && e.getBoundingClientRect().width > 0;
            return [e.className || e.textContent.trim().slice(0, 12) || e.tagName, seen || e === document.body]; })()""")
        if not kind[1]:
            print("    no visible focus on", kind[0])
            return False
        seen.add(kind[0])
        if kind[0] == "cite":
            await tab.press("Enter")
            await tab.until(
                "document.activeElement.tagName === 'SUMMARY' && !!document.querySelector('details.lit[open]')"
            )
        if kind[0] == "はい":
            await tab.press("Space")
            await tab.until("document.querySelector('.note[role=status]')?.textContent.length > 0")
            break
    return "cite" in seen


async def dialog(tab, base):
    """The guided dialog to its end by mouse; the question takes focus each time and the address stays."""
    await tab.go(f"{base}/choose")
    for _ in range(20):
        if not await tab.run("!!document.querySelector('.options button')"):
            break
        now = await tab.run("document.querySelector('.stage').id")
        await tab.click(".options button:nth-of-type(1)")
        await tab.until(f"document.querySelector('.stage')?.id !== '{now}' && {IDLE}")
        if await tab.run(
            "!!document.querySelector('.options button') && document.activeElement.className !== 'question'"
        ):
            return False
    old = await tab.run("document.querySelectorAll('.options button').length")
    await tab.go(f"{base}/decisions")
    listed = await tab.run("document.querySelectorAll('#runs button').length")
    return old == 0 and listed >= 1


async def dropped(tab, base):
    """Two files dropped on the page arrive with progress, are reported, published and found by a question."""
    await tab.go(f"{base}/knowledge")
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for name, text in (("rule.md", RULE), ("other.md", RULE.replace("顧客", "取引先"))):
            path = Path(folder) / name
            path.write_text(text)
            paths.append(str(path))
        spot = await tab.run(
            "(() => { const b = document.querySelector('.drop').getBoundingClientRect(); return [b.x + 30, b.y + 30]; })()"
        )
        data = {"items": [], "files": paths, "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver"):
            await tab.send("Input.dispatchDragEvent", type=kind, x=spot[0], y=spot[1], data=data)
        over = await tab.run("document.querySelector('.drop').classList.contains('over')")
        await tab.send("Input.dispatchDragEvent", type="drop", x=spot[0], y=spot[1], data=data)
        await tab.until("document.querySelector('.drop input[type=file]').files.length === 2")
        named = await tab.run("document.querySelector('.drop output').textContent")
        await tab.run("document.querySelector('form.drop').requestSubmit()")
        await tab.until(
            f"document.querySelectorAll('[value=\"document.report\"]').length === 2 && {IDLE}"
        )
    await tab.run("document.querySelector('[value=\"document.report\"]').form.requestSubmit()")
    await tab.until(f"document.querySelector('[value=\"document.publish\"]') && {IDLE}")
    await tab.run("document.querySelector('[value=\"document.publish\"]').form.requestSubmit()")
    await tab.until(
        f"document.querySelector('#turns')?.textContent.includes('公開しました') && {IDLE}"
    )
    await tab.go(base)
    await tab.run("document.querySelector('#ask').focus()")
    before = await tab.run(COUNT)
    await tab.write("外部のAIサービスに入力してはならないものは?")
    await tab.press("Enter")
    await answered(tab, before + 1)
    found = await tab.run("document.querySelector('#turns').textContent")
    return over and named == "rule.md、other.md" and "顧客" in found


async def long(tab, base):
    """4,000 characters fit and are answered; what is pasted beyond is cut at the limit."""
    await tab.go(base)
    before = await tab.run(COUNT)
    await tab.run("document.querySelector('#ask').focus()")
    await tab.write("RAGは社内文書を覚えますか。" * 400)
    kept = await tab.run("document.querySelector('#ask').value.length")
    await tab.press("Enter")
    await answered(tab, before + 1)
    wide = await tab.run("document.documentElement.scrollWidth")
    return kept == 4000 and wide <= DESKTOP


async def scriptless(tab, base):
    """Without a script: ask, open a source, vote, answer the dialog, upload. Everything is a form or a link."""
    await tab.go(f"{base}/?lang=ja")
    await tab.click("#ask")
    await tab.write(QUESTION)
    await loading(tab, ".composer button")
    asked = await text(tab)
    await tab.click("a.cite")
    source = "!!document.querySelector('details[open] :target, details:has(:target)')"
    opened = await evaluate(tab, source)
    await loading(tab, "form:has([value='feedback.vote']) button")
    thanked = 'role="status"' in await text(tab)
    await tab.go(f"{base}/choose")
    first = re.search(r'class="stage" id="t(\w+)"', await text(tab))[1]
    await loading(tab, ".options button:nth-of-type(1)")
    second = re.search(r'class="stage" id="t(\w+)"', await text(tab))[1]
    await tab.go(f"{base}/knowledge")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "noscript.md"
        path.write_text(RULE.replace("顧客", "従業員"))
        document = (await tab.send("DOM.getDocument"))["root"]["nodeId"]
        node = (await tab.send("DOM.querySelector", nodeId=document, selector="#files"))["nodeId"]
        await tab.send("DOM.setFileInputFiles", nodeId=node, files=[str(path)])
        await loading(tab, "form.drop button")
    report = "document.publish" in await text(tab)
    bad = [s for s in tab.statuses if s[0] >= 400]
    parts = {
        "asked": "[1]" in asked,
        "opened": opened,
        "thanked": thanked,
        "dialog": first != second,
        "report": report,
    }
    print("   ", *(f"{name} failed" for name, well in parts.items() if not well), *bad)
    return all(parts.values()) and not bad


async def loading(tab, selector):
    """Press what leads to another page and wait for it."""
    tab._browser.loaded.clear()
    await tab.click(selector)
    await asyncio.wait_for(tab._browser.loaded.wait(), 30)


async def text(tab):
    return await evaluate(tab, "document.documentElement.outerHTML")


async def evaluate(tab, script):
    """The protocol itself may still look at a page whose scripts are off."""
    return await tab.run(script)


async def resumed(tab, base):
    """A page that is loaded again shows what was said."""
    await tab.go(base)
    return await tab.run(COUNT) >= 2


async def first_page(browser, base):
    tab = await browser.tab()
    await tab.go(base)
    sizes = {}
    for url in dict.fromkeys(tab.requests):
        told = await tab.run(
            f"fetch({url!r}).then(r => r.text()).then(t => new TextEncoder().encode(t).length)"
        )
        sizes[url.removeprefix(base).partition("?")[0]] = told
    print(
        f"first page: {len(sizes)} requests (4), {sum(sizes.values()) / 1024:.0f} KB uncompressed: {sizes}"
    )
    return len(sizes) <= 4


async def main():
    held = True
    with bot() as base:
        async with chromium() as browser:
            tab = await browser.tab()
            await tab.look(DESKTOP)
            stories = [
                (story, tab) for story in (composing, keyboard, dialog, dropped, long, resumed)
            ]
            stories.append((scriptless, await browser.tab(script=False)))
            for story, where in stories:
                try:
                    well = await story(where, base)
                except (TimeoutError, RuntimeError) as error:
                    well = False
                    print("   ", type(error).__name__, error)
                print(
                    f"{'holds' if well else 'FAILS'}  {story.__name__}: {' '.join(story.__doc__.split())}"
                )
                held &= bool(well)
            held &= await first_page(browser, base)
            for line in tab.console:
                print("    console:", line)
    return 0 if held and not tab.console else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
