"""
What people filled into a window: values and files of a `Form`, and what is still missing. Pure.
"""

from typing import Any

from bot.slack.payload import Payload, metadata, part, team, word


def values(payload: Payload) -> dict[str, str]:
    """
    Return the value of each field by its id, "" when left empty; several choices are joined by
    commas.
    """
    who = team(payload)
    return {name: _value(field, who) for name, field in _fields(payload)}


def files(payload: Payload) -> list[Any]:
    """Return Slack's rows of the files that came with the form."""
    rows = (field.get("files") for _, field in _fields(payload))
    return [row for found in rows if isinstance(found, list) for row in found]


def errors(payload: Payload) -> dict[str, str]:
    """Return the error of each field that must not be empty and is."""
    given = {
        **values(payload),
        **{name: "x" for name, field in _fields(payload) if field.get("files")},
    }
    blocks = part(payload, "view").get("blocks")
    rows = (
        [b for b in blocks if isinstance(b, dict) and b.get("type") == "input"]
        if isinstance(blocks, list)
        else []
    )
    said = word(metadata(payload), "e")
    wanted = [word(b, "block_id") for b in rows if not b.get("optional")]
    return {name: said for name in wanted if said and name and not given.get(name, "").strip()}


def _fields(payload: Payload) -> list[tuple[str, Payload]]:
    held = part(part(part(payload, "view"), "state"), "values")
    rows = [
        (str(name), field)
        for name, inner in held.items()
        if isinstance(inner, dict)
        for field in inner.values()
    ]
    return [(name, field) for name, field in rows if isinstance(field, dict)]


def _value(field: Payload, who: str) -> str:
    if person := word(field, "selected_user"):
        return f"slack:{who}:{person}"
    if isinstance(chosen := field.get("selected_options"), list):
        return ",".join(word(one, "value") for one in chosen)
    return (
        word(part(field, "selected_option"), "value")
        or word(field, "value")
        or word(field, "selected_date")
    )
