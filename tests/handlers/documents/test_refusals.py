"""Every refusal names the file, the reason and the way out, in the person's language, and is booked under a stable code."""

from dataclasses import asdict, replace
from pathlib import Path

import pytest

from bot.service.application import Application
from bot.settings import load
from handlers.conversation import Command, Press, Text, Upload
from handlers.documents.context import AUDIT
from knowledge.values import Metadata
from tests.handlers.documents.conftest import ADMIN, MEMBER, Talk, button, file

REFUSED = (
    ("encrypted/旅費規程_パスワード.pdf", "", "password_protected", ("パスワード", "password")),
    (
        "unsupported/PasswordProtected.doc",
        "",
        "password_protected",
        ("パスワード", "password"),
    ),
    ("old.doc", "", "old_office", ("古いOffice形式", "old Office format")),
    (
        "bad.xyz",
        "",
        "unsupported",
        ("読める形式は", "formats that can be read"),
    ),
    ("wrong_ext/html_as.pdf", "", "sign_in_page", ("ウェブページ", "web page")),
    ("zero/whitespace_only.md", "", "empty", ("文字がありません", "no text")),
    ("image_only/スキャン_旅費規程.pdf", "", "image_only", ("画像だけ", "only pictures")),
    ("bomb_xxe/zip_bomb_300MB.docx", "", "archive_bomb", ("展開すると", "unfolds")),
    ("active_content/SimpleMacro.xlsm", "", "macro", ("マクロ", "macros")),
)

MADE = ("bad.xyz", "old.doc")  # of a kind that nothing reads, or nothing without LibreOffice


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(("path", "name", "code", "said"), REFUSED, ids=[r[0] for r in REFUSED])
async def test_a_file_that_cannot_be_taken_says_why_and_what_to_do(
    talk: Talk,
    shared: Path,
    path: str,
    name: str,
    code: str,
    said: tuple[str, str],
    monkeypatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr("knowledge.reading.readers.tessdata.data", lambda: None)
    monkeypatch.setattr("knowledge.reading.conversion.program", str)
    found = shared / "documents" / path
    if path in MADE:
        found = tmp_path / path
        found.write_bytes(b"x")
    for language, words in zip(("ja", "en"), said, strict=True):
        reply = await talk(Upload((file(found.name, found.read_bytes()),)), language=language)
        assert found.name in reply.text
        assert words in reply.text
        assert reply.text.strip()[-1] in ("。", ".")
    booked = (await talk.application.sessions.entries(AUDIT, 1))[0]["entry"]
    assert (booked["outcome"], booked["name"]) == (code, found.name)


@pytest.mark.asyncio(loop_scope="module")
async def test_a_document_that_kills_its_readers_is_parked_and_may_be_tried_again(
    talk: Talk,
) -> None:
    content = "# 毒見\n\n読める資料です。".encode()
    jobs = talk.application.jobs
    job = await jobs.keep("poison:1:0", "毒.md", content, Metadata(owner=ADMIN.id), by=ADMIN.id)
    died = {"job": asdict(replace(job, tries=2))}  # two workers, over it
    await talk.application.sessions.save("job", job.id, died)
    await jobs.run(job.id)
    parked = await talk(Press("document.job", {"j": job.id}))
    listed = await talk(Command("documents"))
    member = await talk(Command("documents"), MEMBER)
    again = await talk.press(listed, "job")

    assert "毒.md" in parked.text
    assert "もう一度試す" in str(parked.blocks)
    assert "毒.md" in listed.text
    assert "毒.md" not in str(member)
    assert "確認してください" in str(again.blocks)


async def test_a_place_for_files_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "full").write_text("no folder")
    settings = load(
        {"ORIGINALS": str(tmp_path / "full" / "originals")}, data=str(tmp_path / "data")
    )
    async with Application(settings, threads=1) as application:
        talk = Talk(application)
        await application.library()
        for language, words in (("ja", "空き容量"), ("en", "free space")):
            reply = await talk(
                Upload((file("規程.md", "# 規程\n\n本文です。"),)), language=language
            )
            assert words in reply.text


async def test_a_library_that_is_away_says_so_and_loses_nothing(tmp_path: Path) -> None:
    async with Application(
        load({"QDRANT_URL": "http://127.0.0.1:1"}, data=str(tmp_path)), threads=1
    ) as application:
        talk = Talk(application)
        for content in (
            Command("documents"),
            Press("document.open", {"d": "x"}),
            Press("document.add"),
            Text("規程は?"),
        ):
            assert "応答" in (await talk(content)).text
        waits = await talk(Upload((file("規程.md", "# 規程\n\n本文です。"),)))
        job = (await application.jobs.recent())[0]

    assert "自動で再開します" in waits.text
    assert button(waits, "job").data["j"] == job.id
    assert job.outcome == ""
