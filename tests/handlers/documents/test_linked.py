"""A link to where a company keeps its files, sent by an admin, is offered to be registered."""

import pytest

from handlers.conversation import Buttons, Form, Sources, Text
from tests.handlers.documents.conftest import ADMIN, MEMBER, Talk, file

pytestmark = pytest.mark.asyncio(loop_scope="module")
LINK = "https://contoso.sharepoint.com/sites/hr/Shared%20Documents/駐車場.docx?d=w20e86fb"


def ways(reply) -> list:
    return [b for block in reply.blocks if isinstance(block, Buttons) for b in block.items]


@pytest.mark.parametrize(
    ("text", "language", "label"),
    [
        (LINK, "ja", "ファイルを送って登録する"),
        (f"この資料を登録してください {LINK}", "ja", "ファイルを送って登録する"),
        (f"please add this document: {LINK}", "en", "Send the file and register it"),
    ],
)
async def test_an_admin_is_offered_to_register_it_and_others_to_ask_for_it(
    talk: Talk, text: str, language: str, label: str
) -> None:
    [offer] = ways(await talk(Text(text), ADMIN, language=language))
    [request] = ways(await talk(Text(text), MEMBER, language=language))

    assert offer.label == label
    assert request.press.action == "document.request"


async def test_the_file_that_follows_keeps_the_link_as_the_place_of_its_original(
    talk: Talk,
) -> None:
    [offer] = ways(await talk(Text(LINK)))
    form = (await talk(offer.press)).ask
    text = "# 駐車場規程\n\n## 第2条 月額\n\n駐車場の利用料は月額四千円とする。\n"
    report = await talk(Form(form.form, form.state, {}, (file("駐車場.md", text),)))
    await talk.press(report, "publish")
    answer = await talk(Text("駐車場の利用料は月額いくらですか"), MEMBER)
    [source] = [one for b in answer.blocks if isinstance(b, Sources) for one in b.items][:1]

    assert source.url == LINK
    assert "contoso.sharepoint.com" in form.intro


@pytest.mark.parametrize("address", ["javascript:alert(1)", "http://x.example/a", "https://x y"])
async def test_what_is_no_address_on_the_web_is_kept_nowhere(talk: Talk, address: str) -> None:
    form = Form(
        "document.add", {"address": address}, {}, (file("注.md", "# 注意書き\n\n火の用心。"),)
    )
    await talk(form)
    library = await talk.application.library()
    [kept] = [one for one in await library.documents() if one.metadata.title == "注意書き"]

    assert kept.metadata.url == ""
