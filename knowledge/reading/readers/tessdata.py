"""
Where Tesseract's language data lies, if the extra `ocr` is there at all; asked by the process that
starts the child.
"""

import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

LANGUAGES = ("jpn", "eng")
FOLDERS = (
    Path("/usr/share/tesseract-ocr/5/tessdata"),
    Path("/usr/share/tesseract-ocr/4.00/tessdata"),
    Path("/usr/share/tessdata"),
    Path("/opt/homebrew/share/tessdata"),
    Path("/usr/local/share/tessdata"),
)


def data() -> tuple[Path, tuple[str, ...]] | None:
    """
    Return where the language data lies and what there is of ours; None without any, or without the
    extra.
    """
    if find_spec("tesserocr") is None:
        return None
    for folder in _folders():
        present = tuple(name for name in LANGUAGES if (folder / f"{name}.traineddata").is_file())
        if present:
            return folder, present
    return None


def _folders() -> Iterator[Path]:
    """Yield where the data may lie, the place that Tesseract itself would look at first."""
    wanted = os.environ.get("TESSDATA_PREFIX")
    if wanted:
        yield Path(wanted)
    yield from FOLDERS
