"""
The sample documents, ready for the shelf.

They are files like anybody's: a superseded edition, a review date that has passed and two documents
that disagree are in them on purpose, so that every warning can be seen at work.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from knowledge.documents.library import Library
from knowledge.errors import InvalidModel
from knowledge.reading.reading import Limits, read
from knowledge.sentences import phrase, yaml_values
from knowledge.values import Document, Metadata, Version

FOLDER = Path(__file__).parent
BY = "llm-choose"  # who put them on the shelf


@dataclass(frozen=True, slots=True)
class Sample:
    """
    A document to try: `name` as people see it, `path` where its bytes lie, `older` the name of the
    edition it supersedes.
    """

    name: str
    path: Path
    metadata: Metadata
    older: str = ""

    def content(self) -> bytes:
        """Return the file's bytes, at most 50 KB."""
        return self.path.read_bytes()


def samples() -> tuple[Sample, ...]:
    """
    Return the samples in the order in which they go on the shelf: a later edition follows the one
    it supersedes.

    Raises:
        InvalidModel: an entry names a field that does not exist, or supersedes what does not stand
        before it.
    """
    by_name: dict[str, Sample] = {}
    for row in yaml_values((FOLDER / "samples.yaml").read_text("utf-8")):
        by_name[row["name"]] = _sample(row, by_name)
    return tuple(by_name.values())


@dataclass(frozen=True, slots=True)
class Shelved:
    """
    What became of a sample: `new` is False when it was on the shelf already, wherever it stands
    there.
    """

    sample: Sample
    document: Document
    version: Version
    new: bool


async def shelve(library: Library, limits: Limits | None = None) -> AsyncIterator[Shelved]:
    """
    Read and publish the samples one after the other, about 1 s in all; those that are on the shelf
    already stay as they are.

    Raises:
        LibraryUnavailable: the index or the place of the files did not answer.
        UnreadableDocument: there is no sandbox to read them in, and `limits` ask for one.
    """
    documents: dict[str, str] = {}
    for sample in samples():
        metadata = replace(sample.metadata, supersedes=documents.get(sample.older, ""))
        content = sample.content()
        reading = await read(sample.name, content, limits=limits)
        original = ""
        if not await library.holding(reading.sha256):
            original = await library.keep(content)
        document, version, new = await library.stage(reading, metadata, by=BY, original=original)
        documents[sample.name] = document.id
        if new:
            document = await library.publish(document.id, version.id)
        yield Shelved(sample, document, version, new)


def _sample(row: dict[str, Any], before: dict[str, Sample]) -> Sample:
    fields = dict(row)
    older = fields.pop("supersedes", "")
    try:
        name, path = fields.pop("name"), FOLDER / "files" / fields.pop("file")
        if older:
            older = before[older].name
        return Sample(name, path, Metadata(**fields), older)
    except (KeyError, TypeError) as error:
        place = f"samples.yaml: {row.get('name')}"
        raise InvalidModel(
            "invalid_sample",
            phrase("sample_gap", place=place),
        ) from error
