"""Posted forms into our words. Pure: what is off becomes an empty value, which the handlers answer."""

import json
from collections.abc import Mapping

from handlers.conversation import Content, File, Form, Press, Text, Upload, Values

Posted = Mapping[str, object]
LABEL = 200  # characters of a button's label that head its turn


def question(form: Posted) -> tuple[Content, str]:
    """Return the question and what heads its turn."""
    text = _text(form, "q")
    return Text(text), text[:LABEL]


def press(form: Posted) -> tuple[Content, str]:
    """Return the pressed button; its data is what the page gave it, to be checked by whoever acts on it."""
    return Press(_text(form, "action"), _values(_text(form, "data"))), _text(form, "label")[:LABEL]


def form(form: Posted, files: list[tuple[str, bytes]]) -> tuple[Content, str]:
    """Return an `Ask` that came back."""
    values = {name: value for name, value in form.items() if isinstance(value, str) and not name.startswith("_")}
    label = "、".join(_text(form, f"_said:{name}:{v}") or v for name, v in values.items() if v)[:LABEL] or "…"
    return Form(_text(form, "_form"), _values(_text(form, "_state")), values, _as_files(files)), label


def upload(files: list[tuple[str, bytes]]) -> tuple[Content, str]:
    """Return the files that were sent."""
    return Upload(_as_files(files)), "、".join(name for name, _ in files)[:LABEL]


def _as_files(files: list[tuple[str, bytes]]) -> tuple[File, ...]:
    def file(name: str, content: bytes) -> File:
        async def fetch() -> bytes:
            return content

        return File(name, len(content), fetch)

    return tuple(file(name, content) for name, content in files)


def _text(form: Posted, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


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
