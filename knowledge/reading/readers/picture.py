"""
A picture as a document: its words are recognised, a page for each picture in the file.

An extra, as for scanned pages: `llm-choose[ocr]` and the system's language data.
"""

import io
from collections.abc import Iterator

from knowledge.reading.readers import recognised, tessdata
from knowledge.reading.readers.refusal import Budget, Refusal
from knowledge.reading.readers.sections import Item
from knowledge.values import Flag, FlagKind, Page, Place

try:
    from PIL import Image, ImageOps
except ImportError:  # comes with the extra
    Image = ImageOps = None  # type: ignore[assignment]

_FRAMES = 30  # pictures in one file that are read
_WIDEST = 4000  # dots; a larger picture is made smaller, which recognises as well
_MOST = 120_000_000  # dots of a picture that is unpacked at all


def prepare() -> None:
    """Load the models and the formats of pictures while files may still be opened."""
    if Image is None or tessdata.data() is None:
        return
    Image.init()
    recognised.prepare()


def read(content: bytes, budget: Budget) -> Iterator[Item]:
    if Image is None or not recognised.ready():
        raise Refusal("no_ocr")
    try:
        picture = Image.open(io.BytesIO(content))
        count = min(getattr(picture, "n_frames", 1), _FRAMES)
        if picture.width * picture.height > _MOST:
            raise Refusal("too_slow")
        for number in range(1, count + 1):
            picture.seek(number - 1)
            yield _page(picture, number, budget)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Refusal("damaged") from error


def _page(picture: "Image.Image", number: int, budget: Budget) -> Page:
    """Return the page of one picture; without words it is a picture and nothing else."""
    upright = ImageOps.exif_transpose(picture).convert("L")
    upright.thumbnail((_WIDEST, _WIDEST))
    text = recognised.text_on(upright.tobytes(), upright.size, upright.width)
    budget.characters(len(text))
    kind: FlagKind = "ocr" if text else "image_only"
    return Page(number, Place("page", number), text, flags=(Flag(kind, number),))
