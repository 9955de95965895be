"""
`llm-choose publish | withdraw | audience | rollback | remove`: documents changed by the same rules
as in chat, one or several; with `--preview` it is only said what would change.
"""

import argparse
from collections.abc import Sequence

from bot.command import desk, output, terminal
from bot.command.exits import COULD_NOT, DONE
from bot.command.publish import publish_all
from bot.service.application import Application
from handlers.conversation import Press
from handlers.documents.change import Change, Outcome, Step, Verb
from handlers.documents.changes import NotChanged
from handlers.documents.drafts import publishing
from handlers.documents.names import display
from handlers.sessions import SessionsUnavailable
from knowledge.errors import LibraryUnavailable
from knowledge.values import Document, Language, Phrase


async def change(
    application: Application, arguments: argparse.Namespace, language: Language
) -> int:
    """Change the documents named; what is held back is named and makes the exit code 1."""
    if arguments.command == "publish" and arguments.all and not arguments.preview:
        return await publish_all(application, arguments, language)
    changing = _Changing(application, arguments, language)
    changes = await changing.wanted()
    if arguments.preview:
        return await changing.previewed(changes)
    try:
        if len(changes) == 1:
            return await changing.one(changes[0])
        return await changing.several(changes)
    except SessionsUnavailable as error:
        reason = application.texts.phrase("documents.no_book")
        raise LibraryUnavailable("no_book", reason) from error


class _Changing:
    """One call of the command."""

    def __init__(
        self, application: Application, arguments: argparse.Namespace, language: Language
    ) -> None:
        self._application = application
        self._arguments = arguments
        self._language = language
        self._message = terminal.said(Press(f"document.{arguments.command}"), language)

    async def wanted(self) -> list[Change]:
        """
        Return the changes of the documents as they stand now.

        Raises:
            UnknownDocument: of one of them nothing is known, so that nothing is changed.
        """
        library = await self._application.library()
        if self._arguments.command == "publish" and self._arguments.all:
            return publishing(await library.documents())
        return [self._of(await library.document(id_)) for id_ in self._arguments.id]

    def _of(self, document: Document) -> Change:
        """Return the change of one document: of its newest version where it is published."""
        verb: Verb = self._arguments.command
        version = document.current or document.versions[-1].id
        if verb == "publish":
            version = document.versions[-1].id
            if self._arguments.anyway:
                verb = "publish_anyway"
        audience = self._arguments.readers if verb == "audience" else ""
        return Change(verb, document.id, version, audience)

    async def previewed(self, changes: Sequence[Change]) -> int:
        """Say what would change of each, and why what would not."""
        library = await self._application.library()
        held = 0
        for number, wanted in enumerate(changes, 1):
            document = await library.document(wanted.document)
            title = document.metadata.title
            reason: Phrase | None = None
            now, then = "", ""
            try:
                self._application.documents.changes.check(self._message, wanted, document)
                several = self._application.documents.several
                now, then = several.now_and_then(self._message, wanted, document)
            except NotChanged as why:
                reason = why.reason
                held += 1
            if self._arguments.json:
                row = {"document": document.id, "title": title, "now": now, "then": then}
                output.line(row | {"reason": _both(reason)})
                continue
            text = f"{display(title)}: {now} → {then}"
            if reason is not None:
                text = reason.to(self._language)
            self._print(f"[{number}/{len(changes)}] {text}")
        return COULD_NOT if held else DONE

    async def one(self, wanted: Change) -> int:
        """Change one document and say how it stands; of one that stands so already, that alone."""
        application = self._application
        library = await application.library()
        document = await library.document(wanted.document)
        outcome = Outcome()
        if not (wanted.verb.startswith("publish") and wanted.version == document.current):
            outcome = await application.documents.changes.change(self._message, wanted)
        if wanted.verb == "remove":
            return await self._removed(Step(1, 1, wanted, document, None, left=outcome.left))
        document = await library.document(wanted.document)
        if self._arguments.json:
            output.line(output.document(document))
            return DONE
        version = document.published or document.version(wanted.version)
        number = version.number if version else 0
        step = Step(1, 1, wanted, document, version, left=outcome.left, now=number)
        text = application.documents.carrying.told(self._message, step)
        self._print(text + application.documents.changes.answered(self._message, outcome.met))
        return DONE

    async def _removed(self, step: Step) -> int:
        """Say that a document is gone, and what still holds its text."""
        documents = self._application.documents
        note = await documents.changes.erasure.told(self._message)
        if self._arguments.json:
            output.line({"document": step.change.document, "hits": step.left, "note": note})
        else:
            self._print(f"{documents.carrying.told(self._message, step)}\n{note}")
        return DONE

    async def several(self, changes: Sequence[Change]) -> int:
        """Change several documents, each for itself, and sum up."""
        documents = self._application.documents
        held = 0
        met: tuple[str, ...] = ()
        async for step in documents.changes.several(self._message, changes):
            held += step.reason is not None
            met = step.met
            if self._arguments.json:
                output.line(_row(step))
                continue
            text = documents.carrying.told(self._message, step)
            if step.reason is not None:
                text = step.reason.to(self._language)
            self._print(f"[{step.number}/{step.total}] {text}")
        done = len(changes) - held
        if self._arguments.json:
            summary = {"changed": done, "held_back": held, "answered": list(met)}
            output.line({"summary": summary})
        else:
            counts = {"n": done, "total": len(changes)}
            text = self._application.texts.say("documents.several_done", self._language, **counts)
            self._print(text + documents.changes.answered(self._message, met))
            if done and self._arguments.command == "remove":
                self._print(await documents.changes.erasure.told(self._message))
        return COULD_NOT if held else DONE

    def _print(self, text: str) -> None:
        desk.console().print(text, markup=False, highlight=False, soft_wrap=True)


def _row(step: Step) -> dict[str, object]:
    return {
        "document": step.change.document,
        "title": step.title,
        "version": step.at,
        "status": "held_back" if step.reason else "changed",
        "reason": _both(step.reason),
    }


def _both(reason: Phrase | None) -> dict[str, str] | None:
    return {"ja": reason.ja, "en": reason.en} if reason is not None else None
