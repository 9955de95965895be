"""What a machine sent, read into values; what is off is a problem that names it."""

import json
from typing import Any

from starlette.requests import Request

from bot.api.problems import Problem
from handlers.texts import Texts

DEEP = 100_000  # characters of one text


async def sent(request: Request) -> dict[str, Any]:
    """Return the JSON object in a request. Raises Problem."""
    try:
        told = json.loads(await request.body())
    except (ValueError, RecursionError) as error:
        raise malformed("json") from error
    if not isinstance(told, dict):
        raise malformed("json")
    return told


def text(told: dict[str, Any], name: str, *, required: bool = True, most: int = DEEP) -> str:
    """Return one text of it, "" where it may be left out. Raises Problem."""
    value = told.get(name, "")
    if not isinstance(value, str) or len(value) > most or (required and not value.strip()):
        raise malformed(name)
    return value.encode("utf-8", "replace").decode()


def number(told: dict[str, Any], name: str, *, usual: int, most: int) -> int:
    """Return one whole number from 1 to `most`. Raises Problem."""
    value = told.get(name, usual)
    if type(value) is not int or not 1 <= value <= most:
        raise malformed(name)
    return value


def malformed(name: str) -> Problem:
    """Return the problem that one part of what was sent cannot be read."""
    return Problem(422, "malformed", Texts.load().phrase("api.malformed", name=name))
