"""What a memo is made of, whatever it is written as."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Section:
    """
    A heading and what stands under it, in this order; any part may be empty.

    `table` has its head as first row, `code` is kept letter by letter. What is `annex` stands
    behind what is to be decided, from a page of its own.
    """

    title: str
    paragraphs: tuple[str, ...] = ()
    table: tuple[tuple[str, ...], ...] = ()
    items: tuple[str, ...] = ()
    code: str = ""
    annex: bool = False

    @property
    def bare(self) -> bool:
        """Report whether nothing stands under the heading; a table's head alone is nothing."""
        if len(self.table) > 1:
            return False
        return not (self.paragraphs or self.items or self.code)
