"""`llm-choose sync`: the shelf in step with a folder, a site, a repository or an object store."""

import argparse
import asyncio
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal, cast

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.command import desk, output, terminal
from bot.command.exits import COULD_NOT, DONE
from bot.service.application import Application
from handlers.conversation import Press
from handlers.documents.names import display
from handlers.documents.report import PARTS, WORDS
from handlers.documents.sync import Known
from handlers.documents.sync_events import UNOPENED, Event, Wanted
from knowledge.documents.comparison import Changes, Section, replaced
from knowledge.errors import KnowledgeError, UnknownDocument
from knowledge.reading.reading import shown_name
from knowledge.sources.addresses import shown
from knowledge.values import DocumentKind, Language, Phrase

COUNTED: tuple[str, ...] = (  # in the order they are told
    "new",
    "changed",
    "moved",
    "copy",
    "vanished",
    "unchanged",
    "held_back",
    "kept_out",
    "refused",
)
QUIET = ("unchanged",)  # outcomes that people are told in the sum alone
SECTIONS = 5  # changed sections named of one document


async def sync(application: Application, arguments: argparse.Namespace, language: Language) -> int:
    """Run a source once, or say what that would change; without one list those there are."""
    if arguments.source and "://" not in arguments.source:
        arguments.source = str(desk.located(arguments.source))
    told = _Told(application, arguments, language)
    if not arguments.source:
        return await told.listed()
    if arguments.every == -1:
        return await told.forgotten()
    audience = arguments.audience
    if audience and not application.people.decides(audience):
        reason = application.texts.phrase("documents.bad_audience")
        raise UnknownDocument("bad_audience", reason)
    kind = cast("DocumentKind | Literal['']", arguments.kind or "")
    wanted = Wanted(
        arguments.source,
        arguments.secret,
        audience,
        kind,
        publish=not arguments.staged,
        every=arguments.every,
    )
    message = terminal.said(Press("document.sync"), language)
    counts: Mapping[str, int] = {}
    try:
        counts = await application.documents.syncs.run(
            message,
            wanted,
            told.event,
            preview=arguments.preview,
            accept_vanished=arguments.accept_vanished,
        )
    except asyncio.CancelledError:
        told.interrupted()
        raise
    if not arguments.preview:
        await _followed(application)
    told.summary(counts)
    return COULD_NOT if told.failed else DONE


async def _followed(application: Application) -> None:
    """Wait until what was published can be found by its meaning, too."""
    try:
        await (await application.library()).followed()
    except KnowledgeError:
        return  # words are found already; the next start makes the rest


class _Told:
    """One call of the command: reports each entry as it ends, and all of them at the end."""

    def __init__(
        self, application: Application, arguments: argparse.Namespace, language: Language
    ) -> None:
        self._application = application
        self._json = arguments.json
        self._preview = arguments.preview
        self._source = arguments.source
        self._language = language
        self.failed = False  # by more than files of a format that nobody reads
        self._done = 0
        self._unopened = 0
        self._console = Console(highlight=False)

    def event(self, event: Event) -> None:
        """Report one entry: to machines each, to people those that were not as before."""
        if event.outcome in ("refused", "doubtful"):
            self.failed = self.failed or event.code != "source_unsupported"
        elif event.number:
            self._done += 1
        self._unopened += event.code == UNOPENED
        if self._json:
            output.line(_row(event))
            return
        if event.outcome in QUIET:
            return
        counted = ""
        if event.total:
            counted = f"[{event.number}/{event.total}] "
        line = self._say(
            f"sync_{event.outcome}", name=shown_name(event.name), before=shown_name(event.before)
        )
        if event.reason is not None:
            line = event.reason.to(self._language)
        self._console.print(f"{counted}{line}", markup=False, soft_wrap=True)
        if event.changes is not None:
            for part in self._parts(event.changes):
                self._console.print(f"    {part}", markup=False, soft_wrap=True)

    def summary(self, counts: Mapping[str, int]) -> None:
        """Report how many entries had which outcome."""
        if self._json:
            told = {"summary": dict(counts), "preview": self._preview}
            if self._unopened:
                told["unopened"] = self._unopened
            output.line(told)
            return
        total = self._counted(counts) or self._say("sync_nothing")
        heading = self._say("sync_done")
        if self._preview:
            heading = self._say("sync_would")
        self._console.print(f"{heading} {total}", markup=False, soft_wrap=True)
        if self._unopened:
            line = self._say("sync_unopened", n=self._unopened)
            self._console.print(line, markup=False, soft_wrap=True)

    def interrupted(self) -> None:
        """Say what is kept of a run that somebody stopped."""
        line = self._say("sync_interrupted", n=self._done)
        print(line, file=sys.stderr)  # noqa: T201  # as commands do

    async def listed(self) -> int:
        """List the sources with their last and next run."""
        known = await self._application.documents.syncs.known()
        if self._json:
            output.line({"sources": list(map(_source, known))})
            return DONE
        if not known:
            self._console.print(self._say("sync_none"), markup=False)
            return DONE
        grid = Table()
        for column in ("source", "last", "next", "result"):
            grid.add_column(self._say(f"sync_column_{column}"), overflow="fold")
        for one in known:
            result = one.error[1 if self._language == "ja" else 2]
            counted = self._counted(one.counts)
            cells = (one.wanted.address, _time(one.at), _time(one.next), result or counted)
            grid.add_row(*map(escape, cells))
        self._console.print(grid)
        return DONE

    async def forgotten(self) -> int:
        """Follow a source no more."""
        address = shown(self._source)
        for known in await self._application.documents.syncs.known():
            if known.wanted.address == address:
                await self._application.documents.syncs.forget(known.id)
                line = self._say("sync_forgotten", name=address)
                self._console.print(line, markup=False, soft_wrap=True)
                return DONE
        reason: Phrase = self._application.texts.phrase("cli.sync_unknown", name=address)
        raise UnknownDocument("unknown_source", reason)

    def _parts(self, changes: Changes) -> list[str]:
        """Return a line for each section that changes."""
        lines = []
        for part in PARTS:
            for section in getattr(changes, part):
                where = section.heading or section.place.to(self._language)
                line = self._application.texts.say(
                    f"documents.change_{part}", self._language, where=display(where)
                )
                if part == "changed":
                    line += _words(section)
                lines.append(line)
        more = len(lines) - SECTIONS
        if more > 0:
            return [*lines[:SECTIONS], f"… {more}"]
        return lines

    def _counted(self, counts: Mapping[str, int]) -> str:
        words = []
        for name in COUNTED:
            if not counts.get(name):
                continue
            word = self._say(f"sync_count_{name}")
            words.append(f"{word} {counts[name]:,}")
        return " · ".join(words)

    def _say(self, name: str, /, **values: object) -> str:
        return self._application.texts.say(f"cli.{name}", self._language, **values)


def _words(section: Section) -> str:
    """Return which words of a changed section took the place of which."""
    pairs = []
    for old, new in replaced(section)[:WORDS]:
        pairs.append(f"{old or '–'} → {new or '–'}")
    if not pairs:
        return ""
    return f" ({', '.join(pairs)})"


def _row(event: Event) -> dict[str, Any]:
    reason = None
    if event.reason is not None:
        reason = {"ja": event.reason.ja, "en": event.reason.en}
    changes: dict[str, list[str]] | None = None
    if event.changes is not None:
        changes = {}
        for part in PARTS:
            sections = getattr(event.changes, part)
            changes[part] = [one.heading or one.place.to("en") for one in sections]
    return {
        "entry": event.id,
        "status": event.outcome,
        "document": event.document or None,
        "before": event.before or None,
        "code": event.code or event.outcome,
        "reason": reason,
        "changes": changes,
    }


def _source(known: Known) -> dict[str, Any]:
    failures = [
        {"entry": entry, "code": code, "ja": ja, "en": en} for entry, code, ja, en in known.failures
    ]
    code, ja, en = known.error
    return {
        "source": known.wanted.address,
        "audience": known.wanted.audience,
        "kind": known.wanted.kind,
        "every": known.wanted.every,
        "last": _time(known.at),
        "next": _time(known.next),
        "running": known.running,
        "counts": dict(known.counts),
        "failures": failures,
        "error": {"code": code, "ja": ja, "en": en} if code else None,
    }


def _time(at: float) -> str:
    """Return a UNIX time to the minute in UTC, empty for never."""
    if not at:
        return ""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")
