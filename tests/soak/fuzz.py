"""
Seeded mutations of real and made files through the whole reader: each ends in pages or in a reason, and nothing is left behind.

    python tests/soak/fuzz.py [mutations] [seed]        20,000 take hours on two cores; a few hundred take minutes

Mutations: flipped, cut, repeated, inserted and overwritten bytes, numbers pushed to their limits, and for Office files the same
inside a member of the archive, which is packed again.
"""

import asyncio
import io
import os
import random
import sys
import time
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import psutil

from knowledge.errors import UnreadableDocument
from knowledge.reading.reading import read
from tests.soak.evidence import keep

SHARED = Path(os.environ.get("LLM_CHOOSE_SHARED", Path(__file__).resolve().parents[3] / "shared"))
SEEDS = 60
LARGEST = 400_000  # bytes of a seed
OFFICE = (".docx", ".pptx", ".xlsx")
KINDS = (*OFFICE, ".pdf", ".html", ".md", ".txt", ".csv")
EXTREMES = (
    b"\xff\xff\xff\xff",
    b"\x00\x00\x00\x00",
    b"\x7f\xff\xff\xff",
    b"-1",
    b"99999999999999999999",
    b"1e309",
    b"\xef\xbf\xbd",
)


def flip(chance: random.Random, data: bytearray) -> None:
    for _ in range(chance.choice((1, 3, 30))):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def cut(chance: random.Random, data: bytearray) -> None:
    start = chance.randrange(len(data))
    del data[start : start + chance.choice((1, 16, 1000, len(data)))]


def repeat(chance: random.Random, data: bytearray) -> None:
    start = chance.randrange(len(data))
    piece = data[start : start + chance.randrange(1, 2000)]
    data[start:start] = piece * chance.choice((1, 5, 50))


def insert(chance: random.Random, data: bytearray) -> None:
    start = chance.randrange(len(data))
    data[start:start] = chance.randbytes(chance.choice((1, 8, 500)))


def extreme(chance: random.Random, data: bytearray) -> None:
    for _ in range(chance.choice((1, 5))):
        start, value = chance.randrange(len(data)), chance.choice(EXTREMES)
        data[start : start + len(value)] = value


WAYS: tuple[Callable[[random.Random, bytearray], None], ...] = (flip, cut, repeat, insert, extreme)


def mutated(chance: random.Random, name: str, content: bytes) -> bytes:
    if name.endswith(OFFICE) and chance.random() < 0.7:
        try:
            return repacked(chance, content)
        except (
            zipfile.BadZipFile,
            zlib.error,
            OSError,
            ValueError,
            NotImplementedError,
            RuntimeError,
            EOFError,
        ):
            pass  # a seed that is broken already is mutated as it stands
    return changed(chance, content)


def changed(chance: random.Random, content: bytes) -> bytes:
    data = bytearray(content or b"\0")
    for _ in range(chance.randrange(1, 4)):
        chance.choice(WAYS)(chance, data)
        if not data:
            data += b"\0"
    return bytes(data)


def repacked(chance: random.Random, content: bytes) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        names = old.namelist()
        target = chance.choice(names)
        for name in names:
            body = old.read(name)
            new.writestr(name, changed(chance, body) if name == target else body)
    return out.getvalue()


async def main(count: int, seed: int) -> None:
    chance = random.Random(seed)
    files = [
        p
        for p in sorted((SHARED / "documents").rglob("*"))
        if p.suffix.lower() in KINDS and 0 < p.stat().st_size < LARGEST
    ]
    seeds = chance.sample(files, SEEDS)
    own = psutil.Process()
    await read("warm.txt", "準備".encode())
    before = (own.num_fds(), set(os.listdir("/tmp")), own.memory_info().rss)
    ends: Counter[str] = Counter()
    longest = (0.0, "")
    began = time.monotonic()
    todo = iter(range(count))

    async def work() -> None:
        nonlocal longest
        for number in todo:
            path = seeds[number % SEEDS]
            content = mutated(
                random.Random(f"{seed} {number}"), path.name.lower(), path.read_bytes()
            )
            start = time.monotonic()
            try:
                reading = await read(path.name, content)
                ends["read"] += 1
                assert any(page.text.strip() or page.notes.strip() for page in reading.pages), (
                    "a silent empty"
                )
            except UnreadableDocument as error:
                ends[error.code] += 1
                assert path.name[:20] in error.reason.ja or len(path.name) > 100
            except Exception as error:
                ends[f"UNEXPECTED {type(error).__name__}"] += 1
                print(f"mutation {number} of {path.name}: {error!r}", flush=True)
            longest = max(longest, (time.monotonic() - start, path.name))

    await asyncio.gather(work(), work())
    await asyncio.sleep(0.5)
    children = own.children(recursive=True)
    left = set(os.listdir("/tmp")) - before[1]
    grown = (own.memory_info().rss - before[2]) >> 20
    print(
        f"{count} mutations of {SEEDS} files in {time.monotonic() - began:.0f} s: {dict(ends.most_common())}"
    )
    print(f"unexpected {sum(n for k, n in ends.items() if k.startswith('UNEXPECTED'))}, children left {len(children)}, "
          f"descriptors {own.num_fds() - before[0]:+d}, files in /tmp {len(left):+d}, memory {grown:+d} MB, longest {longest[0]:.1f} s {longest[1]}")  # fmt: skip
    unexpected = sum(n for kind, n in ends.items() if kind.startswith("UNEXPECTED"))
    figures = {"unexpected": unexpected, "children_left": len(children), "files_left": len(left)}
    figures |= {"descriptors_grown": own.num_fds() - before[0], "longest_s": longest[0]}
    keep("fuzz", size={"mutations": count}, figures=figures)


if __name__ == "__main__":
    words = [int(word) for word in sys.argv[1:]]
    asyncio.run(main(words[0] if words else 20_000, words[1] if len(words) > 1 else 1))
