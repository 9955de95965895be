"""A title that the window, the fold or a table's caption says already is not drawn twice. Pure."""

from collections.abc import Sequence

from handlers.conversation import Block, Heading, Table


def said_once(blocks: Sequence[Block], title: str = "") -> tuple[Block, ...]:
    """
    Return the blocks without a heading that repeats the `title` above them, or that the caption of
    the table below it says again.
    """
    kept: list[Block] = []
    for block in blocks:
        if isinstance(block, Heading) and not kept and block.text == title:
            continue
        if kept and isinstance(block, Table) and kept[-1] == Heading(block.caption):
            kept.pop()
        kept.append(block)
    return tuple(kept)


def captions_itself(blocks: Sequence[Block], title: str) -> bool:
    """Report whether the first block is a table whose caption is the title above it."""
    first = blocks[0] if blocks else None
    return isinstance(first, Table) and first.caption == title
