"""
Builds the sample documents from `contents.yaml` into `files/`.

    python -m knowledge.samples.build

Needs the development libraries. The same contents give the same bytes: dates inside the files are
fixed.
"""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import docx
import openpyxl  # type: ignore[import-untyped]  # like reportlab, without types of its own
import pptx
from PIL import Image, ImageDraw
from pptx.util import Inches
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph, SimpleDocTemplate

from knowledge.sentences import yaml_values

FOLDER = Path(__file__).parent
AUTHOR = "Hikarino Works"
MADE = datetime(2026, 4, 1)  # noqa: DTZ001  # Office dates carry no zone
_SAVED = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")


def build(folder: Path) -> None:
    """Write every sample but the hand-written ones into `folder`."""
    contents = yaml_values((FOLDER / "contents.yaml").read_text("utf-8"))
    made = {
        "rules-2024.docx": _rules(contents["rules_2024"]),
        "rules-2026.docx": _rules(contents["rules_2026"]),
        "adoption.pptx": _slides(contents["adoption"]),
        "classes.xlsx": _workbook(contents["classes"]),
        "summary.pdf": _pdf(contents["summary"]),
    }
    for name, content in made.items():
        (folder / name).write_bytes(content)


def _rules(content: dict[str, Any]) -> bytes:
    document = docx.Document()
    document.core_properties.author, document.core_properties.title = AUTHOR, content["title"]
    document.add_heading(content["title"], 0)
    for article in content["articles"]:
        document.add_heading(article["heading"], 1)
        for number, line in enumerate(article["lines"], 1):
            document.add_paragraph(f"{number} {line}" if len(article["lines"]) > 1 else line)
    if content["table"]:
        document.add_heading("別表(使えるツール)", 1)
        table = document.add_table(rows=0, cols=len(content["table"][0]))
        for row in content["table"]:
            for cell, text in zip(table.add_row().cells, row, strict=True):
                cell.text = text
    return _fixed(document.save)


def _slides(content: dict[str, Any]) -> bytes:
    deck = pptx.Presentation()
    deck.core_properties.author, deck.core_properties.title = AUTHOR, content["title"]
    first = _slide(deck, 0, content["title"])
    first.placeholders[1].text = content["subtitle"]
    _bullets(deck, content["steps"])
    methods = _slide(deck, 5, content["methods"]["title"], content["methods"]["notes"])
    rows = content["methods"]["rows"]
    table = methods.shapes.add_table(
        len(rows), len(rows[0]), Inches(0.5), Inches(1.8), Inches(9), Inches(3)
    ).table
    for down, row in enumerate(rows):
        for across, text in enumerate(row):
            table.cell(down, across).text = text
    _slide(deck, 6).shapes.add_picture(io.BytesIO(_picture()), Inches(1), Inches(1.5), Inches(8))
    _bullets(deck, content["contact"])
    return _fixed(deck.save)


def _slide(deck: Any, layout: int, title: str = "", notes: str = "") -> Any:
    slide = deck.slides.add_slide(deck.slide_layouts[layout])
    if title:
        slide.shapes.title.text = title
    if notes:
        slide.notes_slide.notes_text_frame.text = notes
    return slide


def _bullets(deck: Any, content: dict[str, Any]) -> None:
    _slide(deck, 1, content["title"], content["notes"]).placeholders[1].text = "\n".join(
        content["lines"]
    )


def _picture() -> bytes:
    """Return a drawing without a word in it: three boxes, one after the other."""
    image = Image.new("RGB", (800, 300), "white")
    pen = ImageDraw.Draw(image)
    for at, colour in enumerate(("#2a6f97", "#468faf", "#61a5c2")):
        left = 40 + at * 260
        pen.rectangle((left, 80, left + 180, 220), fill=colour)
        if at:
            pen.line((left - 80, 150, left, 150), fill="black", width=6)
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


def _workbook(content: dict[str, Any]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    book.properties.creator = AUTHOR
    for name, rows in content.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return _fixed(book.save)


def _pdf(content: dict[str, Any]) -> bytes:
    styles = getSampleStyleSheet()
    story = [Paragraph(content["title"], styles["Title"])]
    for section in content["sections"]:
        story.append(Paragraph(section["heading"], styles["Heading2"]))
        story += [Paragraph(line, styles["BodyText"]) for line in section["lines"]]
    stream = io.BytesIO()
    SimpleDocTemplate(stream, title=content["title"], author=AUTHOR, invariant=1).build(story)
    return stream.getvalue()


def _fixed(save: Callable[[io.BytesIO], object]) -> bytes:
    """
    Return what `save` writes, an Office archive, with the dates of its parts and properties
    replaced by ours.
    """
    saved, stream = io.BytesIO(), io.BytesIO()
    save(saved)
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = _SAVED.sub(
                    rb"\g<1>" + MADE.strftime("%Y-%m-%dT%H:%M:%SZ").encode(), content
                )
            new.writestr(zipfile.ZipInfo(name, MADE.timetuple()[:6]), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


if __name__ == "__main__":
    build(FOLDER / "files")
