"""
Whether what belongs together is there: for each document the file it was read from, and for a shelf
the log of who put it there.

Either can be lost alone, by an address that leads elsewhere or a folder that was not copied, and
everything seems to work.
"""

from bot.command.finding import Finding, bad
from bot.service.application import Application
from handlers.sessions import SessionsUnavailable
from knowledge.errors import LibraryUnavailable
from knowledge.values import Version

TERMINAL = "terminal"  # what is added there stands in no log


async def files(application: Application) -> Finding | None:
    """Look for the file of every document; None where there is no library to ask."""
    try:
        known = await (await application.library()).originals()
        kept = await application.originals.ids()
        arriving = {job.original for job in await application.jobs.recent()}
    except (LibraryUnavailable, SessionsUnavailable):
        return None  # another part says so
    if kept and not kept & (known | arriving):
        repair = application.texts.phrase("check.files_unknown", n=len(kept))
        return bad("files", f"no document knows any of {len(kept)}", repair)
    missing = known - kept
    if missing:
        repair = application.texts.phrase("check.files_missing", n=len(missing))
        return bad("files", f"{len(missing)} of {len(known)} missing", repair)
    return Finding("files", "good", f"{len(known)} kept")


async def records(application: Application) -> Finding | None:
    """Look whether the store remembers anything of a shelf that people filled."""
    if not application.store.durable:
        return None
    try:
        documents = await (await application.library()).documents()
        entries = await application.sessions.entries("audit", last=1)
    except (LibraryUnavailable, SessionsUnavailable):
        return None
    theirs = [document for document in documents if any(map(_by_a_person, document.versions))]
    if theirs and not entries:
        repair = application.texts.phrase("check.records_missing", n=len(theirs))
        return bad("records", f"none, of {len(theirs)} documents", repair)
    return Finding("records", "good", "there")


def _by_a_person(version: Version) -> bool:
    """Report whether somebody added a version on a face, which notes it in the log."""
    face, named, _ = version.added_by.partition(":")
    return bool(named) and face != TERMINAL
