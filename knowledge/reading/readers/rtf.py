"""
Rich Text Format, by the library striprtf: paragraphs as lines, tables as rows.

It was the format of exchange between word processors, and what many programs still write as .doc.
"""

import codecs
import re
from collections.abc import Iterator

from striprtf.striprtf import rtf_to_text

from knowledge.reading.readers.grid import SEPARATOR
from knowledge.reading.readers.paragraphs import text_of
from knowledge.reading.readers.refusal import Budget, Refusal
from knowledge.reading.readers.sections import Item, Sections

_START = b"{\\rtf"
_CODECS = ("cp1250", "cp1251", "cp1252", "cp932", "cp936", "cp949", "cp950", "mac_japanese")
_CELLS = re.compile(r"[ \t]*\|[ \t]*")
_HIDDEN = re.compile(r"\{\\(?:deleted|v|\*\\bkmkstart|\*\\bkmkend)\b[^{}]*\}")


def prepare() -> None:
    """Look up the codecs that a file may name, while files may still be opened."""
    for name in _CODECS:
        try:
            codecs.lookup(name)
        except LookupError:
            continue


def text(content: bytes, budget: Budget) -> str:
    """
    Return the text of a file, its paragraphs as lines and the cells of a row between bars.

    Raises:
        Refusal: damaged.
    """
    if not content.lstrip().startswith(_START):
        raise Refusal("damaged")
    source = _HIDDEN.sub("", content.decode("latin-1"))
    try:
        plain = str(rtf_to_text(source, errors="replace"))
    except (ValueError, IndexError, KeyError, LookupError, UnicodeError) as error:
        raise Refusal("damaged") from error
    budget.characters(len(plain))
    return plain


def read(content: bytes, budget: Budget) -> Iterator[Item]:
    sections = Sections(budget)
    prose: list[str] = []
    for line in text(content, budget).split("\n"):
        if "|" not in line:
            prose.append(line)
            continue
        _flow(prose, sections)
        sections.line(_CELLS.sub(SEPARATOR, line.rstrip("| ").strip()))
    _flow(prose, sections)
    yield from sections.finish()


def _flow(prose: list[str], sections: Sections) -> None:
    """Hand over the paragraphs gathered; empty lines alone are no paragraph."""
    if any(line.strip() for line in prose):
        for paragraph in text_of("\n".join(prose)).split("\n"):
            sections.paragraph(paragraph)
    prose.clear()
