"""
Replies as JSON and back, so that a page keeps what was said and not how it was drawn. Pure.

A block is its fields and the name of its kind under "is"; a button keeps what it presses as it
travels. What a later version wrote and this one does not know is refused, not guessed.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from handlers.conversation import (
    Ask,
    Bar,
    Button,
    Buttons,
    Chart,
    Column,
    Confirm,
    Details,
    Divider,
    Fact,
    Facts,
    Feedback,
    Field,
    Guideline,
    Heading,
    Option,
    Paragraph,
    Press,
    Reply,
    Source,
    Sources,
    Step,
    Steps,
    Table,
)

KINDS = (
    *(Ask, Bar, Button, Buttons, Chart, Column, Confirm, Details, Divider, Fact, Facts, Feedback),
    *(Field, Guideline, Heading, Option, Paragraph, Press, Source, Sources, Step, Steps, Table),
)
_BY_NAME: Mapping[str, type] = {kind.__name__: kind for kind in KINDS}
KIND, PAIRS = "is", "pairs"
SAID = ("text", "title", "final", "ask", "blocks")  # what is kept of a reply


def written(reply: Reply) -> dict[str, Any]:
    """Return what a page keeps of a reply: files and an answer for machines are no part of it."""
    return {name: _written(getattr(reply, name)) for name in SAID}


def read(record: Mapping[str, Any]) -> Reply:
    """
    Return a reply as it was kept.

    Raises:
        ValueError: it was written by another version, and cannot be read by this one.
    """
    words = {name: _read(record[name]) for name in SAID if name in record}
    try:
        return Reply(**words)
    except TypeError as error:
        raise ValueError("no reply of this version") from error


def _written(value: object) -> Any:
    if isinstance(value, Mapping):
        return {PAIRS: dict(value)}
    if isinstance(value, tuple | list):
        return [_written(one) for one in value]
    if not is_dataclass(value) or isinstance(value, type):
        return value
    row: dict[str, Any] = {KIND: type(value).__name__}
    for field in fields(value):
        part = getattr(value, field.name)
        if isinstance(value, Button) and field.name == "action":
            part = value.press
        if part != field.default:
            row[field.name] = _written(part)
    return row


def _read(value: Any) -> Any:
    if isinstance(value, list):
        return tuple([_read(one) for one in value])
    if not isinstance(value, dict):
        return value
    if PAIRS in value:
        return dict(value[PAIRS])
    kind = _BY_NAME.get(str(value.get(KIND)))
    if kind is None:
        raise ValueError(f"no block of this version: {value.get(KIND)}")
    words = {name: _read(part) for name, part in value.items() if name != KIND}
    try:
        return kind(**words)
    except TypeError as error:
        raise ValueError(f"no {kind.__name__} of this version") from error
