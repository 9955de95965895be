"""
Scanned pages of a PDF, by Tesseract within this process: the sandbox allows no program to be
started.

An extra (`llm-choose[ocr]`, and the system's language data). The models are loaded before the doors
close; what was recognised is flagged, because a recognised text is never quite the page's.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pypdfium2 as pdfium

from knowledge.reading.readers import tessdata
from knowledge.reading.readers.paragraphs import text_of
from knowledge.reading.readers.pdf import opened, page_at
from knowledge.reading.readers.refusal import Budget
from knowledge.reading.readers.sections import Item
from knowledge.values import Flag, Page

DOTS = 200  # an inch
PAGES = 30  # of one document; the rest stays listed as pictures
_SURE = 45  # of 100; below, the "text" of a page is more likely a drawing's lines
_SIGN = r"[\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]"
_GAP = re.compile(rf"(?<={_SIGN})[ \t]+(?={_SIGN})")
_WIDE = re.compile(r"[ \t]{2,}")
_engine: list[Any] = []


def prepare() -> None:
    """Load the models while files may still be opened."""
    import tesserocr

    place = tessdata.data()
    if place is not None:
        _engine.append(tesserocr.PyTessBaseAPI(path=f"{place[0]}/", lang="+".join(place[1])))


def read(content: bytes, budget: Budget) -> Iterator[Item]:
    """
    Yield every page: those that are only a picture with the text recognised on it, the others
    empty.
    """
    document = opened(content)
    done = 0
    for number in range(1, len(document) + 1):
        page = page_at(document, number, budget)
        if any(flag.kind == "image_only" for flag in page.flags) and done < PAGES and _engine:
            done += 1
            yield _recognised(document, page, budget)
        else:
            yield Page(number, page.place, "")


def _recognised(document: pdfium.PdfDocument, page: Page, budget: Budget) -> Page:
    """Return a page with the text on its picture; as it was where nothing is recognised surely."""
    text = ""
    with suppress(pdfium.PdfiumError, RuntimeError):
        picture = document[page.position - 1].render(
            scale=DOTS / 72, grayscale=True, rev_byteorder=True
        )
        content = bytes(picture.buffer)
        engine = _engine[0]
        engine.SetImageBytes(content, picture.width, picture.height, 1, picture.stride)
        engine.SetSourceResolution(DOTS)
        if engine.MeanTextConf() >= _SURE:
            text = _tidy(engine.GetUTF8Text())
        engine.Clear()
    budget.characters(len(text))
    flags = (Flag("ocr", page.position),) if text else page.flags
    return Page(page.position, page.place, text, flags=flags)


def _tidy(text: str) -> str:
    """
    Return the text without the spaces that Tesseract puts between Japanese signs, and between
    columns, its lines joined.
    """
    return text_of(_WIDE.sub(" ", _GAP.sub("", text)).strip())
