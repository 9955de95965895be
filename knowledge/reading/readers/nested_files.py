"""
Files within a file: what a ZIP archive packs, or a mail has attached, each read by its own reader.

All share one budget, so that a thousand small files weigh what they weigh together. A file that
cannot be read is named, and the others are read.
"""

import importlib
from collections.abc import Iterator
from dataclasses import replace
from types import ModuleType

from knowledge.formats import readers
from knowledge.reading.readers import raw
from knowledge.reading.readers.recognition import recognise
from knowledge.reading.readers.refusal import Budget, Refusal
from knowledge.reading.readers.sections import Item, Title
from knowledge.values import Flag, Page, Place

DEEPEST = 3  # files within files within a file
_SEPARATOR = " › "
_ALONE = frozenset({"image", "doc", "xls", "ppt"})  # kinds that need more than this process has
_modules: dict[str, ModuleType] = {}


def prepare() -> None:
    """
    Have every reader at hand and ready, while files may still be opened; those of files within
    files prepare this, too, which is done once.
    """
    if _modules:
        return
    for kind, name in readers().items():
        if kind not in _ALONE:
            _modules[kind] = importlib.import_module(f"knowledge.reading.readers.{name}")
    for module in set(_modules.values()):
        own = getattr(module, "prepare", None)
        if own is not None:
            own()


class Inside:
    """Reads the files within one file, one after another; `depth` is how deep that lies itself."""

    def __init__(self, budget: Budget, depth: int = 0) -> None:
        self.pages = 0  # read so far, the file's own included
        self._budget = budget
        self._depth = depth

    def own(self, page: Page) -> Page:
        """Return a page of the file itself, numbered on."""
        self.pages += 1
        self._budget.pages(self.pages)
        return replace(page, position=self.pages)

    def items(self, path: str, content: bytes) -> Iterator[Item]:
        """Yield the pages of a file within, each with the path that leads to it."""
        first = self.pages + 1
        try:
            for item in self._read(path, content):
                match item:
                    case Page():
                        yield self._placed(path, item)
                    case Flag():
                        yield replace(item, page=first)
                    case Title():
                        continue
                    case _:
                        yield item
        except Refusal as refusal:
            if refusal.code in {"archive_bomb", "too_much_text", "too_many_cells"}:
                raise
            yield Flag("unread_part", min(first, max(self.pages, 1)), path)

    def _read(self, path: str, content: bytes) -> Iterator[Item]:
        kind = recognise(path, content).kind
        module = _modules.get(kind)
        if module is None or self._depth >= DEEPEST:
            raise Refusal("unsupported")
        nested = getattr(module, "within", None)
        if nested is not None:
            items: Iterator[Item] = nested(content, self._budget, self._depth + 1)
        else:
            items = module.read(content, self._budget)
        return items

    def _placed(self, path: str, page: Page) -> Page:
        self.pages += 1
        self._budget.pages(self.pages)
        flags = tuple(replace(flag, page=self.pages) for flag in page.flags)
        file = _SEPARATOR.join(filter(None, (path, page.file)))
        return replace(page, position=self.pages, file=file, flags=flags)


def pieces(path: str, content: bytes, budget: Budget) -> Iterator[raw.Raw]:
    """Yield the raw text of a file within; none for what no reader here can read."""
    try:
        kind = recognise(path, content).kind
        source = raw.source(_modules[kind], kind) if kind in _modules else None
        for piece in source(content, budget) if source is not None else ():
            yield raw.Raw(_at(path, piece.place), piece.text)
    except Refusal:
        return


def _at(path: str, place: Place) -> Place:
    label = _SEPARATOR.join(filter(None, (path, place.label)))
    if place.kind == "part":
        return Place("section", place.number, label)
    return replace(place, label=label)
