"""
Admins replace the decision model from chat, as they do a document: received, checked, compared,
published, rolled back.

Dialogs that are running end with the model they began with. A file that is not whole changes
nothing.
"""

from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime

from handlers.choose.decision_models import DecisionModels, ModelStore, Version
from handlers.conversation import (
    Attachment,
    Block,
    Button,
    Buttons,
    Column,
    Confirm,
    File,
    Heading,
    Message,
    Paragraph,
    Press,
    Reply,
    Table,
    Upload,
)
from handlers.people import People
from handlers.sessions import Sessions, SessionsUnavailable
from handlers.texts import Texts
from knowledge.advisor.changes import SAMPLES, Changes, compare
from knowledge.advisor.engine import Advisor
from knowledge.advisor.parts import SIZE
from knowledge.errors import KnowledgeError
from knowledge.values import Language

ENDINGS = (".yaml", ".yml")
ROWS = 30  # changes shown in chat
MOVES = 5  # kinds of changed recommendation shown


class ModelAdmin:
    def __init__(
        self, models: DecisionModels, sessions: Sessions, people: People, texts: Texts
    ) -> None:
        self._models = models
        self._sessions = sessions
        self._people = people
        self._texts = texts

    @staticmethod
    def takes(upload: Upload) -> bool:
        """
        Report whether every file of an upload is named like a decision model; documents are never
        YAML.
        """
        return bool(upload.files) and all(f.name.lower().endswith(ENDINGS) for f in upload.files)

    async def show(self, message: Message) -> AsyncIterator[Reply]:
        """Show which model is current, the ones before it, and how to replace it."""
        try:
            yield self._overview(message, await self._models.shelf())
        except SessionsUnavailable:
            yield self._tell(message, "away")

    async def upload(self, message: Message, upload: Upload) -> AsyncIterator[Reply]:
        """Take in one model file and show what it would change."""
        if not self._people.is_admin(message.person):
            yield self._tell(message, "not_admin")
            return
        if len(upload.files) > 1:
            yield self._tell(message, "one_file", count=len(upload.files))
            return
        file = upload.files[0]
        yield Reply(self._say(message, "checking", name=file.name), final=False, private=True)
        try:
            yield await self._take_in(message, file)
        except SessionsUnavailable:
            yield self._tell(message, "away")
        except KnowledgeError as error:
            text = self._say(
                message, "refused", name=file.name, reason=error.reason.to(message.person.language)
            )
            yield Reply(text, (Paragraph(text, "bad"),), private=True)

    async def press(self, message: Message, press: Press) -> AsyncIterator[Reply]:
        """Publish, discard or roll back; whether the person may is asked again now."""
        verb, sha256 = press.action.partition(".")[2], str(press.data.get("m", ""))
        try:
            if verb == "show":
                yield self._overview(message, await self._models.shelf())
            elif not self._people.is_admin(message.person):
                yield self._tell(message, "not_admin")
            elif verb == "file":
                yield await self._file(message)
            else:
                yield await self._change(message, verb, sha256)
        except SessionsUnavailable:
            yield self._tell(message, "away")

    async def _take_in(self, message: Message, file: File) -> Reply:
        if file.size > SIZE * 4:
            return self._tell(
                message, "too_large", name=file.name, size=f"{file.size:,}", limit=f"{SIZE * 4:,}"
            )
        content = await file.fetch()
        try:
            text = content[: SIZE * 4 + 1].decode("utf-8-sig")
        except UnicodeDecodeError:
            return self._tell(message, "not_text", name=file.name)
        current = await self._models.current()
        advisor, new = await self._models.stage(text, message.person.id)
        if advisor.model.sha256 == current.model.sha256:
            return self._tell(message, "unchanged", name=file.name, version=advisor.model.version)
        if new:
            await self._audit(message, "model.stage", advisor.model.sha256, advisor.model.version)
        return self._report(message, current, advisor, compare(current, advisor))

    async def _change(self, message: Message, verb: str, sha256: str) -> Reply:
        match verb:
            case "publish":
                version = await self._models.publish(sha256)
                key = "published"
            case "rollback":
                version = await self._models.roll_back(sha256)
                key = "rolled_back"
            case "discard":
                known = (await self._models.shelf()).version(sha256)
                gone = await self._models.discard(sha256)
                if gone and known is not None:
                    await self._audit(message, "model.discard", sha256, known.version)
                return self._tell(message, "discarded" if gone else "not_discarded")
            case _:
                return self._overview(message, await self._models.shelf())
        if version is None:
            return self._overview(message, await self._models.shelf(), self._say(message, "gone"))
        await self._audit(message, f"model.{verb}", version.sha256, version.version)
        done = self._say(message, key, version=version.version, number=version.number)
        return self._overview(message, await self._models.shelf(), done)

    # ----------------------------------------------------------------- how it looks

    def _overview(self, message: Message, shelf: ModelStore, note: str = "") -> Reply:
        language = message.person.language
        current = shelf.version(shelf.current) or shelf.versions[0]
        text = self._say(
            message,
            "current",
            version=current.version,
            number=current.number,
            sha256=current.sha256[:12],
        )
        names = ("number", "version", "state", "by", "added", "sha256")
        columns = tuple(Column(self._say(message, f"column_{n}")) for n in names)
        rows = tuple(self._row(message, v, shelf) for v in reversed(shelf.versions))
        blocks: list[Block] = [Heading(self._say(message, "title"))]
        if note:
            blocks.append(Paragraph(note, "note"))
        blocks += [
            Paragraph(text),
            Table(self._say(message, "versions", count=len(rows)), columns, rows),
        ]
        if self._people.is_admin(message.person):
            blocks.append(Paragraph(self._say(message, "how"), "quiet"))
            blocks.append(self._buttons(message, shelf, language))
        return Reply(f"{note}\n{text}".strip(), tuple(blocks), private=True)

    def _row(self, message: Message, version: Version, shelf: ModelStore) -> tuple[str, ...]:
        state = (
            "now"
            if version.sha256 == shelf.current
            else "before"
            if version.sha256 in shelf.history
            else "staged"
        )
        by = version.by or self._say(message, "builtin")
        said = self._say(message, f"state_{state}")
        return (
            f"v{version.number}",
            version.version,
            said,
            by,
            version.added[:10] or "–",
            version.sha256[:12],
        )

    def _buttons(self, message: Message, shelf: ModelStore, language: Language) -> Buttons:
        items = [
            Button(
                self._say(message, "publish", number=v.number),
                Press("model.publish", {"m": v.sha256}),
            )
            for v in shelf.versions
            if v.sha256 != shelf.current
        ][-3:]
        if len(shelf.history) > 1:
            sure = Confirm(
                *(
                    self._texts.say(f"model.rollback_{n}", language)
                    for n in ("title", "text", "ok", "cancel")
                )
            )
            items.append(
                Button(
                    self._say(message, "rollback"),
                    Press("model.rollback", {"m": shelf.current}),
                    "danger",
                    sure,
                )
            )
        items.append(Button(self._say(message, "file"), Press("model.file")))
        return Buttons(tuple(items))

    def _report(self, message: Message, old: Advisor, new: Advisor, changes: Changes) -> Reply:
        language = message.person.language
        text = self._say(
            message,
            "report",
            old=old.model.version,
            new=new.model.version,
            changes=len(changes.rows),
            moved=changes.moved,
            samples=f"{SAMPLES:,}",
        )
        columns = tuple(
            Column(self._say(message, f"column_{n}")) for n in ("place", "before", "after")
        )
        rows = tuple((c.place, c.before or "–", c.after or "–") for c in changes.rows[:ROWS])
        blocks: list[Block] = [
            Heading(self._say(message, "received", version=new.model.version)),
            Paragraph(text),
        ]
        blocks.append(Table(self._say(message, "changes", count=len(rows)), columns, rows))
        if len(changes.rows) > ROWS:
            blocks.append(
                Paragraph(self._say(message, "more", count=len(changes.rows) - ROWS), "quiet")
            )
        if changes.moves:
            blocks.append(Paragraph(self._moves(message, old, new, changes, language)))
        if old.model.version == new.model.version:
            blocks.append(
                Paragraph(self._say(message, "same_version", version=new.model.version), "warning")
            )
        data = {"m": new.model.sha256}
        publish = Button(
            self._say(message, "publish_it", version=new.model.version),
            Press("model.publish", data),
            "primary",
        )
        blocks.append(
            Buttons(
                (
                    publish,
                    Button(self._say(message, "discard"), Press("model.discard", data), "danger"),
                )
            )
        )
        return Reply(text, tuple(blocks), private=True)

    def _moves(
        self, message: Message, old: Advisor, new: Advisor, changes: Changes, language: Language
    ) -> str:
        def name(advisor: Advisor, id_: str) -> str:
            return advisor.model.configuration(id_).text.to(language)

        rows = [
            self._say(message, "move", before=name(old, a), after=name(new, b), count=n)
            for a, b, n in changes.moves[:MOVES]
        ]
        return "\n".join(f"- {row}" for row in rows)

    async def _file(self, message: Message) -> Reply:
        """Return the current model as a file to change and send back."""
        advisor = await self._models.current()
        name = _named(advisor.model.version)
        text = self._say(message, "here", name=name)
        return Reply(
            text,
            attachments=(Attachment(name, "application/yaml", advisor.source.encode()),),
            private=True,
        )

    async def _audit(self, message: Message, action: str, sha256: str, version: str) -> None:
        """Write a line into the book of changes; `name` is what admins read there."""
        now = datetime.now(UTC).isoformat()
        entry = {
            "action": action,
            "model": sha256,
            "name": _named(version),
            "person": message.person.id,
            "at": now,
        }
        with suppress(SessionsUnavailable):
            await self._sessions.append("audit", entry)

    def _tell(self, message: Message, key: str, /, **values: object) -> Reply:
        return Reply(self._say(message, key, **values), private=True)

    def _say(self, message: Message, key: str, /, **values: object) -> str:
        return self._texts.say(f"model.{key}", message.person.language, **values)


def _named(version: str) -> str:
    return f"decision-model-{version}.yaml"
