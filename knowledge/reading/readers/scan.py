"""
Scanned pages of a PDF, by Tesseract within this process: the sandbox allows no program to be
started.

An extra (`llm-choose[ocr]`, and the system's language data). The models are loaded before the doors
close; what was recognised is flagged, because a recognised text is never quite the page's.
"""

from collections.abc import Iterator
from contextlib import suppress

import pypdfium2 as pdfium

from knowledge.reading.readers import recognised
from knowledge.reading.readers.pdf import opened, page_at
from knowledge.reading.readers.refusal import Budget
from knowledge.reading.readers.sections import Item
from knowledge.values import Flag, Page

PAGES = 30  # of one document; the rest stays listed as pictures


prepare = recognised.prepare


def read(content: bytes, budget: Budget) -> Iterator[Item]:
    """
    Yield every page: those that are only a picture with the text recognised on it, the others
    empty.
    """
    document = opened(content)
    done = 0
    for number in range(1, len(document) + 1):
        page = page_at(document, number, budget)
        if (
            any(flag.kind == "image_only" for flag in page.flags)
            and done < PAGES
            and recognised.ready()
        ):
            done += 1
            yield _recognised(document, page, budget)
        else:
            yield Page(number, page.place, "")


def _recognised(document: pdfium.PdfDocument, page: Page, budget: Budget) -> Page:
    """Return a page with the text on its picture; as it was where nothing is recognised surely."""
    text = ""
    with suppress(pdfium.PdfiumError, RuntimeError):
        picture = document[page.position - 1].render(
            scale=recognised.DOTS / 72, grayscale=True, rev_byteorder=True
        )
        size = (picture.width, picture.height)
        text = recognised.text_on(bytes(picture.buffer), size, picture.stride)
    budget.characters(len(text))
    flags = (Flag("ocr", page.position),) if text else page.flags
    return Page(page.position, page.place, text, flags=flags)
