"""
Old Office files become new ones by LibreOffice, where it is installed, behind walls of its own.

LibreOffice needs files and threads, so it cannot run where readers do. It runs in a process that
sees the system's programs and one empty folder, has no network, little time and memory, and is gone
with its folder afterwards; what it writes is then read like any other file. Without these walls
nothing is converted, unless reading without a sandbox is accepted.
"""

import asyncio
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from contextlib import suppress
from functools import cache
from pathlib import Path

from knowledge.formats import Format
from knowledge.reading.readers.limits import Limits
from knowledge.reading.readers.refusal import Refusal

PROGRAMS = ("soffice", "libreoffice")
WALL = 90.0  # seconds
CPU = 60  # seconds
MEMORY = 4 << 30  # bytes of address space, most of it never touched
_FILTERS = {
    "docx": "docx:MS Word 2007 XML",
    "xlsx": "xlsx:Calc MS Excel 2007 XML",
    "pptx": "pptx:Impress MS PowerPoint 2007 XML",
}
_WALLS = Path(__file__).with_name("readers") / "walls.py"
_PIPES = Path("/tmp")  # noqa: S108  # where LibreOffice insists on a pipe to itself
_STARTS = 3  # the first one makes a profile, and ends
_PATH = "/usr/bin:/bin"
NO_WALLS = 77  # exit code of `walls.py` where a wall does not stand
_AT_ONCE = 1  # conversions of one process


@cache
def program() -> str:
    """Return the path of LibreOffice, "" where it is not installed."""
    for name in PROGRAMS:
        path = shutil.which(name)
        if path is not None:
            script = Path(path).resolve()
            binary = script.with_name("soffice.bin")
            return str(binary if binary.is_file() else script)
    return ""


async def converted(content: bytes, old: Format, limits: Limits) -> bytes:
    """
    Return an old Office file in the format it becomes; takes about three seconds.

    Raises:
        Refusal: old_office where there is no LibreOffice or its walls do not stand; too_slow or
        damaged.
    """
    if not program():
        raise Refusal("old_office")
    async with _turn():
        with tempfile.TemporaryDirectory(prefix="llm-choose-convert-") as folder:
            return await _convert(content, old, Path(folder), limits)


@cache
def _turns(loop: asyncio.AbstractEventLoop) -> asyncio.Semaphore:  # one a loop
    return asyncio.Semaphore(_AT_ONCE)


def _turn() -> asyncio.Semaphore:
    return _turns(asyncio.get_running_loop())


async def _convert(content: bytes, old: Format, folder: Path, limits: Limits) -> bytes:
    source = folder / f"document.{old.kind}"
    result = folder / f"document.{old.becomes}"
    await asyncio.to_thread(source.write_bytes, content)
    command = [
        program(),
        f"-env:UserInstallation=file://{folder}/profile",
        *("--headless", "--norestore", "--convert-to", _FILTERS[old.becomes]),
        *("--outdir", str(folder), str(source)),
    ]
    bounds = {"cpu": CPU, "memory": MEMORY, "size": limits.inflated, "strict": limits.strict}
    job = json.dumps({"command": command, "folder": str(folder), **bounds})
    try:
        async with asyncio.timeout(WALL):
            for _ in range(_STARTS):
                code = await _run(job, folder)
                if code == NO_WALLS:
                    raise Refusal("old_office")
                if result.is_file():
                    break
    except TimeoutError as error:
        raise Refusal("too_slow") from error
    if not result.is_file() or result.stat().st_size > limits.inflated:
        raise Refusal("damaged")
    return await asyncio.to_thread(result.read_bytes)


async def _run(job: str, folder: Path) -> int:
    """Start LibreOffice behind its walls and return its exit code; nothing of it is left."""
    began = time.time()
    environment = {"HOME": str(folder), "TMPDIR": str(folder), "LANG": "C.UTF-8", "PATH": _PATH}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", str(_WALLS), job),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        env=environment,
        cwd=folder,
        start_new_session=True,
    )
    try:
        return await process.wait()
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
        await asyncio.to_thread(_unlink_pipes, began)


def _unlink_pipes(began: float) -> None:
    """Take away the pipe that LibreOffice leaves behind when it is ended."""
    for pipe in _PIPES.glob("OSL_PIPE_*_SingleOfficeIPC_*"):
        with suppress(OSError):
            if pipe.is_socket() and pipe.stat().st_mtime >= began - 1:
                pipe.unlink()
