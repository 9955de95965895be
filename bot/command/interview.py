"""
The guided dialog in a terminal: the same handler and texts; numbers answer, letters press the
buttons.

A shared result is printed like any other: a terminal has no channel to post it to.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from rich.console import Console

from bot.command import desk
from bot.command.terminal import draw
from bot.service.application import Application
from handlers.choose.situation import Situation
from handlers.choose.typed import in_words
from handlers.conversation import (
    Audience,
    Button,
    Buttons,
    Command,
    Content,
    Field,
    Form,
    Message,
    Person,
    Press,
    Reply,
)
from knowledge.values import Language

LETTERS = "abcdefghijklmnopqrstuvwxyz"
END = "terminal.end"  # what the way out presses


class Sheet:
    """A screen that draws each final reply and keeps it, so that its question can be answered."""

    def __init__(self, console: Console) -> None:
        self.memory: dict[str, str] = {}
        self.last = Reply("")
        self._console = console

    async def show(self, reply: Reply) -> None:
        if reply.final:
            self.last = reply
            # what is pressed by letter stands below
            shown = [block for block in reply.blocks if not isinstance(block, Buttons)]
            drawn = replace(reply, blocks=tuple(shown))
            if reply.ask is not None and len(reply.ask.fields) > 1:
                # the fields of a page are drawn one by one, when each is asked for
                drawn = replace(drawn, ask=replace(reply.ask, fields=()))
            draw(drawn, self._console)


async def interview(
    application: Application, language: Language, *, express: bool, team: str
) -> int:
    """Ask until the person ends the input or stops."""
    person = Person("terminal:local", "terminal", language, "admin")
    argument = ""
    if team:
        argument = f"join {team}"
    elif express:
        argument = "express"
    content: Content = Command("choose", argument)
    sheet, number = Sheet(desk.console()), 0
    while True:
        message = Message(
            f"terminal:{number}",
            person,
            "terminal:local",
            Audience(person.id, private=True),
            content,
        )
        await application.turns.take(message, sheet)
        _keep_files(sheet.last, application, language)
        answered = await _answer(sheet.last, application, language)
        if answered is None:
            return 0
        content, number = answered, number + 1


def _keep_files(reply: Reply, application: Application, language: Language) -> None:
    """Write what can be taken away into the working folder, beside what is there already."""
    for attachment in reply.attachments:
        path = desk.located(attachment.name)
        for count in range(2, 1000):
            if not path.exists():
                break
            numbered = Path(attachment.name).with_stem(f"{Path(attachment.name).stem}-{count}")
            path = desk.located(str(numbered))
        path.write_bytes(attachment.content)
        written = application.texts.say("interview.written", language, name=path.name)
        print(written)  # noqa: T201  # a terminal speaks by printing


async def _answer(reply: Reply, application: Application, language: Language) -> Content | None:
    """
    Return what the person does next: a button by its letter, or a form with one answer a line; None
    ends.
    """
    buttons = dict(zip(LETTERS, _buttons(reply, application, language), strict=False))
    if not reply.ask and not buttons:
        return None
    keys = [f"{key}) {button.label}" for key, button in buttons.items()]
    fields = reply.ask.fields if reply.ask else (Field("", "choice", ""),)
    values: dict[str, str] = {}
    for field in fields:
        if len(fields) > 1:
            print("\n".join(_field(field)))  # noqa: T201  # a terminal speaks by printing
        if len(fields) == 1 or not values:
            print("  ".join(keys))  # noqa: T201  # a terminal speaks by printing
        given = await _line(field, buttons, application, language)
        if given is None or isinstance(given, Button):
            return _pressed(given)
        values[field.id] = given
    if reply.ask is None:
        return None
    return Form(reply.ask.form, reply.ask.state, values)


def _field(field: Field) -> Iterator[str]:
    """Yield one field of several as lines: its question, its hint and its numbered options."""
    yield f"\n{field.label}"
    if field.hint:
        yield field.hint
    for number, option in enumerate(field.options, 1):
        yield f"  {number}. {option.text}"


def _pressed(button: Button | None) -> Press | None:
    if button is None or button.press.action == END:
        return None
    return button.press


async def _line(
    field: Field, buttons: dict[str, Button], application: Application, language: Language
) -> str | Button | None:
    """
    Read until a line is an option's number, a button's letter or, where text is asked for, any
    text.
    """
    while True:
        label = f"[{_number(field)}] " if field.initial else ""
        print(f"{label}> ", end="", flush=True)  # noqa: T201  # a terminal prompt
        row = await desk.line()
        if not row:
            return None
        word = row.strip()
        if word.lower() in buttons:
            return buttons[word.lower()]
        if word.isdecimal() and 0 < int(word) <= len(field.options):
            return field.options[int(word) - 1].id
        if not word and (field.initial or not field.required):
            return field.initial
        if word and not field.options and field.id:
            return word
        meant = _named(word, buttons) or _several(word, field)
        meant = meant or in_words(word, field, _situation())
        if meant:
            return meant
        print(_help(field, application, language))  # noqa: T201  # a terminal prompt


def _several(word: str, field: Field) -> str:
    """Return the options at the numbers of a line, with commas between; empty for no such line."""
    if field.kind != "toggle":
        return ""
    numbers = re.split(r"[\s,、]+", word)
    chosen = []
    for number in numbers:
        if not number.isdecimal() or not 0 < int(number) <= len(field.options):
            return ""
        chosen.append(field.options[int(number) - 1].id)
    return ",".join(chosen)


def _named(word: str, buttons: dict[str, Button]) -> Button | None:
    """Return the button whose label was typed, None where there is none."""
    for button in buttons.values():
        if word.casefold() == button.label.casefold():
            return button
    return None


@cache
def _situation() -> Situation:
    return Situation.load()


def _help(field: Field, application: Application, language: Language) -> str:
    count = len(field.options)
    if not count:
        return application.texts.say("interview.write", language)
    return application.texts.say("interview.pick", language, n=count)


def _number(field: Field) -> int | str:
    """Return the number of the option that is proposed, or the proposed text itself."""
    for number, option in enumerate(field.options, 1):
        if option.id == field.initial:
            return number
    return field.initial


def _buttons(reply: Reply, application: Application, language: Language) -> Iterator[Button]:
    """Yield what can be pressed: the ask's own buttons, those of the blocks, and the way out."""
    if reply.ask and reply.ask.guideline:
        yield reply.ask.guideline.open
    if reply.ask:
        yield from reply.ask.buttons
    for block in reply.blocks:
        if isinstance(block, Buttons):
            for button in block.items:
                if not button.url:
                    yield button
    yield Button(application.texts.say("interview.end", language), Press(END))
