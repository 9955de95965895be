"""The guided dialog in a terminal: the same handler and texts, numbers instead of buttons."""

import sys

from rich.console import Console

from bot.house import House
from bot.terminal import draw
from handlers.conversation import Ask, Audience, Command, Content, Form, Message, Person, Reply
from knowledge.values import Language


class Sheet:
    """A screen that keeps the last reply, so that its question can be answered."""

    def __init__(self) -> None:
        self.memory: dict[str, str] = {}
        self.last = Reply("")

    async def show(self, reply: Reply) -> None:
        self.last = reply


async def interview(house: House, language: Language, *, express: bool) -> int:
    """Ask until there is a result, or the person ends the input."""
    person = Person("terminal:local", "terminal", language, "admin")
    content: Content = Command("choose", "express" if express else "")
    sheet, number, console = Sheet(), 0, Console()
    while True:
        message = Message(f"terminal:{number}", person, "terminal:local", Audience(person.id, private=True), content)
        await house.turns.take(message, sheet)
        draw(sheet.last, console)
        if sheet.last.ask is None:
            return 0
        answered = _answer(sheet.last.ask, house, language)
        if answered is None:
            return 0
        content, number = answered, number + 1


def _answer(ask: Ask, house: House, language: Language) -> Form | None:
    values = {}
    for field in ask.fields:
        while True:
            print("> ", end="", flush=True)  # noqa: T201  # a terminal prompt
            row = sys.stdin.readline()
            if not row:
                return None
            word = row.strip()
            if word.isdigit() and 0 < int(word) <= len(field.options):
                values[field.id] = field.options[int(word) - 1].id
                break
            if not field.options:
                values[field.id] = word
                break
            print(house.texts.say("cli.pick", language, n=len(field.options)))  # noqa: T201  # a terminal prompt
    return Form(ask.form, ask.state, values)
