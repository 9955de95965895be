"""
A disk that is full, for real: a small file system of its own, which only the root of a Linux may
mount. Run by hand: `pytest tests/soak/full_disk.py`.
"""

import asyncio
import html
import os
import re
import subprocess
import sys

import httpx
import pytest

from tests.processes import START, BotProcess

RULE = "# 経費規程\n\n## 第1条\n\n経費の申請期限は翌月5日とする。\n"


@pytest.fixture
def small(tmp_path):
    """A folder on a file system of 400 MB; skipped where none may be mounted."""
    place = tmp_path / "small"
    place.mkdir()
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only the root of a Linux may mount a small file system")
    words = ["mount", "-t", "tmpfs", "-o", "size=400m", "tmpfs", str(place)]
    if subprocess.run(words, check=False, capture_output=True).returncode:
        pytest.skip("this container may not mount a file system")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def fill(place):
    """Take every byte that is left."""
    with place.open("wb") as file:
        for size in (1 << 20, 1 << 10, 1):
            try:
                while True:
                    os.write(file.fileno(), b"\0" * size)
            except OSError:
                continue


def speaking(language):
    return {"Cookie": f"lang={language}"}


async def send(client, path, language, **words):
    """Send a form as without a script, and return the text of the page that is shown at last."""
    answer = await client.post(path, headers=speaking(language), **words)
    async with asyncio.timeout(START):
        while 'http-equiv="refresh"' in answer.text:
            await asyncio.sleep(0.1)
            answer = await client.get(answer.url, headers=speaking(language))
    return html.unescape(answer.text)


async def test_a_full_disk_refuses_documents_with_its_reason_and_nothing_is_half_done(small):
    bot = BotProcess(small / "data", {"LLM": "", "EMBEDDING": "", "LANG": "ja_JP.UTF-8"})
    file = {"files": ("経費規程.md", RULE.encode())}
    try:
        await bot.listening()
        await bot.until()
        headers = {"Origin": bot.url}
        async with httpx.AsyncClient(
            base_url=bot.url, headers=headers, timeout=START, follow_redirects=True
        ) as client:
            fill(small / "ballast")
            refused = [
                await send(client, "/upload", language, files=file) for language in ("ja", "en")
            ]
            asked = await send(client, "/ask", "ja", data={"q": "RAGは社内文書を全部学習しますか?"})
            await bot.until(sessions="its disk is full or cannot be written")
            ready = (await client.get("/ready")).json()
            page = html.unescape((await client.get("/health", headers=speaking("ja"))).text)
            (small / "ballast").unlink()
            await bot.until()
            taken = await send(client, "/upload", "ja", files=file)
            shelf = html.unescape((await client.get("/knowledge", headers=speaking("ja"))).text)
    finally:
        bot.kill()

    assert "LLM_CHOOSE_DATA" in ready["repairs"]["sessions"]
    assert "df -h" in page
    for page in refused:  # which of the parts says so first depends on the moment
        assert "経費規程.md" in page
        assert "document.publish" not in page
    assert "資料からの引用" in asked
    assert "経費の申請期限は翌月5日" in taken
    assert "資料 3件" in re.sub("<[^>]+>", "", shelf)  # ours two, and the one that was sent again
