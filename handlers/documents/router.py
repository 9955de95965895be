"""The map of this room: which button, form or file goes to which ability."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

from handlers.actions.documents import (
    AddDocument,
    AddSamples,
    AddSource,
    AddWords,
    CarryOut,
    ChangeSeveral,
    Discard,
    EditDetails,
    FilterDocuments,
    FollowJob,
    ForgetSource,
    ListDocuments,
    ListRequests,
    MarkRule,
    OpenDocument,
    PreviewSource,
    Publish,
    PublishAll,
    PublishAnyway,
    PublishWaiting,
    Remove,
    RemoveWords,
    ReplaceDocument,
    RequestDocument,
    RollBack,
    RunSource,
    SettleRequest,
    ShowAudit,
    ShowGlossary,
    ShowReport,
    ShowSources,
    StopDocuments,
    TakeOriginal,
    TryVersion,
    Withdraw,
)
from handlers.conversation import Form, Message, Reply, Upload, Values
from handlers.documents.audit import Audit
from handlers.documents.carrying import Carrying
from handlers.documents.changes import Changes
from handlers.documents.context import Context
from handlers.documents.desk import AdminDesk
from handlers.documents.details import Details, Invalid, is_address
from handlers.documents.document_view import DocumentView
from handlers.documents.glossary import Glossary
from handlers.documents.jobs import Jobs
from handlers.documents.listing import DocumentList
from handlers.documents.met import Met
from handlers.documents.originals import Originals
from handlers.documents.plans import Plans
from handlers.documents.requests import Requests
from handlers.documents.reviews import Reviews
from handlers.documents.rules import Criteria, Rules
from handlers.documents.samples import Samples
from handlers.documents.search_trial import Over, SearchTrial
from handlers.documents.several import Several
from handlers.documents.sources import Sources
from handlers.documents.sync import Syncs
from handlers.documents.upload import Uploads
from handlers.routes import Routes
from knowledge.values import Metadata


@dataclass(frozen=True, slots=True)
class Documents:
    """The abilities of this room. `of` furnishes it."""

    context: Context
    list: DocumentList
    changes: Changes
    carrying: Carrying
    several: Several
    details: Details
    search_trial: SearchTrial
    requests: Requests
    uploads: Uploads
    audit: Audit
    rules: Rules
    reviews: Reviews
    samples: Samples
    glossary: Glossary
    originals: Originals
    view: DocumentView
    syncs: Syncs
    desk: AdminDesk
    met: Met
    sources: Sources

    @classmethod
    def of(cls, context: Context, jobs: Jobs, over: Over, criteria: Criteria) -> "Documents":
        """
        Furnish the room. `over` makes answers over a retriever; `criteria` are those of the guided
        dialog, which a document can rule.
        """
        list_ = DocumentList(context)
        search_trial, requests = SearchTrial(context, over), Requests(context)
        reviews = Reviews(context)
        met = Met(context, requests, reviews, over)
        changes = Changes(context, list_, met)
        syncs = Syncs(context, changes)
        plans = Plans(context.sessions)
        carrying = Carrying(context, changes, plans)
        return cls(
            context,
            list_,
            changes,
            carrying,
            Several(context, changes, plans, carrying),
            Details(context, list_, changes),
            search_trial,
            requests,
            Uploads(context, jobs, search_trial, requests),
            Audit(context),
            Rules(context, list_, criteria),
            reviews,
            Samples(context),
            Glossary(context),
            Originals(context),
            DocumentView(context),
            syncs,
            AdminDesk(context, requests, syncs),
            met,
            Sources(context, syncs),
        )

    def routes(self, routes: Routes) -> None:
        """Say which ability takes which button and form."""
        routes.press(ListDocuments, self._list)
        routes.press(FilterDocuments, self.list.ask)
        routes.form(FilterDocuments, self._narrow)
        routes.press(OpenDocument, self.list.open)
        for change in (Publish, PublishAnyway, Discard, Withdraw, RollBack, Remove):
            routes.press(change, self.changes.press)
        routes.press(PublishAll, self.carrying.publish_all)
        routes.press(PublishWaiting, self.carrying.publish_waiting)
        routes.press(ChangeSeveral, self.several.ask)
        routes.form(ChangeSeveral, self.several.take)
        routes.press(CarryOut, self.several.carry_out)
        routes.press(ShowReport, self.uploads.report)
        routes.press(ReplaceDocument, self.uploads.replace)
        routes.press(FollowJob, self.uploads.look)
        routes.press(AddDocument, self.details.add)
        routes.form(AddDocument, self._add)
        routes.press(EditDetails, self.details.edit)
        routes.form(EditDetails, self.details.save)
        routes.press(TryVersion, self.search_trial.ask)
        routes.form(TryVersion, self.search_trial.answer)
        routes.press(MarkRule, self.rules.ask)
        routes.form(MarkRule, self.rules.take)
        routes.press(RequestDocument, self.requests.ask)
        routes.form(RequestDocument, self.requests.take)
        routes.press(ListRequests, self.requests.browse)
        routes.press(SettleRequest, self.requests.settle)
        routes.press(ShowAudit, self.audit.show)
        routes.press(TakeOriginal, self.originals.take)
        routes.press(ShowGlossary, self.glossary.show)
        routes.press(AddWords, self.glossary.ask)
        routes.form(AddWords, self.glossary.add)
        routes.press(RemoveWords, self.glossary.remove)
        routes.press(ShowSources, self.sources.show)
        routes.press(AddSource, self.sources.ask)
        routes.form(AddSource, self.sources.add)
        routes.press(PreviewSource, self.sources.preview)
        routes.press(RunSource, self.sources.run)
        routes.press(ForgetSource, self.sources.forget)
        routes.press(AddSamples, self.samples.add)
        routes.press(StopDocuments, self._stop)

    def command(self, message: Message, text: str) -> AsyncIterator[Reply]:
        """The list of documents, narrowed to those whose name holds `text`."""
        return self._browse(message, {"q": text})

    def asked(self, message: Message, which: str) -> AsyncIterator[Reply]:
        """The list in words: of all documents, of "drafts", or of what is "overdue"."""
        match which:
            case "drafts":
                return self._drafts(message)
            case "overdue":
                return self._browse(message, {"due": "yes"})
            case _:
                return self._browse(message, {})

    async def _drafts(self, message: Message) -> AsyncIterator[Reply]:
        """What waits to be published, for admins where nobody else reads along."""
        if not self.context.people.is_admin(message.person):
            yield self.context.note("drafts_for_admins", message)
            return
        if not message.audience.private:
            yield self.context.note("only_alone", message)
            return
        async for reply in self._browse(message, {"state": "staged"}):
            yield reply

    def upload(self, message: Message, upload: Upload) -> AsyncIterator[Reply]:
        """Files without a form: they are their sender's, until the sender says more."""
        return self.uploads.take(message, upload.files, Metadata(owner=message.person.id))

    def _list(self, message: Message, action: ListDocuments) -> AsyncIterator[Reply]:
        return self._browse(message, action.data)

    def _narrow(self, message: Message, _: FilterDocuments, form: Form) -> AsyncIterator[Reply]:
        return self._browse(message, form.values)

    async def _browse(self, message: Message, given: Values) -> AsyncIterator[Reply]:
        async for reply in self.list.browse(message, given):
            yield await self.uploads.beside(message, reply)

    async def _add(self, message: Message, action: AddDocument, form: Form) -> AsyncIterator[Reply]:
        try:
            metadata = self.details.read(message, form.values)
        except Invalid as wrong:
            again = self.context.button("add", message, action)
            yield self.context.note(wrong.sentence, message, again)
            return
        owned = replace(metadata, owner=metadata.owner or message.person.id)
        if is_address(action.address):
            owned = replace(owned, url=action.address)
        async for reply in self.uploads.take(message, form.files, owned, action.request):
            yield reply

    async def _stop(self, message: Message, _: StopDocuments) -> AsyncIterator[Reply]:
        yield self.context.note("stopped", message)
