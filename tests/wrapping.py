"""Breaks the lines of a text as editors and mail programs do, for tests of what joins them again."""

import re
import unicodedata
from collections.abc import Iterator

_PIECE = re.compile(
    r"[!-~\u00a1-\u024f\u2010-\u2026]+[ ]*|.[、。，．）)」』】ーっゃゅょッャュョ！？…・]*[ ]*"
)
_STARTS = re.compile(
    r"[-*+#>|=~`・•※○●■□◆◇①-⑳【(（]|\d{1,3}|[a-zA-Z]{1,4}[.)]|第|[一二三四五六七八九十ア-ン０-９][.)．）\s]?|\S{1,26}\s?[:：]"
)
_ITEM = re.compile(r"\s*(?:[-*+]\s+|\d{1,2}\.\s+|[(（]\d{1,2}[)）]\s*|[・•]\s*)?")
_UNDERLINE = re.compile(r"\s*(?:={3,}|-{3,})\s*")
_WHOLE = re.compile(
    r"\s*(?:$|#|\||```|~~~|[-=*_]{3,}\s*$|(?:[-*]\s+|\d+\.\s+)?\*\*[^*]*\*\*\s*$|\[[^\]]*\]\s*$|第\S+条)"
)


def wide(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def wrapped(text: str, width: int) -> str:
    """
    Return `text` with its lines broken at `width` columns; headings, rows and code stay whole.

    No line is broken before what would begin something of its own, for no editor could do that without changing what it says.
    """
    found: list[str] = []
    fenced = False
    lines = text.split("\n")
    for line, below in zip(lines, [*lines[1:], ""], strict=True):
        fence = line.lstrip().startswith(("```", "~~~"))
        fenced = fenced != fence
        found += (
            [line]
            if fence or fenced or _WHOLE.match(line) or _UNDERLINE.fullmatch(below)
            else _broken(line, width)
        )
    return "\n".join(found)


def _broken(line: str, width: int) -> Iterator[str]:
    mark = _ITEM.match(line)
    hanging = " " * wide(mark.group() if mark else "")
    current = mark.group() if mark else ""
    empty = True
    for piece in _PIECE.findall(line[mark.end() if mark else 0 :]):
        full = wide(current + piece.rstrip()) > width
        if full and not empty and not _STARTS.match(piece):
            yield current.rstrip()
            current = hanging
        current += piece
        empty = False
    yield current.rstrip()
