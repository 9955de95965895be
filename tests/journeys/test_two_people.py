"""The rule of two: whoever added a document needs somebody else, known to be somebody else, to publish it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.command.cli import main
from bot.service.application import Application
from bot.settings import load
from bot.web.access import Access
from bot.web.settings import Passwords
from handlers.conversation import (
    Audience,
    Button,
    Buttons,
    File,
    Message,
    Person,
    Press,
    Reply,
    Upload,
)
from handlers.sessions import Sessions
from handlers.texts import Texts
from tests.sheet import Sheet

RULES = "# 持ち出し規程\n\n資料の持ち出しには部門長の許可が要る。\n"
PASSWORD = "admin-admin-2"
AOI = Person("web:oidc:id.example#aoi", "Aoi", "ja", "admin")
KEN = Person("slack:T1:U2", "Ken", "ja", "admin")


@asynccontextmanager
async def opened(data: Path, rule: str) -> AsyncIterator[Application]:
    async with Application(
        load({"PUBLISH_BY_TWO": rule}, data=str(data)), threads=1
    ) as application:
        yield application


def signed_in(texts: Texts, name: str = "", language: str = "ja") -> Person:
    """Return whoever knows the admins' password, as a new browser makes them."""
    passwords = Passwords("ask-ask-ask-1", PASSWORD)
    access = Access(passwords, texts, Sessions(Redis), local=False)  # nothing is looked up here
    person = access.person(access.with_password(PASSWORD, name), language)  # type: ignore[arg-type]
    assert person
    return person


async def say(application: Application, person: Person, content: Upload | Press) -> Reply:
    sheet = Sheet()
    message = Message(
        f"m{id(content)}", person, "paper:1", Audience(person.id, private=True), content
    )
    await application.turns.take(message, sheet)
    return sheet.shown[-1]


async def added(application: Application, person: Person, text: str = RULES) -> Press:
    """Add a document and return the button that publishes it."""

    async def fetch() -> bytes:
        return text.encode()

    report = await say(application, person, Upload((File("規程.md", 100, fetch),)))
    buttons: list[Button] = [
        b for row in report.blocks if isinstance(row, Buttons) for b in row.items
    ]
    return next(b.press for b in buttons if b.press and b.press.action == "document.publish")


async def published(application: Application) -> bool:
    return any(
        d.current
        for d in await (await application.library()).documents()
        if d.metadata.title == "持ち出し規程"
    )


@pytest.mark.parametrize("rule", ["1", "yes", "TRUE", "on", "１"])
async def test_signing_in_again_makes_no_second_person(
    texts: Texts, house: Path, rule: str
) -> None:
    async with opened(house, rule) as application:
        mai = signed_in(texts, "Mai")
        press = await added(application, mai)
        own = await say(application, mai, press)
        same = await say(application, signed_in(texts, "Mai"), press)
        assert "本人には公開できません" in same.text
        for again in (signed_in(texts, "別の人"), signed_in(texts)):
            refused = await say(application, again, press)
            assert not await published(application)
            assert "Slack か Teams" in refused.text
        english = await say(application, signed_in(texts, "Other", "en"), press)
        assert "shared password" in english.text
        assert "本人には公開できません" in own.text


@pytest.mark.parametrize(
    ("adder", "publisher", "allowed"),
    [
        (signed_in, lambda texts: KEN, True),
        (signed_in, lambda texts: Person("terminal:local", "", "ja", "admin"), True),
        (lambda texts: KEN, signed_in, False),
        (lambda texts: KEN, lambda texts: KEN, False),
        (lambda texts: KEN, lambda texts: Person("teams:t:1", "Rei", "ja", "admin"), True),
        (lambda texts: AOI, lambda texts: AOI, False),
        (lambda texts: AOI, lambda texts: replace(AOI, id="web:oidc:id.example#ken"), True),
        (signed_in, lambda texts: AOI, True),
        (lambda texts: AOI, signed_in, False),
        (lambda texts: AOI, lambda texts: replace(AOI, id="api:t1"), False),
        (
            lambda texts: Person("web:local", "", "ja", "admin"),
            lambda texts: Person("terminal:local", "", "ja", "admin"),
            False,
        ),
    ],
)
async def test_who_may_publish_for_whom(
    texts: Texts,
    house: Path,
    adder: Callable[[Texts], Person],
    publisher: Callable[[Texts], Person],
    allowed: bool,
) -> None:
    async with opened(house, "1") as application:
        press = await added(application, adder(texts))
        reply = await say(application, publisher(texts), press)
        assert await published(application) is allowed
        twice = await say(application, publisher(texts), press)
        assert await published(application) is allowed
        assert reply.text
        assert twice.text


@pytest.mark.parametrize("rule", ["", "0", "no", "False", "off"])
async def test_without_the_rule_one_is_enough(texts: Texts, house: Path, rule: str) -> None:
    async with opened(house, rule) as application:
        mai = signed_in(texts, "Mai")
        await say(application, mai, await added(application, mai))
        assert await published(application)


def test_the_terminal_does_not_publish_what_it_added(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PUBLISH_BY_TWO", "on")
    path = tmp_path / "規程.md"
    path.write_text(RULES, "utf-8")
    assert main(["add", str(path), "--publish", "--json", "--data", str(tmp_path / "data")]) != 0
    assert "by_two" in capsys.readouterr().out
