"""A member who tries out words, and looks inside each answer, sees the same whether a hidden document holds them or not."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from bot.command.cli import main
from bot.service.application import Application
from bot.settings import load
from handlers.conversation import (
    Audience,
    Command,
    Form,
    Message,
    Person,
    Press,
    Reply,
    Sources,
    Text,
)
from knowledge.documents.library import Library
from knowledge.reading.reading import read
from knowledge.values import Metadata
from tests.sheet import Sheet

pytestmark = pytest.mark.early
PUBLIC = "# 申請\n\n外部の生成AIサービスの申請は情報システム部が受け付ける。\n\n生成AIに個人情報を入力してはならない。\n"
WORDS = (
    "ザルゴン",
    "鬼塚",
    "解雇",
    "ミョルニル",
    "鬼沢",
    "ガルバンゾ",
)  # the first three stand in hidden documents


async def add(
    library: Library,
    name: str,
    text: str,
    *,
    publish: bool = True,
    audience: str = "all",
    over: str = "",
) -> str:
    """Add a document, or a version of the document `over`."""
    said = Metadata(owner="総務", audience=audience, supersedes=over)
    document, version, _ = await library.stage(await read(name, text.encode()), said, by="test")
    if publish:
        await library.publish(document.id, version.id)
    return document.id


async def fill(application: Application, *, hidden: bool) -> None:
    library = await application.library()
    public = await add(library, "申請.md", PUBLIC)
    if hidden:
        secret = "# 極秘\n\nザルゴンと鬼塚の解雇に関する外部の生成AIサービスの申請。\n"
        await add(library, "役員.md", secret, audience="admins")
        await add(library, "鬼塚.md", f"{PUBLIC}\n鬼塚の解雇。\n", publish=False, over=public)
        await add(library, "ザルゴン.md", f"{secret}下書き。\n", publish=False)
        await library.withdraw(await add(library, "撤回.md", f"{secret}撤回。\n"))


async def say(application: Application, content: Any, language: str) -> Reply:
    sheet = Sheet()
    person = Person("paper:U1", "Aoi", language)  # type: ignore[arg-type]
    message = Message("m", person, "paper:words", Audience(person.id, private=True), content)
    await application.turns.take(message, sheet)
    return sheet.shown[-1]


async def shown(application: Application, word: str, language: str) -> str:
    """Return everything a person sees of an answer, its inside, and why the word's document is not there."""
    asked = (
        f"{word}と外部の生成AIサービスの申請"
        if language == "ja"
        else f"Who accepts 外部の生成AIサービスの申請 of {word}?"
    )
    answer = await say(application, Text(asked), language)
    id_ = next((b.answer for b in answer.blocks if isinstance(b, Sources)), "")
    replies = [
        answer,
        await say(application, Command("documents"), language),
        await say(application, Command("help"), language),
    ]
    for narrowed in ({"q": word}, {"state": "staged"}):
        replies.append(await say(application, Press("document.list", narrowed), language))
    if id_:
        replies.append(await say(application, Press("demo.open", {"aid": id_}), language))
        replies.append(
            await say(
                application, Press("demo.rerun", {"aid": id_, "k": 10, "s": "first"}), language
            )
        )
        replies.append(
            await say(application, Form("demo.why", {"aid": id_}, {"document": word}), language)
        )
    return steady(str(replies))


def steady(text: str) -> str:
    """Return it without what differs from run to run: ids, times of day and times taken."""
    text = re.sub(r"(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{16}(?![A-Za-z0-9_-])", "ID", text)
    return re.sub(
        r"\d+(\.\d+)? (ms|s)\b|\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d[+:0-9]*)?", "TIME", text
    )


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_what_a_member_sees_is_the_same_for_hidden_and_absent_words(
    tmp_path: Path, language: str
) -> None:
    seen = []
    for name in ("open", "with hidden documents"):
        async with Application(load({}, data=str(tmp_path / name))) as application:
            await fill(application, hidden=name != "open")
            await (
                await application.library()
            ).followed()  # until what was published is known by meaning, too
            seen.append([await shown(application, word, language) for word in WORDS])
    assert seen[0] == seen[1]
    assert "申請" in seen[0][0]


def test_the_terminal_tells_an_admin_and_the_statistics_stay_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever sits at the machine reads everything: the hidden document is found there, with its words."""
    secret = tmp_path / "役員.md"
    secret.write_text("# 極秘\n\nザルゴンの買収に関する申請。\n", "utf-8")
    data = str(tmp_path / "data")
    assert main(["add", str(secret), "--publish", "--data", data, "--json"]) == 0
    capsys.readouterr()
    assert main(["search", "ザルゴンの申請", "--json", "--data", data]) == 0
    assert "ザルゴン" in capsys.readouterr().out
    assert main(["ask", "ザルゴンの買収とは", "--json", "--data", data]) == 0
    assert "ザルゴン" in json.dumps(json.loads(capsys.readouterr().out), ensure_ascii=False)
