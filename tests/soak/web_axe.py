"""
Every page × (1280, 390) × (light, dark) × (details closed, open) × (Japanese, English) under axe-core, in a real Chromium.

Run by hand: `python -m tests.soak.web_axe`. Needs `chromium` and `npm` on the PATH; axe-core is fetched into a temporary folder.
Prints one line for each figure beside its target: violations 0, console messages 0, outside requests 0, overflow at 320 px 0.
"""

import asyncio
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from tests.soak.browser import DESKTOP, PHONE, SMALL, bot, chromium

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PAGES = (
    *(
        "/",
        "/choose",
        "/choose answered 3",
        "/choose answered 20",
        "/demo",
        "/knowledge",
        "/decisions",
    ),
    *("/decisions compared", "/health", "/nowhere"),
)
WIDEST = """[...document.querySelectorAll("main *")].filter(e => e.getBoundingClientRect().right > innerWidth && !e.closest(".scroll"))
    .slice(0, 3).map(e => e.outerHTML.slice(0, 100))"""
QUESTIONS = {"ja": "RAGって社内文書を全部覚えてるの?", "en": "Does RAG memorise all our documents?"}
OFF_TOPIC = {"ja": "有給休暇の申請方法を教えて", "en": "How do I apply for parental leave?"}


def axe():
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            ["npm", "pack", "--silent", "axe-core"],
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as packed:
            return packed.extractfile("package/axe.min.js").read().decode()


async def furnish(tab, base, language):
    """Bring every page into the states people see: an answer, a refusal, a trace, a question, a result and what is made of it."""
    await tab.go(f"{base}/?lang={language}")
    for question in (QUESTIONS[language], OFF_TOPIC[language]):
        await tab.run("document.querySelector('#ask').focus()")
        await tab.write(question)
        await tab.press("Enter")
        await tab.until(
            "document.querySelectorAll('#turns article').length && !document.querySelector('#turns [aria-busy]')"
        )
    await tab.go(f"{base}/demo")
    await tab.run("document.querySelector('#ask').focus()")
    await tab.write(QUESTIONS[language])
    await tab.press("Enter")
    await asyncio.sleep(1)
    await tab.until("!document.querySelector('#turns [aria-busy]')")
    await tab.go(f"{base}/knowledge")
    await tab.run("document.querySelector('.samples button').click()")
    await tab.until(
        "document.querySelector('#turns article') && !document.querySelector('#turns [aria-busy]')"
    )
    await upload(
        tab,
        b"# \xe8\xa6\x8f\xe7\xa8\x8b\n\nAI\xe3\x81\xae\xe5\x88\xa9\xe7\x94\xa8\xe3\x81\xaf\xe6\x89\xbf\xe8\xaa\x8d\xe3\x81\x8c\xe5\xbf\x85\xe8\xa6\x81\xe3\x81\xa7\xe3\x81\x99\xe3\x80\x82\n",
        f"rule-{language}.md",
    )


async def upload(tab, content, name):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        document = (await tab.send("DOM.getDocument"))["root"]["nodeId"]
        node = (await tab.send("DOM.querySelector", nodeId=document, selector="#files"))["nodeId"]
        await tab.send("DOM.setFileInputFiles", nodeId=node, files=[str(path)])
        before = await tab.run("document.querySelectorAll('#turns article').length")
        await tab.run("document.querySelector('form.drop').requestSubmit()")
        await tab.until(
            f"document.querySelectorAll('#turns article').length > {before} && !document.querySelector('#turns [aria-busy]')"
        )


async def answer(tab, times):
    """Answer the dialog's next questions with their first option; say whether it goes on."""
    for _ in range(times):
        if not await tab.run("!!document.querySelector('.options button')"):
            return False
        now = await tab.run("document.querySelector('.stage').id")
        await tab.run("document.querySelector('.options button').click()")
        await tab.until(f"document.querySelector('.stage')?.id !== {json.dumps(now)}")
    return True


async def turn_to(tab, base, page):
    """Bring up a page; what follows its path says what is done there first."""
    path, _, doing = page.partition(" ")
    await tab.go(base + path)
    if doing.startswith("answered"):
        await answer(tab, int(doing.split()[1]))
        await tab.go(base + path)
    if doing == "answered 20":
        await tab.run("document.querySelector('[value=\"choose.whatif\"]')?.form.requestSubmit()")
        await asyncio.sleep(0.5)
    if doing == "compared":
        await tab.go(f"{base}/choose")
        await tab.run("document.querySelector('[value=\"choose.restart\"]')?.form.requestSubmit()")
        await asyncio.sleep(0.5)
        await answer(tab, 20)
        await tab.go(base + path)
        await tab.run(
            "document.querySelectorAll('[name=run]').forEach((box, n) => { box.checked = n < 2; })"
        )
        chosen = await tab.run(
            "[...document.querySelectorAll('[name=run]:checked')].map(box => 'run=' + box.value).join('&')"
        )
        await tab.go(f"{base}{path}?{chosen}")


async def judged(tab, source, name, found):
    for opened in (False, True):
        await tab.run(
            f"document.querySelectorAll('details').forEach(d => {{ d.open = {str(opened).lower()}; }})"
        )
        await tab.run(source)
        told = await tab.run(
            f"axe.run({{runOnly: {json.dumps(TAGS)}}}).then(r => r.violations.map(v => [v.id, v.nodes[0].html, v.nodes[0].failureSummary]))"
        )
        found += [(name, opened, *row) for row in told]


async def main(pictures):
    source, found, overflow, runs, outside, said = axe(), [], [], 0, [], []
    with bot() as base:
        async with chromium() as browser:
            for language in ("ja", "en"):
                tab = await browser.tab(language=language)
                await furnish(tab, base, language)
                for page in PAGES:
                    await turn_to(tab, base, page)
                    for width in (DESKTOP, PHONE):
                        for scheme in ("light", "dark"):
                            await tab.look(width, scheme)
                            await judged(tab, source, f"{page} {language} {width} {scheme}", found)
                            runs += 2
                            if pictures:
                                await tab.run(
                                    "document.querySelectorAll('details').forEach(d => { d.open = false; })"
                                )
                                shot = page.strip("/").replace(" ", "-") or "index"
                                await tab.picture(
                                    Path(pictures) / f"{shot}.{language}.{scheme}.{width}.png"
                                )
                    for width in (SMALL, PHONE, 640, 900):
                        await tab.look(width)
                        wide = await tab.run("document.documentElement.scrollWidth")
                        if wide > width:
                            overflow.append((page, language, width, wide, await tab.run(WIDEST)))
                outside += [
                    u
                    for u in tab.requests
                    if urlsplit(u).netloc != urlsplit(base).netloc and not u.startswith("data:")
                ]
                said += [
                    line for line in tab.console if "404" not in line or "/nowhere" not in line
                ]
    for name, opened, rule, html, why in found:
        print(
            f"  {name} {'open' if opened else 'closed'}: {rule}\n    {html[:160]}\n    {' '.join(why.split())[:200]}"
        )
    for row in (*overflow, *said, *outside):
        print(" ", row)
    print(
        f"axe runs {runs}: violations {len(found)} (0), console messages {len(said)} (0), outside requests {len(outside)} (0)"
    )
    print(f"pages wider than their window of {SMALL}, {PHONE}, 640 or 900 px: {len(overflow)} (0)")
    return 1 if found or overflow or said or outside else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "")))
