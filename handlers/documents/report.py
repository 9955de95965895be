"""What an admin decides by: how a file was read, what changed, what it answers. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from handlers.actions.documents import (
    Discard,
    EditDetails,
    OpenDocument,
    Publish,
    PublishAnyway,
    ReplaceDocument,
    TryVersion,
)
from handlers.conversation import (
    Block,
    Button,
    Buttons,
    Column,
    Details,
    Fact,
    Facts,
    Heading,
    Message,
    Paragraph,
    Table,
)
from handlers.documents.context import Context
from handlers.documents.flags import COUNTED, flag_fact, where
from handlers.documents.names import display
from handlers.documents.page import owner_name, reader_label, sure_of, version_in_use
from handlers.documents.search_trial import Tried, Turned
from knowledge.documents.comparison import Changes, Section, replaced
from knowledge.documents.identity import Alike
from knowledge.documents.store import missing
from knowledge.reading.readers import fault
from knowledge.values import Document, Version

SECTIONS = 20  # changed sections, and questions that fall, written out
WORDS = 6  # replaced words named of one section
WORD = 40  # characters of each
PARTS: tuple[Literal["added", "removed", "changed"], ...] = ("added", "removed", "changed")
TESTED = ("question", "answer", "place")  # columns of the table of tests


@dataclass(frozen=True, slots=True)
class Findings:
    """
    What was found out about a version: its own questions, what it changes, other documents it may
    be a new version of.

    `outdated` are the questions lately answered with words that it no longer has, `turned` those
    that it answers otherwise than the published version.
    """

    tests: tuple[Tried, ...]
    changes: Changes
    alike: tuple[Alike, ...] = ()
    outdated: tuple[str, ...] = ()
    turned: tuple[Turned, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """The report of a version: `reply` draws it as one sentence with a list, and as blocks."""

    context: Context
    message: Message
    document: Document
    version: Version
    findings: Findings

    def drawn(self) -> tuple[str, list[Block]]:
        """Return the report as text that is complete by itself, and as blocks."""
        say, message, version = self.context.say, self.message, self.version
        title = display(self.document.metadata.title)
        heading = say("report_of", message, title=title, number=version.number)
        blocks: list[Block] = [Heading(heading)]
        if self._waits:
            blocks.append(Paragraph(say("not_yet_found", message), "quiet"))
        blocks.append(Facts(self._facts()))
        counted = receipt(self.context, message, version)
        listed = [f"{say('fact_receipt', message)}: {counted}"]
        partly = missing(title, version.receipt)
        if partly:
            warning = partly.to(message.person.language)
            listed.append(warning)
            blocks.append(Paragraph(warning, "bad"))
        warnings = self._warnings()
        listed += warnings
        blocks += [Paragraph(warning, "warning") for warning in warnings]
        alike = self.findings.alike if self._waits else ()
        for other in alike:
            question = self._asks(other)
            listed.append(question)
            blocks.append(Paragraph(question, "warning"))
        if alike:
            blocks.append(Buttons(tuple(self._replacing(other) for other in alike)))
        for row in self.findings.turned:
            question, before, after = row.cells(say("try_nothing", message))
            listed.append(f"{question} {before} → {after}")
        blocks += self._folded()
        blocks.append(Buttons(self._ways()))
        lines = [self._summary(title), *(f"- {line}" for line in listed)]
        return "\n".join(lines), blocks

    @property
    def _waits(self) -> bool:
        return self.version.state == "staged"

    def _summary(self, title: str) -> str:
        version = self.version
        text = self.context.say(
            "read",
            self.message,
            title=title,
            number=version.number,
            pages=version.pages,
            passages=version.passages,
        )
        if self._waits:
            text = f"{text} {self.context.say('not_yet_found', self.message)}"
        return text

    def _warnings(self) -> list[str]:
        """Return a sentence for each kind of thing to look at."""
        warnings = []
        for kind in sorted({flag.kind for flag in self.version.flags}):
            language = self.message.person.language
            pages = where(self.context.texts, language, self.version.flags, kind)
            warnings.append(self.context.say(f"flag_{kind}", self.message, pages=pages))
        for flag in self.version.flags:
            number = fault.number(flag.detail) if flag.kind == "truncated" else ""
            if number:
                warnings.append(self.context.say("reader_fault", self.message, number=number))
        return warnings

    def _folded(self) -> list[Block]:
        """Return what can be looked at: what changes, which answers fall, what it answers."""
        say, message = self.context.say, self.message
        blocks: list[Block] = []
        if self._waits and self.document.current:
            lines = _changes(self.context, message, self.findings.changes)
            if lines:
                blocks.append(Details(say("changes", message), (Paragraph("\n".join(lines)),)))
        if self.findings.turned:
            blocks.append(self._turned())
        if self.findings.outdated:
            questions = [f"- {display(q)}" for q in self.findings.outdated[:SECTIONS]]
            blocks.append(Details(say("outdated", message), (Paragraph("\n".join(questions)),)))
        if self.findings.tests:
            columns = tuple(Column(say(f"column_{name}", message)) for name in TESTED)
            rows = []
            for test in self.findings.tests:
                answer = test.answer or say("try_nothing", message)
                rows.append((test.question, answer, test.place or "–"))
            blocks.append(Table(say("tests", message), columns, tuple(rows)))
        return blocks

    def _turned(self) -> Table:
        """Return the questions whose answers change, the old one beside the new one."""
        say, message, now = self.context.say, self.message, self.document.published
        old = now.number if now else 0
        columns = (
            Column(say("column_question", message)),
            Column(say("turned_before", message, number=old)),
            Column(say("turned_after", message, number=self.version.number)),
        )
        nothing = say("try_nothing", message)
        rows = [row.cells(nothing) for row in self.findings.turned]
        return Table(say("turned", message), columns, tuple(rows))

    def _asks(self, alike: Alike) -> str:
        """Ask whether the version belongs to a document that is there already."""
        return self.context.say(
            "namesake" if alike.named else "alike",
            self.message,
            title=display(alike.document.metadata.title),
            number=version_in_use(alike.document).number,
            percent=alike.percent,
        )

    def _replacing(self, alike: Alike) -> Button:
        title = display(alike.document.metadata.title)
        label = self.context.say("replace", self.message, title=title)
        action = ReplaceDocument(self.document.id, self.version.id, alike.document.id)
        return Button(label, action)

    def _facts(self) -> tuple[Fact, ...]:
        context, message, version = self.context, self.message, self.version
        metadata = self.document.metadata
        rows = {
            "pages": f"{version.pages} / {version.passages}",
            "receipt": receipt(context, message, version),
        }
        for kind in COUNTED:
            rows[kind] = flag_fact(context, message, version, kind)
        if self._waits:
            rows |= self._consequences()
        rows["audience"] = reader_label(context, message, metadata.audience)
        rows["owner"] = owner_name(context, message, metadata.owner)
        rows["dates"] = f"{metadata.effective or '–'} / {metadata.review or '–'}"
        return tuple(
            Fact(context.say(f"fact_{name}", message), value) for name, value in rows.items()
        )

    def _consequences(self) -> dict[str, str]:
        """Return what publishing would change: sections, and answers given lately."""
        say, message = self.context.say, self.message
        if not self.document.current:
            return {"change": say("change_none", message)}
        counts = {name: len(getattr(self.findings.changes, name)) for name in PARTS}
        many = len(self.findings.outdated)
        outdated = say("n_answers", message, n=many) if many else say("none", message)
        return {"change": say("change_counts", message, **counts), "outdated": outdated}

    def _ways(self) -> tuple[Button, ...]:
        context, message = self.context, self.message
        document, version = self.document.id, self.version.id
        ways = [
            context.button("try", message, TryVersion(document, version)),
            *context.seen(message, document, self.version.number),
            context.button("details", message, EditDetails(document)),
        ]
        if self._waits:
            discard, sure = context.say("discard", message), sure_of(context, message, "discard")
            ways[:0] = [self._publishing(), *self._publishing_anyway()]
            ways.append(Button(discard, Discard(document, version), "danger", sure))
        ways.append(context.button("open_document", message, OpenDocument(document)))
        return tuple(ways)

    def _publishing(self) -> Button:
        """Offer to publish; the question before it says who will read it and what it replaces."""
        context, message, now = self.context, self.message, self.document.published
        action = Publish(self.document.id, self.version.id)
        readers = reader_label(context, message, self.document.metadata.audience)
        if now is None:
            sure = sure_of(context, message, "publish", readers=readers)
            return Button(context.say("publish", message), action, "primary", sure)
        label = context.say("publish_over", message, number=self.version.number)
        sure = sure_of(context, message, "publish_over", readers=readers, number=now.number)
        return Button(label, action, "primary", sure)

    def _publishing_anyway(self) -> list[Button]:
        """Offer to publish what was not read whole; the question before it says what lacks."""
        counts = self.version.receipt
        if counts is None or counts.enough:
            return []
        context, message, lacking = self.context, self.message, 100 - counts.percent
        sure = sure_of(context, message, "publish_anyway", n=lacking)
        label = context.say("publish_anyway", message, n=lacking)
        action = PublishAnyway(self.document.id, self.version.id)
        return [Button(label, action, "danger", sure)]


def receipt(context: Context, message: Message, version: Version) -> str:
    """Return how much of a version's file was read."""
    counts = version.receipt
    if counts is None:
        return context.say("receipt_none", message)
    share = context.say(
        "receipt",
        message,
        percent=counts.percent,
        read=f"{counts.read:,}",
        there=f"{counts.there:,}",
    )
    if not counts.left_out:
        return share
    return share + context.say("receipt_hidden", message, n=f"{counts.left_out:,}")


def _changes(context: Context, message: Message, changes: Changes) -> Sequence[str]:
    """Return a line for each section that changes."""
    lines = []
    for name in PARTS:
        for section in getattr(changes, name):
            place = display(section.heading)
            if not section.heading:
                place = section.place.to(message.person.language)
            line = context.say(f"change_{name}", message, where=place)
            words = _words(context, message, section) if name == "changed" else ""
            lines.append(f"- {line}{words}")
    more = len(lines) - SECTIONS
    if more > 0:
        return [*lines[:SECTIONS], f"- … {more}"]
    return lines


def _words(context: Context, message: Message, section: Section) -> str:
    """Return which words of a changed section took the place of which."""
    pairs = []
    for old, new in replaced(section)[:WORDS]:
        before = display(old[:WORD]) if old else "–"
        after = display(new[:WORD]) if new else "–"
        pairs.append(f"{before} → {after}")
    if not pairs:
        return ""
    return context.say("change_words", message, words=", ".join(pairs))
