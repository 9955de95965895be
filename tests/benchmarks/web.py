"""
How long a click on the page takes, end to end on loopback: what a browser sends, parsed back as a browser gets it.

Run by hand: `python -m tests.benchmarks.web [RUNS]`. Walks that many guided dialogs from their first question to the result,
half streamed as the script does, half by form and redirect as without one; then loads each page.
"""

import re
import sys
import time
from html import unescape
from pathlib import Path
from statistics import median

import httpx

from bot.press import KEY, pack
from handlers.conversation import Press
from tests.soak.browser import bot

FIELD = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')
ANSWERS = re.compile(
    r'<form method="post" action="/form"(?:(?!</form>).)*class="opts".*?</form>', re.DOTALL
)
FIRST = re.compile(r'<form class="form stack" method="post" action="/form".*?</form>', re.DOTALL)
PAGES = ("/", "/choose", "/demo", "/knowledge", "/decisions", "/health")
STATIC = Path(__file__).resolve().parents[2] / "bot" / "web" / "static"
NDJSON = {"Accept": "application/x-ndjson"}


def walk(client, took, *, streamed):
    """Answer one dialog with its options in turn; add the milliseconds of each click."""
    html = client.get("/choose").text
    for step in range(20):
        form = ANSWERS.search(html)
        begins = FIRST.search(html) if form is None else None
        if form is None and begins is None:
            break
        form = form or begins
        fields = {unescape(name): unescape(value) for name, value in FIELD.findall(form[0])}
        options = re.findall(r'<button name="([^"]+)" value="([^"]+)"', form[0])
        name, value = options[step % len(options)] if options else ("text", "")
        began = time.perf_counter()
        told = client.post(
            "/form",
            data=fields | {name: value},
            headers=NDJSON if streamed else {},
            follow_redirects=True,
        )
        took.append(1000 * (time.perf_counter() - began))
        html = client.get("/choose").text if streamed else told.text
        assert told.status_code == 200
    drawn = [unescape(value) for name, value in FIELD.findall(html) if name == KEY]
    again = next(
        (text for text in drawn if text.startswith('["choose.restart"')),
        pack(Press("choose.start")),
    )
    client.post("/press", data={"_page": "/choose", KEY: again})


def shown(name, took):
    assert took, f"nothing was measured: {name}"
    took = sorted(took)
    print(
        f"{name}: p50 {median(took):.1f} ms, p95 {took[int(len(took) * 0.95)]:.1f} ms (100), max {took[-1]:.1f} ms, n {len(took)}"
    )


def main(runs):
    with bot() as base, httpx.Client(base_url=base, headers={"Origin": base}) as client:
        for streamed in (True, False):
            took = []
            for _ in range(runs // 2):
                walk(client, took, streamed=streamed)
            shown("a click, streamed" if streamed else "a click, by form and redirect", took)
        for page in PAGES:
            took = []
            for _ in range(20):
                began = time.perf_counter()
                assert client.get(page).status_code == 200
                took.append(1000 * (time.perf_counter() - began))
            shown(f"GET {page}", took)
    sizes = {path.name: path.stat().st_size for path in sorted(STATIC.iterdir())}
    print(f"bytes: {sizes}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
