"""
Plain text, its broken lines joined. A deck's published transcript is text too, and is handed to its
own reader.
"""

from collections.abc import Iterator

from knowledge.reading.readers import transcript
from knowledge.reading.readers.decode import decode
from knowledge.reading.readers.paragraphs import paragraphs
from knowledge.reading.readers.refusal import Budget
from knowledge.reading.readers.sections import Item, Sections


def read(content: bytes, budget: Budget) -> Iterator[Item]:
    text, flags = decode(content)
    yield from flags
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    if transcript.recognised(text):
        yield from transcript.slides(text, budget)
        return
    sections = Sections(budget)
    for paragraph in paragraphs(text):
        sections.paragraph(paragraph)
    yield from sections.finish()
