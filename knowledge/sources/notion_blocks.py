"""Blocks of Notion as HTML, which is read like any other page."""

from collections.abc import Mapping, Sequence
from html import escape

from knowledge.sources.json_service import Json, rows

_TAGS = {
    "heading_1": "h2",
    "heading_2": "h3",
    "heading_3": "h4",
    "quote": "blockquote",
    "code": "pre",
}
_LISTS = {"bulleted_list_item": "ul", "numbered_list_item": "ol", "to_do": "ul"}
_FILES = ("bookmark", "embed", "link_preview", "file", "pdf", "image", "video")


def drawn(blocks: Sequence[Json], inside: Mapping[str, str]) -> str:
    """
    Return blocks as HTML; `inside` is that of what stands in each, by its id.

    Items that follow each other are one list. Other pages that stand among the blocks are left out,
    since each is a document of its own.
    """
    parts: list[str] = []
    open_list = ""
    for block in blocks:
        kind = str(block.get("type", ""))
        wanted = _LISTS.get(kind, "")
        if wanted != open_list:
            parts.append(f"</{open_list}>" if open_list else "")
            parts.append(f"<{wanted}>" if wanted else "")
            open_list = wanted
        parts.append(_block(block, kind, inside.get(str(block.get("id", "")), "")))
    if open_list:
        parts.append(f"</{open_list}>")
    return "".join(parts)


def _block(block: Json, kind: str, inside: str) -> str:
    value = block.get(kind)
    if not isinstance(value, dict):
        return inside
    text = _rich(rows(value, "rich_text"))
    tag = _TAGS.get(kind, "p")
    match kind:
        case "table":
            html = f"<table>{inside}</table>"
        case "table_row":
            html = f"<tr>{_cells(value)}</tr>"
        case "child_page" | "child_database":
            html = ""
        case "equation":
            html = f"<p>{escape(str(value.get('expression', '')))}</p>"
        case _ if kind in _LISTS:
            done = "☑ " if value.get("checked") else ""
            html = f"<li>{done}{text}{inside}</li>"
        case _ if kind in _FILES:
            url = escape(str(value.get("url", "")))
            html = f"<p>{_rich(rows(value, 'caption'))} {url}</p>{inside}"
        case _:
            html = f"<{tag}>{text}</{tag}>{inside}"
    return html


def _cells(value: Json) -> str:
    cells = value.get("cells")
    if not isinstance(cells, list):
        return ""
    return "".join(_cell(cell) for cell in cells)


def _cell(cell: object) -> str:
    parts = cell if isinstance(cell, list) else []
    return f"<td>{_rich([part for part in parts if isinstance(part, dict)])}</td>"


def _rich(parts: Sequence[Json]) -> str:
    return "".join(_part(part) for part in parts)


def _part(part: Json) -> str:
    text = escape(str(part.get("plain_text", ""))).replace("\n", "<br>")
    link = part.get("href")
    if not link:
        return text
    return f'<a href="{escape(str(link))}">{text}</a>'
