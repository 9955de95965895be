"""
PowerPoint: one page a slide in the order of the show, with title, tables and charts as rows,
SmartArt, and speaker notes apart.

Hidden slides and shapes, and white text on no fill of its own, are left out and flagged.
"""

from collections.abc import Iterator

from knowledge.reading.readers.archive import Archive, Link, open_office, parse
from knowledge.reading.readers.arrangement import Box
from knowledge.reading.readers.charts import chart
from knowledge.reading.readers.links import addresses
from knowledge.reading.readers.refusal import Budget
from knowledge.reading.readers.sections import Item, Omitted, Title
from knowledge.reading.readers.shapes import Shapes, length, placeholders
from knowledge.values import Flag, Page, Place

_PARTS = frozenset({"chart", "notesSlide", "diagramData", "comments"})


def read(content: bytes, budget: Budget) -> Iterator[Item]:
    archive, main = open_office(content, "pptx", budget)
    targets = {link.id: link.target for link in archive.links(main)}
    slides: list[str] = []
    size = (0.0, 0.0)

    def start(tag: str, values: dict[str, str]) -> None:
        nonlocal size
        if tag == "sldId" and targets.get(values.get("rid", "")):
            slides.append(targets[values["rid"]])
        elif tag == "sldSz":
            size = (length(values.get("cx", "")), length(values.get("cy", "")))

    parse(archive.part(main) or b"", budget, start)
    budget.pages(len(slides))
    show = _Show(archive, budget, size)
    named = False
    for number, name in enumerate(slides, 1):
        page, unseen = show.slide(name, number)
        yield Omitted(unseen)
        if page.title and not named:
            named = True
            yield Title(page.title)
        yield page


class _Show:
    """Reads slides of one size, one after another."""

    def __init__(self, archive: Archive, budget: Budget, size: tuple[float, float]) -> None:
        self._archive = archive
        self._budget = budget
        self._size = size
        self._layouts: dict[str, dict[str, Box]] = {}

    def slide(self, name: str, number: int) -> tuple[Page, str]:
        """Return a slide's page, and its text that was left out."""
        data = self._archive.part(name)
        place = Place("slide", number)
        if data is None:
            missing = Flag("truncated", number, "missing_part")
            return Page(number, place, "", flags=(missing,)), ""
        links = self._archive.links(name)
        slide = Shapes(self._budget, self._places(links), self._size, addresses(links))
        slide.walk(data)
        lines, notes, unseen = slide.lines(), list[str](), list(slide.unseen)
        for link in links:
            part = self._archive.part(link.target) if link.kind in _PARTS else None
            if part is None:
                continue
            if link.kind == "chart":
                lines += chart(part, self._budget)
                continue
            more = Shapes(self._budget)
            more.walk(part)
            unseen += more.unseen
            if link.kind == "diagramData":
                lines += more.lines()
            else:
                notes += more.lines()
        if slide.hidden:
            hidden = Page(number, place, "", flags=(Flag("hidden_slide", number),))
            return hidden, "\n".join((*lines, *notes, *unseen))
        flags = tuple(slide.flags(number, lines))
        page = Page(number, place, "\n".join(lines), slide.title, "\n".join(notes), flags)
        return page, "\n".join(unseen)

    def _places(self, links: tuple[Link, ...]) -> dict[str, Box]:
        """Return where the placeholders of a slide's layout stand."""
        for link in links:
            if link.kind == "slideLayout":
                return self._placeholders(link.target)
        return {}

    def _placeholders(self, layout: str) -> dict[str, Box]:
        if layout not in self._layouts:
            data = self._archive.part(layout)
            self._layouts[layout] = placeholders(data, self._budget) if data else {}
        return self._layouts[layout]
