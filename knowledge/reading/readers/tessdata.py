"""
Where Tesseract's language data lies, if the extra `ocr` is there at all; asked by the process that
starts the child.
"""

import os
from importlib.util import find_spec
from pathlib import Path

LANGUAGES = ("jpn", "eng")
FOLDERS = (
    *(
        Path("/usr/share/tesseract-ocr/5/tessdata"),
        Path("/usr/share/tesseract-ocr/4.00/tessdata"),
        Path("/usr/share/tessdata"),
    ),
    *(Path("/opt/homebrew/share/tessdata"), Path("/usr/local/share/tessdata")),
)


def data() -> tuple[Path, tuple[str, ...]] | None:
    """
    Return where the language data lies and what there is of ours; None without any, or without the
    extra.
    """
    if find_spec("tesserocr") is None:
        return None
    wanted = os.environ.get("TESSDATA_PREFIX")
    for folder in (*([Path(wanted)] if wanted else []), *FOLDERS):
        found = tuple(name for name in LANGUAGES if (folder / f"{name}.traineddata").is_file())
        if found:
            return folder, found
    return None
