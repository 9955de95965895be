"""The small looks into Slack's JSON: what is absent, or of another kind, is empty. Pure."""

from bot.slack.payload import Json, SharedFile


def dictionary(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def part(holder: Json, name: str) -> Json:
    return dictionary(holder.get(name))


def word(holder: object, name: str) -> str:
    value = dictionary(holder).get(name)
    return value if isinstance(value, str) else ""


def first(holder: Json, name: str) -> Json:
    """Return the first object of a list."""
    rows = holder.get(name)
    if not isinstance(rows, list) or not rows or not isinstance(rows[0], dict):
        return {}
    return rows[0]


def rows(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def shared_files(value: object) -> tuple[SharedFile, ...]:
    return tuple(shared_file(row) for row in rows(value))


def shared_file(row: object) -> SharedFile:
    size = dictionary(row).get("size")
    return SharedFile(
        id=word(row, "id"),
        name=word(row, "name") or "file",
        size=size if isinstance(size, int) else 0,
        address=word(row, "url_private_download") or word(row, "url_private"),
        stub=word(row, "file_access") == "check_file_info",
    )
