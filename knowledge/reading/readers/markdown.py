"""
Markdown, line by line: headings become places, the lines of a paragraph one, everything else stays
as written.

No construct can make it slow.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from knowledge.reading.readers.decode import decode
from knowledge.reading.readers.paragraphs import BATCH, joined, measured
from knowledge.reading.readers.refusal import Budget
from knowledge.reading.readers.sections import Item, Omitted, Sections, Title

_HEADING = re.compile(r"(#{1,6})[ \t]+(.*)")
_RULE = re.compile(r"[ \t]*\|?[ \t:|-]*-{2,}[ \t:|-]*$")
_UNDERLINE = re.compile(r"[ ]{0,3}(=|-)\1{1,}[ \t]*$")
_FENCE = re.compile(r"[ \t]{0,3}(```|~~~)")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_LONG = 2000  # characters; a longer line is not parsed for structure


def read(content: bytes, budget: Budget) -> Iterator[Item]:
    text, flags = decode(content)
    yield from flags
    sections = Sections(budget)
    flowing: list[str] = []  # lines that may be parts of paragraphs
    fenced = False
    named = False
    lines, unseen = _lines(text)
    yield Omitted(unseen)
    for at, line in enumerate(lines):
        if len(line) <= _LONG:
            fence = bool(_FENCE.match(line))
            fenced = fenced != fence
            mark = None if fenced else _HEADING.match(line)
            level, words = (len(mark[1]), mark[2].rstrip("# \t")) if mark else (0, "")
            if not fenced and not mark:
                if at and _UNDERLINE.match(line) and _plain(lines[at - 1]):
                    continue
                level = _underlined(lines, at)
                words = line.strip()
            if level:
                if level == 1 and not named:
                    named = True
                    yield Title(words)
                _flow(flowing, sections)
                sections.heading(level, words)
                continue
            row = None if fenced else _row(line)
            if row is not None or fenced or fence:
                _flow(flowing, sections)
                if row != "":
                    sections.line(line if row is None else row)
                continue
        flowing.append(line)
        if len(flowing) == BATCH:
            _flow(flowing, sections)
    _flow(flowing, sections)
    yield from sections.finish()


def _flow(flowing: list[str], sections: Sections) -> None:
    """
    Hand over the paragraphs of the lines gathered; a line that its author ended by a mark of
    Markdown's stays one.
    """
    measures = [
        replace(measured(line.rstrip()), hard=line.endswith(("  ", "\\"))) for line in flowing
    ]
    for paragraph in joined(measures, flowing=True):
        sections.line(paragraph)
    flowing.clear()


def _lines(text: str) -> tuple[list[str], str]:
    """
    Return the lines that are shown, and what is for programs and authors alone: comments and front
    matter.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    comments = "\n".join(_COMMENT.findall(text))
    lines = _COMMENT.sub("", text).split("\n")
    end = 0
    if lines[0].strip() == "---" and "---" in (line.strip() for line in lines[1:50]):
        end = [line.strip() for line in lines].index("---", 1) + 1
    return lines[end:], "\n".join((comments, *lines[:end]))


def _underlined(lines: list[str], at: int) -> int:
    """
    Return the level of a heading written as a line of its own above "===" or "---"; 0 where it is
    none.
    """
    alone = at == 0 or not lines[at - 1].strip()
    mark = (
        _UNDERLINE.match(lines[at + 1])
        if alone and at + 1 < len(lines) and _plain(lines[at])
        else None
    )
    return {"=": 1, "-": 2}[mark[1]] if mark else 0


def _plain(line: str) -> bool:
    return (
        bool(line.strip())
        and not line.lstrip().startswith(("|", "-", "*", "+", ">", "#"))
        and len(line) <= _LONG
    )


def _row(line: str) -> str | None:
    """Return a table's row as "a | b", "" for the rule below its head, None for anything else."""
    if not line.lstrip().startswith("|"):
        return None
    if _RULE.match(line):
        return ""
    return " | ".join(cell.strip() for cell in line.strip().strip("|").split("|"))
