"""
A Git repository: the files of its newest commit, below a folder where one is named behind a "#".

The repository is fetched without being checked out, so that nothing in it is run, linked or
written under a name of its own.
"""

import asyncio
import os
import shutil
import tempfile
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from knowledge.reading.readers.limits import Limits
from knowledge.sources.sentences import too_many, unavailable
from knowledge.sources.source import FILES, SECONDS, Entry, Trouble
from knowledge.text.sizes import megabytes

SCHEME = "git+"
_FILE = "100"  # how the modes of files begin; links and modules have others
_DENIED = (b"Authentication failed", b"could not read Username", b"Permission denied", b"403")
_ALLOWED = "https:http:ssh:git:file"
_ENVIRONMENT = ("PATH", "HOME", "SSH_AUTH_SOCK", "SSL_CERT_FILE", "HTTPS_PROXY", "NO_PROXY")


class GitSource:
    """`secret` is a token, sent as a header and never written down."""

    def __init__(
        self,
        address: str,
        secret: str = "",
        *,
        limit: int = Limits().file,
        files: int = FILES,
        seconds: float = SECONDS,
    ) -> None:
        self.address = address
        repository, _, folder = address.removeprefix(SCHEME).partition("#")
        self._repository = repository
        self._below = f"{folder.strip('/')}/" if folder.strip("/") else ""
        self.prefix = f"{SCHEME}{repository}#{self._below}"
        self._secret = secret
        self._limit = limit
        self._files = files
        self._seconds = seconds
        self._folder: Path | None = None

    async def entries(self) -> AsyncIterator[Entry | Trouble]:
        await self._fetched()
        listed = await self._git("ls-tree", "-r", "-l", "-z", "--full-tree", "HEAD")
        count = 0
        for row in listed.split(b"\0"):
            about, _, raw = row.partition(b"\t")
            path = raw.decode("utf-8", "replace")
            words = about.decode("ascii", "replace").split()
            if len(words) != 4 or not words[0].startswith(_FILE):
                continue
            if not path.startswith(self._below) or _is_hidden(path):
                continue
            if count == self._files:
                yield too_many(self.address, self._files)
                return
            count += 1
            blob, size = words[2], int(words[3])
            name = path.rpartition("/")[2]
            id_ = path.removeprefix(self._below)
            yield Entry(id_, name, blob, size, self.prefix + id_)

    async def fetch(self, entry: Entry) -> bytes:
        if entry.size > self._limit:
            size, limit = megabytes(entry.size), megabytes(self._limit)
            raise unavailable("too_large", name=entry.id, size=size, limit=limit)
        if self._folder is None:
            await self._fetched()
        return await self._git("cat-file", "blob", entry.fingerprint)

    async def close(self) -> None:
        if self._folder is not None:
            await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)
            self._folder = None

    async def _fetched(self) -> None:
        if shutil.which("git") is None:
            raise unavailable("no_git", name=self.address)
        if self._folder is None:
            self._folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="llm-choose-"))
        whole = ("clone", "--quiet", "--bare", "--depth", "1", "--single-branch", "--no-tags")
        place = self._folder / "repository"
        await asyncio.to_thread(shutil.rmtree, place, ignore_errors=True)
        await self._run(*whole, "--", self._repository, str(place))

    async def _git(self, *words: str) -> bytes:
        return await self._run(
            "--git-dir", str(self._folder and self._folder / "repository"), *words
        )

    async def _run(self, *words: str) -> bytes:
        process = await asyncio.create_subprocess_exec(
            "git", *words, stdin=DEVNULL, stdout=PIPE, stderr=PIPE, env=self._environment()
        )
        try:
            async with asyncio.timeout(self._seconds):
                out, error = await process.communicate()
        except TimeoutError as slow:
            seconds = f"{self._seconds:g}"
            raise unavailable("slow", name=self.address, seconds=seconds) from slow
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            denied = any(word in error for word in _DENIED)
            raise unavailable("denied" if denied else "away", name=self.address)
        return out

    def _environment(self) -> Mapping[str, str]:
        """Return an environment in which git asks nobody, obeys no settings and tells no secret."""
        kept = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        own = {
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_ALLOW_PROTOCOL": _ALLOWED,
            "LC_ALL": "C",
        }
        if self._secret:
            own |= {
                "GIT_CONFIG_COUNT": "1",
                "GIT_CONFIG_KEY_0": "http.extraHeader",
                "GIT_CONFIG_VALUE_0": f"Authorization: Bearer {self._secret}",
            }
        return kept | own


def _is_hidden(path: str) -> bool:
    return any(part.startswith(".") for part in path.split("/"))
