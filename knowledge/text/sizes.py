"""How big a file is, in a word people know."""

MEGABYTE = 1 << 20  # bytes


def megabytes(size: int) -> str:
    """Return `size` in MB, to two decimals at most and never rounded onto a limit from above."""
    hundredths = -(-size * 100 // MEGABYTE)
    return f"{hundredths / 100:g}"
