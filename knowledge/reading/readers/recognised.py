"""
Words recognised on a picture by Tesseract, within this process: the sandbox starts no program.

A recognised text is never quite the picture's. Figures that look misread are marked where they
stand: a point where a comma belongs, or one the engine itself is not sure of.
"""

import re
from typing import Any

from knowledge.reading.readers import tessdata
from knowledge.reading.readers.paragraphs import text_of

DOTS = 200  # an inch
_SURE = 45  # of 100; below, the "text" of a page is more likely a drawing's lines
_SURE_FIGURE = 60  # of 100; a figure below may be another one
DOUBT = "(?)"  # stands behind a figure that is doubtful
_SIGN = r"[\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]"
_GAP = re.compile(rf"(?<={_SIGN})[ \t]+(?={_SIGN})")
_WIDE = re.compile(r"[ \t]{2,}")
_UNITS = r"円|人|件|名|個|枚|台|字|時間|千円|万円|yen|dollars"
_POINT = re.compile(rf"\d{{1,3}}(?:[.,]\d{{3}})*\.\d{{3}}(?=\s?(?:{_UNITS}))")
_LETTERS = re.compile(rf"\d[\dOolI|SB,.]*[OolI|SB][\dOolI|SB,.]*(?=\s?(?:{_UNITS}|%|％))")
_FIGURE = re.compile(r"\d")
_LATIN = re.compile(r"(?<![A-Za-z])Al(?![A-Za-z])")  # AI, with a small l for the I
_engine: list[Any] = []


def prepare() -> None:
    """Load the models while files may still be opened, if they and the extra `ocr` are there."""
    place = tessdata.data()
    if _engine or place is None:
        return
    import tesserocr

    _engine.append(tesserocr.PyTessBaseAPI(path=f"{place[0]}/", lang="+".join(place[1])))


def ready() -> bool:
    """Tell whether there is an engine."""
    return bool(_engine)


def text_on(content: bytes, size: tuple[int, int], stride: int, dots: int = DOTS) -> str:
    """
    Return the text on a grey picture of one byte a dot; "" where nothing is recognised surely.
    """
    engine = _engine[0]
    engine.SetImageBytes(content, size[0], size[1], 1, stride)
    engine.SetSourceResolution(dots)
    text = ""
    if engine.MeanTextConf() >= _SURE:
        unsure = [word for word, sure in engine.MapWordConfidences() if sure < _SURE_FIGURE]
        text = marked(_tidy(engine.GetUTF8Text()), unsure)
    engine.Clear()
    return text


def marked(text: str, unsure: list[str]) -> str:
    """Return a recognised text with a mark behind each doubtful figure."""
    text = _LATIN.sub("AI", text)
    for form in (_POINT, _LETTERS):
        text = form.sub(_doubted, text)
    for word in dict.fromkeys(unsure):
        if _FIGURE.search(word) and len(word) > 1:
            text = text.replace(word, f"{word}{DOUBT}", 1)
    return text.replace(DOUBT * 2, DOUBT)


def doubtful(text: str) -> list[str]:
    """Return the figures of a recognised text that are marked."""
    return [match[1] for match in _MARKED.finditer(text)]


_MARKED = re.compile(r"([\d.,OolI|SB]+)\(\?\)")


def _doubted(match: re.Match[str]) -> str:
    return f"{match.group()}{DOUBT}"


def _tidy(text: str) -> str:
    """
    Return the text without the spaces that Tesseract puts between Japanese signs, and between
    columns, its lines joined.
    """
    return text_of(_WIDE.sub(" ", _GAP.sub("", text)).strip())
