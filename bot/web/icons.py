"""The page's icons: strokes on a field of 20 × 20, each beside words that say the same. Pure."""

from typing import Literal

Icon = Literal[
    "plus", "fork", "search", "doc", "chart", "lens", "copy", "share", "again", "edit", "up",
    "down", "close", "right", "left", "menu", "check", "warn", "info", "send", "stop", "take",
    "upload", "person", "clock", "dots", "globe", "key", "ask", "trash", "print", "note", "screen",
]  # fmt: skip
PATHS: dict[Icon, str] = {
    "plus": "M10 4v12M4 10h12",
    "fork": "M3 10h5m0 0c4 0 3-5 8-5M8 10c4 0 3 5 8 5",
    "search": "M9 3.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM13 13l4 4",
    "doc": "M5 2.5h7L15.5 6v11.5H5zM12 2.5V6h3.5M7.5 10h5.5M7.5 13h4",
    "chart": "M3.5 16.5h13M5.5 16.5V11M10 16.5V5M14.5 16.5V8.5",
    "lens": "M3.5 5h13M3.5 10h8.5M3.5 15h4.5",
    "copy": "M7 7h9v9.5H7zM13 7V3.5H4V13h3",
    "share": "M10 12V3m0 0L6.5 6.5M10 3l3.5 3.5M4 10.5v6h12v-6",
    "again": "M4 10a6 6 0 1 1 2 4.5M4 16v-3.5h3.5",
    "edit": "M4 16l.8-3.6L13 4.2l2.8 2.8-8.2 8.2zM11.5 5.7l2.8 2.8",
    "up": "M6.5 9 10 3c1.3 0 2 .8 2 2l-.4 3H16l-1.5 8h-8zM6.5 9H3.5v7h3",
    "down": "M13.5 11 10 17c-1.3 0-2-.8-2-2l.4-3H4l1.5-8h8zM13.5 11h3V4h-3",
    "close": "M5 5l10 10M15 5 5 15",
    "left": "M12 4l-6 6 6 6",
    "right": "M8 4l6 6-6 6",
    "menu": "M3.5 6h13M3.5 10h13M3.5 14h13",
    "check": "M4 10.5 8 14.5 16 5.5",
    "warn": "M10 3 18 16.5H2zM10 8v4M10 14.2v.1",
    "info": "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM10 9v4.5M10 6.5v.1",
    "send": "M10 16V4M5 9l5-5 5 5",
    "stop": "M6 6h8v8H6z",
    "take": "M10 3v9m0 0 3.5-3.5M10 12 6.5 8.5M4 16.5h12",
    "upload": "M10 13V4m0 0L6.5 7.5M10 4l3.5 3.5M4 16.5h12",
    "person": "M10 10a3.2 3.2 0 1 0 0-6.4A3.2 3.2 0 0 0 10 10zM4 17c.6-3.5 2.8-5 6-5s5.4 1.5 6 5",
    "clock": "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM10 6v4l3 2",
    "dots": "M4.5 10h.1M10 10h.1M15.5 10h.1",
    "globe": "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM3 10h14M10 3c3 3 3 11 0 14M10 3c-3 3-3 11 0 14",
    "key": "M7 6.8a3.2 3.2 0 1 0 0 6.4 3.2 3.2 0 0 0 0-6.4zM10.2 10H17v3M14 10v2.5",
    "ask": "M4 4.5h12v8.5H9.5L6 16v-3H4z",
    "trash": "M4 6h12M8 6V4h4v2M5.5 6l.8 11h7.4l.8-11",
    "print": "M6 7V3h8v4M6 14H3.5V7h13v7H14M6 12h8v5H6z",
    "screen": "M3 4h14v9H3zM10 13v3.5M6.5 16.5h7",
    "note": "M4 3.5h12v13H4zM7 7.5h6M7 10.5h6M7 13.5h3",
}


def icon(name: Icon) -> str:
    """Return one icon as inline SVG, hidden from those who have it read to them."""
    frame = 'class="i" viewBox="0 0 20 20" aria-hidden="true" focusable="false"'
    return f'<svg {frame}><path d="{PATHS[name]}"/></svg>'
