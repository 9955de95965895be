"""Where everything begins: what one left unfinished, and what waits for an admin."""

import pytest

from handlers.conversation import Buttons, Command, Form, Upload
from tests.handlers.documents.conftest import CHANNEL, MEMBER, Talk, file

pytestmark = pytest.mark.asyncio(loop_scope="module")
HOME = Command("home")


def desk(reply) -> list[str]:
    rows = [block for block in reply.blocks if isinstance(block, Buttons) and block.row == "desk"]
    return [button.label for row in rows for button in row.items]


async def test_an_admin_sees_what_waits_and_a_member_does_not(talk: Talk) -> None:
    due = {"review": "2020-01-01"}
    form = Form("document.add", {}, due, (file("古い.md", "# 古い規程\n\n昔の決まりです。"),))
    await talk.press(await talk(form), "publish")
    await talk(Upload((file("下書き.md", "# 下書き\n\nまだ見せない文です。"),)))
    await talk(Form("document.request", {}, {"q": "慶弔休暇の日数が知りたい"}), MEMBER)

    assert desk(await talk(HOME)) == [
        "公開待ちの資料(1件)",
        "未回答の質問(1件)",
        "見直し日を過ぎた資料(1件)",
    ]
    assert desk(await talk(HOME, MEMBER)) == []
    assert desk(await talk(HOME, where=CHANNEL)) == []


async def test_an_unfinished_dialog_waits_for_its_person_alone(talk: Talk) -> None:
    first = (await talk(Command("choose"))).ask
    answers = {field.id: field.options[0].id for field in first.fields if field.options}
    await talk(Form(first.form, first.state, answers))

    for language, words in (("ja", "続きから"), ("en", "Continue")):
        assert words in desk(await talk(HOME, language=language))
        assert words not in desk(await talk(HOME, MEMBER, language=language))
