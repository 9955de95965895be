"""A file that a bug of ours keeps from being read: the admin reads whose fault it is, and the file waits for the mending."""

import re
from pathlib import Path

import pytest

from handlers.conversation import Upload
from handlers.documents.context import AUDIT
from knowledge.reading import sandbox
from tests.handlers.documents.conftest import Talk, button, file

ROOT = Path(__file__).resolve().parents[3]
BROKEN = f"""
import sys; sys.path.insert(0, {str(ROOT)!r})
from knowledge.reading.readers import markdown
whole = markdown.read
def read(content, budget):
    BODY
    raise RuntimeError(content.decode())
markdown.read = read
"""
SAID = {
    "ja": ("不具合", "ファイルの問題ではなく", "担当者"),
    "en": ("fault in llm-choose", "not in the file", "whoever runs"),
}


def broken(monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    monkeypatch.setattr(sandbox, "PRELUDE", sandbox.PRELUDE + BROKEN.replace("BODY", body))
    monkeypatch.setattr(
        "knowledge.reading.reading._sandbox", lambda loop, limits: sandbox.Sandbox(limits)
    )


def numbers(text: str) -> set[str]:
    return set(re.findall(r"(?<![0-9a-f])[0-9a-f]{6}(?![0-9a-f])", text))


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("language", SAID)
async def test_a_bug_of_ours_is_said_and_the_file_is_read_once_it_is_mended(
    talk: Talk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, language: str
) -> None:
    name = f"来客規程_{language}.md"
    with monkeypatch.context() as bug:
        broken(bug, "yield from ()")
        reply = await talk(
            Upload((file(name, f"# 来客規程{language}\n\n駐車区画は六台とする。\n"),)),
            language=language,
        )
    again = await talk(button(reply, "job"), language=language)

    assert name in reply.text
    assert all(words in reply.text for words in SAID[language])
    assert numbers(reply.text) == {
        record.number for record in caplog.records if hasattr(record, "number")
    }
    assert len(numbers(reply.text)) == 1
    booked = [row["entry"] for row in await talk.application.sessions.entries(AUDIT, 5)]
    assert {"fault"} == {
        entry["outcome"] for entry in booked if entry.get("name") == name and entry.get("outcome")
    }
    assert f"来客規程{language}" in again.text


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("language", SAID)
async def test_a_bug_of_ours_after_some_pages_stands_in_the_report(
    talk: Talk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, language: str
) -> None:
    broken(monkeypatch, "yield from whole(content, budget)")
    text = f"# 入館規程{language}\n\n入館証は毎月末に確かめる。\n"
    shown = repr(await talk(Upload((file(f"入館_{language}.md", text),)), language=language))

    logged = {record.number for record in caplog.records if hasattr(record, "number")}
    assert len(logged) == 1
    assert logged <= numbers(shown)
    assert all(words in shown for words in SAID[language])
