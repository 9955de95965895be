"""What an admin decides by: how a file was read, what changed, what it answers. Pure."""

from dataclasses import dataclass

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
    Press,
    Table,
)
from handlers.documents.context import Context
from handlers.documents.listing import audience, sure_of
from handlers.documents.names import shown
from handlers.documents.test_search import Tried
from knowledge.documents.comparison import Changes
from knowledge.documents.identity import Alike
from knowledge.documents.store import missing
from knowledge.reading.readers import fault
from knowledge.values import Document, Version

PAGES = 20  # page numbers written out
SECTIONS = 20  # changed sections written out
PARTS = ("added", "removed", "changed")
COUNTED = (
    "garbled",
    "image_only",
    "hidden_text",
    "instruction",
)  # always said, even when there is none


@dataclass(frozen=True, slots=True)
class Found:
    """
    What was found out about a version: its own questions, what it changes, other documents it may
    be a new version of.

    `outdated` are the questions lately answered with words that it no longer has.
    """

    tests: tuple[Tried, ...]
    changes: Changes
    alike: tuple[Alike, ...] = ()
    outdated: tuple[str, ...] = ()


def report(
    context: Context, message: Message, document: Document, version: Version, found: Found
) -> tuple[str, list[Block]]:
    """Return the report of a version as one sentence and as blocks."""
    say, title = context.say, shown(document.metadata.title)
    text = say(
        "read",
        message,
        title=title,
        number=version.number,
        pages=version.pages,
        passages=version.passages,
    )
    waiting = version.state == "staged"
    blocks: list[Block] = [Heading(say("report_of", message, title=title, number=version.number))]
    if waiting:
        blocks.append(Paragraph(say("not_yet_found", message), "quiet"))
    blocks.append(Facts(_facts(context, message, document, version, found)))
    kinds = sorted({f.kind for f in version.flags})
    warnings = [
        say(f"flag_{kind}", message, pages=_where(context, message, version, kind))
        for kind in kinds
    ]
    warnings += [say("reader_fault", message, number=number) for number in _faults(version)]
    partly = missing(title, version.receipt)
    if partly:
        blocks.append(Paragraph(partly.to(message.person.language), "bad"))
    blocks += [Paragraph(warning, "warning") for warning in warnings]
    questions = [_asks(context, message, alike) for alike in found.alike] if waiting else []
    blocks += [Paragraph(question, "warning") for question in questions]
    if questions:
        blocks.append(
            Buttons(
                tuple(
                    _replacing(context, message, version, document, alike) for alike in found.alike
                )
            )
        )
    replaces = bool(document.current) and version.state == "staged"
    if replaces and (lines := _changes(context, message, found.changes)):
        blocks.append(Details(say("changes", message), (Paragraph("\n".join(lines)),)))
    if found.outdated:
        asked = "\n".join(f"- {shown(question)}" for question in found.outdated[:SECTIONS])
        blocks.append(Details(say("outdated", message), (Paragraph(asked),)))
    if found.tests:
        columns = tuple(
            Column(say(f"column_{name}", message)) for name in ("question", "answer", "place")
        )
        rows = tuple(
            (t.question, t.answer or say("try_nothing", message), t.place or "–")
            for t in found.tests
        )
        blocks.append(Table(say("tests", message), columns, rows))
    blocks.append(Buttons(_ways(context, message, document, version)))
    tail = f" {say('not_yet_found', message)}" if waiting else ""
    told = [partly.to(message.person.language)] if partly else []
    counted = f"{say('fact_receipt', message)}: {receipt(context, message, version)}"
    return "\n".join(
        (text + tail, *(f"- {line}" for line in (counted, *told, *warnings, *questions)))
    ), blocks


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
    return share + (
        context.say("receipt_hidden", message, n=f"{counts.left_out:,}") if counts.left_out else ""
    )


def _asks(context: Context, message: Message, alike: Alike) -> str:
    """Ask whether the version belongs to a document that is there already."""
    title, latest = (
        shown(alike.document.metadata.title),
        alike.document.published or alike.document.versions[-1],
    )
    what = "namesake" if alike.named else "alike"
    return context.say(what, message, title=title, number=latest.number, percent=alike.percent)


def _replacing(
    context: Context, message: Message, version: Version, document: Document, alike: Alike
) -> Button:
    label = context.say("replace", message, title=shown(alike.document.metadata.title))
    return Button(
        label,
        Press("document.replace", {"d": document.id, "v": version.id, "o": alike.document.id}),
    )


def _facts(
    context: Context, message: Message, document: Document, version: Version, found: Found
) -> tuple[Fact, ...]:
    say, said = context.say, document.metadata
    rows = {
        "pages": f"{version.pages} / {version.passages}",
        "receipt": receipt(context, message, version),
    }
    for kind in COUNTED:
        pages = {f.page for f in version.flags if f.kind == kind}
        share = f"{round(100 * len(pages) / version.pages) if version.pages else 0} %"
        none = "0 %" if kind == "garbled" else say("none", message)
        some = (
            share
            if kind == "garbled"
            else say("on_pages", message, n=len(pages), pages=_pages(version, kind))
        )
        some = _where(context, message, version, kind) if kind == "hidden_text" else some
        rows[kind] = some if pages else none
    if version.state == "staged":
        counts = {name: len(getattr(found.changes, name)) for name in PARTS}
        rows["change"] = (
            say("change_counts", message, **counts)
            if document.current
            else say("change_none", message)
        )
        if document.current:
            many = len(found.outdated)
            rows["outdated"] = say("n_answers", message, n=many) if many else say("none", message)
    rows["audience"] = audience(context, message, said.audience)
    rows["owner"] = shown(said.owner.rpartition(":")[2]) if said.owner else "–"
    rows["dates"] = f"{said.effective or '–'} / {said.review or '–'}"
    return tuple(Fact(say(f"fact_{name}", message), value) for name, value in rows.items())


def _changes(context: Context, message: Message, changes: Changes) -> list[str]:
    """Return a line for each section that changes."""
    lines = []
    for name in PARTS:
        for section in getattr(changes, name):
            where = (
                shown(section.heading)
                if section.heading
                else section.place.to(message.person.language)
            )
            lines.append(f"- {context.say(f'change_{name}', message, where=where)}")
    return lines[:SECTIONS] + ([f"- … {len(lines) - SECTIONS}"] if len(lines) > SECTIONS else [])


def _ways(
    context: Context, message: Message, document: Document, version: Version
) -> tuple[Button, ...]:
    data: dict[str, str | int] = {"d": document.id, "v": version.id}
    ways = [
        context.button("try", message, "try", **data),
        context.button("details", message, "details", **data),
    ]
    if version.state == "staged":
        now = document.published
        label = (
            context.say("publish_over", message, number=version.number)
            if now
            else context.say("publish", message)
        )
        readers = audience(context, message, document.metadata.audience)
        what = "publish_over" if now else "publish"
        sure = sure_of(
            context, message, what, readers=readers, **({"number": now.number} if now else {})
        )
        discard = sure_of(context, message, "discard")
        ways.insert(0, Button(label, Press("document.publish", data), "primary", sure))
        ways.append(
            Button(
                context.say("discard", message), Press("document.discard", data), "danger", discard
            )
        )
    return (*ways, context.button("open_document", message, "open", d=document.id))


def _where(context: Context, message: Message, version: Version, kind: str) -> str:
    """Return where the things of this kind stand; hidden text of a workbook by its sheet."""
    if kind != "hidden_text":
        return _pages(version, kind)
    places, others = [], []
    for flag in version.flags:
        what, _, rest = flag.detail.partition(": ")
        count, _, name = rest.partition(": ")
        if flag.kind == kind and what == "hidden_sheet":
            places.append(context.say("at_sheet", message, name=shown(rest)))
        elif flag.kind == kind and what in ("hidden_rows", "hidden_columns") and name:
            places.append(
                context.say(what.replace("hidden", "at"), message, n=count, name=shown(name))
            )
        elif flag.kind == kind:
            others.append(flag.page)
    if any(others):
        places.append(context.say("at_pages", message, pages=_pages(version, kind)))
    elif others:
        places.append(context.say("at_file", message))
    separator = "、" if message.person.language == "ja" else "; "
    return separator.join(places[:PAGES])


def _faults(version: Version) -> list[str]:
    """Return the numbers that the log has for faults of a reader."""
    numbers = [fault.number(flag.detail) for flag in version.flags if flag.kind == "truncated"]
    return [number for number in numbers if number]


def _pages(version: Version, kind: str) -> str:
    """Return the pages with this flag, "–" when it is the whole file's."""
    pages = sorted({f.page for f in version.flags if f.kind == kind and f.page})
    return ", ".join(map(str, pages[:PAGES])) + ("…" if len(pages) > PAGES else "") or "–"
