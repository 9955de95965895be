"""
The guided dialog in a terminal: the same handler and texts; numbers answer, letters press the
buttons.

A shared result is printed like any other: a terminal has no channel to post it to.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from rich.console import Console

from bot.command import desk, memo
from bot.command.terminal import draw
from bot.service.application import Application
from handlers.choose.situation import NOBODY, Situation
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
from knowledge.errors import InvalidAnswers
from knowledge.values import Language

LETTERS = "abcdefghijklmnopqrstuvwxyz"
END = "terminal.end"  # what the way out presses
QUESTION = "choose.question"  # what takes a question about a result
RESULT = "choose.resume"  # what leads back to it
# what is typed for a button besides its label
WORDS: dict[str, frozenset[str]] = {
    "choose.back": frozenset({"戻る", "前へ", "back", "go back", "previous"}),
    "choose.skip": frozenset({"飛ばす", "スキップ", "パス", "skip", "pass"}),
    "choose.later": frozenset({"飛ばす", "スキップ", "あとで", "skip", "later"}),
    "choose.resume": frozenset({"結果", "結果に戻る", "続き", "戻る", "result", "results", "back"}),
    "choose.memo": frozenset({"メモ", "判断メモ", "memo"}),
    "choose.finish": frozenset({"結果", "終える", "result", "finish"}),
    "choose.preview": frozenset({"途中", "途中経過", "so far", "preview"}),
    END: frozenset({"終わる", "終了", "やめる", "quit", "exit", "bye"}),
}
BACK = Button("", Press(""))  # no button: to the field before, where several are asked for
WHY = frozenset({"なぜ", "なぜ?", "なんで", "どうして", "理由", "why", "why?"})


class Sheet:
    """
    A screen that draws each final reply and keeps it, so that its question can be answered, and the
    way back to the last result, which stays whatever is asked about it.
    """

    def __init__(self, console: Console) -> None:
        self.memory: dict[str, str] = {}
        self.last = Reply("")
        self.result: Press | None = None
        self._console = console

    async def show(self, reply: Reply) -> None:
        if reply.final:
            self.last = reply
            asking = _asks_about(reply)
            if asking is not None:
                self.result = Press(RESULT, asking.data)
            # what is pressed by letter stands below
            shown = [block for block in reply.blocks if not isinstance(block, Buttons)]
            drawn = replace(reply, blocks=tuple(shown))
            if reply.ask is not None and len(reply.ask.fields) > 1:
                # the fields of a page are drawn one by one, when each is asked for
                drawn = replace(drawn, ask=replace(reply.ask, fields=()))
            draw(drawn, self._console)


async def interview(
    application: Application, language: Language, *, express: bool, team: str, place: str = ""
) -> int:
    """Ask until the person ends the input or stops; a memo is written to `place`."""
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
        _keep_files(sheet.last, application, language, place)
        answered = await _answer(sheet, application, language)
        if answered is None:
            return 0
        content, number = answered, number + 1


def _keep_files(reply: Reply, application: Application, language: Language, place: str) -> None:
    """Write what can be taken away, and say where it is or why it could not be written."""
    if not reply.attachments:
        return
    try:
        paths = memo.save(reply.attachments, place)
    except InvalidAnswers as error:
        print(error.reason.to(language))  # noqa: T201  # a terminal speaks by printing
        return
    for path in paths:
        written = application.texts.say("interview.written", language, name=path)
        print(written)  # noqa: T201  # a terminal speaks by printing


async def _answer(sheet: Sheet, application: Application, language: Language) -> Content | None:
    """
    Return what the person does next: a button by its letter, or a form with one answer a line; None
    ends.
    """
    reply = sheet.last
    buttons = dict(zip(LETTERS, _buttons(sheet, application, language), strict=False))
    if not reply.ask and not buttons:
        return None
    keys = [f"{key}) {button.label}" for key, button in buttons.items()]
    asking = _asks_about(reply)
    fields = reply.ask.fields if reply.ask else (Field("", "choice", ""),)
    if asking is not None:
        fields = (Field("text", "text", ""),)
    page = _Page(fields, keys, buttons, reply.ask.why if reply.ask else "")
    values = await page.filled(application, language)
    if values is None or isinstance(values, Button):
        return _pressed(values)
    if asking is not None:
        return Form(asking.action, asking.data, values)
    if reply.ask is None:
        return None
    return Form(reply.ask.form, reply.ask.state, values)


@dataclass(frozen=True, slots=True)
class _Page:
    """Fields that are asked for one by one; `keys` are the letters of the buttons beside them."""

    fields: Sequence[Field]
    keys: Sequence[str]
    buttons: Mapping[str, Button]
    why: str

    async def filled(
        self, application: Application, language: Language
    ) -> dict[str, str] | Button | None:
        """Return what was answered by field; a button that was taken instead, None at the end."""
        several = len(self.fields) > 1
        values: dict[str, str] = {}
        at = 0
        while at < len(self.fields):
            field = self.fields[at]
            field = replace(field, initial=values.get(field.id, field.initial))
            if several:
                print("\n".join(_field(field)))  # noqa: T201  # a terminal speaks by printing
            if not several or not values:
                print("  ".join(self.keys))  # noqa: T201  # a terminal speaks by printing
            why = self.why or (field.hint if several else "")
            given = await _line(field, self.buttons, application, language, why)
            if given is None:
                return None
            if given is BACK:
                at = max(at - 1, 0)
                continue
            if isinstance(given, Button):
                return given
            values[field.id] = given
            at += 1
        return values


def _asks_about(reply: Reply) -> Press | None:
    """Return what takes a question about the result that stands there, None where none does."""
    if reply.ask is not None:
        return None
    for block in reply.blocks:
        if not isinstance(block, Buttons):
            continue
        for button in block.items:
            if button.press.action == QUESTION:
                return button.press
    return None


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
    field: Field,
    buttons: Mapping[str, Button],
    application: Application,
    language: Language,
    why: str,
) -> str | Button | None:
    """
    Read until a line is an option's number, a button's letter or word or, where text is asked for,
    any text; "why" tells the reason of a question.
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
        if why and word.casefold() in WHY:
            print(why)  # noqa: T201  # a terminal speaks by printing
            continue
        understood = _understood(word, field, buttons)
        if understood is not None:
            return understood
        print(_help(word, field, application, language))  # noqa: T201  # a terminal prompt


def _understood(word: str, field: Field, buttons: Mapping[str, Button]) -> str | Button | None:
    """Return the answer or the button that words stand for; None for neither."""
    named = _named(word, buttons)
    if named is None and not field.options and field.id and _is_text(word, field):
        return word
    meant = named or _several(word, field)
    if meant:
        return meant
    option = in_words(word, field, _situation())
    if option:
        print(_chosen(field, option))  # noqa: T201  # a terminal speaks by printing
        return option
    return BACK if word.casefold() in WORDS["choose.back"] else None


def _chosen(field: Field, chosen: str) -> str:
    """Return what words were taken for, so that a mistake is seen at once."""
    return f"→ {next(option.text for option in field.options if option.id == chosen)}"


def _is_text(word: str, field: Field) -> bool:
    """Report whether a line is text; where none is asked for, a mere number answers nothing."""
    return bool(word) and (bool(field.label) or not word.isdecimal())


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


def _named(word: str, buttons: Mapping[str, Button]) -> Button | None:
    """Return the button whose label, or another word for it, was typed; None for none."""
    typed = word.strip(" 。.!").casefold()
    for button in buttons.values():
        if typed == button.label.casefold():
            return button
    for button in buttons.values():
        if typed in WORDS.get(button.press.action, ()):
            return button
    return None


@cache
def _situation() -> Situation:
    return Situation.load()


def _help(word: str, field: Field, application: Application, language: Language) -> str:
    """Return how a field is answered, or why what was typed is no answer to it."""
    count = len(field.options)
    if not count:
        return application.texts.say("interview.write", language)
    if in_words(word, field, _situation()) == NOBODY:
        return application.texts.say("interview.nobody", language, words=word)
    return application.texts.say("interview.pick", language, n=count)


def _number(field: Field) -> int | str:
    """Return the number of the option that is proposed, or the proposed text itself."""
    for number, option in enumerate(field.options, 1):
        if option.id == field.initial:
            return number
    return field.initial


def _buttons(sheet: Sheet, application: Application, language: Language) -> Iterator[Button]:
    """
    Yield what can be pressed: the ask's own buttons, those of the blocks, the way back to the last
    result where nothing else leads there, and the way out.
    """
    reply = sheet.last
    drawn: list[Button] = []
    if reply.ask and reply.ask.guideline:
        drawn.append(reply.ask.guideline.open)
    if reply.ask:
        drawn += reply.ask.buttons
    for block in reply.blocks:
        if isinstance(block, Buttons):
            drawn += [button for button in block.items if not button.url]
    yield from drawn
    leads = {button.press.action for button in drawn}
    if sheet.result is not None and leads.isdisjoint((RESULT, QUESTION)) and reply.ask is None:
        yield Button(application.texts.say("choose.to_result", language), sheet.result)
    yield Button(application.texts.say("interview.end", language), Press(END))
