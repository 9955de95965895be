"""The actions of the documents room. Versions are those that stood when the button was drawn."""

from dataclasses import dataclass

from handlers.actions.action import Action, action


@action("document.list")
class ListDocuments(Action):
    """
    List documents; an empty field narrows nothing. `q` is looked for in titles and file names.

    `due` is "yes" for documents past their review date.
    """

    q: str = ""
    state: str = ""
    kind: str = ""
    audience: str = ""
    due: str = ""
    page: int = 1


@action("document.filter")
class FilterDocuments(Action):
    """Ask what to look for, beginning with what the list is narrowed to now."""

    q: str = ""
    state: str = ""
    kind: str = ""
    audience: str = ""
    due: str = ""


@action("document.open")
class OpenDocument(Action):
    document: str


@dataclass(frozen=True, slots=True)
class ChangeDocument(Action):
    """A change of what people find; the six below say which."""

    document: str
    version: str


@action("document.publish")
class Publish(ChangeDocument):
    """Let people find a version that waits."""


@action("document.publish_anyway")
class PublishAnyway(ChangeDocument):
    """Let people find a version of whose file a good part was not read."""


@action("document.publish_all")
class PublishAll(Action):
    """
    Let people find several versions that wait; `waiting` has "document.version" for each, with a
    space between them.
    """

    waiting: str


@action("document.publish_waiting")
class PublishWaiting(Action):
    """Let people find the newest version of every document where it waits."""


@action("document.several")
class ChangeSeveral(Action):
    """
    Ask which of the listed documents to change, and how. `at_once` does without the look at what
    would change, where every document was ticked one by one.
    """

    q: str = ""
    state: str = ""
    kind: str = ""
    audience: str = ""
    due: str = ""
    page: int = 1
    at_once: bool = False


@action("document.carry_out")
class CarryOut(Action):
    """Make the changes of a plan that somebody has looked at, or take back those that were made."""

    plan: str


@action("document.discard")
class Discard(ChangeDocument):
    """Throw a version away that waits."""


@action("document.withdraw")
class Withdraw(ChangeDocument):
    """Keep the document from being found."""


@action("document.rollback")
class RollBack(ChangeDocument):
    """Publish the version before, or again what was withdrawn."""


@action("document.remove")
class Remove(ChangeDocument):
    """Remove the document with all its versions."""


@action("document.report")
class ShowReport(Action):
    document: str
    version: str


@action("document.replace")
class ReplaceDocument(Action):
    """Make a version that waits the next one of the `other` document."""

    document: str
    version: str
    other: str


@action("document.job")
class FollowJob(Action):
    """Follow a file on its way; `again` tries one that was given up once more."""

    job: str
    again: bool = False


@action("document.add")
class AddDocument(Action):
    """
    Ask for files; `request` is what people missed and these files answer, `address` where the
    original lies.
    """

    request: str = ""
    address: str = ""


@action("document.details")
class EditDetails(Action):
    document: str


@action("document.try")
class TryVersion(Action):
    """Ask one version a question, published or not."""

    document: str
    version: str


@action("document.mark")
class MarkRule(Action):
    """Make a text a rule: first which text and criterion, then, with both, what it prescribes."""

    document: str
    criterion: str = ""
    quote: str = ""


@action("document.request")
class RequestDocument(Action):
    """Ask for a document: for the question of `answer`, without one in words of one's own."""

    answer: str = ""


@action("document.wanted")
class ListRequests(Action):
    page: int = 1


@action("document.settle")
class SettleRequest(Action):
    request: str


@action("document.audit")
class ShowAudit(Action):
    page: int = 1


@action("document.original")
class TakeOriginal(Action):
    document: str
    version: str


@action("document.glossary")
class ShowGlossary(Action):
    page: int = 1


@action("document.words")
class AddWords(Action):
    pass


@action("document.unword")
class RemoveWords(Action):
    group: str


@action("document.sources")
class ShowSources(Action):
    """Show where documents live that the shelf is kept in step with."""

    page: int = 1


@action("document.source_add")
class AddSource(Action):
    """Ask for a place to keep in step with."""


@dataclass(frozen=True, slots=True)
class OneSource(Action):
    """What is done about one place; the three below say what."""

    source: str


@action("document.source_preview")
class PreviewSource(OneSource):
    """Say what a run would change."""


@action("document.source_run")
class RunSource(OneSource):
    """Run it as soon as somebody looks."""


@action("document.source_forget")
class ForgetSource(OneSource):
    """Follow it no more."""


@action("document.samples")
class AddSamples(Action):
    pass


@action("document.stop")
class StopDocuments(Action):
    """Leave a form of this room."""
