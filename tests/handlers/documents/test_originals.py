"""An admin takes the file of a version away as it was sent; nobody else does, and the book knows."""

import pytest

from handlers.conversation import Press, Upload
from tests.handlers.documents.conftest import ADMIN, MEMBER, Talk, button, file

pytestmark = pytest.mark.asyncio(loop_scope="module")
TEXT = "# 持ち出し規程\n\n社外への持ち出しには承認が必要です。\n"


async def test_the_original_comes_back_byte_for_byte_and_is_written_down(talk: Talk) -> None:
    report = await talk(Upload((file("持ち出し.md", TEXT),)))
    page = await talk.press(report, "open")

    taken = await talk.press(page, "original")
    book = await talk(Press("document.audit"))

    assert [(a.name, a.content) for a in taken.attachments] == [("持ち出し.md", TEXT.encode())]
    assert taken.private
    assert "原本をダウンロード" in book.text


async def test_a_member_gets_no_original(talk: Talk) -> None:
    report = await talk(Upload((file("秘密.md", TEXT.replace("持ち出し", "秘密")),)))
    press = button(await talk.press(report, "open"), "original")

    refused = await talk(press, MEMBER)

    assert not refused.attachments
    assert (await talk(press, ADMIN)).attachments


async def test_an_unknown_version_has_none(talk: Talk) -> None:
    report = await talk(Upload((file("別.md", TEXT.replace("持ち出し", "別")),)))
    press = button(await talk.press(report, "open"), "original")

    told = await talk(Press(press.action, {"d": press.data["d"], "v": "nothing"}))

    assert told.text == "この版の原本は残っていません。"
