"""`llm-choose publish --all`: everything that waits, published by the same rules as in chat."""

import argparse

from bot.command import desk, output, terminal
from bot.command.exits import COULD_NOT, DONE
from bot.service.application import Application
from handlers.conversation import Press
from handlers.documents.change import Step
from handlers.documents.drafts import publishing
from handlers.documents.waiting import waiting
from knowledge.reading.reading import shown_name
from knowledge.values import Document, Language


async def publish_all(
    application: Application, arguments: argparse.Namespace, language: Language
) -> int:
    """Publish all that waits; what is held back is named and makes the exit code 1."""
    console = desk.console()
    held = 0
    total = 0
    met: tuple[str, ...] = ()
    message = terminal.said(Press("document.publish_waiting"), language)
    changes = publishing(await (await application.library()).documents())
    async for step in application.documents.changes.several(message, changes):
        total, met = step.total, step.met
        held += step.reason is not None
        if arguments.json:
            output.line(_row(step))
            continue
        line = f"[{step.number}/{step.total}] {_told(application, step, language)}"
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    if arguments.json:
        summary = {"published": total - held, "held_back": held, "answered": list(met)}
        output.line({"summary": summary})
    else:
        line = application.texts.say("documents.publish_waiting_none", language)
        if total:
            line = application.texts.say(
                "documents.publish_waiting_done", language, n=total - held, total=total
            )
        line += application.documents.changes.answered(message, met)
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    await (await application.library()).followed()
    return COULD_NOT if held else DONE


def next_steps(
    application: Application, documents: list[Document], language: Language
) -> list[str]:
    """Return what a person can type next about documents that were just added."""
    say = application.texts.say
    if len(documents) == 1:
        (document,) = documents
        title = shown_name(document.metadata.title)
        if waiting(documents):
            return [say("cli.next_publish", language, id=document.id)]
        return [say("cli.next_ask", language, title=title, id=document.id)]
    lines = []
    if waiting(documents):
        lines.append(say("cli.next_publish_all", language))
    if any(document.current for document in documents):
        lines.append(say("cli.next_ask_all", language))
    return lines


def _told(application: Application, step: Step, language: Language) -> str:
    if step.reason is not None:
        return step.reason.to(language)
    title = shown_name(step.title)
    return application.texts.say("cli.published_one", language, title=title, number=step.at)


def _row(step: Step) -> dict[str, object]:
    reason = None
    if step.reason is not None:
        reason = {"ja": step.reason.ja, "en": step.reason.en}
    return {
        "document": step.change.document,
        "title": step.title,
        "version": step.at,
        "status": "held_back" if reason else "published",
        "reason": reason,
    }
