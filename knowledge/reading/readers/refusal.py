"""
Why a file is not taken in: a stable code and the values its sentence needs. The sentences are in
refusals.yaml.
"""

from knowledge.reading.readers.limits import Limits


class Refusal(Exception):
    """
    Raised by readers, carried over the child's pipe as data, and told as
    `knowledge.errors.UnreadableDocument`.
    """

    def __init__(self, code: str, **values: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


class Budget:
    """Counts what a document unfolds into, and refuses as soon as it is too much."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._characters = 0
        self._inflated = 0
        self._cells = 0

    def characters(self, count: int) -> None:
        self._characters += count
        if self._characters > self.limits.characters:
            raise Refusal(
                "too_much_text", size=f"{self._characters:,}", limit=f"{self.limits.characters:,}"
            )

    def inflated(self, count: int) -> None:
        self._inflated += count
        if self._inflated > self.limits.inflated:
            raise Refusal("archive_bomb")

    def cells(self, count: int) -> None:
        self._cells += count
        if self._cells > self.limits.cells:
            raise Refusal("too_many_cells", size=f"{self._cells:,}", limit=f"{self.limits.cells:,}")

    def pages(self, count: int) -> None:
        """Refuse a document of `count` pages in all when that is over the limit."""
        if count > self.limits.pages:
            raise Refusal("too_many_pages", size=f"{count:,}", limit=f"{self.limits.pages:,}")
