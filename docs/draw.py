"""
Draws the pictures of the flows: boxes from left to right, row by row, with what passes between them.

`python docs/draw.py` writes `docs/pictures/*.svg` from `docs/flows/*.yaml`; a test holds them to it.
"""

import sys
from html import escape
from pathlib import Path

import yaml

HERE = Path(__file__).parent
WIDTH, HEIGHT = 168, 64  # pixels of a box
GAP, ROW = 56, 60  # pixels between boxes and between rows
MARGIN = 20
LINE = 16  # pixels of a line of text
STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#1c2733}.small{font-size:11px;fill:#526070}"
    "rect{fill:#f4f7fb;stroke:#3d6db5}.end rect{fill:#e8f4ec;stroke:#2f7d4f}"
    ".stop rect{fill:#fdf1e7;stroke:#b5651d}path{stroke:#526070;fill:none}"
)
DEFS = (
    '<defs><marker id="to" markerWidth="8" markerHeight="8" refX="7" refY="4" orient="auto">'
    '<path d="M0 0L8 4L0 8z" style="fill:#526070;stroke:none"/></marker></defs>'
)


def picture(flow: dict) -> str:
    """Return one flow as SVG; each row is a list of steps, and a row goes on where the last ended."""
    rows = flow["rows"]
    widest = max(len(row) for row in rows)
    width = 2 * MARGIN + widest * WIDTH + (widest - 1) * GAP
    height = 2 * MARGIN + len(rows) * HEIGHT + (len(rows) - 1) * ROW
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
        f"<title>{escape(flow['title'])}</title><style>{STYLE}</style>",
        DEFS,
    ]
    for at, row in enumerate(rows):
        top = MARGIN + at * (HEIGHT + ROW)
        for place, step in enumerate(row):
            left = MARGIN + place * (WIDTH + GAP)
            parts.append(_box(step, left, top))
            if place:
                parts.append(_arrow(left - GAP, left, top + HEIGHT / 2, step.get("by", "")))
        if at:
            parts.append(_turn(len(rows[at - 1]), top))
    return "\n".join([*parts, "</svg>", ""])


def _box(step: dict, left: int, top: int) -> str:
    kind = step.get("kind", "")
    lines = [step["name"], *step.get("says", [])]
    first = top + HEIGHT / 2 - (len(lines) - 1) * LINE / 2 + 4
    texts = []
    for at, line in enumerate(lines):
        small = ' class="small"' if at else ""
        texts.append(
            f'<text{small} x="{left + WIDTH / 2}" y="{first + at * LINE}" text-anchor="middle">'
            f"{escape(line)}</text>"
        )
    rect = f'<rect x="{left}" y="{top}" width="{WIDTH}" height="{HEIGHT}" rx="8"/>'
    return f'<g class="{kind}">{rect}{"".join(texts)}</g>'


def _arrow(start: float, end: float, y: float, by: str) -> str:
    label = ""
    if by:
        middle = (start + end) / 2
        label = (
            f'<text class="small" x="{middle}" y="{y - 8}" text-anchor="middle">{escape(by)}</text>'
        )
    return f'<path d="M{start} {y}H{end - 2}" marker-end="url(#to)"/>{label}'


def _turn(before: int, top: int) -> str:
    """Return the line from the last box of a row to the first box of the next."""
    x = MARGIN + (before - 1) * (WIDTH + GAP) + WIDTH / 2
    below, into = top - ROW / 2, MARGIN + WIDTH / 2
    return f'<path d="M{x} {top - ROW}V{below}H{into}V{top - 2}" marker-end="url(#to)"/>'


def pictures() -> dict[str, str]:
    """Return every picture by its file name."""
    drawn = {}
    for path in sorted((HERE / "flows").glob("*.yaml")):
        drawn[f"{path.stem}.svg"] = picture(yaml.safe_load(path.read_text("utf-8")))
    return drawn


def main() -> int:
    (HERE / "pictures").mkdir(exist_ok=True)
    for name, svg in pictures().items():
        (HERE / "pictures" / name).write_text(svg, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
