"""Draw the two icons of the Teams app: python deploy/teams/icons.py"""

import struct
import zlib
from pathlib import Path

TEAL, WHITE, CLEAR = (15, 98, 110, 255), (255, 255, 255, 255), (0, 0, 0, 0)
Colour = tuple[int, int, int, int]


def png(side: int, back: Colour, front: Colour) -> bytes:
    """Return a square picture of three rising bars, the recommendation of the guided dialog."""
    bars = [
        (0.20, 0.36, 0.56),
        (0.42, 0.58, 0.38),
        (0.64, 0.80, 0.20),
    ]  # left, right, top as shares of the side

    def dot(x: int, y: int) -> Colour:
        inside = any(
            left <= x / side < right and top <= y / side < 0.80 for left, right, top in bars
        )
        return front if inside else back

    rows = b"".join(b"\0" + b"".join(bytes(dot(x, y)) for x in range(side)) for y in range(side))
    header = struct.pack(">2I5B", side, side, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(rows, 9))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
    )


if __name__ == "__main__":
    folder = Path(__file__).parent
    (folder / "color.png").write_bytes(png(192, TEAL, WHITE))
    (folder / "outline.png").write_bytes(png(32, CLEAR, WHITE))
