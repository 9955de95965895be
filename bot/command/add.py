"""
`llm-choose add`: files onto the shelf, one report each; the same work that a worker does, done here
and now.
"""

import argparse
import asyncio
import sys
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from rich.progress import BarColumn, Progress, TextColumn

from bot.command import desk, output, terminal
from bot.command.exits import COULD_NOT, DONE
from bot.command.publish import next_steps
from bot.command.terminal import ME
from bot.service.application import Application
from handlers.conversation import Press
from handlers.documents.change import Change
from handlers.documents.changes import LONG_WORK, Together
from handlers.documents.job import Job
from knowledge.documents.identity import LIKE, Alike
from knowledge.errors import KnowledgeError, PartlyRead, UnknownDocument
from knowledge.formats import format_of
from knowledge.sources.folder import FolderSource
from knowledge.sources.source import Trouble
from knowledge.values import Document, Language, Metadata, Phrase, Version

STEPS = {"received": 0, "checked": 5, "read": 30, "staged": 100}  # percent
WRITING = 70  # percent that writing takes, behind what was read


async def add(application: Application, arguments: argparse.Namespace, language: Language) -> int:
    """Take in the samples and every file named; a refused one costs only itself."""
    errors = desk.console("errors")
    adding = _Adding(application, arguments, language)
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
    )
    progress = Progress(
        *columns,
        console=errors,
        transient=True,
        disable=not errors.is_terminal,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    message = terminal.said(Press("document.publish"), language)
    with progress as bars:
        try:
            changes = application.documents.changes
            async with changes.together(message, patience=LONG_WORK) as together:
                await adding.everything(together, bars)
        except asyncio.CancelledError:
            adding.interrupted()
            raise
        await adding.followed()
    adding.summary(application.documents.changes.answered(message, together.met))
    return COULD_NOT if adding.failed else DONE


class _Adding:
    """One call of the command: reports each file as it ends."""

    def __init__(
        self, application: Application, arguments: argparse.Namespace, language: Language
    ) -> None:
        self.failed = False
        self._counted = ""  # which file of how many, before its line
        self._folders = False
        self._skipped = 0  # files in folders of a format that nobody reads
        self._counts: Counter[str] = Counter()
        self._way_on = ""  # what can be typed about a file that is refused next
        self._documents: dict[str, Document] = {}  # that were added, or were there already
        self._application = application
        self._arguments = arguments
        self._language = language
        self._together: Together | None = None

    async def everything(self, together: Together, bars: Progress) -> None:
        """Take in all that is named; what is published answers open questions `together`."""
        self._together = together
        if self._arguments.samples:
            await self.samples()
        files = await self.listed(self._arguments.files)
        for number, path in enumerate(files, 1):
            self.count(number, len(files))
            await self.file(path, bars)

    async def listed(self, names: Sequence[str]) -> list[Path]:
        """Return the files named, and those below the folders named."""
        files: list[Path] = []
        for name in names:
            place = desk.located(name)
            if not await asyncio.to_thread(place.is_dir):
                files.append(Path(name))
                continue
            self._folders = True
            async for entry in FolderSource(place).entries():
                if isinstance(entry, Trouble):
                    self._refuse(name, entry.code, entry.reason)
                elif format_of(entry.name) is None:
                    self._skipped += 1
                else:
                    files.append(Path(name) / entry.id)
        return files

    def count(self, number: int, total: int) -> None:
        """Say before the next line which file of how many it is about, where there are several."""
        if total > 1:
            self._counted = f"[{number}/{total}] "

    def summary(self, answered: str) -> None:
        """
        Report how many files had which outcome, where a folder was named, what open questions are
        `answered`, and what is next.
        """
        if self._folders:
            self._sum()
        if answered and not self._arguments.json:
            desk.console().print(answered.strip(), markup=False, highlight=False, soft_wrap=True)
        if self._arguments.json or not self._documents:
            return
        documents = list(self._documents.values())
        for line in next_steps(self._application, documents, self._language):
            desk.console().print(line, markup=False, highlight=False, soft_wrap=True)

    def _sum(self) -> None:
        counts = {**self._counts, "skipped": self._skipped}
        if self._arguments.json:
            output.line({"summary": counts})
            return
        words = []
        for name in ("added", "updated", "partial", "unchanged", "refused", "skipped"):
            if counts.get(name):
                word = self._application.texts.say(f"cli.count_{name}", self._language)
                words.append(f"{word} {counts[name]:,}")
        heading = self._application.texts.say("cli.sync_done", self._language)
        line = f"{heading} {' · '.join(words)}"
        desk.console().print(line, markup=False, highlight=False, soft_wrap=True)

    def interrupted(self) -> None:
        """Say what is kept of a call that somebody stopped."""
        done = sum(self._counts.values()) - self._counts["refused"]
        line = self._application.texts.say("cli.add_interrupted", self._language, n=done)
        print(line, file=sys.stderr)  # noqa: T201  # as commands do

    async def samples(self) -> None:
        from knowledge.samples.catalogue import shelve

        began = time.perf_counter()
        async for shelved in shelve(await self._application.library(), self._application.limits):
            await self._report(
                shelved.sample.name, shelved.document, shelved.version, new=shelved.new, began=began
            )
            began = time.perf_counter()

    async def followed(self) -> None:
        """Wait until what was published can be found by its meaning, too."""
        try:
            await (await self._application.library()).followed()
        except KnowledgeError:
            return  # words are found already; the next start makes the rest

    async def file(self, named: Path, bars: Progress) -> None:
        began = time.perf_counter()
        path = desk.located(str(named))
        bar = bars.add_task(path.name, total=100)
        asked = self._arguments
        said = Metadata(asked.title, audience=asked.audience, owner=ME, supersedes=asked.replaces)
        try:
            said = replace(said, source=str(await asyncio.to_thread(path.resolve)))
            if said.audience and not self._application.people.decides(said.audience):
                raise UnknownDocument(
                    "bad_audience", self._application.texts.phrase("documents.bad_audience")
                )
            if said.supersedes:
                await (await self._application.library()).document(said.supersedes)
            content = await asyncio.to_thread(path.read_bytes)
            job = await self._application.jobs.keep(
                uuid.uuid4().hex, path.name, content, said, by=ME
            )

            def told(job: Job) -> None:
                bars.update(bar, completed=_percent(job))

            job = await self._application.jobs.run(job.id, told=told) or job
            if job.reason is not None:
                self._refuse(str(named), job.code, job.reason)
                return
            library = await self._application.library()
            document = await library.document(job.document)
            if self._arguments.publish and document.current != job.version:
                await self._publish(job)
                document = await library.document(job.document)
        except (OSError, RuntimeError):  # a path that leads in a circle is the latter
            error = UnknownDocument(
                "no_such_file", self._application.texts.phrase("cli.no_file", name=str(named))
            )
            self._refuse(str(named), error.code, error.reason)
        except KnowledgeError as error:
            self._refuse(path.name, error.code, error.reason)
        else:
            self._documents[document.id] = document
            version = _version(document, job.version)
            new = job.outcome == "staged"
            await self._report(path.name, document, version, new=new, began=began, place=str(path))
            if version.state == "staged" and not self._arguments.json:
                shown = terminal.said(
                    Press("document.report", {"d": document.id, "v": version.id}), self._language
                )
                await self._application.turns.take(shown, terminal.Paper(desk.console()))
        finally:
            bars.remove_task(bar)

    async def _publish(self, job: Job) -> None:
        """Publish what was just added; where too little was read, say how to go on."""
        change = Change("publish", job.document, job.version)
        try:
            if self._together is not None:
                await self._together.make(change)
        except PartlyRead:
            self._way_on = self._application.texts.say(
                "cli.next_anyway", self._language, id=job.document
            )
            raise

    async def _report(
        self,
        name: str,
        document: Document,
        version: Version,
        *,
        new: bool,
        began: float,
        place: str = "",
    ) -> None:
        """
        Report one file: to machines by its name, to people by the place they named, which tells
        apart many of one name.
        """
        status = _status(document, version, new=new)
        self._counts[status] += 1
        alike: Sequence[Alike] = ()
        if new:
            library = await self._application.library()
            alike = await library.alike(document.id, version.id)
        if self._arguments.json:
            spent = (time.perf_counter() - began) * 1000
            output.line(output.added(name, version, document.id, status, alike, spent))
            return
        counts = {"n": version.passages, "id": document.id, "receipt": self._receipt(version)}
        shown = place or name
        lines = [self._application.texts.say(f"cli.{status}", self._language, name=shown, **counts)]
        if alike and alike[0].share >= LIKE:
            lines.append(self._asked(shown, document, alike[0]))
        lines[0] = f"{self._counted}{lines[0]}"
        for line in lines:
            desk.console().print(line, markup=False, soft_wrap=True)

    def _receipt(self, version: Version) -> str:
        """Return the share of the file's text that was read."""
        if version.receipt is None:
            return self._application.texts.say("cli.receipt_none", self._language)
        return self._application.texts.say(
            "cli.receipt", self._language, percent=version.receipt.percent
        )

    def _asked(self, name: str, document: Document, alike: Alike) -> str:
        """Return which document a new one resembles, and how it becomes that one's new version."""
        other = alike.document
        values = {
            "title": other.metadata.title,
            "id": other.id,
            "own": document.id,
            "percent": alike.percent,
        }
        say = self._application.texts.say
        if document.current:
            return say("cli.alike_published", self._language, name=name, **values)
        return say("cli.alike", self._language, name=name, **values)

    def _refuse(self, name: str, code: str, reason: Phrase) -> None:
        self.failed = True
        self._counts["refused"] += 1
        line = f"{self._counted}{reason.to(self._language)}"
        if self._way_on:
            line, self._way_on = f"{line}\n{self._way_on}", ""
        print(line, file=sys.stderr)  # noqa: T201  # as commands do
        if self._arguments.json:
            empty: dict[str, Any] = {
                "document": None,
                "version": None,
                "pages": 0,
                "passages": 0,
                "flags": [],
                "alike": [],
                "receipt": None,
                "milliseconds": 0,
            }
            said = {"ja": reason.ja, "en": reason.en}
            output.line({"name": name, "status": "refused", "code": code, "reason": said} | empty)


def _percent(job: Job) -> float:
    """Return how far a job is, in percent."""
    percent = float(STEPS[job.step])
    if job.total and job.step == "read":
        percent += WRITING * job.done / job.total
    return percent


def _version(document: Document, id_: str) -> Version:
    (version,) = [version for version in document.versions if version.id == id_]
    return version


Status = Literal["unchanged", "partial", "updated", "added"]


def _status(document: Document, version: Version, *, new: bool) -> Status:
    """Return what came of a file in one word."""
    if not new:
        return "unchanged"
    kinds = [flag.kind for flag in version.flags]
    if "truncated" in kinds:
        return "partial"
    if len(document.versions) > 1:
        return "updated"
    return "added"
