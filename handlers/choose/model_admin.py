"""
Admins replace the decision model from chat, as they do a document: received, checked, compared,
published, rolled back.

Dialogs that are running end with the model they began with. A file that is not whole changes
nothing.
"""

from collections.abc import AsyncIterator, Awaitable, Coroutine
from contextlib import suppress
from datetime import UTC, datetime
from typing import Literal

from handlers.actions.choose import (
    DiscardModel,
    PublishModel,
    RollBackModel,
    ShowModel,
    TakeModel,
)
from handlers.choose import model_view
from handlers.choose.decision_models import DecisionModels, Version
from handlers.choose.model_view import file_name
from handlers.choose.wording import ModelWording
from handlers.conversation import Attachment, File, Message, Paragraph, Reply, Upload
from handlers.people import People
from handlers.routes import Routes
from handlers.sessions import Sessions, SessionsUnavailable
from handlers.texts import Texts
from knowledge.advisor.changes import compare
from knowledge.advisor.yaml_fields import SIZE
from knowledge.errors import KnowledgeError

ENDINGS = (".yaml", ".yml")
LARGEST = SIZE * 4  # bytes of a file; no character takes more than four


Change = Literal["published", "rolled_back"]  # the sentence about it


class ModelAdmin:
    """Shows, takes in and changes the decision model; only admins change it."""

    def __init__(
        self, models: DecisionModels, sessions: Sessions, people: People, texts: Texts
    ) -> None:
        self._models = models
        self._sessions = sessions
        self._people = people
        self._texts = texts

    def routes(self, routes: Routes) -> None:
        """Take the buttons of the decision model."""
        routes.press(ShowModel, self.shown)
        routes.press(TakeModel, self.taken)
        routes.press(PublishModel, self.published)
        routes.press(RollBackModel, self.rolled_back)
        routes.press(DiscardModel, self.discarded)

    @staticmethod
    def takes(upload: Upload) -> bool:
        """
        Report whether every file of an upload is named like a decision model; documents are never
        YAML.
        """
        models = [file for file in upload.files if file.name.lower().endswith(ENDINGS)]
        return bool(models) and len(models) == len(upload.files)

    # ----------------------------------------------------------------- what people do

    async def show(self, message: Message) -> AsyncIterator[Reply]:
        """Show which model is current, the ones before it, and how to replace it."""
        yield await self._safely(message, self._overview(message))

    async def shown(self, message: Message, _: ShowModel) -> AsyncIterator[Reply]:
        """Show the same for a button."""
        yield await self._safely(message, self._overview(message))

    async def taken(self, message: Message, _: TakeModel) -> AsyncIterator[Reply]:
        """Return the current model as a file to change and send back."""
        yield await self._as_admin(message, self._file(message))

    async def published(self, message: Message, action: PublishModel) -> AsyncIterator[Reply]:
        """Let new runs begin with a known model."""
        yield await self._as_admin(message, self._publish(message, action.model))

    async def rolled_back(self, message: Message, action: RollBackModel) -> AsyncIterator[Reply]:
        """Go back to the model before; a second press on the same button changes nothing."""
        yield await self._as_admin(message, self._roll_back(message, action.model))

    async def discarded(self, message: Message, action: DiscardModel) -> AsyncIterator[Reply]:
        """Forget a model that was never current."""
        yield await self._as_admin(message, self._discard(message, action.model))

    async def upload(self, message: Message, upload: Upload) -> AsyncIterator[Reply]:
        """Take in one model file and show what it would change."""
        say = self._say(message)
        if not self._people.is_admin(message.person):
            yield say.reply("not_admin")
            return
        if len(upload.files) > 1:
            yield say.reply("one_file", count=len(upload.files))
            return
        file = upload.files[0]
        yield Reply(say("checking", name=file.name), final=False, private=True)
        try:
            reply = await self._safely(message, self._take_in(message, file))
        except KnowledgeError as error:
            text = say("refused", name=file.name, reason=error.reason.to(say.language))
            reply = Reply(text, (Paragraph(text, "bad"),), private=True)
        yield reply

    # ----------------------------------------------------------------- how it is done

    async def _safely(self, message: Message, replying: Awaitable[Reply]) -> Reply:
        """Say so when the store does not answer."""
        try:
            return await replying
        except SessionsUnavailable:
            return self._say(message).reply("away")

    async def _as_admin(self, message: Message, replying: Coroutine[None, None, Reply]) -> Reply:
        """Do it only for those who may; whether the person may is asked again at every press."""
        if not self._people.is_admin(message.person):
            replying.close()
            return self._say(message).reply("not_admin")
        return await self._safely(message, replying)

    async def _take_in(self, message: Message, file: File) -> Reply:
        say = self._say(message)
        if file.size > LARGEST:
            return say.reply(
                "too_large", name=file.name, size=f"{file.size:,}", limit=f"{LARGEST:,}"
            )
        content = await file.fetch()
        try:
            text = content[: LARGEST + 1].decode("utf-8-sig")
        except UnicodeDecodeError:
            return say.reply("not_text", name=file.name)
        current = await self._models.current()
        advisor, new = await self._models.stage(text, message.person.id)
        model = advisor.model
        if model.sha256 == current.model.sha256:
            return say.reply("unchanged", name=file.name, version=model.version)
        if new:
            await self._audit(message, "model.stage", model.sha256, model.version)
        return model_view.report(current, advisor, compare(current, advisor), say)

    async def _publish(self, message: Message, sha256: str) -> Reply:
        version = await self._models.publish(sha256)
        return await self._changed(message, "model.publish", "published", version)

    async def _roll_back(self, message: Message, sha256: str) -> Reply:
        version = await self._models.roll_back(sha256)
        return await self._changed(message, "model.rollback", "rolled_back", version)

    async def _discard(self, message: Message, sha256: str) -> Reply:
        say = self._say(message)
        version = (await self._models.shelf()).version(sha256)
        gone = await self._models.discard(sha256)
        if not gone:
            return say.reply("not_discarded")
        if version is not None:
            await self._audit(message, "model.discard", sha256, version.version)
        return say.reply("discarded")

    async def _changed(
        self, message: Message, action: str, sentence: Change, version: Version | None
    ) -> Reply:
        """Note what became current and show it; None when nothing did."""
        say = self._say(message)
        if version is None:
            return await self._overview(message, say("gone"))
        await self._audit(message, action, version.sha256, version.version)
        done = say(sentence, version=version.version, number=version.number)
        return await self._overview(message, done)

    async def _overview(self, message: Message, note: str = "") -> Reply:
        shelf = await self._models.shelf()
        admin = self._people.is_admin(message.person)
        return model_view.overview(shelf, self._say(message), note, admin=admin)

    async def _file(self, message: Message) -> Reply:
        advisor = await self._models.current()
        name = file_name(advisor.model.version)
        file = Attachment(name, "application/yaml", advisor.source.encode())
        return Reply(self._say(message)("here", name=name), attachments=(file,), private=True)

    async def _audit(self, message: Message, action: str, sha256: str, version: str) -> None:
        """Write a line into the audit; `name` is what admins read there."""
        entry = {
            "action": action,
            "model": sha256,
            "name": file_name(version),
            "person": message.person.id,
            "at": datetime.now(UTC).isoformat(),
        }
        with suppress(SessionsUnavailable):
            await self._sessions.append("audit", entry)

    def _say(self, message: Message) -> ModelWording:
        return ModelWording.to(message, self._texts)
