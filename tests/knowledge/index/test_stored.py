"""What is stored of a document stays what it was, byte for byte, until the encoder's version says otherwise."""

import hashlib
from pathlib import Path

import pytest

from knowledge.reading.chunks import passages
from knowledge.reading.reading import read
from knowledge.retrieval.encoder import VERSION, Encoder
from knowledge.retrieval.points import point

ENCODER = Encoder()
MADE_BY = "0a2c53c8fad3"
STORED = {
    "出張費基準.xlsx": "1968aa1def1fe291",
    "wiki_duck.html": "26c7a3c87f483cf0",
    "drawing.docx": "b0462cd9f38e32e4",
    "pdkids.pdf": "b3ad99a20f24df9a",
}


@pytest.mark.parametrize("name", STORED)
async def test_a_document_is_stored_as_before(shared: Path, name: str) -> None:
    path = next((shared / "documents").rglob(name))
    reading = await read(name, path.read_bytes())
    parts = passages(
        reading, document="document", version="version", audience="all", title=reading.title
    )
    stored = repr([point(part, "staged", ENCODER) for part in parts])
    assert (VERSION, hashlib.sha256(stored.encode()).hexdigest()[:16]) == (MADE_BY, STORED[name])
