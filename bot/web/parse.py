"""
Posted forms into our words. Pure: what is off becomes an empty value, which the handlers answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from bot.press import KEY, flat_text, input_name, unpack
from handlers.conversation import Command, Content, File, Form, Press, Text, Upload

Posted = Mapping[str, object]
LABEL = 200  # characters of a button's label that head its turn


class Sent(Protocol):
    """A file as the server holds it until its turn is over."""

    filename: str | None
    size: int | None

    async def read(self, size: int = -1) -> bytes: ...

    async def seek(self, offset: int) -> None: ...


def question(form: Posted) -> tuple[Content, str]:
    """
    Return the question and what heads its turn; asked on the demo's page, it is answered with its
    trace.
    """
    text = field(form, "q")
    content: Content = Text(text)
    if field(form, "_page") == "/demo":
        content = Command("demo", text)
    return content, text[:LABEL]


def press(form: Posted) -> tuple[Content, str]:
    """
    Return the pressed button; its data is what the page gave it, to be checked by whoever acts on
    it.
    """
    press = unpack(field(form, KEY))
    if not isinstance(press, Press):  # a page of a former version
        press = Press(field(form, "action"), flat_text(field(form, "data")))
    return press, field(form, "label")[:LABEL]


def form(form: Posted, files: Sequence[Sent] = ()) -> tuple[Content, str]:
    """Return an `Ask` that came back."""
    carried = unpack(field(form, KEY))
    answers = _filled_in(carried, form) if isinstance(carried, Form) else _asked_before(form)
    words = []
    for name, value in answers.values.items():
        if value:
            words.append(_said(form, name, value))
    return replace(answers, files=_as_files(files)), "、".join(words)[:LABEL] or "…"


def _said(form: Posted, name: str, value: str) -> str:
    """Return what a value is called on its page: an option, several that are ticked, or itself."""
    whole = field(form, f"_said:{name}:{value}")
    if whole:
        return whole
    ticked = [field(form, f"_said:{name}:{one}") for one in value.split(",")]
    return "、".join([one for one in ticked if one]) or value


def _filled_in(ask: Form, form: Posted) -> Form:
    values = {name: _filled(form, input_name(name)) for name in ask.values}
    return replace(ask, values=values)


def _filled(form: Posted, name: str) -> str:
    """Return what was filled in; several ticks of one field are joined by commas."""
    several = getattr(form, "getlist", None)
    if several is None:
        return field(form, name)
    return ",".join([value for value in several(name) if isinstance(value, str)])


def _asked_before(form: Posted) -> Form:
    """
    Read a form on a page of a former version, which did not say which of its fields are inputs.
    """
    inputs = {name: value for name, value in form.items() if not name.startswith("_")}
    values = {name: value for name, value in inputs.items() if isinstance(value, str)}
    return Form(field(form, "_form"), flat_text(field(form, "_state")), values)


def upload(files: Sequence[Sent]) -> tuple[Content, str]:
    """Return the files that were sent."""
    names = [file.filename or "" for file in files]
    return Upload(_as_files(files)), "、".join(names)[:LABEL]


def action(content: Content) -> str:
    """Return the "room.verb" a content names, or empty."""
    match content:
        case Press(name):
            return name
        case Form(name):
            return name
        case Upload():
            return "document.upload"
        case _:
            return ""


def field(form: Posted, name: str) -> str:
    """Return a posted text, empty when there is none."""
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def _as_files(files: Sequence[Sent]) -> tuple[File, ...]:
    def file(sent: Sent) -> File:
        async def fetch() -> bytes:
            await sent.seek(0)
            return await sent.read()

        return File(sent.filename or "file", sent.size or 0, fetch)

    return tuple(file(sent) for sent in files)
