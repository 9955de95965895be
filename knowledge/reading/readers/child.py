"""
What runs inside the child process: it closes every door behind itself, then reads one document.

It receives one JSON line about the job and the document's bytes on standard input, and answers with
one JSON line per page, flag, title or text left out, then "refused", or "read", the raw text of the
file by itself, and "end". Where anything but a refusal is raised, "fault" is its last line. What it
says is checked by `knowledge.reading.sandbox` as if a stranger had said it.
"""

import importlib
import json
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from types import ModuleType, TracebackType
from typing import BinaryIO

from knowledge.formats import readers
from knowledge.reading.readers import lockdown, raw, stand_in
from knowledge.reading.readers.fault import describe
from knowledge.reading.readers.limits import Limits
from knowledge.reading.readers.refusal import Budget, Refusal
from knowledge.reading.readers.sections import Item, Omitted, Picture, Title
from knowledge.values import Flag, Page


def warm() -> None:
    """Import every reader and the sandbox's own libraries, before there is a document."""
    lockdown.prepare()
    for name in readers().values():
        importlib.import_module(f"knowledge.reading.readers.{name}")
    stand_in.install()


def main() -> None:
    os.nice(10)  # whoever waits for an answer comes first
    _first_to_go()
    source, out = sys.stdin.buffer, sys.stdout.buffer
    with _Witness(out):
        _answer(source, out)


def _first_to_go() -> None:
    """Where memory runs out, let the system end this child, and not the process people talk to."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", "ascii")


def _answer(source: BinaryIO, out: BinaryIO) -> None:
    job = json.loads(source.readline())
    limits = Limits(**job["limits"])
    reader = importlib.import_module(f"knowledge.reading.readers.{readers()[job['kind']]}")
    if prepare := getattr(reader, "prepare", None):
        prepare()  # opens files of its own, which is over once the doors are closed
    missing = lockdown.close(limits)
    if missing and limits.strict:  # before the first byte of the document
        _say(out, {"refused": "no_sandbox", "values": {}})
        return
    content = source.read(job["size"])
    try:
        items: Iterator[Item] = reader.read(content, Budget(limits))
        for item in items:
            _say(out, _told(item))
    except Refusal as refusal:
        _say(out, {"refused": refusal.code, "values": refusal.values})
    except (MemoryError, RecursionError):
        _say(out, {"refused": "too_slow", "values": {}})
    else:
        _say(out, {"read": True})
        _count(out, reader, job["kind"], content, limits)
        _say(out, {"end": True})


class _Witness:
    """
    Tells of whatever ends its block by being raised: it is no refusal, so it is a fault of ours.
    """

    def __init__(self, out: BinaryIO) -> None:
        self._out = out

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if error is not None:
            _say(self._out, {"fault": asdict(describe(error))})


def _count(out: BinaryIO, reader: ModuleType, kind: str, content: bytes, limits: Limits) -> None:
    """
    Tell what the file holds by itself; where that is too much, what was read stays read and is not
    counted.
    """
    pieces = raw.source(reader, kind)
    try:
        if pieces is not None:
            for piece in pieces(content, Budget(limits)):
                _say(out, {"raw": {"place": asdict(piece.place), "text": piece.text}})
    except (Refusal, MemoryError, RecursionError):
        return
    _say(out, {"counted": pieces is not None})


def _told(item: Item) -> dict[str, object]:
    match item:
        case Page():
            return {"page": asdict(item)}
        case Flag():
            return {"flag": asdict(item)}
        case Title():
            return {"title": item.text}
        case Omitted():
            return {"omitted": item.text}
        case Picture():
            return {"picture": item.content}


def _say(out: BinaryIO, line: dict[str, object]) -> None:
    out.write(json.dumps(line, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
    out.flush()
