"""
Files on their way in: fetched, handed to the queue, followed step by step in one message, and
reported on.

A file is safe once the queue has it: its job has an id made of the message and its place in it, so
a turn that is taken over by another process goes on with the same job. One file's fault is said and
stops no other.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

from handlers.actions.documents import (
    AddDocument,
    FollowJob,
    OpenDocument,
    ReplaceDocument,
    ShowReport,
)
from handlers.conversation import Block, File, Message, Reply
from handlers.documents.context import Context
from handlers.documents.details import FILES
from handlers.documents.job import Job
from handlers.documents.jobs import Jobs
from handlers.documents.names import display
from handlers.documents.outcomes import Outcomes
from handlers.documents.requests import Requests
from handlers.documents.search_trial import SearchTrial
from handlers.documents.tracks import Track, follow, progress
from handlers.sessions import SessionsUnavailable
from knowledge.errors import KnowledgeError, UnknownDocument
from knowledge.reading.readers.limits import Limits
from knowledge.text.sizes import megabytes
from knowledge.values import Metadata

ADD = AddDocument.name
PATIENCE = 20.0  # seconds that files on their way wait for a Redis that fails
TROUBLES = 5  # files on their way, or given up, that are named before the list


class Uploads:
    def __init__(
        self, context: Context, jobs: Jobs, search_trial: SearchTrial, requests: Requests
    ) -> None:
        self._context = context
        self._jobs = jobs
        self._outcomes = Outcomes(context, search_trial, requests)

    async def take(
        self, message: Message, files: Sequence[File], metadata: Metadata, request: str = ""
    ) -> AsyncIterator[Reply]:
        """
        Take files in: up to ten, each for itself. `metadata` holds for all of them, a title for a
        single one only; `request` is what people missed and they answer.
        """
        context = self._context
        if refused := await context.refused(message, ADD):
            yield refused
            return
        if not files:
            add = context.button("add", message, AddDocument())
            yield context.note("no_files", message, add)
            return
        if len(files) > 1:
            metadata = replace(metadata, title="", supersedes="")
        taken = files[:FILES]
        tracks = [Track(display(file.name), file.size) for file in taken]
        yield progress(context, message, tracks)
        for number, (file, track) in enumerate(zip(taken, tracks, strict=True)):
            # Rights may go while ten files come.
            if refused := await context.refused(message, ADD):
                yield refused
                return
            await self._hand_over(message, f"{message.id}:{number}", file, track, metadata)
            yield progress(context, message, tracks)
        async for _ in follow(self._jobs, tracks):
            yield progress(context, message, tracks)
        if refused := await context.refused(message, ADD):
            await self._undo(tracks)
            yield refused
            return
        await self._record_failures(message, tracks)
        yield await self._outcomes.reply(message, tracks, len(files), request)

    async def look(self, message: Message, action: FollowJob) -> AsyncIterator[Reply]:
        """Follow a job again, and try one that was parked once more when `again` says so."""
        if refused := await self._context.refused(message, action.name):
            yield refused
            return
        find = self._jobs.retry if action.again else self._jobs.find
        try:
            job = await find(action.job)
        except SessionsUnavailable:
            yield self._context.note("no_book", message)
            return
        async for reply in self._to_its_end(message, job):
            yield reply

    async def beside(self, message: Message, listed: Reply) -> Reply:
        """Put before an admin's list what is still on its way or was given up."""
        if not message.audience.private or not self._context.people.is_admin(message.person):
            return listed
        try:
            jobs = await self._jobs.recent()
        except SessionsUnavailable:
            return listed
        troubled = [job for job in jobs if job.outcome in ("", "parked")]
        texts: list[str] = []
        blocks: list[Block] = []
        for job in troubled[:TROUBLES]:
            text, drawn = await self._outcomes.describe(message, _track(job))
            texts.append(text)
            blocks += drawn
        text = "\n".join([*texts, listed.text])
        return replace(listed, text=text, blocks=(*blocks, *listed.blocks))

    async def replace(self, message: Message, action: ReplaceDocument) -> AsyncIterator[Reply]:
        """
        Make a version that waits the next one of another document, as the admin says; its file is
        read again for that.
        """
        context = self._context
        if refused := await context.refused(message, action.name, action.document):
            yield refused
            return
        id_ = f"{message.id}:replace"
        try:
            job = await self._jobs.find(id_) or await self._moving(message, id_, action)
        except UnknownDocument:
            job = None
        except KnowledgeError as error:
            yield context.failure(message, error)
            return
        except SessionsUnavailable:
            yield context.note("no_book", message)
            return
        async for reply in self._to_its_end(message, job):
            yield reply

    async def report(self, message: Message, action: ShowReport) -> AsyncIterator[Reply]:
        """Show the report of one version again."""
        context = self._context
        if refused := await context.refused(message, action.name, action.document):
            yield refused
            return
        try:
            library = await context.library()
            document = await library.document(action.document)
            version = document.version(action.version)
            if version is None:
                open_ = context.button("open_document", message, OpenDocument(document.id))
                yield context.note("stale", message, open_)
                return
            text, blocks = await self._outcomes.report(message, document, version)
        except KnowledgeError as error:
            yield context.failure(message, error)
            return
        yield Reply(text, tuple(blocks), private=True, panel=True)

    async def _to_its_end(self, message: Message, job: Job | None) -> AsyncIterator[Reply]:
        """Show how one job goes on, and how it ended; the button of one that is gone is old."""
        context = self._context
        if job is None:
            yield context.note("stale", message, context.back(message))
            return
        tracks = [_track(job)]
        async for _ in follow(self._jobs, tracks):
            yield progress(context, message, tracks)
        yield await self._outcomes.reply(message, tracks, 1)

    async def _moving(self, message: Message, id_: str, action: ReplaceDocument) -> Job | None:
        """
        Hand a waiting version's file in once more, as a version of the other document; None when
        things stand differently by now.
        """
        library = await self._context.library()
        document = await library.document(action.document)
        version = document.version(action.version)
        await library.document(action.other)
        if version is None or version.state != "staged" or action.other == document.id:
            return None
        content = await library.original(version)
        if not content:
            return None
        before = document.metadata
        narrowed = "" if before.audience == "all" else before.audience
        metadata = Metadata(
            audience=narrowed,
            effective=before.effective,
            review=before.review,
            url=before.url,
            source=before.source,
            supersedes=action.other,
        )
        await self._context.record(message, action.name, document.id, version.id, name=before.title)
        return await self._jobs.submit(id_, version.name, content, metadata, by=version.added_by)

    async def _hand_over(
        self, message: Message, id_: str, file: File, track: Track, metadata: Metadata
    ) -> None:
        """Make a job of a file, or say on its track why that cannot be."""
        language = message.person.language
        limit = Limits().file
        if file.size > limit:
            track.code = "too_large"
            track.reason = self._context.say(
                "too_large",
                message,
                name=track.name,
                size=megabytes(file.size),
                limit=megabytes(limit),
            )
            return
        try:
            track.job = await self._submitted(message, id_, file, track, metadata)
        except KnowledgeError as error:
            track.reason = error.reason.to(language).replace(file.name, track.name)
            track.code = error.code
        except SessionsUnavailable:
            track.reason = self._context.say("not_kept", message, name=track.name)

    async def _submitted(
        self, message: Message, id_: str, file: File, track: Track, metadata: Metadata
    ) -> Job:
        patiently = self._context.sessions.patiently
        known = await patiently(partial(self._jobs.find, id_), PATIENCE)
        if known is not None:
            return known
        content = await file.fetch()
        track.size = len(content)
        record = partial(self._context.record, message, ADD, name=file.name)
        await patiently(record, PATIENCE)
        by = message.person.id
        return await self._jobs.submit(id_, file.name, content, metadata, by=by, patience=PATIENCE)

    async def _record_failures(self, message: Message, tracks: Sequence[Track]) -> None:
        for track in tracks:
            if not track.failure:
                continue
            with suppress(SessionsUnavailable):
                await self._context.record(message, ADD, name=track.name, outcome=track.failure)

    async def _undo(self, tracks: Sequence[Track]) -> None:
        """Take back what was staged for somebody who lost their rights meanwhile."""
        for track in tracks:
            job = track.job
            if job is None or job.outcome != "staged":
                continue
            with suppress(KnowledgeError):
                library = await self._context.library()
                await library.discard(job.document, job.version)


def _track(job: Job) -> Track:
    return Track(display(job.name), job.size, job)
