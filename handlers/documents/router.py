"""The map of this room: which button, form or file goes to which ability."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

from handlers.choose.decision_models import DecisionModels
from handlers.conversation import Form, Message, Press, Reply, Upload, Values
from handlers.documents.audit import Audit
from handlers.documents.changes import Changes
from handlers.documents.context import Context
from handlers.documents.details import Details, Invalid
from handlers.documents.glossary import Glossary
from handlers.documents.jobs import Jobs
from handlers.documents.listing import DocumentList
from handlers.documents.originals import Taking
from handlers.documents.requests import Requests
from handlers.documents.reviews import Reviews
from handlers.documents.rules import Rules
from handlers.documents.samples import Samples
from handlers.documents.test_search import Over, TestSearch
from handlers.documents.upload import Uploads
from knowledge.values import Metadata


@dataclass(frozen=True, slots=True)
class Documents:
    context: Context
    shelf: DocumentList
    changes: Changes
    details: Details
    trying: TestSearch
    wishes: Requests
    uploads: Uploads
    audit: Audit
    marks: Rules
    reviews: Reviews
    samples: Samples
    glossary: Glossary
    originals: Taking

    @classmethod
    def over(cls, context: Context, jobs: Jobs, over: Over, models: DecisionModels) -> "Documents":
        """Furnish the room."""
        shelf = DocumentList(context)
        trying, wishes = TestSearch(context, over), Requests(context)
        return cls(
            context,
            shelf,
            Changes(context, shelf),
            Details(context, shelf),
            trying,
            wishes,
            Uploads(context, jobs, trying, wishes),
            Audit(context),
            Rules(context, shelf, models),
            Reviews(context),
            Samples(context),
            Glossary(context),
            Taking(context),
        )

    def command(self, message: Message, text: str) -> AsyncIterator[Reply]:
        """The list of documents, narrowed to those whose name holds `text`."""
        return self._browse(message, {"q": text})

    def upload(self, message: Message, upload: Upload) -> AsyncIterator[Reply]:
        """Files without a form: they are their sender's, until the sender says more."""
        return self.uploads.take(message, upload.files, Metadata(owner=message.person.id))

    def press(self, message: Message, press: Press) -> AsyncIterator[Reply]:
        match press.action.partition(".")[2]:
            case "list":
                return self._browse(message, press.data)
            case "filter":
                return _one(self.shelf.filter(message, press.data))
            case "open":
                return self.shelf.open(message, press.data)
            case "publish" | "discard" | "withdraw" | "rollback" | "remove" as verb:
                return self.changes.press(message, verb, press)
            case "report":
                return self.uploads.report(message, press.data)
            case "replace":
                return self.uploads.replace(message, press.data)
            case "job":
                return self.uploads.look(message, press.data)
            case "add":
                return self.details.add(message, press.data)
            case "details":
                return self.details.edit(message, press.data)
            case "try":
                return self.trying.ask(message, press.data)
            case "mark":
                return self.marks.ask(message, press.data)
            case "request":
                return self.wishes.request(message, press.data)
            case "wanted":
                return self.wishes.browse(message, press.data)
            case "settle":
                return self.wishes.settle(message, press.data)
            case "audit":
                return self.audit.show(message, press.data)
            case "original":
                return self.originals.original(message, press.data)
            case "glossary":
                return self.glossary.show(message, press.data)
            case "words":
                return self.glossary.ask(message)
            case "unword":
                return self.glossary.take_away(message, press.data)
            case "samples":
                return self.samples.shelve(message)
            case "stop":
                return _one(self.context.note("stopped", message))
            case _:
                return _one(
                    self.context.note(
                        "stale", message, self.context.button("back_to_list", message, "list")
                    )
                )

    def form(self, message: Message, form: Form) -> AsyncIterator[Reply]:
        match form.name.partition(".")[2]:
            case "filter":
                return self._browse(message, form.values)
            case "add":
                return self._add(message, form)
            case "details":
                return self.details.save(message, form)
            case "try":
                return self.trying.answer(message, form)
            case "mark":
                return self.marks.take(message, form)
            case "request":
                return self.wishes.take(message, form)
            case "words":
                return self.glossary.add(message, form)
            case _:
                return _one(
                    self.context.note(
                        "stale", message, self.context.button("back_to_list", message, "list")
                    )
                )

    async def _browse(self, message: Message, given: Values) -> AsyncIterator[Reply]:
        async for reply in self.shelf.browse(message, given):
            yield await self.uploads.beside(message, reply)

    def _add(self, message: Message, form: Form) -> AsyncIterator[Reply]:
        try:
            said = self.details.read(message, form.values)
        except Invalid as wrong:
            return _one(
                self.context.note(
                    str(wrong), message, self.context.button("add", message, "add", **form.state)
                )
            )
        owned = replace(said, owner=said.owner or message.person.id)
        return self.uploads.take(message, form.files, owned, str(form.state.get("w", "")))


async def _one(reply: Reply) -> AsyncIterator[Reply]:
    yield reply
