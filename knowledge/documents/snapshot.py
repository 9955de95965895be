"""
The library's part of a backup, written while the library goes on serving and changing.
"""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from knowledge.documents.library import Library
from knowledge.documents.originals import Originals
from knowledge.errors import LibraryUnavailable
from knowledge.index.protocol import Payload
from knowledge.sentences import phrase


class Snapshot:
    """
    The library as it was when the backup began, while it goes on serving and changing.

    A version's passages and file never change, so that only what is deleted meanwhile can be
    missing: it is left out of the records, and of the passages, as if it had been deleted before.
    """

    def __init__(self, library: Library, originals: Originals, folder: Path) -> None:
        self._library = library
        self._originals = originals
        self._folder = folder

    async def write(self) -> dict[str, int]:
        """Write records, passages and files; return how many. Raises LibraryUnavailable."""
        records = await self._library.records()
        versions = [record["version"] for record in records if "draft" in record]
        passages = self._folder / "passages.jsonl"
        for version in versions:
            found = await self._library.passages(version)
            await asyncio.to_thread(_append_lines, passages, [asdict(one) for one in found])
        missing = set()
        for record in records:
            if "draft" in record and not await self._kept(record["draft"]["version"]["original"]):
                missing.add(record["version"])

        left = await self._left(records)
        lost = missing & _versions(left)
        if lost:  # a file that nobody deleted
            raise LibraryUnavailable("original_missing", phrase("original_missing"))
        await asyncio.to_thread(write_lines, self._folder / "records.jsonl", left)
        count = await asyncio.to_thread(_keep_lines, passages, _versions(left))
        await asyncio.to_thread(_keep_files, self._folder / "originals", left)
        documents = {record["document"] for record in left if "entry" in record}
        return {"documents": len(documents), "versions": len(_versions(left)), "passages": count}

    async def _kept(self, original: str) -> bool:
        """Keep a version's file; False when it is gone."""
        if not original:
            return True
        try:
            content = await self._originals.get(original)
        except LibraryUnavailable as error:
            if error.code != "original_missing":
                raise
            return False
        place = self._folder / "originals" / original
        await asyncio.to_thread(place.write_bytes, content)
        return True

    async def _left(self, records: Sequence[Payload]) -> list[Payload]:
        """Return the records of which nothing was deleted since they were read."""
        now = await self._library.records()
        documents = {record["document"] for record in now if "entry" in record}
        versions = _versions(now)
        left = []
        for record in records:
            if "draft" in record and record["version"] not in versions:
                continue
            if record["document"] in documents:
                left.append(record)
        return left


def write_lines(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    """Write one JSON document a line."""
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
    path.write_text("".join(lines), "utf-8")


def _append_lines(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    with path.open("a", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def _keep_lines(path: Path, versions: frozenset[str]) -> int:
    """Leave the passages of these versions in a file, and return how many they are."""
    path.touch()
    whole = path.with_suffix(".whole")
    count = 0
    with whole.open("w", encoding="utf-8") as file, path.open(encoding="utf-8") as lines:
        for line in lines:
            if json.loads(line)["version"] in versions:
                file.write(line)
                count += 1
    whole.replace(path)
    return count


def _keep_files(folder: Path, records: Sequence[Payload]) -> None:
    """Leave the files of these records in a folder."""
    originals = set()
    for record in records:
        if "draft" in record:
            originals.add(record["draft"]["version"]["original"])
    for path in folder.iterdir():
        if path.name not in originals:
            path.unlink()


def _versions(records: Sequence[Payload]) -> frozenset[str]:
    versions = set()
    for record in records:
        if "draft" in record:
            versions.add(record["version"])
    return frozenset(versions)
