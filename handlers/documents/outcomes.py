"""How sent files ended: in full when one came alone, else in a line with a button to it."""

from collections.abc import Sequence

from handlers.actions.documents import FollowJob, OpenDocument, Publish, PublishAll, ShowReport
from handlers.conversation import Block, Button, Buttons, Message, Paragraph, Reply, Tone
from handlers.documents.context import Context
from handlers.documents.details import FILES
from handlers.documents.job import Job
from handlers.documents.names import display
from handlers.documents.outdated import outdated
from handlers.documents.page import reader_label, sure_of
from handlers.documents.report import Findings, Report, receipt
from handlers.documents.requests import Requests
from handlers.documents.search_trial import SearchTrial, Turned
from handlers.documents.tracks import Track
from knowledge.documents.store import missing
from knowledge.errors import KnowledgeError
from knowledge.reading.readers import fault
from knowledge.values import Document, Version

Drawing = tuple[str, list[Block]]  # text that is complete by itself, and the same as blocks


class Outcomes:
    def __init__(self, context: Context, search_trial: SearchTrial, requests: Requests) -> None:
        self._context = context
        self._search_trial = search_trial
        self._requests = requests

    async def reply(
        self, message: Message, tracks: Sequence[Track], sent: int, request: str = ""
    ) -> Reply:
        """
        Say how files ended; `sent` is how many came, `request` what people missed and they answer.
        """
        texts: list[str] = []
        blocks: list[Block] = []
        ready: list[Publish] = []
        for track in tracks:
            text, drawn = await self.describe(message, track, request, whole=len(tracks) == 1)
            texts.append(text)
            blocks += drawn
            ready += _offered(drawn)
        if len(ready) > 1:
            publish_all = await self._publishing_all(message, ready)
            blocks.append(Buttons((publish_all,), "publish"))
        if sent > len(tracks):
            text = self._context.say("too_many", message, limit=FILES, n=sent)
            texts.append(text)
            blocks.append(Paragraph(text, "warning"))
        alone = len(tracks) == 1
        return Reply("\n".join(texts), tuple(blocks), private=True, panel=alone)

    async def describe(
        self, message: Message, track: Track, request: str = "", *, whole: bool = False
    ) -> Drawing:
        """Say how one file ended, or where it stands: the `whole` report, or a line."""
        job = track.job
        if job is None:
            return _line(track.reason, "bad")
        match job.outcome:
            case "staged" | "unchanged":
                try:
                    return await self._taken_in(message, track.name, job, request, whole=whole)
                except KnowledgeError as error:  # removed meanwhile, or the library is away
                    return _line(error.reason.to(message.person.language), "bad")
            case "refused":
                return _line(_reason(job, message), "bad")
            case "parked":
                return self._parked(message, job)
            case _:
                return self._on_its_way(message, track.name, job)

    async def report(self, message: Message, document: Document, version: Version) -> Drawing:
        """
        Return the report of a version.

        Raises:
            KnowledgeError
        """
        library = await self._context.library()
        await self._context.people.names.of(document.metadata.owner, message.place)
        fallen = await outdated(self._context, document, version)
        turned: tuple[Turned, ...] = ()
        if version.state == "staged" and document.published is not None:
            trial, before = self._search_trial, document.published
            turned = await trial.beside(message, before, version, fallen)
        findings = Findings(
            await self._search_trial.tests(message, version),
            await library.changes(document.id, version.id),
            await library.alike(document.id, version.id),
            fallen,
            turned,
        )
        return Report(self._context, message, document, version, findings).drawn()

    def _parked(self, message: Message, job: Job) -> Drawing:
        again = self._context.button("again", message, FollowJob(job.id, again=True))
        faulty = job.code == fault.CODE
        reason = _reason(job, message)
        text = self._context.say("parked_fault" if faulty else "parked", message, reason=reason)
        return _line(text, "bad", again)

    def _on_its_way(self, message: Message, name: str, job: Job) -> Drawing:
        context = self._context
        look = context.button("look", message, FollowJob(job.id))
        if job.code:
            text = context.say("waits", message, name=name, reason=_reason(job, message))
            return _line(text, "warning", look)
        return _line(context.say("still", message, name=name), "note", look)

    async def _taken_in(
        self, message: Message, name: str, job: Job, request: str, *, whole: bool
    ) -> Drawing:
        context = self._context
        library = await context.library()
        document = await library.document(job.document)
        version = next(version for version in document.versions if version.id == job.version)
        if job.outcome == "unchanged":
            return self._unchanged(message, name, document, version)
        if request:
            await self._requests.answered_by(request, document.id)
        if whole:
            return await self.report(message, document, version)
        ready = await self._is_ready(document, version)
        return self._staged(message, name, document, version, ready=ready)

    async def _is_ready(self, document: Document, version: Version) -> bool:
        """
        Report whether there is nothing to decide about a version but whether people may find it: it
        is whole, nothing in it is to be looked at, it takes the place of nothing and resembles
        nothing, and who added it may publish it.
        """
        counts = version.receipt
        whole = counts is None or counts.enough
        staged = version.state == "staged" and not document.current
        if self._context.by_two or not staged or not whole or version.flags:
            return False
        library = await self._context.library()
        return not await library.alike(document.id, version.id)

    async def _publishing_all(self, message: Message, ready: Sequence[Publish]) -> Button:
        """Offer to publish several versions with one press."""
        context = self._context
        library = await context.library()
        pairs, titles, readers = [], [], ""
        for publish in ready:
            document = await library.document(publish.document)
            pairs.append(f"{publish.document}.{publish.version}")
            titles.append(display(document.metadata.title))
            readers = reader_label(context, message, document.metadata.audience)
        label = context.say("publish_all", message, n=len(ready))
        named = ", ".join(titles)
        sure = sure_of(context, message, "publish_all", titles=named, readers=readers)
        return Button(label, PublishAll(" ".join(pairs)), "primary", sure)

    def _unchanged(
        self, message: Message, name: str, document: Document, version: Version
    ) -> Drawing:
        context = self._context
        text = context.say(
            "unchanged",
            message,
            name=name,
            title=display(document.metadata.title),
            number=version.number,
            state=context.say(f"state_{version.state}", message),
        )
        open_ = context.button("open_document", message, OpenDocument(document.id))
        return _line(text, "note", open_)

    def _staged(
        self, message: Message, name: str, document: Document, version: Version, *, ready: bool
    ) -> Drawing:
        context, title = self._context, display(document.metadata.title)
        text = context.say(
            "staged",
            message,
            name=name,
            title=title,
            pages=version.pages,
            passages=version.passages,
            receipt=receipt(context, message, version),
        )
        tone: Tone = "plain"
        partly = missing(title, version.receipt)
        if partly:
            tone = "bad"
            text = f"{text} {partly.to(message.person.language)}"
        label = context.say("review_staged", message, number=version.number)
        report = Button(label, ShowReport(document.id, version.id))
        if not ready:
            return _line(text, tone, report)
        readers = reader_label(context, message, document.metadata.audience)
        sure = sure_of(context, message, "publish", readers=readers)
        action = Publish(document.id, version.id)
        publish = Button(context.say("publish", message), action, confirm=sure)
        return _line(text, tone, publish, report)


def _reason(job: Job, message: Message) -> str:
    if job.reason is None:
        return job.code
    return job.reason.to(message.person.language).replace(job.name, display(job.name))


def _offered(drawn: Sequence[Block]) -> list[Publish]:
    """Return what can be published from these blocks."""
    offered = []
    for block in drawn:
        items = block.items if isinstance(block, Buttons) else ()
        offered += [one.action for one in items if isinstance(one.action, Publish)]
    return offered


def _line(text: str, tone: Tone, *buttons: Button) -> Drawing:
    blocks: list[Block] = [Paragraph(text, tone)]
    if buttons:
        blocks.append(Buttons(buttons))
    return text, blocks
