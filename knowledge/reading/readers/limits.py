"""
How much a document may be: every limit is named, and the ones people meet are shown to them with
both numbers.
"""

from dataclasses import dataclass

from knowledge.text.sizes import MEGABYTE


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document, and the child process that reads it, may use."""

    file: int = 25 * MEGABYTE  # bytes as sent
    pages: int = 2000
    inflated: int = (
        120 * MEGABYTE
    )  # bytes that really come out of an archive, counted while inflating
    characters: int = 5_000_000
    members: int = 4000  # files in an archive
    depth: int = 400  # nested elements of XML or HTML
    cells: int = 1_000_000  # of all sheets together
    memory: int = 512 * MEGABYTE  # address space of the child
    cpu: int = 15  # seconds
    wall: float = 20.0  # seconds
    strict: bool = True  # nothing is read where the sandbox cannot be closed
