"""
The sample documents, ready for the shelf.

They are files like anybody's: a superseded edition, a review date that has passed and two documents that disagree are in them
on purpose, so that every warning can be seen at work.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from knowledge.errors import InvalidModel
from knowledge.library import Library
from knowledge.reading import read
from knowledge.staging import document_id
from knowledge.values import Document, Metadata, Phrase, Version

FOLDER = Path(__file__).parent
BY = "llm-choose"  # who put them on the shelf


@dataclass(frozen=True, slots=True)
class Sample:
    """A document to try: `name` as people see it, `path` where its bytes lie."""

    name: str
    path: Path
    metadata: Metadata

    def content(self) -> bytes:
        """Return the file's bytes, at most 50 KB."""
        return self.path.read_bytes()


def samples() -> tuple[Sample, ...]:
    """
    Return the samples in the order in which they go on the shelf: a later edition follows the one it supersedes.

    Raises:
        InvalidModel: an entry names a field that does not exist, or supersedes what does not stand before it.
    """
    found: dict[str, Sample] = {}
    for row in yaml.safe_load((FOLDER / "samples.yaml").read_text("utf-8")):
        found[row["name"]] = _sample(row, found)
    return tuple(found.values())


@dataclass(frozen=True, slots=True)
class Shelved:
    """What became of a sample: `new` is False when it was on the shelf already, wherever it stands there."""

    sample: Sample
    document: Document
    version: Version
    new: bool


async def shelve(library: Library) -> AsyncIterator[Shelved]:
    """
    Read and publish the samples one after the other, about 1 s in all; those that are on the shelf already stay as they are.

    Raises:
        LibraryUnavailable: the index or the place of the files did not answer.
    """
    for sample in samples():
        content = sample.content()
        reading = await read(sample.name, content)
        original = "" if await library.holding(reading.sha256) else await library.keep(content)
        document, version, new = await library.stage(reading, sample.metadata, by=BY, original=original)
        if new:
            document = await library.publish(document.id, version.id)
        yield Shelved(sample, document, version, new)


def _sample(row: dict[str, Any], before: dict[str, Sample]) -> Sample:
    fields = {key: value for key, value in row.items() if key not in ("name", "file")}
    try:
        if older := fields.get("supersedes"):
            fields["supersedes"] = _document(before[older])
        return Sample(row["name"], FOLDER / "files" / row["file"], Metadata(**fields))
    except (KeyError, TypeError) as error:
        place = f"samples.yaml: {row.get('name')}"
        raise InvalidModel("invalid_sample", Phrase(f"{place} の項目が正しくありません。", f"{place} is not whole.")) from error


def _document(sample: Sample) -> str:
    """Return the id the library gives this document: that of its first edition."""
    return sample.metadata.supersedes or document_id(sample.metadata.owner, sample.name)
