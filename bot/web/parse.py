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
    return Command("demo", text) if field(form, "_page") == "/demo" else Text(text), text[:LABEL]


def press(form: Posted) -> tuple[Content, str]:
    """
    Return the pressed button; its data is what the page gave it, to be checked by whoever acts on
    it.
    """
    press = unpack(field(form, KEY))
    if not isinstance(press, Press):
        press = Press(
            field(form, "action"), flat_text(field(form, "data"))
        )  # a page of a former version
    return press, field(form, "label")[:LABEL]


def form(form: Posted, files: Sequence[Sent] = ()) -> tuple[Content, str]:
    """Return an `Ask` that came back."""
    found = unpack(field(form, KEY))
    asked = _filled_in(found, form) if isinstance(found, Form) else _asked_before(form)
    said = (
        field(form, f"_said:{name}:{value}") or value
        for name, value in asked.values.items()
        if value
    )
    return replace(asked, files=_as_files(files)), "、".join(said)[:LABEL] or "…"


def _filled_in(asked: Form, form: Posted) -> Form:
    return replace(asked, values={name: field(form, input_name(name)) for name in asked.values})


def _asked_before(form: Posted) -> Form:
    """
    Read a form on a page of a former version, which did not say which of its fields are inputs.
    """
    values = {
        name: value
        for name, value in form.items()
        if isinstance(value, str) and not name.startswith("_")
    }
    return Form(field(form, "_form"), flat_text(field(form, "_state")), values)


def upload(files: Sequence[Sent]) -> tuple[Content, str]:
    """Return the files that were sent."""
    return Upload(_as_files(files)), "、".join(f.filename or "" for f in files)[:LABEL]


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
