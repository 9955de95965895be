"""
Backups: everything the library knows, as plain files that can be read without us.

    manifest.json    what this is, by which encoder, with the SHA-256 of every other file
    records.jsonl    the registry, one record a line
    passages.jsonl   every version's passages in order; vectors are made again on restoring, so that
                     no engine's format is kept
    glossary.json    the admins' groups of words
    states/NAME.json what else is to be kept, as its owner exported it (the decision models)
    logs/NAME.jsonl  the audit and other logs, each line chained to the one before
    originals/ID     the files as they were sent

An archive is the same folder as a gzipped tar. Nothing in it is believed: names are ours or
refused, sums are checked, and no member is ever written where it says.
"""

import asyncio
import gzip
import hashlib
import json
import re
import tarfile
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from knowledge.documents.library import Library
from knowledge.documents.originals import Originals
from knowledge.documents.snapshot import Snapshot, write_lines
from knowledge.errors import InvalidBackup
from knowledge.retrieval.encoder import VERSION
from knowledge.retrieval.points import passage_of
from knowledge.sentences import phrase

FORMAT = 1
ARCHIVES = (".tar.gz", ".tgz")
_MEMBER = re.compile(
    r"manifest\.json|(?:records|passages)\.jsonl|glossary\.json|states/[a-z]{1,20}\.json"
    r"|logs/[a-z]{1,20}\.jsonl|originals/[0-9a-f]{32}"
)
_PIECE = 1 << 20  # bytes copied at a time

Logs = Mapping[str, Sequence[dict[str, Any]]]
States = Mapping[str, dict[str, Any]]


async def save(
    library: Library, originals: Originals, logs: Logs, states: States, folder: Path
) -> dict[str, int]:
    """
    Write a backup into `folder`, which must be empty or not exist; return how many documents,
    passages and files it holds.

    Raises:
        LibraryUnavailable: the index or a file did not answer.
    """
    for name in ("originals", "logs", "states"):
        (folder / name).mkdir(parents=True)
    snapshot = Snapshot(library, originals, folder)
    counts = await snapshot.write()
    _write_json(folder / "glossary.json", [list(group) for group in await library.glossary()])
    for name, state in states.items():
        _write_json(folder / "states" / f"{name}.json", state)
    for name, rows in logs.items():
        await asyncio.to_thread(write_lines, folder / "logs" / f"{name}.jsonl", rows)
    files = await asyncio.to_thread(_seal, folder)
    return counts | {"files": files}


async def restore(folder: Path, library: Library, originals: Originals) -> dict[str, int]:
    """
    Put a checked backup back; about 1 ms a passage. Return how many documents, passages and files
    there are now.
    """
    files = 0
    for path in sorted((folder / "originals").iterdir()):
        await originals.put(path.read_bytes(), id_=path.name)
        files += 1
    with (folder / "passages.jsonl").open(encoding="utf-8") as lines:
        passages = await library.put_back(
            list(_lines(folder / "records.jsonl")), (passage_of(json.loads(line)) for line in lines)
        )
    await library.set_glossary(json.loads((folder / "glossary.json").read_text("utf-8")))
    return {"documents": len(await library.documents()), "passages": passages, "files": files}


def states(folder: Path) -> dict[str, dict[str, Any]]:
    """Return what else a checked backup holds, by name."""
    states = {}
    for path in sorted((folder / "states").glob("*.json")):
        states[path.stem] = json.loads(path.read_text("utf-8"))
    return states


def logs(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Return the logs of a checked backup by name, oldest entry first."""
    logs = {}
    for path in sorted((folder / "logs").glob("*.jsonl")):
        logs[path.stem] = list(_lines(path))
    return logs


def pack(folder: Path, archive: Path) -> None:
    """Make an archive of a backup."""
    with tarfile.open(archive, "w:gz") as packed:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                packed.add(path, str(path.relative_to(folder)), recursive=False)


@contextmanager
def opened(path: Path) -> Iterator[Path]:
    """
    Check a backup, folder or archive, and give the folder with its files.

    Raises:
        InvalidBackup: it is not one, holds a file with a name that is not ours, or one that is not
        as it was written.
    """
    if path.is_dir():
        _check(path)
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="llm-choose-") as name:
        folder = Path(name)
        try:
            with tarfile.open(path, "r:gz") as packed:
                for member in packed:
                    _unpack(packed, member, folder)
        except (OSError, EOFError, tarfile.TarError, gzip.BadGzipFile) as error:
            raise InvalidBackup("invalid_backup", phrase("invalid_backup", name=path)) from error
        _check(folder)
        yield folder


def _seal(folder: Path) -> int:
    """Write the manifest over every file there is; return how many that are."""
    sums = {
        str(path.relative_to(folder)): _sum(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    made = datetime.now(UTC).isoformat(timespec="seconds")
    manifest = {"format": FORMAT, "encoder": VERSION, "made": made, "files": sums}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1), "utf-8")
    return len(sums)


def _unpack(packed: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    """Write one member under its own name: one of ours, which has no way out of the folder."""
    content = None
    if member.isreg() and _MEMBER.fullmatch(member.name):
        content = packed.extractfile(member)
    if content is None:
        raise InvalidBackup(
            "foreign_member", phrase("foreign_member", member=ascii(member.name)[:80])
        )
    target = folder / member.name
    target.parent.mkdir(exist_ok=True)
    with target.open("wb") as file:
        while piece := content.read(_PIECE):
            file.write(piece)


def _check(folder: Path) -> None:
    try:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        sums = {str(name): str(value) for name, value in manifest["files"].items()}
        known = manifest["format"] == FORMAT
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise InvalidBackup("invalid_backup", phrase("invalid_backup", name=folder)) from error
    if not known:
        raise InvalidBackup("newer_backup", phrase("newer_backup", name=folder))
    found = {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() or path.is_symlink()
    }
    for name in sorted((found ^ set(sums)) - {"manifest.json"}):
        raise InvalidBackup("changed_backup", phrase("changed_backup", member=ascii(name)[:80]))
    for name, value in sums.items():
        if (
            not _MEMBER.fullmatch(name)
            or (folder / name).is_symlink()
            or _sum(folder / name) != value
        ):
            raise InvalidBackup("changed_backup", phrase("changed_backup", member=ascii(name)[:80]))


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1), "utf-8")


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
