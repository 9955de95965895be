"""What is deleted stands in no file of this house: not in the index and its log, not among the originals, not in Redis's file."""

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.service import backups
from bot.service.application import Application
from bot.web.conversations import Article, Conversations
from bot.web.shares import Shares
from handlers.conversation import Form, Press, Text
from tests.handlers.documents.conftest import MEMBER, Talk, button, file

pytestmark = pytest.mark.asyncio(loop_scope="module")
SECRET = "ドムドーラ計画の評価は取締役会のみが行う"
OTHER = "宿泊費の上限は一万二千円とする"
RULES = f"# {{title}}\n\n## 第1条 評価\n\n{SECRET}。\n\n## 第2条 期限\n\n期限は翌月五日とする。\n"


def unpacked(content: bytes) -> Iterator[bytes]:
    """Yield a file as it is, and what is packed in it where it is packed in a way that is told by its first bytes."""
    yield content
    if content[:2] == b"\x1f\x8b":
        yield gzip.decompress(content)
    if content[:1] == b"x":
        try:
            yield zlib.decompress(content)
        except zlib.error:
            return


def holding(folder: Path, text: str) -> set[str]:
    """Return the rooms of a data folder in which a text stands, in whatever way it may be written."""
    written = [text.encode(), text.encode("utf-16-le"), json.dumps(text)[1:-1].encode()]
    rooms = set()
    for path in folder.rglob("*"):
        if not path.is_file() or path.is_symlink():
            continue
        for content in unpacked(path.read_bytes()):
            if any(words in content for words in written):
                rooms.add(path.relative_to(folder).parts[0])
    return rooms


async def shelve(talk: Talk, title: str, text: str) -> tuple[str, str]:
    """Add and publish a document; return its id and its version's."""
    content = text.format(title=title)
    report = await talk(Form("document.add", {}, {"title": title}, (file(f"{title}.md", content),)))
    drawn = button(report, "publish")
    await talk.press(report, "publish")
    return str(drawn.data["d"]), str(drawn.data["v"])


async def page_of(application: Application, talk: Talk, question: str) -> tuple[Conversations, str]:
    """Ask and let a page of a talk, and a link to it, keep the answer."""
    reply = await talk(Text(question), MEMBER)
    pages, screen = Conversations(application.sessions), f"{MEMBER.id}/t-{question}"
    article = Article("turn", question, "2026-11-30T10:00:00+00:00", reply)
    await pages.place(screen, article, "", "talk")
    await Shares(application.sessions).make(MEMBER.id, "Mai", "評価", screen, [article])
    return pages, screen


async def test_a_deleted_document_stands_in_no_file_of_ours(
    application: Application, talk: Talk, tmp_path: Path
) -> None:
    folder = application.settings.data
    document, _ = await shelve(talk, "評価規程", RULES)
    await shelve(talk, "旅費規程", f"# {{title}}\n\n## 第1条 宿泊\n\n{OTHER}。\n")
    pages, screen = await page_of(application, talk, "ドムドーラ計画の評価は誰が行う?")
    others, other_screen = await page_of(application, talk, "宿泊費の上限は?")
    await backups.write(application, tmp_path / "kept.tar.gz", questions=0)
    assert holding(folder, SECRET) == {"qdrant", "originals", "redis"}

    opened = await talk(Press("document.open", {"d": document}))
    gone = await talk.press(opened, "remove")

    assert "索引のファイル" in gone.text
    assert "バックアップには残ります" in gone.text
    assert not holding(folder, SECRET)
    assert {"qdrant", "originals", "redis"} == holding(folder, OTHER)
    (article,) = await pages.articles(screen)
    assert article.question == "ドムドーラ計画の評価は誰が行う?"
    assert article.reply.text == "この回答が引用していた資料は削除されたため、回答も削除しました。"
    (kept,) = await others.articles(other_screen)
    assert OTHER in kept.reply.text
    assert OTHER in (await talk(Text("宿泊費の上限は?"), MEMBER)).text


async def test_a_discarded_draft_stands_in_no_file_either(
    application: Application, talk: Talk
) -> None:
    content = RULES.format(title="下書き")
    report = await talk(Form("document.add", {}, {"title": "下書き"}, (file("下.md", content),)))
    assert "qdrant" in holding(application.settings.data, SECRET)
    await talk.press(report, "discard")
    assert not holding(application.settings.data, SECRET)


async def test_who_sent_a_document_stands_in_no_file_once_they_are_forgotten(
    application: Application, talk: Talk
) -> None:
    await shelve(talk, "送り主の規程", f"# {{title}}\n\n## 第1条 宿泊\n\n{OTHER}。\n")
    sender = "slack:T1:U1"
    assert {"qdrant", "redis"} <= holding(application.settings.data, sender)
    await application.personal.erase(sender)
    await (await application.library()).compacted()
    assert not holding(application.settings.data, sender)
