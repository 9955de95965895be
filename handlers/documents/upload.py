"""
Files on their way in: fetched, handed to the queue, followed step by step in one message, and
reported on.

A file is safe once the queue has it: its job has an id made of the message and its place in it, so
a turn that is taken over by another process goes on with the same job. One file's fault is said and
stops no other.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Literal

from handlers.conversation import (
    Block,
    Button,
    Buttons,
    File,
    Message,
    Paragraph,
    Press,
    Reply,
    Step,
    Steps,
    Tone,
    Values,
)
from handlers.documents.context import Context
from handlers.documents.details import FILES
from handlers.documents.jobs import Job, Jobs
from handlers.documents.names import shown
from handlers.documents.outdated import outdated
from handlers.documents.report import Found, receipt, report
from handlers.documents.requests import Requests
from handlers.documents.test_search import TestSearch
from handlers.sessions import SessionsUnavailable
from knowledge.documents.store import missing
from knowledge.errors import KnowledgeError, UnknownDocument
from knowledge.reading.readers import fault
from knowledge.reading.readers.limits import Limits
from knowledge.text.sizes import MEGABYTE, megabytes
from knowledge.values import Document, Metadata, Version

PATIENCE = 20.0  # seconds that files on their way wait for a Redis that fails
TROUBLES = 5  # files on their way, or given up, that are named before the list
STEPS = ("download", "check", "read", "split", "index", "ready")
Status = Literal["pending", "in_progress", "complete", "error"]
AT = {"received": 1, "checked": 2, "read": 3, "staged": 5}  # the step after the one a job has done


@dataclass(slots=True)
class _Track:
    """One file on its way. `told` and `code` are why it ended before it became a job."""

    name: str
    size: int = 0
    job: Job | None = None
    told: str = ""
    code: str = ""

    @property
    def at(self) -> int:
        if self.job is None:
            return 0
        return 4 if self.job.step == "read" and self.job.total else AT[self.job.step]

    @property
    def state(self) -> Status:
        if self.told or (self.job and self.job.outcome in ("refused", "parked")):
            return "error"
        return "complete" if self.job and self.job.outcome else "in_progress"


class Uploads:
    def __init__(self, context: Context, jobs: Jobs, trying: TestSearch, wishes: Requests) -> None:
        self._context = context
        self._jobs = jobs
        self._trying = trying
        self._wishes = wishes

    async def take(
        self, message: Message, files: tuple[File, ...], said: Metadata, wish: str = ""
    ) -> AsyncIterator[Reply]:
        """
        Take files in: up to ten, each for itself. `said` holds for all of them, a title for a
        single one only.
        """
        if refused := await self._context.refused(message, "document.add"):
            yield refused
            return
        if not files:
            yield self._context.note(
                "no_files", message, self._context.button("add", message, "add")
            )
            return
        if len(files) > 1:
            said = replace(said, title="", supersedes="")
        tracks = [_Track(shown(file.name), file.size) for file in files[:FILES]]
        yield self._progress(message, tracks)
        for number, (file, track) in enumerate(zip(files, tracks, strict=False)):
            if refused := await self._context.refused(
                message, "document.add"
            ):  # rights may go while ten files come
                yield refused
                return
            await self._hand_over(message, f"{message.id}:{number}", file, track, said)
            yield self._progress(message, tracks)
        async for _ in self._follow(tracks):
            yield self._progress(message, tracks)
        if refused := await self._context.refused(message, "document.add"):
            await self._undo(tracks)
            yield refused
            return
        await self._book_failures(message, tracks)
        yield await self._ended(message, tracks, wish, len(files))

    async def look(self, message: Message, given: Values) -> AsyncIterator[Reply]:
        """Follow a job again, and try one that was parked once more when `again` says so."""
        if refused := await self._context.refused(message, "document.job"):
            yield refused
            return
        try:
            id_ = str(given.get("j", ""))
            job = await (self._jobs.retry(id_) if given.get("again") else self._jobs.find(id_))
        except SessionsUnavailable:
            yield self._context.note("no_book", message)
            return
        async for reply in self._to_its_end(message, job):
            yield reply

    async def _to_its_end(self, message: Message, job: Job | None) -> AsyncIterator[Reply]:
        """Show how one job goes on, and how it ended; the button of one that is gone is old."""
        if job is None:
            yield self._context.note(
                "stale", message, self._context.button("back_to_list", message, "list")
            )
            return
        tracks = [_Track(shown(job.name), job.size, job)]
        async for _ in self._follow(tracks):
            yield self._progress(message, tracks)
        yield await self._ended(message, tracks, "", 1)

    async def beside(self, message: Message, listed: Reply) -> Reply:
        """Put before an admin's list what is still on its way or was given up."""
        if not (message.audience.private and self._context.people.is_admin(message.person)):
            return listed
        try:
            jobs = [job for job in await self._jobs.recent() if job.outcome in ("", "parked")]
        except SessionsUnavailable:
            return listed
        lines = [
            await self._outcome(message, _Track(shown(job.name), job.size, job), "", whole=False)
            for job in jobs[:TROUBLES]
        ]
        blocks = tuple(block for _, drawn in lines for block in drawn)
        return replace(
            listed,
            text="\n".join([*(text for text, _ in lines), listed.text]),
            blocks=(*blocks, *listed.blocks),
        )

    async def replace(self, message: Message, given: Values) -> AsyncIterator[Reply]:
        """
        Make a version that waits the next one of another document, as the admin says; its file is
        read again for that.
        """
        document, version, other = (str(given.get(key, "")) for key in ("d", "v", "o"))
        if refused := await self._context.refused(message, "document.replace", document):
            yield refused
            return
        id_ = f"{message.id}:replace"
        try:
            job = await self._jobs.find(id_) or await self._moving(
                message, id_, document, version, other
            )
        except UnknownDocument:
            job = None
        except KnowledgeError as error:
            yield Reply(error.reason.to(message.person.language), private=True)
            return
        except SessionsUnavailable:
            yield self._context.note("no_book", message)
            return
        async for reply in self._to_its_end(message, job):
            yield reply

    async def _moving(
        self, message: Message, id_: str, document: str, version: str, other: str
    ) -> Job | None:
        """
        Hand a waiting version's file in once more, as a version of `other`; None when things stand
        differently by now.
        """
        library = await self._context.library()
        drawn = (await library.document(document)).version(version)
        await library.document(other)
        if drawn is None or drawn.state != "staged" or other == document:
            return None
        content = await library.original(drawn)
        if not content:
            return None
        said = (await library.document(document)).metadata
        moved = Metadata(
            effective=said.effective,
            review=said.review,
            url=said.url,
            source=said.source,
            supersedes=other,
        )
        narrowed = replace(moved, audience=said.audience if said.audience != "all" else "")
        await self._context.write(message, "document.replace", document, version, name=said.title)
        return await self._jobs.submit(id_, drawn.name, content, narrowed, by=drawn.added_by)

    async def report(self, message: Message, given: Values) -> AsyncIterator[Reply]:
        """Show the report of one version again."""
        id_ = str(given.get("d", ""))
        if refused := await self._context.refused(message, "document.report", id_):
            yield refused
            return
        try:
            document = await (await self._context.library()).document(id_)
            version = document.version(str(given.get("v", "")))
            if version is None:
                yield self._context.note(
                    "stale", message, self._context.button("open_document", message, "open", d=id_)
                )
                return
            text, blocks = await self._report(message, document, version)
        except KnowledgeError as error:
            yield Reply(error.reason.to(message.person.language), private=True)
            return
        yield Reply(text, tuple(blocks), private=True)

    async def _hand_over(
        self, message: Message, id_: str, file: File, track: _Track, said: Metadata
    ) -> None:
        language = message.person.language
        patiently = self._context.sessions.patiently
        limit = Limits().file
        if file.size > limit:
            track.code = "too_large"
            sizes = {"size": megabytes(file.size), "limit": megabytes(limit)}
            track.told = self._context.say("too_large", message, name=track.name, **sizes)
            return
        try:
            track.job = await patiently(lambda: self._jobs.find(id_), PATIENCE)
            if track.job is None:
                content = await file.fetch()
                track.size = len(content)
                await patiently(
                    lambda: self._context.write(message, "document.add", name=file.name), PATIENCE
                )
                by = message.person.id
                track.job = await self._jobs.submit(
                    id_, file.name, content, said, by=by, patience=PATIENCE
                )
        except KnowledgeError as error:
            track.told, track.code = (
                error.reason.to(language).replace(file.name, track.name),
                error.code,
            )
        except SessionsUnavailable:
            track.told = self._context.say("not_kept", message, name=track.name)

    async def _follow(self, tracks: list[_Track]) -> AsyncIterator[None]:
        """Yield each time one of the jobs has moved, until all have ended or waiting is no use."""
        moved: asyncio.Queue[bool] = asyncio.Queue()

        async def follow(track: _Track) -> None:
            try:
                if track.job is not None and not track.job.outcome:
                    async for job in self._jobs.follow(track.job.id):
                        track.job = job
                        await moved.put(True)
                        if (
                            job.code and not job.outcome
                        ):  # what it needs is away; it goes on by itself later
                            return
            finally:
                await moved.put(False)

        async with asyncio.TaskGroup() as group:
            for track in tracks:
                group.create_task(follow(track))
            running = len(tracks)
            while running:
                if await moved.get():
                    yield
                else:
                    running -= 1

    async def _book_failures(self, message: Message, tracks: list[_Track]) -> None:
        for track in tracks:
            code = track.code or (
                track.job.code if track.job and track.job.outcome in ("refused", "parked") else ""
            )
            if code:
                with suppress(SessionsUnavailable):
                    await self._context.write(
                        message, "document.add", name=track.name, outcome=code
                    )

    async def _undo(self, tracks: list[_Track]) -> None:
        """Take back what was staged for somebody who lost their rights meanwhile."""
        for job in (t.job for t in tracks):
            if job is not None and job.outcome == "staged":
                with suppress(KnowledgeError):
                    await (await self._context.library()).discard(job.document, job.version)

    async def _ended(self, message: Message, tracks: list[_Track], wish: str, sent: int) -> Reply:
        parts = [
            await self._outcome(message, track, wish, whole=len(tracks) == 1) for track in tracks
        ]
        blocks = [block for _, drawn in parts for block in drawn]
        texts = [text for text, _ in parts]
        if sent > len(tracks):
            texts.append(self._context.say("too_many", message, limit=FILES, n=sent))
            blocks.append(Paragraph(texts[-1], "warning"))
        return Reply("\n".join(texts), tuple(blocks), private=True)

    async def _outcome(
        self, message: Message, track: _Track, wish: str, *, whole: bool
    ) -> tuple[str, list[Block]]:
        """
        Say how one file ended: in full when it came alone, else in a line with a button to the
        rest.
        """
        job, context = track.job, self._context
        match job.outcome if job else "told":
            case "staged" | "unchanged" if job:
                try:
                    return await self._shelved(message, track, job, wish, whole=whole)
                except KnowledgeError as error:  # removed meanwhile, or the shelf is away
                    return _line(error.reason.to(message.person.language), "bad")
            case "refused" if job:
                return _line(_reason(job, message), "bad")
            case "parked" if job:
                again = context.button("again", message, "job", j=job.id, again=1)
                what = "parked_fault" if job.code == fault.CODE else "parked"
                return _line(context.say(what, message, reason=_reason(job, message)), "bad", again)
            case "" if job and job.code:
                look = context.button("look", message, "job", j=job.id)
                return _line(
                    context.say("waits", message, name=track.name, reason=_reason(job, message)),
                    "warning",
                    look,
                )
            case "" if job:
                return _line(
                    context.say("still", message, name=track.name),
                    "note",
                    context.button("look", message, "job", j=job.id),
                )
            case _:
                return _line(track.told, "bad")

    async def _shelved(
        self, message: Message, track: _Track, job: Job, wish: str, *, whole: bool
    ) -> tuple[str, list[Block]]:
        context, say = self._context, self._context.say
        document = await (await context.library()).document(job.document)
        version = next(v for v in document.versions if v.id == job.version)
        title = shown(document.metadata.title)
        if job.outcome == "unchanged":
            state = say(f"state_{version.state}", message)
            text = say(
                "unchanged",
                message,
                name=track.name,
                title=title,
                number=version.number,
                state=state,
            )
            return _line(
                text, "note", context.button("open_document", message, "open", d=document.id)
            )
        if wish:
            await self._wishes.answered_by(wish, document.id)
        if whole:
            return await self._report(message, document, version)
        counts = {
            "pages": version.pages,
            "passages": version.passages,
            "receipt": receipt(context, message, version),
        }
        text = say("staged", message, name=track.name, title=title, **counts)
        partly = missing(title, version.receipt)
        tone: Tone = "bad" if partly else "plain"
        text += f" {partly.to(message.person.language)}" if partly else ""
        label = say("review_staged", message, number=version.number)
        return _line(
            text,
            tone,
            Button(label, Press("document.report", {"d": document.id, "v": version.id}), "primary"),
        )

    async def _report(
        self, message: Message, document: Document, version: Version
    ) -> tuple[str, list[Block]]:
        library = await self._context.library()
        found = Found(
            await self._trying.tests(message, version),
            await library.changes(document.id, version.id),
            await library.alike(document.id, version.id),
            await outdated(self._context, document, version),
        )
        return report(self._context, message, document, version, found)

    def _progress(self, message: Message, tracks: list[_Track]) -> Reply:
        """One message: the steps of a single file, or a line for each of several."""
        say = self._context.say
        if len(tracks) > 1:
            items = [
                Step(
                    f"f{n}",
                    t.name,
                    t.state,
                    say("failed", message) if t.state == "error" else self._where(message, t),
                )
                for n, t in enumerate(tracks, 1)
            ]
            done = sum(t.state in ("complete", "error") for t in tracks)
            title = say("adding_files", message, n=len(tracks))
            return Reply(
                f"{title} ({done}/{len(tracks)})",
                (Steps(title, tuple(items)),),
                private=True,
                final=False,
            )
        track = tracks[0]
        title = say("adding", message, name=track.name)
        statuses: list[Status] = [
            "complete" if n < track.at else "pending" for n in range(len(STEPS))
        ]
        statuses[track.at] = track.state
        items = [
            Step(
                f"p{n}",
                say(f"step_{step}", message),
                status,
                self._output(message, track, step) if n <= track.at else "",
            )
            for n, (step, status) in enumerate(zip(STEPS, statuses, strict=True))
        ]
        at = say(f"step_{STEPS[track.at]}", message)
        return Reply(
            f"{title} ({track.at + 1}/{len(STEPS)} {at})",
            (Steps(title, tuple(items)),),
            private=True,
            final=False,
        )

    def _where(self, message: Message, track: _Track) -> str:
        return self._context.say(f"step_{STEPS[track.at]}", message)

    def _output(self, message: Message, track: _Track, step: str) -> str:
        job, say = track.job, self._context.say
        if step == "download" and track.size:
            kilobytes = -(-track.size // 1024)
            return f"{kilobytes} KB" if kilobytes < 1000 else f"{track.size / MEGABYTE:.1f} MB"
        if job is None:
            return ""
        if step == "read" and job.pages:
            return say("n_pages", message, n=job.pages)
        if step in ("split", "index") and job.total:
            return (
                say("n_passages", message, n=job.total)
                if step == "split"
                else f"{job.done}/{job.total}"
            )
        return ""


def _reason(job: Job, message: Message) -> str:
    return (
        job.reason.to(message.person.language).replace(job.name, shown(job.name))
        if job.reason
        else job.code
    )


def _line(text: str, tone: Tone, *buttons: Button) -> tuple[str, list[Block]]:
    return text, [Paragraph(text, tone), *((Buttons(buttons),) if buttons else ())]
