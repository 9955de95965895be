"""Posted forms into our words. Pure: what is off becomes an empty value, which the handlers answer."""

import json
from collections.abc import Mapping, Sequence
from typing import Protocol

from handlers.conversation import Command, Content, File, Form, Press, Text, Upload, Values

Posted = Mapping[str, object]
LABEL = 200  # characters of a button's label that head its turn


class Sent(Protocol):
    """A file as the server holds it until its turn is over."""

    filename: str | None
    size: int | None

    async def read(self, size: int = -1) -> bytes: ...

    async def seek(self, offset: int) -> None: ...


def question(form: Posted) -> tuple[Content, str]:
    """Return the question and what heads its turn; asked on the demo's page, it is answered with its trace."""
    text = field(form, "q")
    return Command("demo", text) if field(form, "_page") == "/demo" else Text(text), text[:LABEL]


def press(form: Posted) -> tuple[Content, str]:
    """Return the pressed button; its data is what the page gave it, to be checked by whoever acts on it."""
    return Press(field(form, "action"), _values(field(form, "data"))), field(form, "label")[:LABEL]


def form(form: Posted, files: Sequence[Sent] = ()) -> tuple[Content, str]:
    """Return an `Ask` that came back."""
    values = {name: value for name, value in form.items() if isinstance(value, str) and not name.startswith("_")}
    label = "、".join(field(form, f"_said:{name}:{v}") or v for name, v in values.items() if v)[:LABEL] or "…"
    return Form(field(form, "_form"), _values(field(form, "_state")), values, _as_files(files)), label


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


def _values(text: str) -> Values:
    try:
        values = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    if not isinstance(values, dict):
        return {}
    return {_whole(k): _whole(v) if isinstance(v, str) else v for k, v in values.items() if isinstance(v, str | int)}


def _whole(text: str) -> str:
    """Replace half characters, which JSON can spell and UTF-8 cannot."""
    return text.encode("utf-8", "replace").decode()
